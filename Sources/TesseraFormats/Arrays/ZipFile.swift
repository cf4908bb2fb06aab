import CZlib

/// The members of a zip file, as NumPy's .npz has them: stored, or packed by deflate.
///
/// - SeeAlso: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", Sections 4.3 and 4.5.3 (zip64).
struct ZipFile {
  struct Member {
    let name: String
    let method: Int
    let checksum: UInt32
    let packedSize: Int
    let size: Int
    /// Where its own header begins.
    let offset: Int
    let isEncrypted: Bool
  }

  private let file: String
  private let mapped: MappedFile
  let members: [Member]

  static func begins(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// - Throws: `FormatError` where the file has no directory of members.
  init(_ file: String) throws {
    self.file = file
    mapped = try MappedFile(file)
    do {
      members = try Self.directory(mapped.bytes)
    } catch is Damage { throw Self.broken(file) }
  }

  private struct Damage: Error {}

  private static func broken(_ file: String) -> FormatError {
    .content(
      file: file, line: nil, field: nil, found: "a directory of members that is broken or cut short",
      expected: "a whole zip file")
  }

  /// A number of two, four or eight bytes.
  private static func number<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ type: Number.Type
  ) throws -> Int {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Number>.size else { throw Damage() }
    let number = Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    guard let result = Int(exactly: number), result < 1 << 60 else { throw Damage() }
    return result
  }

  private static func directory(_ bytes: UnsafeRawBufferPointer) throws -> [Member] {
    // The end record is 22 bytes, and a comment of less than 64 KiB may follow.
    guard bytes.count >= 22 else { throw Damage() }
    let lowest = max(0, bytes.count - 22 - 65_535)
    guard
      let end = (lowest...bytes.count - 22).last(where: {
        bytes[$0] == 0x50 && bytes[$0 + 1] == 0x4B && bytes[$0 + 2] == 5 && bytes[$0 + 3] == 6
      })
    else { throw Damage() }
    var count = try number(bytes, end + 10, UInt16.self)
    var position = try number(bytes, end + 16, UInt32.self)
    // zip64: a locator of 20 bytes before the end record names the larger one.
    if end >= 20, try number(bytes, end - 20, UInt32.self) == 0x0706_4B50 {
      let large = try number(bytes, end - 12, UInt64.self)
      guard try number(bytes, large, UInt32.self) == 0x0606_4B50 else { throw Damage() }
      count = try number(bytes, large + 32, UInt64.self)
      position = try number(bytes, large + 48, UInt64.self)
    }
    // An entry has 46 bytes at least.
    guard count <= bytes.count / 46 else { throw Damage() }
    return try (0..<count).map { _ in try member(bytes, at: &position) }
  }

  private static func member(_ bytes: UnsafeRawBufferPointer, at position: inout Int) throws -> Member {
    guard try number(bytes, position, UInt32.self) == 0x0201_4B50 else { throw Damage() }
    let nameLength = try number(bytes, position + 28, UInt16.self)
    let extraLength = try number(bytes, position + 30, UInt16.self)
    let commentLength = try number(bytes, position + 32, UInt16.self)
    let next = position + 46 + nameLength + extraLength + commentLength
    guard next <= bytes.count else { throw Damage() }
    var size = try number(bytes, position + 24, UInt32.self)
    var packed = try number(bytes, position + 20, UInt32.self)
    var offset = try number(bytes, position + 42, UInt32.self)
    // Numbers that do not fit stand in an extra field, in this order.
    var extra = position + 46 + nameLength
    let extraEnd = extra + extraLength
    while extra + 4 <= extraEnd {
      let length = try number(bytes, extra + 2, UInt16.self)
      if try number(bytes, extra, UInt16.self) == 1 {
        var place = extra + 4
        for path in [\Wide.size, \Wide.packed, \Wide.offset] {
          var wide = Wide(size: size, packed: packed, offset: offset)
          guard wide[keyPath: path] == UInt32.max else { continue }
          guard place + 8 <= extra + 4 + length else { throw Damage() }
          wide[keyPath: path] = try number(bytes, place, UInt64.self)
          place += 8
          (size, packed, offset) = (wide.size, wide.packed, wide.offset)
        }
      }
      extra += 4 + length
    }
    let name = UnsafeRawBufferPointer(rebasing: bytes[position + 46..<position + 46 + nameLength])
    defer { position = next }
    return Member(
      name: String(decoding: name, as: UTF8.self), method: try number(bytes, position + 10, UInt16.self),
      checksum: UInt32(try number(bytes, position + 16, UInt32.self)), packedSize: packed, size: size,
      offset: offset, isEncrypted: try number(bytes, position + 8, UInt16.self) & 1 == 1)
  }

  private struct Wide {
    var size: Int
    var packed: Int
    var offset: Int
  }

  /// Calls `body` with the content of a member.
  ///
  /// - Throws: `FormatError` where it is encrypted, packed in another way, or not what its checksum says.
  func withContent<Result>(of member: Member, _ body: (UnsafeRawBufferPointer) throws -> Result) throws
    -> Result
  {
    func problem(_ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: member.name, found: found, expected: expected)
    }
    guard !member.isEncrypted else { throw problem("an encrypted member", "one without a password") }
    let bytes = mapped.bytes
    let packed: UnsafeRawBufferPointer
    do {
      guard try Self.number(bytes, member.offset, UInt32.self) == 0x0403_4B50 else { throw Damage() }
      let start =
        try member.offset + 30 + Self.number(bytes, member.offset + 26, UInt16.self)
        + Self.number(bytes, member.offset + 28, UInt16.self)
      guard start <= bytes.count, member.packedSize <= bytes.count - start else { throw Damage() }
      packed = UnsafeRawBufferPointer(rebasing: bytes[start..<start + member.packedSize])
    } catch is Damage { throw problem("a member that is broken or cut short", "a whole zip file") }
    func checked(_ content: UnsafeRawBufferPointer) throws -> Result {
      var sum = crc32_z(0, nil, 0)
      sum = crc32_z(sum, content.baseAddress?.assumingMemoryBound(to: UInt8.self), content.count)
      guard UInt32(truncatingIfNeeded: sum) == member.checksum else {
        throw problem("bytes that do not match their checksum", "a whole zip file")
      }
      return try body(content)
    }
    switch member.method {
    case 0:
      guard member.size == member.packedSize else { throw problem("two sizes of a stored member", "one") }
      return try checked(packed)
    case 8:
      // Deflate shrinks to a 1,032nd at most: a larger promise is no reason to ask for memory.
      guard member.size / 1_032 <= packed.count else {
        throw problem("\(packed.count) bytes that unpack to \(member.size)", "a plausible size")
      }
      let target = UnsafeMutableRawBufferPointer.allocate(byteCount: max(member.size, 1), alignment: 16)
      defer { target.deallocate() }
      let room = UnsafeMutableRawBufferPointer(rebasing: target[0..<member.size])
      guard Inflation.unpack(packed, into: room, form: .raw) == member.size else {
        throw problem("packed bytes that are broken", "\(member.size) bytes, packed by deflate")
      }
      return try checked(UnsafeRawBufferPointer(room))
    default: throw problem("compression method \(member.method)", "0 (stored) or 8 (deflate)")
    }
  }
}
