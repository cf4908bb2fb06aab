import Tessera
import TesseraFormats

/// Weights of alternatives by any scheme.
///
/// Arrays in: `contexts` (m x d, float32 or float64). Settings: those of `RewardFit.Settings`; `weights` names the scheme.
/// Arrays out: `values`, `standard errors`. The document is that of weights, without its rows.
enum WeightsOperation {
  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(RewardFit.Settings.self)
    try settings.check()
    guard case .scheme(let specification) = settings.weights, !specification.isLocal else {
      throw RequestError.setting(
        "weights", found: settings.weights.name, expected: "the name of a scheme that weighs alternatives")
    }
    let contexts = try request.required("contexts").contexts()
    let weights = try specification.scheme(settings.sampling()).weights(of: contexts, work: work)
    return try outcome(weights)
  }

  /// The document of weights and their arrays.
  static func outcome(_ weights: AlternativeWeights) throws -> Outcome {
    let document = FitDocument.Weights(weights, advice: WeightAdviceWords.python.sentences(weights.advice))
    return Outcome(
      try DocumentEncoder.json(document),
      arrays: [
        ("values", .doubles(weights.values, columns: 1)),
        ("standard errors", .doubles(weights.standardErrors, columns: 1)),
      ], value: weights)
  }
}

extension WeightAdviceWords {
  /// Settings as arguments of Python spell them.
  static let python = WeightAdviceWords { Spell.words(of: $0.rawValue, joined: "_") }
}
