import Foundation
import Tessera
import TesseraFormats

extension AlternativeWeights {
  /// The diagnostics of the JSON output, the same for every command.
  var json: JSONValue {
    let (origin, d) = (diagnostics.origin, diagnostics)
    return .object([
      ("scheme", .string(origin.scheme.rawValue)),
      ("space", origin.space.map(JSONValue.string) ?? .null),
      ("method", .string(origin.method.rawValue)),
      ("samples", .integer(origin.samples)),
      ("seed", .number(exactly: origin.seed)),
      ("effectiveAlternatives", .number(d.effectiveAlternatives)),
      ("zeroWeightShare", .number(d.zeroWeightShare)),
      ("maxStandardError", .number(d.maxStandardError)),
      ("outside", .integer(origin.outside)),
      ("choice", .string(origin.choice)),
      ("advice", .array(advice.map(JSONValue.string))),
    ])
  }
}

extension JSONValue {
  /// A seed may be larger than any `Int`.
  static func number(exactly value: UInt64) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .number(Double(value))
  }

  init(_ value: Double?) { self = value.map(JSONValue.number) ?? .null }
}

extension Fit {
  /// The JSON document of `tessera fit`.
  var json: JSONValue {
    func describe(_ estimate: Estimate?) -> JSONValue {
      guard let estimate else { return .null }
      return .object([
        ("certificate", .number(estimate.certificate)),
        ("iterations", .integer(estimate.iterations)),
        ("lambda", .number(estimate.lambda)),
        ("errors", .string(estimate.errors.noise.rawValue)),
        ("errorComputation", .string(estimate.errors.computation.rawValue)),
        ("errorClusters", .integer(estimate.errors.clusters)),
        ("errorRelativeError", .number(estimate.errors.relativeError)),
      ])
    }
    return .object([
      ("lambda", .number(lambda)),
      ("lambdaConvention", .string(lambdaConvention.rawValue)),
      ("pairs", .string(pairs.rawValue)),
      ("components", .integer(components.count)),
      ("comparisons", .whole(dataset.totalComparisons)),
      ("comparedPairs", .integer(comparedPairs)),
      ("mergedDuplicates", merged.map { .integer($0.groups.groupOf.count - $0.groups.count) } ?? .null),
      ("estimates", .object([("standard", describe(standard)), ("weighted", describe(weighted))])),
      ("weights", weights.json),
      ("alternatives", .array(dataset.alternatives.indices.map { .object(row($0)) })),
    ])
  }

  private func row(_ i: Int) -> [(key: String, value: JSONValue)] {
    var row: [(key: String, value: JSONValue)] = [
      ("id", .string(dataset.alternatives[i].id)),
      ("weight", .number(weights.values[i])),
      ("weightStandardError", .number(weights.standardErrors[i])),
      ("standardReward", .number(standard.rewards[i])),
      ("standardRewardError", .number(standard.errors.values[i])),
      ("weightedReward", JSONValue(weighted?.rewards[i])),
      ("weightedRewardError", JSONValue(weighted?.errors.values[i])),
      ("winRate", .number(winRates[i])),
      ("weightedWinRate", JSONValue(weightedWinRates?[i])),
      ("comparisons", .whole(comparisons[i])),
    ]
    if components.count > 1 { row.append(("component", .integer(components.of[i]))) }
    return row
  }

  /// The same rows as CSV.
  var csv: String {
    var text = ""
    for i in dataset.alternatives.indices {
      let row = row(i)
      if i == 0 { text += row.map(\.key).joined(separator: ",") + "\n" }
      text += row.map { csvField($0.value.plainText) }.joined(separator: ",") + "\n"
    }
    return text
  }
}

extension JSONValue {
  /// A count, without a decimal point where it is whole.
  static func whole(_ value: Double) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .number(value)
  }

  /// A plain value as CSV shows it: strings bare, null empty.
  var plainText: String {
    switch self {
    case .string(let text): text
    case .null: ""
    default: text().trimmingCharacters(in: .newlines)
    }
  }
}
