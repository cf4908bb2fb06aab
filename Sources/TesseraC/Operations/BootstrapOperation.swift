import Tessera
import TesseraFormats

/// A fit repeated on comparisons that are drawn again, for work that is shared among machines.
///
/// `bootstrap prepare`: subject: a fit; setting `seed`. Document: settings; arrays out: what replicates are made of, about as large
/// as the comparisons. The result is the subject of `bootstrap replicates`, and so is that of
/// `bootstrap open`: document and arrays of the former, as settings and arrays in.
/// `bootstrap replicates`: settings `first` and `count`; array out `rewards`, a row for each replicate, NaN where it says nothing.
/// `bootstrap spread`: subject: the fit; array in `rewards`, all rows; settings `level`, `seed`. Arrays out `standard errors`,
/// `lower`, `upper`, `highest rank`, `lowest rank` (0 where there is none).
enum BootstrapOperation {
  struct Seed: Decodable {
    var seed: UInt64?
  }

  static func prepare(_ request: Request, _ work: Work) throws -> Outcome {
    let result = try request.subject(RewardFit.Result.self, "a fit")
    let again = try ResampledFit(result, seed: request.settings(Seed.self).seed ?? 0)
    var arrays: [(String, Outcome.Values)] = [
      ("a", .indices(again.comparisons.map(\.a))), ("b", .indices(again.comparisons.map(\.b))),
      ("outcome", .doubles(again.comparisons.map(\.outcome), columns: 1)),
      ("count", .doubles(again.comparisons.map(\.count), columns: 1)),
      ("clusters", indices(again.clusters)), ("units", .places(again.units.map(Int64.init))),
      ("weights", .doubles(again.weights, columns: 1)), ("entries", .doubles(again.entries, columns: 1)),
      ("start", .doubles(again.start, columns: 1)),
    ]
    if let groups = again.groups { arrays.append(("groups", indices(groups.groupOf))) }
    if let members = again.members { arrays.append(("members", indices(members))) }
    if let pooled = again.pooledPairs { arrays.append(("pooled pairs", .doubles(pooled, columns: 1))) }
    return Outcome(try DocumentEncoder.json(again.settings), arrays: arrays, value: again)
  }

  static func open(_ request: Request, _ work: Work) throws -> Outcome {
    func numbers(_ name: String) throws -> [Double] {
      Array(try request.required(name).elements(.float64, Double.self))
    }
    func places(_ name: String) throws -> [Int] {
      try request.required(name).elements(.int32, Int32.self).map(Int.init)
    }
    let (a, b, outcome, count) = (
      try places("a"), try places("b"), try numbers("outcome"), try numbers("count")
    )
    guard a.count == b.count, a.count == outcome.count, a.count == count.count else {
      throw RequestError.array(
        "outcome", found: "\(outcome.count)", expected: "\(a.count), one for every comparison")
    }
    let again = try ResampledFit(
      request.settings(ResampledFit.Settings.self),
      comparisons: a.indices.map { Comparison(a: a[$0], b: b[$0], outcome: outcome[$0], count: count[$0]) },
      clusters: places("clusters"),
      units: request.required("units").elements(.int64, Int64.self).map { Int(clamping: $0) },
      weights: numbers("weights"), entries: numbers("entries"),
      groups: request.array("groups") == nil ? nil : Partition(numbering: places("groups")),
      pooledPairs: request.array("pooled pairs") == nil ? nil : numbers("pooled pairs"),
      start: numbers("start"), members: request.array("members") == nil ? nil : places("members"))
    return Outcome(value: again)
  }

  struct Range: Decodable {
    var first: Int
    var count: Int
  }

  static func replicates(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(Range.self)
    let again = try request.subject(ResampledFit.self, "a fit that was prepared for drawing again")
    guard settings.first >= 0, settings.count >= 1, settings.first < 1 << 40, settings.count < 1 << 40 else {
      throw RequestError.setting(
        "count", found: "\(settings.count) from \(settings.first)", expected: "a range of replicates")
    }
    let found = try again.rewards(of: settings.first..<settings.first + settings.count, work: work)
    let rewards = found.flatMap { $0.map { $0 ?? .nan } }
    let columns = found.first?.count ?? 0
    return Outcome(arrays: [("rewards", .doubles(rewards, columns: columns))])
  }

  struct SpreadSettings: Decodable {
    var level: Double?
    var seed: UInt64?
  }

  static func spread(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(SpreadSettings.self)
    let result = try request.subject(RewardFit.Result.self, "a fit")
    let array = try request.required("rewards")
    let (rows, columns) = (array.rows, array.columns)
    let numbers: UnsafeBufferPointer<Double> = try array.elements(.float64)
    let draws = (0..<rows).map { row in
      numbers[row * columns..<(row + 1) * columns].map { $0.isNaN ? nil : $0 }
    }
    let spread = try BootstrapSpread(
      draws, of: result, level: settings.level ?? 0.95, seed: settings.seed ?? 0, work: work)
    return Outcome(
      arrays: [
        ("standard errors", .optional(spread.standardErrors)),
        ("lower", .optional(spread.intervals.map { $0?.lowerBound })),
        ("upper", .optional(spread.intervals.map { $0?.upperBound })),
        ("highest rank", indices(spread.ranks.ranks.map { $0?.lowerBound ?? 0 })),
        ("lowest rank", indices(spread.ranks.ranks.map { $0?.upperBound ?? 0 })),
      ])
  }

  private static func indices(_ values: [Int]) -> Outcome.Values {
    .indices(values.map { Int32(truncatingIfNeeded: $0) })
  }
}
