import Tessera
import TesseraFormats

/// A fitted lexical embedder on disk: safetensors with `buckets` (F64, n), `rarity` (F32, n) and `directions`
/// (F32, n x d), metadata `format` = `tessera-lexical-embedder`.
extension FittedLexicalEmbedder {
  public var tensors: [String: SafetensorsFile.Tensor] {
    [
      "buckets": SafetensorsFile.Tensor(shape: [buckets.count], values: .float64(buckets.map(Double.init))),
      "rarity": SafetensorsFile.Tensor(shape: [rarity.count], values: .float32(rarity)),
      "directions": SafetensorsFile.Tensor(
        shape: [directions.rows, directions.columns], values: .float32(directions.storage)),
    ]
  }

  public func write(to file: String) throws {
    try SafetensorsFile(
      tensors: tensors, metadata: ["format": "tessera-lexical-embedder", "version": "1"]
    ).write(to: file)
  }

  /// - Throws: `FormatError` for another kind of file.
  public init(readingFrom file: String) throws {
    let source = try SafetensorsFile(readingFrom: file)
    guard source.metadata["format"] == "tessera-lexical-embedder" else {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "another kind of file",
        expected: "an embedder written by tessera embed --save-embedder")
    }
    try self.init(tensors: source.tensors, of: file)
  }

  /// - Parameter file: Where the tensors come from, for messages.
  /// - Throws: `FormatError` for tensors that do not fit one another.
  public init(tensors: [String: SafetensorsFile.Tensor], of file: String) throws {
    let problem = FormatError.content(
      file: file, line: nil, field: "embedder", found: "tensors that do not fit one another",
      expected: "buckets (n), rarity (n) and directions (n x d)")
    guard case .float64(let buckets)? = tensors["buckets"]?.values,
      case .float32(let rarity)? = tensors["rarity"]?.values,
      let directions = tensors["directions"], case .float32(let values) = directions.values
    else { throw problem }
    let numbers = buckets.compactMap { Int(exactly: $0) }
    guard numbers.count == rarity.count, directions.shape.count == 2, directions.shape[0] == rarity.count,
      numbers.allSatisfy({ (0..<TextFeatures.buckets).contains($0) }),
      zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }), (rarity + values).allSatisfy(\.isFinite)
    else { throw problem }
    self.init(
      buckets: numbers, rarity: rarity,
      directions: Matrix(rows: directions.shape[0], columns: directions.shape[1], storage: values))
  }
}
