import Tessera

extension SafetensorsFile {
  /// Contexts from a tensor of two dimensions, F64, F32, F16 or BF16, without reading the others.
  ///
  /// - Parameter name: The tensor; nil where only one has two dimensions.
  static func contexts(_ file: String, tensor name: String?) throws -> Contexts {
    let mapped = try MappedFile(file)
    let index = try SafetensorsIndex(mapped.bytes, file: file)
    let names =
      name == nil ? index.entries.filter { $0.shape.count == 2 }.map(\.name) : index.entries.map(\.name)
    let chosen = names[try ContextsFile.choose(name, of: names, file: file, what: "tensor")]
    func problem(_ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: chosen, found: found, expected: expected)
    }
    guard let entry = index.entries.first(where: { $0.name == chosen }) else {
      throw problem("no tensor of this name", "one")
    }
    let formats: [String: NumberFormat] = ["F64": .double, "F32": .single, "F16": .half, "BF16": .brainFloat]
    guard let format = formats[entry.type] else {
      throw problem("the type \(entry.type)", "F64, F32, F16 or BF16")
    }
    do {
      let count = try NumberFormat.count(of: entry.shape)
      guard entry.bytes.count == count * format.width else {
        throw problem("\(entry.bytes.count) bytes", "\(count * format.width), as the shape says")
      }
      return try format.contexts(rows: entry.shape[0], columns: entry.shape[1], entry.bytes)
    } catch let error as NumberFormat.ShapeProblem {
      throw problem(error.found, error.expected)
    } catch let error as ContextsError {
      throw problem("\(error)", "finite numbers")
    }
  }
}

/// The header of a safetensors file: what stands where.
struct SafetensorsIndex {
  struct Entry {
    let name: String
    let type: String
    let shape: [Int]
    /// Inside the file, whatever the header says.
    let bytes: UnsafeRawBufferPointer
    /// Where they stand behind the header.
    let offsets: (start: Int, end: Int)
  }

  /// In the order of their names.
  let entries: [Entry]
  let metadata: [String: String]

  /// An entry as it is written.
  private struct Header: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    private enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws {
    func problem(_ field: String?, _ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: field, found: found, expected: expected)
    }
    guard bytes.count >= 8 else { throw problem(nil, "\(bytes.count) bytes", "a safetensors file") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= 100_000_000, Int(length) <= bytes.count - 8 else {
      throw problem(nil, "a header of \(length) bytes", "a safetensors file, whose header fits it")
    }
    let header = Array(bytes[8..<8 + Int(length)])
    let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + Int(length))...])
    let json: JSONValue
    do {
      json = try JSONReader.value(of: header)
    } catch let fault as JSONReader.Fault {
      throw problem(
        nil, "a header with \(fault.found) at column \(fault.column)",
        "\(fault.expected), as in a safetensors file")
    }
    guard case .object(let members) = json else {
      throw problem(nil, "a header that is not a JSON object", "a safetensors file")
    }
    metadata =
      try members.first { $0.key == "__metadata__" }.map { key, value in
        guard let texts = try? DocumentDecoder.value([String: String].self, from: value) else {
          throw problem(key, "something else", "an object of texts")
        }
        return texts
      } ?? [:]
    entries = try members.filter { $0.key != "__metadata__" }.sorted { $0.key < $1.key }.map { name, value in
      guard let entry = try? DocumentDecoder.value(Header.self, from: value), entry.offsets.count == 2,
        entry.shape.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }), entry.shape.count <= 8, Self.isName(entry.dtype)
      else { throw problem(name, "an entry without dtype, shape and data_offsets", "all three") }
      let offsets = entry.offsets
      guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count else {
        throw problem(name, "bytes \(offsets[0]) to \(offsets[1])", "bytes inside the file")
      }
      // A type that is not known here is nobody's to read.
      if let width = Self.widths[entry.dtype] {
        guard Self.product(entry.shape + [width]) == offsets[1] - offsets[0] else {
          throw problem(
            name, "\(offsets[1] - offsets[0]) bytes",
            "\(Self.product(entry.shape + [width]).map(String.init) ?? "more") bytes inside the file, as the shape says"
          )
        }
      }
      return Entry(
        name: name, type: entry.dtype, shape: entry.shape,
        bytes: UnsafeRawBufferPointer(rebasing: data[offsets[0]..<offsets[1]]),
        offsets: (offsets[0], offsets[1]))
    }
    // One tensor behind the other, up to the end: bytes that two share, or nobody, are a mistake of the writer.
    var end = 0
    for entry in entries.sorted(by: { $0.offsets < $1.offsets }) {
      guard entry.offsets.start == end else {
        throw problem(
          entry.name, "a tensor from byte \(entry.offsets.start) on", "byte \(end), where the one before ends"
        )
      }
      end = entry.offsets.end
    }
    guard end == data.count else {
      throw problem(nil, "\(data.count) bytes of numbers", "\(end), as the header says")
    }
  }

  /// Bytes of a number of each type.
  /// Types that are yet to come are named as those of today: F8_E4M3.
  private static func isName(_ type: String) -> Bool {
    !type.isEmpty
      && type.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }

  private static let widths = [
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "I8": 1,
    "U8": 1, "BOOL": 1,
  ]

  /// nil where `Int` does not hold it.
  private static func product(_ factors: [Int]) -> Int? {
    if factors.contains(0) { return 0 }
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = next
    }
    return product
  }
}
