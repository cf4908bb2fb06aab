import Tessera

/// Reads a JSON document into values whose members keep their order, so that what was written comes out of a second run in the
/// same bytes.
///
/// The grammar is that of `JSONScanner`, RFC 8259. Besides, the text is UTF-8, halves of surrogate pairs stand together, no name
/// stands twice in one object, and a number is one that a `Double` can hold. A byte-order mark is skipped.
public struct JSONReader {
  /// What is wrong with a document, and where.
  public struct Fault: Error, Equatable {
    /// Counted from 1, the column in bytes.
    public let line: Int
    public let column: Int
    public let found: String
    public let expected: String
  }

  /// The value of a document.
  ///
  /// - Throws: `Fault`.
  public static func value(of bytes: [UInt8]) throws -> JSONValue {
    try bytes.withUnsafeBufferPointer { try value(of: $0) }
  }

  /// - Throws: `Fault`.
  package static func value(of text: String) throws -> JSONValue { try value(of: Array(text.utf8)) }

  /// The same of bytes that lie elsewhere, for as long as the call lasts.
  ///
  /// - Throws: `Fault`.
  public static func value(of bytes: UnsafeBufferPointer<UInt8>) throws -> JSONValue {
    let skipped = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var reader = JSONReader(UnsafeBufferPointer(rebasing: bytes[skipped...]))
    do {
      return try reader.document()
    } catch let error as JSONScanner.SyntaxError {
      throw reader.fault(at: error.column - 1, "malformed JSON", error.expected)
    }
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var scanner: JSONScanner
  private var names = StringTable()
  /// In which object each name stood last; objects are counted as they close.
  private var lastObject: [Int] = []
  private var objects = 0
  // What is read of containers that are still open, the innermost last: exact arrays are made where they close.
  private var members: [(key: String, value: JSONValue)] = []
  private var keys: [(name: Int, place: Int)] = []
  private var elements: [JSONValue] = []

  private init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    scanner = JSONScanner(value: bytes)
  }

