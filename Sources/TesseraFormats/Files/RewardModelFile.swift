import Tessera

/// A trained ensemble with everything that new answers must go through before it scores them.
///
/// A safetensors file with the tensors
/// - `run.R.layer.K.weight` (outputs x inputs) and `run.R.layer.K.bias` (outputs), F32, for run R and layer K, both
///   counted from 0; hidden layers are rectified, the last is not;
/// - `transform.mean` (d) and `transform.axes` (components x d), F64, where contexts are centred or reduced;
/// - `embedder.buckets`, `embedder.rarity`, `embedder.directions`, where the model was trained on texts by the built-in
///   embedder;
///
/// and the metadata `format` = `tessera-reward-model`, `version`, `runs`, `layers`, `normalizes`, `weights` (the scheme),
/// `lambda`, `seed`.
public struct RewardModelFile: Sendable, Equatable {
  public let ensemble: RewardEnsemble
  /// nil where contexts are used as they are.
  public let transform: ContextTransform?
  /// What is known of the training, by name.
  public let notes: [String: String]

  /// Tensors of the embedder that turned texts into contexts, without the prefix; empty where there was none.
  public let embedder: [String: SafetensorsFile.Tensor]

  public init(
    ensemble: RewardEnsemble, transform: ContextTransform?, notes: [String: String] = [:],
    embedder: [String: SafetensorsFile.Tensor] = [:]
  ) {
    self.embedder = embedder
    self.ensemble = ensemble
    self.transform = transform
    self.notes = notes
  }

  public func write(to file: String) throws {
    var result = SafetensorsFile()
    result.metadata = notes
    result.metadata["format"] = "tessera-reward-model"
    result.metadata["version"] = "1"
    result.metadata["runs"] = "\(ensemble.models.count)"
    result.metadata["layers"] = "\(ensemble.models[0].tensors.count)"
    for (run, model) in ensemble.models.enumerated() {
      for (layer, tensor) in model.tensors.enumerated() {
        let name = "run.\(run).layer.\(layer)"
        result.tensors["\(name).weight"] = SafetensorsFile.Tensor(
          shape: [tensor.weights.rows, tensor.weights.columns], values: .float32(tensor.weights.storage))
        result.tensors["\(name).bias"] = SafetensorsFile.Tensor(
          shape: [tensor.biases.count], values: .float32(tensor.biases))
      }
    }
    for (name, tensor) in embedder { result.tensors["embedder.\(name)"] = tensor }
    if let transform {
      result.metadata["normalizes"] = "\(transform.normalizes)"
      if !transform.mean.isEmpty {
        result.tensors["transform.mean"] = SafetensorsFile.Tensor(
          shape: [transform.mean.count], values: .float64(transform.mean))
      }
      if let first = transform.axes.first {
        result.tensors["transform.axes"] = SafetensorsFile.Tensor(
          shape: [transform.axes.count, first.count], values: .float64(transform.axes.flatMap { $0 }))
      }
    }
    try result.write(to: file)
  }

  /// - Throws: `FormatError` naming the tensor that is missing or of another shape.
  public init(readingFrom file: String) throws {
    let source = try SafetensorsFile(readingFrom: file)
    func problem(_ field: String?, _ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: field, found: found, expected: expected)
    }
    guard source.metadata["format"] == "tessera-reward-model",
      let runs = source.metadata["runs"].flatMap(Int.init),
      let layers = source.metadata["layers"].flatMap(Int.init),
      (1...RewardTraining.mostRuns).contains(runs), (1...100).contains(layers)
    else { throw problem(nil, "another kind of safetensors file", "a reward model written by tessera train") }
    guard let version = source.metadata["version"] else { throw problem("version", "nothing", "1") }
    guard version == "1" else {
      let found = Array(version.utf8).withUnsafeBufferPointer { quoted($0) }
      throw problem("version", found, "1; a newer tessera may have written it")
    }

