/// Bytes of JSON as they are put together, in memory that is kept from one value to the next.
final class JSONText {
  // Read and written by its own methods alone, none of which calls back.
  @exclusivity(unchecked) private var buffer: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked) private var capacity: Int
  @exclusivity(unchecked) private(set) var count = 0
  /// No value is longer: a few bytes of a broken file can stand for a list without end.
  private let limit: Int

  init(limit: Int = 1 << 28) {
    self.limit = limit
    capacity = 256
    buffer = .allocate(capacity: capacity)
  }

  deinit { buffer.deallocate() }

  /// What was put together, valid until the next change.
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: buffer, count: count) }

  func reset() { count = 0 }

  private func reserve(_ more: Int) throws {
    guard count + more > capacity else { return }
    guard count + more <= limit else {
      throw ParquetProblem.unsupported(
        found: "a value that is longer than \(limit >> 20) MiB as text", expected: "shorter ones")
    }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: max(2 * capacity, count + more))
    larger.update(from: buffer, count: count)
    buffer.deallocate()
    capacity = max(2 * capacity, count + more)
    buffer = larger
  }

  @inline(__always)
  func append(_ byte: UInt8) throws {
    if count == capacity { try reserve(1) }
    buffer[count] = byte
    count += 1
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    try reserve(bytes.count)
    UnsafeMutableRawPointer(buffer + count).copyMemory(from: start, byteCount: bytes.count)
    count += bytes.count
  }

  func append(_ text: StaticString) throws {
    try append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func append(_ text: String) throws {
    var text = text
    try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) }
  }

  /// A whole number in decimal digits, with zeros in front up to `width`.
  func append(digits number: some FixedWidthInteger, width: Int = 1) throws {
    var rest = number.magnitude
    if number < 0 { try append(0x2D) }
    // 128 bits have 39 digits.
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { digits in
      var first = 40
      repeat {
        first -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        digits[first] = 0x30 + UInt8(truncatingIfNeeded: digit)
        rest = quotient
      } while rest != 0
      while 40 - first < min(width, 40) {
        first -= 1
        digits[first] = 0x30
      }
      try append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[first..<40]))
    }
  }

  /// A string with its quotation marks; control characters, quotation marks and backslashes escaped.
  func quote(_ text: UnsafeRawBufferPointer) throws {
    try append(0x22)
    var start = 0
    for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
      try append(UnsafeRawBufferPointer(rebasing: text[start..<index]))
      start = index + 1
      try append(0x5C)
      switch byte {
      case 0x22, 0x5C: try append(byte)
      case 0x0A: try append(0x6E)
      case 0x0D: try append(0x72)
      case 0x09: try append(0x74)
      default:
        try append("u00" as StaticString)
        for digit in [byte >> 4, byte & 15] { try append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
      }
    }
    try append(UnsafeRawBufferPointer(rebasing: text[start...]))
    try append(0x22)
  }
}
