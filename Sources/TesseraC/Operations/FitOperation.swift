import Tessera
import TesseraFormats

/// The whole pipeline. Subject: data that were read; settings: `RewardFit.Settings`.
///
/// Array in, optional: `families`, the number of each alternative's family (int32, -1 for none). Arrays out: `rewards`, `errors`,
/// `standard rewards`, `standard errors`, `weights`, `win rates`, `comparisons`, `components`. NaN where the data say nothing.
enum FitOperation {
  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(RewardFit.Settings.self)
    try settings.check()
    let data = try request.subject(Data.self, "data that were read")
    var aids = RewardFit.Aids()
    aids.families = try families(request, data.dataset.alternatives.count)
    let result = try RewardFit(settings).run(data.dataset, aids: aids, work: work)
    var arrays: [(String, Outcome.Values)] = [
      ("rewards", .optional(result.best.rewards)), ("errors", .optional(result.best.errors.values)),
      ("standard rewards", .optional(result.standard.rewards)),
      ("standard errors", .optional(result.standard.errors.values)),
      ("weights", .doubles(result.weights.values, columns: 1)),
      ("win rates", .optional(result.winRates)),
      ("comparisons", .doubles(result.comparisons, columns: 1)),
      ("components", .indices(result.components.of.map { Int32(truncatingIfNeeded: $0) })),
    ]
    if let weighted = result.weighted {
      arrays += [
        ("weighted rewards", .optional(weighted.rewards)),
        ("weighted errors", .optional(weighted.errors.values)),
      ]
    }
    return Outcome(try summary(result), arrays: arrays, value: result)
  }

  static func families(_ request: Request, _ count: Int) throws -> Partition? {
    guard let array = request.array("families") else { return nil }
    let numbers = try array.elements(.int32, Int32.self)
    guard numbers.count == count else {
      throw RequestError.array(
        "families", found: "\(numbers.count)", expected: "\(count), one for every alternative")
    }
    return Partition(names: numbers.map { $0 < 0 ? nil : "\($0)" })
  }

  /// What qualifies the numbers, without a row for every alternative.
  private static func summary(_ result: RewardFit.Result) throws -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("weights", .string(result.choice.weights.name)), ("pairs", .string(result.choice.pairs.rawValue)),
      ("reason", .string(result.choice.reason.rawValue)), ("components", .integer(result.components.count)),
      ("effectiveAlternatives", .number(result.weights.effectiveAlternatives)),
    ]
    for (name, estimate) in [("standard", result.standard), ("weighted", result.weighted)] {
      guard let estimate else { continue }
      members.append(
        (
          name,
          .object([
            ("lambda", .number(estimate.lambda)), ("certificate", .number(estimate.fit.certificate)),
            ("outcome", try DocumentEncoder.json(estimate.fit.outcome)),
            ("effectiveComparisons", .number(estimate.effectiveComparisons)),
          ])
        ))
    }
    return .object(members)
  }

  /// The document of a fit, as the tool writes it. Subject: a fit.
  static func document(_ request: Request, _ work: Work) throws -> Outcome {
    let result = try request.subject(RewardFit.Result.self, "a fit")
    return Outcome(
      try DocumentEncoder.json(
        FitDocument(
          result, advice: WeightAdviceWords.python.sentences(result.weights.advice),
          why: WhyWords.lines(result))), value: result)
  }

  struct VerdictSettings: Decodable {
    /// Whether a part is held out to see what predicts better: more fits.
    var holdsOut: Bool?
  }

  /// Whether clones distort these rewards, and what to do now. Subject: a fit.
  static func verdict(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(VerdictSettings.self)
    let result = try request.subject(RewardFit.Result.self, "a fit")
    guard let verdict = try CloneVerdict(result, holdsOut: settings.holdsOut ?? true, work: work) else {
      throw RequestError.subject(
        expected:
          "a fit with a weighted estimate of alternatives that are not merged, so that there are two to compare"
      )
    }
    let ids = result.dataset.alternatives.map(\.id)
    return Outcome(
      try DocumentEncoder.json(
        CloneVerdictDocument(verdict, ids: ids, weighted: result.choice.weights.name)))
  }
}
