/// Bytes at an address that stays valid until the next use, for text that must be rewritten before it is read
/// (escapes, doubled quotation marks).
final class ByteScratch {
  // Read and written by its own methods alone; what `written` calls does not come back.
  @exclusivity(unchecked) private var buffer: UnsafeMutableBufferPointer<UInt8> = .allocate(capacity: 256)
  @exclusivity(unchecked) private(set) var count = 0

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

  /// What a string of JSON stands for, valid until the next use.
  func unescaped(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    reset(capacity: JSONScanner.unescapedCapacity(bytes.count))
    count = buffer.baseAddress.map { JSONScanner.unescape(bytes, into: $0) } ?? 0
    return self[0..<count]
  }

  /// Bytes that `body` writes, `capacity` of them at most; it says how many. Valid until the next use.
  func written(capacity: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int) -> UnsafeBufferPointer<
    UInt8
  > {
    reset(capacity: capacity)
    count = body(buffer)
    return self[0..<count]
  }
}
