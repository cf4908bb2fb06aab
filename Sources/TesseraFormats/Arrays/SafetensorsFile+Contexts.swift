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
      members.first { $0.key == "__metadata__" }
      .flatMap { try? DocumentDecoder.value([String: String].self, from: $0.value) } ?? [:]
    entries = try members.filter { $0.key != "__metadata__" }.sorted { $0.key < $1.key }.map { name, value in
      guard let entry = try? DocumentDecoder.value(Header.self, from: value), entry.offsets.count == 2,
        entry.shape.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }), entry.shape.count <= 8
      else { throw problem(name, "an entry without dtype, shape and data_offsets", "all three") }
      let offsets = entry.offsets
      guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count else {
        throw problem(name, "bytes \(offsets[0]) to \(offsets[1])", "bytes inside the file")
      }
      return Entry(
        name: name, type: entry.dtype, shape: entry.shape,
        bytes: UnsafeRawBufferPointer(rebasing: data[offsets[0]..<offsets[1]]))
    }
  }
}
