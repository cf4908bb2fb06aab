/// Numbers of few bits in Parquet's hybrid of runs and packed groups of eight: levels, indices into dictionaries, booleans.
///
/// One number at a time, so a file that promises billions of equal numbers costs no memory.
///
/// - SeeAlso: "Run Length Encoding / Bit-Packing Hybrid" in Encodings.md of apache/parquet-format.
struct RunLengths {
  // Invariant: at <= end, both inside the page. Bits of a packed run are read within [packed, end).
  private var at: UnsafeRawPointer
  private let end: UnsafeRawPointer
  private let width: Int
  private let mask: UInt64
  /// Numbers left in the run.
  private var left = 0
  private var isPacked = false
  private var value: UInt32 = 0
  private var packed: UnsafeRawPointer
  private var bit = 0

  /// - Parameter width: Bits of a number, 0 to 32. Numbers of no bits are 0 and need no bytes.
  init(_ bytes: UnsafeRawBufferPointer, width: Int) throws {
    guard (0...32).contains(width) else {
      throw ParquetProblem.damaged(found: "numbers of \(width) bits", expected: "0 to 32 bits")
    }
    // An empty buffer without address: any valid address will do, nothing is read from it.
    let start = bytes.baseAddress ?? UnsafeRawPointer(Self.nowhere.utf8Start)
    at = start
    end = start + bytes.count
    packed = start
    self.width = width
    mask = (1 << UInt64(width)) - 1
  }

  private static let nowhere: StaticString = "-"

  @inline(__always)
  mutating func next() throws -> UInt32 {
    if left == 0 {
      if width == 0 { return 0 }
      try startRun()
    }
    left -= 1
    if !isPacked { return value }
    let place = packed + bit >> 3
    let shift = UInt64(bit & 7)
    bit += width
    if end - place >= 8 {
      return UInt32(truncatingIfNeeded: (place.loadUnaligned(as: UInt64.self).littleEndian >> shift) & mask)
    }
    var word: UInt64 = 0
    for offset in 0..<(end - place) {
      word |= UInt64(place.load(fromByteOffset: offset, as: UInt8.self)) << UInt64(8 * offset)
    }
    return UInt32(truncatingIfNeeded: (word >> shift) & mask)
  }

  private mutating func startRun() throws {
    while left == 0 {
      var head: UInt64 = 0
      var shift: UInt64 = 0
      while true {
        guard at < end, shift < 35 else { throw ParquetProblem.early("a run of levels or indices") }
        let byte = at.load(as: UInt8.self)
        at += 1
        head |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      isPacked = head & 1 == 1
      if isPacked {
        // The last group may be cut where its numbers end.
        let bytes = min(Int(head >> 1) * width, end - at)
        left = bytes * 8 / width
        guard left > 0 || head >> 1 == 0 else { throw ParquetProblem.early("a run of levels or indices") }
        packed = at
        bit = 0
        at += bytes
      } else {
        let bytes = (width + 7) / 8
        guard end - at >= bytes else { throw ParquetProblem.early("a run of levels or indices") }
        left = Int(head >> 1)
        value = 0
        for offset in 0..<bytes {
          value |= UInt32(at.load(fromByteOffset: offset, as: UInt8.self)) << UInt32(8 * offset)
        }
        at += bytes
        // A run has whole bytes, and so room for more than the width allows: a truth of 7, a level of 200.
        guard UInt64(value) <= mask else {
          throw ParquetProblem.damaged(found: "a run of \(value)", expected: "a number of \(width) bits")
        }
      }
    }
  }
}
