import ArgumentParser
import Tessera
import TesseraFormats

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a comparisons file holds, without fitting anything.",
    discussion: """
      Example:
        tessera inspect votes.csv --columns a=left,b=right,outcome=winner
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions
  @OptionGroup var output: OutputOptions

  func validate() throws { try input.requireFiles() }

  func run() throws {
    let dataset = try DatasetOptions(comparisons: input, alternatives: alternatives).read(keepsPrompts: true)
    let facts = Inspection(dataset).facts
    switch output.format {
    case .json: try output.write(JSONValue.object(facts.map { ($0.key, $0.value) }).text())
    case .csv:
      try output.write("key,value\n" + facts.map { "\($0.key),\(csvField($0.value.plainText))\n" }.joined())
    case .table:
      var table = TextTable([("", .left), ("", .right), ("", .left)])
      for fact in facts where fact.value != .null {
        table.add([fact.label, fact.spelled, fact.note])
      }
      try output.write(table.text.drop(while: { $0 == "\n" }).description)
    }
  }
}

/// Facts about a dataset, in the order in which they are shown.
struct Inspection {
  struct Fact {
    let key: String
    let label: String
    let value: JSONValue
    var note = ""

    var spelled: String {
      switch value {
      case .integer(let number): Spell.count(number)
      case .number(let number): Spell.decimals(number, 2)
      default: value.plainText
      }
    }
  }

  let facts: [Fact]

  init(_ dataset: PreferenceDataset) {
    let graph = dataset.pairCounts
    let components = Components(graph)
    let m = dataset.alternatives.count
    var sizes = [Int](repeating: 0, count: components.count)
    for component in components.of { sizes[component] += 1 }
    let largest = sizes.max() ?? 0
    let perAlternative = (0..<m).map { graph.comparisons(of: $0) }.sorted()
    let uncompared = perAlternative.count { $0 == 0 }
    let unbeaten = graph.unbeaten
    let possible = m * (m - 1) / 2
    let total = dataset.totalComparisons
    let duplicates = dataset.contexts?.duplicates()

    var facts = [
      Fact(key: "alternatives", label: "alternatives", value: .integer(m)),
      Fact(
        key: "uncompared", label: "  never compared", value: .integer(uncompared),
        note: uncompared > 0 ? "they have no reward" : ""),
      Fact(
        key: "neverLost", label: "  never lost", value: .integer(unbeaten.won.count),
        note: unbeaten.won.isEmpty ? "" : "only the regularisation keeps their rewards finite"),
      Fact(key: "neverWon", label: "  never won", value: .integer(unbeaten.lost.count)),
      Fact(key: "comparisons", label: "comparisons", value: .whole(dataset.totalComparisons)),
      Fact(
        key: "ties", label: "  ties", value: .whole(dataset.ties), note: Spell.percent(dataset.ties / total)),
      Fact(
        key: "softLabels", label: "  soft labels", value: .whole(dataset.softLabels),
        note: Spell.percent(dataset.softLabels / total)),
      Fact(
        key: "pairs", label: "pairs compared", value: .integer(graph.pairCount),
        note:
          "\(Spell.percent(Double(graph.pairCount) / Double(max(possible, 1)))) of \(Spell.count(possible))"),
      Fact(
        key: "minComparisons", label: "comparisons of an alternative, fewest",
        value: .whole(perAlternative.first ?? 0)),
      Fact(key: "medianComparisons", label: "  median", value: .whole(perAlternative[m / 2])),
      Fact(key: "maxComparisons", label: "  most", value: .whole(perAlternative.last ?? 0)),
      Fact(key: "annotators", label: "annotators", value: .integer(dataset.annotators.count)),
      Fact(key: "prompts", label: "prompts", value: .integer(dataset.prompts.count)),
      Fact(
        key: "components", label: "components", value: .integer(components.count),
        note: components.count > 1
          ? "rewards compare only within one" : "every reward can be compared with every other"),
      Fact(key: "largestComponent", label: "  alternatives in the largest", value: .integer(largest)),
    ]
    facts.append(
      Fact(
        key: "dimension", label: "dimensions of the contexts",
        value: dataset.contexts.map { .integer($0.dimension) } ?? .null))
    facts.append(
      Fact(
        key: "exactDuplicates", label: "exact duplicates",
        value: duplicates.map { .integer(m - $0.count) } ?? .null,
        note: duplicates.map {
          $0.hasDuplicates
            ? "\(Spell.plural($0.sizes().count { $0 > 1 }, "group")); --merge-duplicates pools them" : ""
        } ?? ""))
    self.facts = facts
  }
}

extension JSONValue {
  /// A count, without a decimal point where it is whole.
  static func whole(_ value: Double) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .number(value)
  }
}
