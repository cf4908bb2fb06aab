import Foundation
import Tessera

/// Named arrays and text in one file, in the format of Hugging Face's safetensors: eight bytes with the length of a JSON
/// header, the header, the numbers.
public struct SafetensorsFile: Sendable, Equatable {
  public enum Values: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
  }

  public struct Tensor: Sendable, Equatable {
    public let shape: [Int]
    public let values: Values

    public init(shape: [Int], values: Values) {
      self.shape = shape
      self.values = values
    }
  }

  public var tensors: [String: Tensor]
  public var metadata: [String: String]

  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Writes the file, whole or not at all. Tensors stand in the order of their names.
  public func write(to file: String) throws {
    var header: [(key: String, value: JSONValue)] = []
    if !metadata.isEmpty {
      header.append(
        ("__metadata__", .object(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
    }
    var data: [UInt8] = []
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = data.count
      let type: String
      switch tensor.values {
      case .float32(let values):
        type = "F32"
        values.withUnsafeBytes { data.append(contentsOf: $0) }
      case .float64(let values):
        type = "F64"
        values.withUnsafeBytes { data.append(contentsOf: $0) }
      }
      header.append(
        (
          name,
          .object([
            ("dtype", .string(type)), ("shape", .array(tensor.shape.map(JSONValue.integer))),
            ("data_offsets", .array([.integer(start), .integer(data.count)])),
          ])
        ))
    }
    var text = Array(JSONValue.object(header).text().utf8)
    text.removeAll { $0 == 0x0A }
    // The numbers begin at a multiple of eight bytes.
    while text.count % 8 != 0 { text.append(0x20) }
    try FileAccess.write(to: file) { append in
      try append(withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }[...])
      try append(text[...])
      try append(data[...])
    }
  }

  /// Reads a file.
  ///
  /// - Throws: `FormatError` when it is no such file, ends early, or holds another type than F32 and F64.
  public init(readingFrom file: String) throws {
    func problem(_ field: String?, _ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: field, found: found, expected: expected)
    }
    let descriptor = try FileAccess.openForReading(file)
    if descriptor != 0 { close(descriptor) }
    guard let bytes = FileManager.default.contents(atPath: file) else {
      throw FormatError.cannotRead(file: file, reason: "it could not be opened")
    }
    guard bytes.count >= 8 else { throw problem(nil, "\(bytes.count) bytes", "a safetensors file") }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= 100_000_000, Int(length) <= bytes.count - 8 else {
      throw problem(nil, "a header of \(length) bytes", "a safetensors file, whose header fits it")
    }
    let header = bytes.dropFirst(8).prefix(Int(length))
    let data = bytes.dropFirst(8 + Int(length))
    guard let members = try? JSONSerialization.jsonObject(with: Data(header)) as? [String: Any] else {
      throw problem(nil, "a header that is not a JSON object", "a safetensors file")
    }
    metadata = members["__metadata__"] as? [String: String] ?? [:]
    tensors = [:]
    for (name, value) in members where name != "__metadata__" {
      guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
        offsets.count == 2,
        shape.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }), shape.count <= 8
      else { throw problem(name, "an entry without dtype, shape and data_offsets", "all three") }
      guard type == "F32" || type == "F64" else { throw problem(name, "the type \(type)", "F32 or F64") }
      let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      let size = count.multipliedReportingOverflow(by: type == "F32" ? 4 : 8)
      guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count, !size.overflow,
        offsets[1] - offsets[0] == size.partialValue
      else {
        throw problem(
          name, "bytes \(offsets[0]) to \(offsets[1])", "\(size.partialValue) bytes inside the file")
      }
      let part = Data(data.dropFirst(offsets[0]).prefix(offsets[1] - offsets[0]))
      func numbers<Scalar>(_ zero: Scalar) -> [Scalar] {
        var values = [Scalar](repeating: zero, count: count)
        _ = values.withUnsafeMutableBytes { part.copyBytes(to: $0) }
        return values
      }
      tensors[name] = Tensor(
        shape: shape, values: type == "F32" ? .float32(numbers(Float(0))) : .float64(numbers(0.0)))
    }
  }
}