  private mutating func document() throws -> JSONValue {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw fault(at: 0, "UTF-16 text", "UTF-8: iconv -f UTF-16 -t UTF-8 converts it")
    }
    guard UTF8Check.isValid(UnsafeRawBufferPointer(bytes)) else {
      throw fault(at: firstInvalid(), "bytes that are not UTF-8", "UTF-8")
    }
    let result = try value(depth: 0)
    scanner.skipSpace()
    if scanner.index < bytes.count { throw scanner.error("nothing more") }
    return result
  }

  // MARK: Values

  private mutating func value(depth: Int) throws -> JSONValue {
    switch scanner.current {
    case 0x7B: return try object(depth)
    case 0x5B: return try array(depth)
    default: break
    }
    let place = scanner.index
    let found = try scanner.scanValue(depth: depth)
    switch found.kind {
    case .string: return .string(try text(found, at: place + 1))
    case .number: return try number(found.bytes, at: place)
    default: return found.isNull ? .null : .bool(found.bytes.first == 0x74)
    }
  }

  private mutating func open(_ bracket: UInt8, _ depth: Int) throws {
    // As deep as rows of the same grammar may be.
    guard depth < 512 else { throw scanner.error("values nested less deeply") }
    try scanner.expect(bracket, "a JSON value")
    scanner.skipSpace()
  }

  /// Whether a container goes on behind a value; its closing bracket is taken.
  private mutating func goesOn(until closing: UInt8, _ expected: String) throws -> Bool {
    scanner.skipSpace()
    if scanner.current == closing {
      try scanner.expect(closing, expected)
      return false
    }
    try scanner.expect(0x2C, expected)
    scanner.skipSpace()
    return true
  }

  private mutating func array(_ depth: Int) throws -> JSONValue {
    try open(0x5B, depth)
    if scanner.current == 0x5D {
      try scanner.expect(0x5D, "a comma or ]")
      return .array([])
    }
    let first = elements.count
    repeat { elements.append(try value(depth: depth + 1)) } while try goesOn(until: 0x5D, "a comma or ]")
    defer { elements.removeLast(elements.count - first) }
    return .array(Array(elements[first...]))
  }

  private mutating func object(_ depth: Int) throws -> JSONValue {
    try open(0x7B, depth)
    if scanner.current == 0x7D {
      try scanner.expect(0x7D, "a comma or }")
      return .object([])
    }
    let (first, firstKey) = (members.count, keys.count)
    repeat {
      let place = scanner.index
      guard scanner.current == 0x22 else { throw scanner.error("a member name in quotation marks") }
      let name = try self.name(scanner.scanString(), at: place + 1)
      scanner.skipSpace()
      try scanner.expect(0x3A, "a colon behind the member name")
      scanner.skipSpace()
      keys.append((name, place))
      members.append((names.strings[name], try value(depth: depth + 1)))
    } while try goesOn(until: 0x7D, "a comma or }")
    defer {
      members.removeLast(members.count - first)
      keys.removeLast(keys.count - firstKey)
    }
    objects += 1
    for (name, place) in keys[firstKey...] {
      if lastObject[name] == objects {
        throw fault(at: place, "\"\(names.strings[name])\" a second time in one object", "it once")
      }
      lastObject[name] = objects
    }
    return .object(Array(members[first...]))
  }

  /// The number of a name: names come again and again, and each is held once.
  private mutating func name(_ found: JSONScanner.Value, at place: Int) throws -> Int {
    try checkSurrogates(found, at: place)
    let number = found.withText { names.intern($0) }
    guard let number else { throw fault(at: place, "bytes that are not UTF-8", "UTF-8") }
    if number == lastObject.count { lastObject.append(0) }
    return number
  }

  private func text(_ found: JSONScanner.Value, at place: Int) throws -> String {
    try checkSurrogates(found, at: place)
    return found.withText { String(decoding: $0, as: UTF8.self) }
  }

  private func number(_ digits: UnsafeBufferPointer<UInt8>, at place: Int) throws -> JSONValue {
    // Written as a whole number, it is one; -0 is a number with a sign.
    if digits.allSatisfy({ $0 != 0x2E && $0 | 0x20 != 0x65 }), !digits.elementsEqual([0x2D, 0x30]) {
      let text = String(decoding: digits, as: UTF8.self)
      if let whole = Int(text) { return .integer(whole) }
      if let whole = UInt64(text) { return .unsigned(whole) }
    }
    guard let number = Number.parse(digits), number.isFinite,
      number != 0
        || !digits.prefix(while: { $0 | 0x20 != 0x65 }).contains(where: { (0x31...0x39).contains($0) })
    else { throw fault(at: place, "the number \(quoted(digits))", "one that fits a number of 64 bits") }
    return .number(number)
  }

  // MARK: Faults

  /// A half of a surrogate pair alone stands for nothing.
  private func checkSurrogates(_ found: JSONScanner.Value, at place: Int) throws {
    guard found.escaped, let index = JSONScanner.loneSurrogate(in: found.bytes) else { return }
    throw fault(at: place + index, "half of a surrogate pair", "both halves, \\uD800\\uDC00 and above")
  }

  private func firstInvalid() -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var place = 0
    while case .valid(let scalar) = parser.parseScalar(from: &rest) { place += scalar.count }
    return place
  }

  private func fault(at place: Int, _ found: String, _ expected: String) -> Fault {
    let before = bytes[..<min(place, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return Fault(line: line, column: place - start + 1, found: found, expected: expected)
  }
}

extension FormatError {
  /// A fault of a document in a file.
  init(_ fault: JSONReader.Fault, file: String) {
    self = .content(
      file: file, line: fault.line, field: nil, found: "\(fault.found) at column \(fault.column)",
      expected: fault.expected)
  }
}