    func tensor(_ name: String, dimensions: Int) throws -> (shape: [Int], values: [Float]) {
      guard let tensor = source.tensors[name] else { throw problem(name, "nothing", "a tensor") }
      guard tensor.shape.count == dimensions, case .float32(let values) = tensor.values else {
        throw problem(name, "\(tensor.shape.count) dimensions", "\(dimensions), of type F32")
      }
      guard values.allSatisfy(\.isFinite) else {
        throw problem(name, "a number that is not finite", "finite numbers")
      }
      return (tensor.shape, values)
    }
    var models: [RewardModel] = []
    for run in 0..<runs {
      var list: [(weights: Matrix<Float>, biases: [Float])] = []
      for layer in 0..<layers {
        let name = "run.\(run).layer.\(layer)"
        let weight = try tensor("\(name).weight", dimensions: 2)
        let bias = try tensor("\(name).bias", dimensions: 1)
        let inputs = list.last?.weights.rows ?? models.first?.dimension ?? weight.shape[1]
        let outputs = layer == layers - 1 ? 1 : weight.shape[0]
        guard weight.shape == [outputs, inputs], bias.shape == [outputs], outputs > 0, inputs > 0 else {
          throw problem("\(name).weight", "the shape \(weight.shape)", "\(outputs) x \(inputs)")
        }
        list.append((Matrix(rows: outputs, columns: inputs, storage: weight.values), bias.values))
      }
      models.append(RewardModel(tensors: list))
    }
    ensemble = RewardEnsemble(models: models)

    transform = try Self.transform(in: source, inputs: ensemble.models[0].dimension) { problem($0, $1, $2) }
    notes = source.metadata
    var embedder: [String: SafetensorsFile.Tensor] = [:]
    for (name, tensor) in source.tensors where name.hasPrefix("embedder.") {
      embedder[String(name.dropFirst("embedder.".count))] = tensor
    }
    self.embedder = embedder
  }
  /// What contexts go through before the first layer; nil where they are used as they are.
  private static func transform(
    in source: SafetensorsFile, inputs: Int, _ problem: (String?, String, String) -> FormatError
  ) throws -> ContextTransform? {
    func numbers(_ name: String, dimensions: Int) throws -> (shape: [Int], values: [Double])? {
      guard let tensor = source.tensors[name] else { return nil }
      guard tensor.shape.count == dimensions, case .float64(let values) = tensor.values, !values.isEmpty
      else {
        throw problem(
          name, "the shape \(tensor.shape)",
          "\(Spell.plural(dimensions, "dimension")) of type F64, none of them empty")
      }
      return (tensor.shape, values)
    }
    let mean = try numbers("transform.mean", dimensions: 1)?.values ?? []
    let stored = try numbers("transform.axes", dimensions: 2)
    guard let said = source.metadata["normalizes"] else {
      guard mean.isEmpty, stored == nil else {
        throw problem("normalizes", "nothing", "true or false, beside a mean or axes")
      }
      return nil
    }
    guard said == "true" || said == "false" else {
      throw problem("normalizes", "\"\(said)\"", "true or false")
    }
    var axes: [[Double]] = []
    if let stored {
      guard stored.shape[1] == mean.count else {
        throw problem(
          "transform.axes", "axes of \(stored.shape[1]) numbers", "\(mean.count), as in transform.mean")
      }
      axes = (0..<stored.shape[0]).map { Array(stored.values[$0 * mean.count..<($0 + 1) * mean.count]) }
    }
    if let mistake = ContextTransform.mistake(mean: mean, axes: axes, variances: []) {
      throw problem("transform", mistake, "a mean and axes that fit it")
    }
    let outputs = axes.isEmpty ? (mean.isEmpty ? inputs : mean.count) : axes.count
    guard outputs == inputs else {
      throw problem(
        axes.isEmpty ? "transform.mean" : "transform.axes", "contexts of \(outputs) numbers behind it",
        "\(inputs), which the model reads")
    }
    return ContextTransform(normalizes: said == "true", mean: mean, axes: axes)
  }
}
