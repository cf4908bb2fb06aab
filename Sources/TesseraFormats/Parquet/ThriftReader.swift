/// Reads Thrift's compact protocol, in which Parquet writes its footer and the headers of its pages.
///
/// Nothing is trusted: lengths are compared with the bytes that are left, and structures nest 32 deep at most.
///
/// - SeeAlso: Apache Thrift, "Thrift compact protocol encoding".
struct ThriftReader {
  /// Types of values, as the compact protocol numbers them.
  enum Kind {
    static let yes: UInt8 = 1
    static let no: UInt8 = 2
    static let binary: UInt8 = 8
    static let list: UInt8 = 9
    static let set: UInt8 = 10
    static let map: UInt8 = 11
    static let structure: UInt8 = 12
  }

  private let bytes: UnsafeRawBufferPointer
  /// Position of the next byte.
  private(set) var index = 0
  private var depth = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private static let early = ParquetProblem.early("a header")

  private static func wrong(_ found: String) -> ParquetProblem {
    .damaged(found: "a header with \(found)", expected: "a header of Parquet in Thrift's compact protocol")
  }

  private mutating func byte() throws -> UInt8 {
    guard index < bytes.count else { throw Self.early }
    defer { index += 1 }
    return bytes[index]
  }

  private mutating func unsigned() throws -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try byte()
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw Self.wrong("a number of more than 64 bits")
  }

  /// Calls `body` for every member of a structure; `body` reads or skips the value.
  mutating func structure(_ body: (inout ThriftReader, _ id: Int, _ kind: UInt8) throws -> Void) throws {
    guard depth < 32 else { throw Self.wrong("structures more than 32 deep") }
    depth += 1
    var id = 0
    while true {
      let head = try byte()
      if head == 0 { break }
      id = head >> 4 == 0 ? Int(try zigzag()) : id + Int(head >> 4)
      guard (0..<1 << 15).contains(id) else { throw Self.wrong("a member numbered \(id)") }
      try body(&self, id, head & 15)
    }
    depth -= 1
  }

  private mutating func zigzag() throws -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func integer(_ kind: UInt8) throws -> Int {
    switch kind {
    case 3: return Int(Int8(bitPattern: try byte()))
    case 4, 5, 6: return Int(try zigzag())
    default: throw Self.wrong("a value of type \(kind) where a number stands")
    }
  }

  /// A number that counts or places something.
  mutating func count(_ kind: UInt8) throws -> Int {
    let value = try integer(kind)
    guard value >= 0, value < 1 << 60 else { throw Self.wrong("the count \(value)") }
    return value
  }

  func flag(_ kind: UInt8) throws -> Bool {
    guard kind == Kind.yes || kind == Kind.no else {
      throw Self.wrong("a value of type \(kind) where true or false stands")
    }
    return kind == Kind.yes
  }

  mutating func binary(_ kind: UInt8) throws -> UnsafeRawBufferPointer {
    guard kind == Kind.binary else { throw Self.wrong("a value of type \(kind) where text stands") }
    let length = try unsigned()
    guard length <= UInt64(bytes.count - index) else { throw Self.early }
    defer { index += Int(length) }
    return UnsafeRawBufferPointer(rebasing: bytes[index..<index + Int(length)])
  }

  mutating func text(_ kind: UInt8) throws -> String {
    guard let text = String(validating: try binary(kind), as: UTF8.self) else {
      throw Self.wrong("a name that is not UTF-8")
    }
    return text
  }

  /// Calls `body` for every element of a list; `body` reads or skips it.
  mutating func list(_ kind: UInt8, _ body: (inout ThriftReader, _ kind: UInt8) throws -> Void) throws {
    guard kind == Kind.list || kind == Kind.set else {
      throw Self.wrong("a value of type \(kind) where a list stands")
    }
    let head = try byte()
    let length = head >> 4 == 15 ? try unsigned() : UInt64(head >> 4)
    // Every element has a byte at least.
    guard length <= UInt64(bytes.count - index) else { throw Self.early }
    guard depth < 32 else { throw Self.wrong("lists more than 32 deep") }
    depth += 1
    for _ in 0..<length { try body(&self, head & 15) }
    depth -= 1
  }

  /// Passes over a value. `element`: inside a list or map, where true and false have a byte of their own.
  mutating func skip(_ kind: UInt8, element: Bool = false) throws {
    switch kind {
    case Kind.yes, Kind.no: if element { _ = try byte() }
    case 3: _ = try byte()
    case 4, 5, 6: _ = try unsigned()
    case 7:
      guard bytes.count - index >= 8 else { throw Self.early }
      index += 8
    case Kind.binary: _ = try binary(kind)
    case Kind.list, Kind.set: try list(kind) { try $0.skip($1, element: true) }
    case Kind.map:
      let length = try unsigned()
      guard length <= UInt64(bytes.count - index) else { throw Self.early }
      guard length > 0 else { return }
      guard depth < 32 else { throw Self.wrong("maps more than 32 deep") }
      depth += 1
      let kinds = try byte()
      for _ in 0..<length {
        try skip(kinds >> 4, element: true)
        try skip(kinds & 15, element: true)
      }
      depth -= 1
    case Kind.structure: try structure { try $0.skip($2) }
    default: throw Self.wrong("a value of the unknown type \(kind)")
    }
  }
}
