import Tessera
import TesseraFormats

/// What every row weighs, for those who train. Subject: data that were read, or a fit of them with `data` as below.
///
/// Settings: `RewardFit.Settings`. Arrays out, one number for every row that was read: `weights` (mean 1 over the rows), `weights a`,
/// `weights b`; `groups`, for each alternative the one of its near-duplicates whose id is first.
enum RowWeightsOperation {
  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(RewardFit.Settings.self)
    try settings.check()
    let data = try request.subject(Data.self, "data that were read")
    var aids = RewardFit.Aids()
    aids.families = try FitOperation.families(request, data.dataset.alternatives.count)
    let found = try RewardFit(settings).weigh(data.dataset, aids: aids, work: work.part(0...0.6))
    let weights = data.file.records.map { $0.comparison.map(found.weight(of:)) ?? 0 }.scaledToMeanOne
    let alternatives = found.alternatives
    func side(_ place: KeyPath<Comparison, Int32>) -> Outcome.Values {
      .optional(data.file.records.map { $0.comparison.map { alternatives[Int($0[keyPath: place])] } })
    }
    let ids = data.dataset.alternatives.map(\.id)
    let groups = try data.dataset.contexts.map {
      try DuplicateGroups(
        $0, ids: ids, prompts: NearDuplicateFrequency.prompts(of: data.dataset), work: work.part(0.6...1))
    }
    let firsts = groups?.firsts(ids) ?? Array(ids.indices)
    let sum = weights.reduce(0, +)
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    return Outcome(
      .object([
        ("weights", .string(found.choice.weights.name)), ("pairs", .string(found.choice.pairs.rawValue)),
        ("reason", .string(found.choice.reason.rawValue)),
        ("effectiveRows", .number(squares > 0 ? sum * sum / squares : 0)),
      ]),
      arrays: [
        ("weights", .doubles(weights, columns: 1)), ("weights a", side(\.a)), ("weights b", side(\.b)),
        ("groups", .indices(firsts.map { Int32(truncatingIfNeeded: $0) })),
      ])
  }
}
