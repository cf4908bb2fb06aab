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
    let bytes = try FileAccess.content(ofFile: file)
    var tensors: [String: Tensor] = [:]
    metadata = try bytes.withUnsafeBytes { bytes in
      let index = try SafetensorsIndex(bytes, file: file)
      for entry in index.entries {
        guard entry.type == "F32" || entry.type == "F64" else {
          throw problem(entry.name, "the type \(entry.type)", "F32 or F64")
        }
        // The index has held the shape against the bytes.
        let count = entry.bytes.count / (entry.type == "F32" ? 4 : 8)
        func numbers<Scalar>(_ zero: Scalar) -> [Scalar] {
          var values = [Scalar](repeating: zero, count: count)
          values.withUnsafeMutableBytes { $0.copyMemory(from: entry.bytes) }
          return values
        }
        tensors[entry.name] = Tensor(
          shape: entry.shape,
          values: entry.type == "F32" ? .float32(numbers(Float(0))) : .float64(numbers(0.0)))
      }
      return index.metadata
    }
    self.tensors = tensors
  }
}
