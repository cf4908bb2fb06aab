import Foundation
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

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws {
    func problem(_ field: String?, _ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: field, found: found, expected: expected)
    }
    guard bytes.count >= 8 else { throw problem(nil, "\(bytes.count) bytes", "a safetensors file") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= 100_000_000, Int(length) <= bytes.count - 8 else {
      throw problem(nil, "a header of \(length) bytes", "a safetensors file, whose header fits it")
    }
    let header = Data(bytes[8..<8 + Int(length)])
    let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + Int(length))...])
    guard let members = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else {
      throw problem(nil, "a header that is not a JSON object", "a safetensors file")
    }
    metadata = members["__metadata__"] as? [String: String] ?? [:]
    entries = try members.filter { $0.key != "__metadata__" }.sorted { $0.key < $1.key }.map { name, value in
      guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
        offsets.count == 2, shape.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }), shape.count <= 8
      else { throw problem(name, "an entry without dtype, shape and data_offsets", "all three") }
      guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count else {
        throw problem(name, "bytes \(offsets[0]) to \(offsets[1])", "bytes inside the file")
      }
      return Entry(
        name: name, type: type, shape: shape,
        bytes: UnsafeRawBufferPointer(rebasing: data[offsets[0]..<offsets[1]]))
    }
  }
}
