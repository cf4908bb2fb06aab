import Tessera
import TesseraFormats

/// Reward models: functions of contexts, trained on comparisons.
///
/// `train head`: subject data with contexts; settings: `Settings` below. `score head`: subject a trained head, array in `contexts`,
/// arrays out `rewards` and `deviations` between runs. `save head`: subject a trained head, settings `file`. `load head`: settings
/// `file`. Arrays out of `train` and `load`: `R.K.weight` (outputs x inputs) and `R.K.bias` of run R and layer K.
enum HeadOperation {
  struct Settings: Decodable {
    var fit: RewardFit.Settings?
    var hidden: [Int]?
    var steps: Int?
    var batch: Int?
    var learningRate: Double?
    var runs: Int?
  }

  struct FileSettings: Decodable {
    var file: String
  }

  static func train(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(Settings.self)
    let fitted = settings.fit ?? RewardFit.Settings()
    try fitted.check()
    let data = try request.subject(Data.self, "data that were read")
    var training = RewardTraining()
    if let hidden = settings.hidden { training.hidden = hidden }
    if let steps = settings.steps { training.steps = steps }
    if let batch = settings.batch { training.batchSize = batch }
    if let rate = settings.learningRate { training.learningRate = rate }
    training.runs = settings.runs ?? 1
    training.lambdaConvention = fitted.lambdaConvention
    training.seed = fitted.seed
    let plan = try RewardTrainingPlan(
      data.dataset, fit: RewardFit(fitted), settings: training, work: work.silent)
    let choice = plan.fit.choice(for: plan.training)
    let weights = try plan.fit.scheme(choice, pool: nil).map {
      try plan.measure($0, work: work.part(0...0.2, "weights"))
    }
    let estimate = try plan.estimate("head", weights, work: work.silent)
    training.lambda = estimate.lambda
    try training.check()
    let ensemble = try training.train(
      plan.training, weights: estimate.weights, work: work.part(0.3...1, "training"))
    let file = RewardModelFile(
      ensemble: ensemble, transform: plan.transform,
      notes: [
        "weights": choice.weights.name, "lambda": "\(training.lambda)",
        "lambda_convention": training.lambdaConvention.rawValue, "seed": "\(training.seed)",
        "steps": "\(training.steps)", "batch": "\(training.batchSize)",
        "learning_rate": "\(training.learningRate)",
      ])
    return outcome(file)
  }

  private static func outcome(_ file: RewardModelFile) -> Outcome {
    var arrays: [(String, Outcome.Values)] = []
    for (run, model) in file.ensemble.models.enumerated() {
      for (layer, tensor) in model.tensors.enumerated() {
        arrays.append(
          ("\(run).\(layer).weight", .floats(tensor.weights.storage, columns: tensor.weights.columns)))
        arrays.append(("\(run).\(layer).bias", .floats(tensor.biases, columns: 1)))
      }
    }
    if let transform = file.transform {
      if !transform.mean.isEmpty { arrays.append(("mean", .doubles(transform.mean, columns: 1))) }
      if let first = transform.axes.first {
        arrays.append(("axes", .doubles(transform.axes.flatMap { $0 }, columns: first.count)))
      }
    }
    let model = file.ensemble.models[0]
    return Outcome(
      .object([
        ("runs", .integer(file.ensemble.models.count)),
        ("sizes", .array(model.sizes.map(JSONValue.integer))),
        ("normalizes", .bool(file.transform?.normalizes ?? false)),
        ("losses", .array(file.ensemble.losses.map(JSONValue.number))),
        ("notes", .object(file.notes.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
      ]), arrays: arrays, value: file)
  }

  static func score(_ request: Request, _ work: Work) throws -> Outcome {
    let file = try request.subject(RewardModelFile.self, "a trained head")
    let contexts = try request.required("contexts").contexts()
    let expected =
      file.transform.flatMap { $0.mean.isEmpty ? nil : $0.mean.count } ?? file.ensemble.models[0].dimension
    guard contexts.dimension == expected else {
      throw RequestError.array(
        "contexts", found: "\(contexts.dimension) numbers each", expected: "\(expected), as in training")
    }
    let scores = try file.ensemble.scores(of: file.transform?.apply(to: contexts) ?? contexts, work: work)
    return Outcome(
      arrays: [
        ("rewards", .doubles(scores.mean, columns: 1)),
        ("deviations", .doubles(scores.deviation, columns: 1)),
      ])
  }

  static func save(_ request: Request, _ work: Work) throws -> Outcome {
    let file = try request.subject(RewardModelFile.self, "a trained head")
    try file.write(to: request.settings(FileSettings.self).file)
    return Outcome()
  }

  static func load(_ request: Request, _ work: Work) throws -> Outcome {
    outcome(try RewardModelFile(readingFrom: request.settings(FileSettings.self).file))
  }
}
