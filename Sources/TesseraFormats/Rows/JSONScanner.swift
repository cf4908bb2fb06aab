#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A strict JSON reader that hands out the members of an object without building it.
///
/// Preference files have millions of short lines of which a few fields matter; building every object with a
/// general decoder takes ten times as long as reading the bytes. The grammar is that of RFC 8259.
package struct JSONScanner {
  package enum Kind { case string, number, array, object, literal }

  /// A value as it stands in the text. For a string the quotation marks are left out.
  package struct Value {
    package let kind: Kind
    package let bytes: UnsafeBufferPointer<UInt8>
    /// Whether a string has escapes that `JSONScanner.unescape` must resolve.
    package let escaped: Bool

    /// The bytes that a string stands for.
    func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
      guard escaped else { return try body(bytes) }
      return try JSONScanner.unescape(bytes).withUnsafeBufferPointer(body)
    }

    var isNull: Bool { kind == .literal && bytes.first == 0x6E }
  }

  struct SyntaxError: Error {
    /// Counted from 1.
    let column: Int
    let expected: String
  }

  let bytes: UnsafeBufferPointer<UInt8>
  private(set) var index = 0
  private var first = true

  /// Starts at the members of the one object or array in `bytes`.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, open: UInt8 = 0x7B) throws {
    self.bytes = bytes
    skipSpace()
    try expect(open, open == 0x7B ? "an object, { ... }" : "an array, [ ... ]")
  }

  /// Starts at the one value in `bytes`, whatever it is: for `JSONReader`, which goes on from there.
  init(value bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    skipSpace()
  }

  func error(_ expected: String, at position: Int? = nil) -> SyntaxError {
    SyntaxError(column: (position ?? index) + 1, expected: expected)
  }

  var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

  mutating func skipSpace() {
    while index < bytes.count {
      let byte = bytes[index]
      guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return }
      index += 1
    }
  }

  mutating func expect(_ byte: UInt8, _ name: String) throws {
    guard current == byte, index < bytes.count else { throw error(name) }
    index += 1
  }

  /// The next member of an object; nil behind the last, when nothing else follows on the line.
  package mutating func nextMember() throws -> (key: Value, value: Value)? {
    guard try advance(closing: 0x7D) else { return nil }
    guard current == 0x22 else { throw error("a member name in quotation marks") }
    let key = try scanString()
    skipSpace()
    try expect(0x3A, "a colon behind the member name")
    skipSpace()
    return (key, try scanValue(depth: 0))
  }

  /// The next element of an array; nil behind the last.
  mutating func nextElement() throws -> Value? {
    guard try advance(closing: 0x5D) else { return nil }
    return try scanValue(depth: 0)
  }

  private mutating func advance(closing: UInt8) throws -> Bool {
    skipSpace()
    if current == closing {
      index += 1
      skipSpace()
      if index < bytes.count { throw error("nothing more on this line") }
      return false
    }
    if !first {
      try expect(0x2C, closing == 0x7D ? "a comma or }" : "a comma or ]")
      skipSpace()
    }
    first = false
    return true
  }

  mutating func scanValue(depth: Int) throws -> Value {
    let start = index
    switch current {
    case 0x22: return try scanString()
    case 0x2D, 0x30...0x39:
      try scanNumber()
      return value(.number, from: start)
    case 0x7B, 0x5B:
      guard depth < 512 else { throw error("values nested less deeply") }
      try scanContainer(depth: depth)
      return value(start < index && bytes[start] == 0x7B ? .object : .array, from: start)
    case 0x74: try scanLiteral("true")
    case 0x66: try scanLiteral("false")
    case 0x6E: try scanLiteral("null")
    default: throw error("a JSON value")
    }
    return value(.literal, from: start)
  }

  private func value(_ kind: Kind, from start: Int) -> Value {
    Value(kind: kind, bytes: UnsafeBufferPointer(rebasing: bytes[start..<index]), escaped: false)
  }

  private mutating func scanLiteral(_ text: StaticString) throws {
    let length = text.utf8CodeUnitCount
    let rest = bytes.count - index
    guard rest >= length, (0..<length).allSatisfy({ text.utf8Start[$0] == bytes[index + $0] }) else {
      throw error("a JSON value")
    }
    index += length
  }

  private mutating func scanNumber() throws {
    if current == 0x2D { index += 1 }
    if current == 0x30 { index += 1 } else { try scanDigits() }
    if current == 0x2E {
      index += 1
      try scanDigits()
    }
    if current == 0x65 || current == 0x45 {
      index += 1
      if current == 0x2B || current == 0x2D { index += 1 }
      try scanDigits()
    }
  }

  private mutating func scanDigits() throws {
    guard (0x30...0x39).contains(current) else { throw error("a digit") }
    while (0x30...0x39).contains(current) { index += 1 }
  }

  mutating func scanString() throws -> Value {
    index += 1
    let start = index
    var escaped = false
    while true {
      index += PlainRun.length(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[index...]))
      guard index < bytes.count else { break }
      let byte = bytes[index]
      if byte == 0x22 {
        let content = UnsafeBufferPointer(rebasing: bytes[start..<index])
        index += 1
        return Value(kind: .string, bytes: content, escaped: escaped)
      }
      if byte == 0x5C {
        escaped = true
        try scanEscape()
      } else {
        throw error("no control character inside a string")
      }
    }
    throw error("a quotation mark that closes the string", at: start - 1)
  }

  private mutating func scanEscape() throws {
    let start = index
    index += 1
    switch current {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: index += 1
    case 0x75:
      index += 1
      for _ in 0..<4 {
        guard JSONScanner.hexDigit(current) != nil else { throw error("four hexadecimal digits behind \\u") }
        index += 1
      }
    default: throw error("a known escape behind the backslash", at: start)
    }
  }

  private mutating func scanContainer(depth: Int) throws {
    let object = current == 0x7B
    let closing: UInt8 = object ? 0x7D : 0x5D
    index += 1
    skipSpace()
    if current == closing {
      index += 1
      return
    }
    while true {
      skipSpace()
      if object {
        guard current == 0x22 else { throw error("a member name in quotation marks") }
        _ = try scanString()
        skipSpace()
        try expect(0x3A, "a colon behind the member name")
        skipSpace()
      }
      _ = try scanValue(depth: depth + 1)
      skipSpace()
      if current == closing {
        index += 1
        return
      }
      try expect(0x2C, object ? "a comma or }" : "a comma or ]")
    }
  }

  static func hexDigit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case 0x30...0x39: UInt16(byte - 0x30)
    case 0x41...0x46: UInt16(byte - 0x41 + 10)
    case 0x61...0x66: UInt16(byte - 0x61 + 10)
    default: nil
    }
  }

  /// Where half of a surrogate pair stands alone in a scanned string, which stands for nothing; nil where none does.
  static func loneSurrogate(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    func unit(_ at: Int) -> UInt16? {
      guard at + 6 <= bytes.count, bytes[at] == 0x5C, bytes[at + 1] == 0x75 else { return nil }
      return (at + 2..<at + 6).reduce(UInt16(0)) { $0 << 4 | (hexDigit(bytes[$1]) ?? 0) }
    }
    var index = 0
    while index < bytes.count {
      guard bytes[index] == 0x5C else {
        index += 1
        continue
      }
      let isHigh = unit(index).map { (0xD800..<0xDC00).contains($0) } ?? false
      let isLow = unit(index).map { (0xDC00..<0xE000).contains($0) } ?? false
      if isLow || isHigh && !(unit(index + 6).map { (0xDC00..<0xE000).contains($0) } ?? false) {
        return index
      }
      index += isHigh ? 12 : 2
    }
    return nil
  }

  /// The bytes that a scanned string stands for. A lone half of a surrogate pair becomes U+FFFD.
  package static func unescape(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: unescapedCapacity(bytes.count)) { target, count in
      count = target.baseAddress.map { unescape(bytes, into: $0) } ?? 0
    }
  }

  /// Room that `unescape` needs for so many bytes. An escape is never shorter than what it stands for, but for one that the end of
  /// the text cuts off, which becomes the three bytes of U+FFFD.
  static func unescapedCapacity(_ count: Int) -> Int { count + 3 }

  /// The same, written to memory with room for `unescapedCapacity` bytes.
  ///
  /// - Returns: How many bytes were written.
  package static func unescape(_ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>)
    -> Int
  {
    guard let base = bytes.baseAddress else { return 0 }
    var index = 0
    var written = 0
    func put(_ byte: UInt8) {
      target[written] = byte
      written += 1
    }
    func copy(_ range: Range<Int>) {
      (target + written).update(from: base + range.lowerBound, count: range.count)
      written += range.count
    }
    func unit(at position: Int) -> UInt16? {
      guard position + 6 <= bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75 else {
        return nil
      }
      return (position + 2..<position + 6).reduce(UInt16(0)) { $0 << 4 | (hexDigit(bytes[$1]) ?? 0) }
    }
    while index < bytes.count {
      // Up to the next backslash text is copied as it stands.
      let found = memchr(base + index, 0x5C, bytes.count - index)
      let plain = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
      copy(index..<plain)
      index = plain
      guard index + 1 < bytes.count else {
        copy(index..<bytes.count)
        break
      }
      switch bytes[index + 1] {
      case 0x62: put(0x08)
      case 0x66: put(0x0C)
      case 0x6E: put(0x0A)
      case 0x72: put(0x0D)
      case 0x74: put(0x09)
      case 0x75:
        var scalar = UInt32(unit(at: index) ?? 0xFFFD)
        if (0xD800..<0xDC00).contains(scalar), let low = unit(at: index + 6), (0xDC00..<0xE000).contains(low)
        {
          scalar = 0x10000 + (scalar - 0xD800) << 10 + UInt32(low - 0xDC00)
          index += 6
        }
        for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter {
          put(byte)
        }
        index += 4
      default: put(bytes[index + 1])
      }
      index += 2
    }
    return written
  }
}
