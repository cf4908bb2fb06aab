/// Bytes at an address that stays valid until the next use, for text that must be rewritten before it is read
/// (escapes, doubled quotation marks).
final class ByteScratch {
  private var buffer: UnsafeMutableBufferPointer<UInt8> = .allocate(capacity: 256)
  private(set) var count = 0

  deinit { buffer.deallocate() }

  /// Empties the scratch space and makes room, so that `append` never moves what was handed out.
  func reset(capacity: Int) {
    count = 0
    if capacity > buffer.count {
      buffer.deallocate()
      buffer = .allocate(capacity: capacity * 2)
    }
  }

  func append(_ byte: UInt8) {
    buffer[count] = byte
    count += 1
  }

  subscript(range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: buffer[range])
  }

  /// A copy of `bytes`, valid until the next use.
  func hold(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
    reset(capacity: bytes.count)
    for byte in bytes { append(byte) }
    return self[0..<count]
  }
}
