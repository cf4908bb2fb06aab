import ArgumentParser
import Tessera
import TesseraFormats
import TesseraReports

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

  @Option(
    help: ArgumentHelp(
      "Write what is wrong with rows, one fault a line, as CSV or JSONL by its ending.", valueName: "file"))
  var faults: String?

  @Option(
    help: ArgumentHelp(
      "Count pairs that are equal up to so many characters, as a trainer that cuts texts would see them.",
      valueName: "characters"))
  var truncate: Int?

  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try input.requireFiles()
    if let truncate, truncate < 1 {
      throw ValidationError("--truncate is \(truncate); expected a positive number of characters.")
    }
    if let faults { _ = try FaultFile.format(faults) }
    var read = ReadFiles(input, alternatives.files)
    try read.refuse("--output", output.output)
    try read.refuse("--faults", faults)
  }

  func run() throws {
    var reader = try input.reader()
    (reader.keepsTexts, reader.truncation, reader.keepsRecords) = (true, truncate, faults != nil)
    // Repeats stand among the faults.
    let data = try DatasetOptions(comparisons: input, alternatives: alternatives, remarks: [.names]).readAll(
      reader, keepsPrompts: true)
    let work = Console.work("inspect", threads: nil)
    let reading = RowReading(data.file, input.comparisons, filter: reader.filter, truncation: truncate)
    let inspection = try Inspection(data.dataset, reading, work: work)
    work.report(1)
    if let faults { try FaultFile.write(reading.faults, files: try input.files().map(\.file), to: faults) }
    let facts = inspection.facts
    switch output.format {
    case .json:
      let near = try inspection.nearDuplicates.map { try DocumentEncoder.json(NearDuplicateDocument($0)) }
      try output.write(
        JSONValue.object(
          facts.filter { !$0.isPart }.map { ($0.key, $0.value) }
            + [("nearDuplicates", near ?? .null)] + reading.members
        ).text())
    case .csv:
      try output.write("key,value\n" + facts.map { "\($0.key),\(csvField($0.value.plainText))\n" }.joined())
    case .table:
      var table = TextTable([("", .left), ("", .right), ("", .left)])
      for fact in facts where fact.value != .null {
        table.add([fact.label, fact.spelled, fact.note])
      }
      let meaning = inspection.nearDuplicates.map { NearDuplicateSentences($0).meaning + "\n" } ?? ""
      try output.write(
        reading.text + "\n" + table.text.drop(while: { $0 == "\n" }).description + reading.faultText + meaning
      )
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
    /// Of an object of the JSON document, which has it at full length.
    var isPart = false

    var spelled: String {
      switch value {
      case .integer(let number): Spell.count(number)
      // Distances have a size of their own; other numbers are counts.
      case .number(let number): isPart ? Spell.short(number) : Spell.decimals(number, 2)
      default: value.plainText
      }
    }
  }

  let facts: [Fact]
  /// nil without contexts.
  let nearDuplicates: NearDuplicateFrequency?

  init(_ dataset: PreferenceDataset, _ reading: RowReading, work: Work) throws {
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
        key: "bothBad", label: "  both bad", value: .whole(reading.file.bothBadTotal),
        note: reading.file.bothBadTotal > 0 ? "of the ties" : ""),
      Fact(
        key: "components", label: "components", value: .integer(components.count),
        note: components.count > 1
          ? "rewards compare only within one" : "every reward can be compared with every other"),
      Fact(key: "largestComponent", label: "  alternatives in the largest", value: .integer(largest)),
    ]
    facts.append(
      Fact(
        key: "dimension", label: "dimensions of the contexts",
        value: dataset.contexts.map { .integer($0.dimension - $0.promptColumns) } ?? .null))
    facts.append(
      Fact(
        key: "exactDuplicates", label: "exact duplicates",
        value: duplicates.map { .integer(m - $0.count) } ?? .null,
        note: duplicates.map {
          $0.hasDuplicates
            ? "\(Spell.plural($0.sizes().count { $0 > 1 }, "group")); --merge-duplicates pools them" : ""
        } ?? ""))
    nearDuplicates = dataset.contexts == nil ? nil : try NearDuplicateFrequency(dataset, work: work)
    self.facts = facts + Self.facts(nearDuplicates)
  }

  /// Null where nothing is known of where the alternatives lie.
  private static func facts(_ found: NearDuplicateFrequency?) -> [Fact] {
    func fact(_ key: String, _ label: String, _ portion: NearDuplicateFrequency.Portion?) -> Fact {
      Fact(
        key: "nearDuplicates." + key, label: label, value: portion.map { .integer($0.alternatives) } ?? .null,
        note: portion.map {
          Spell.percent($0.share) + ($0.of == found?.copies.of ? "" : " of \(Spell.count($0.of))")
        } ?? "", isPart: true)
    }
    var facts = [
      Fact(
        key: "nearDuplicates.median", label: "median distance of nearest neighbours",
        value: found.map { .number($0.median) } ?? .null, isPart: true),
      fact("copies", "alternatives with an exact copy", found?.copies),
    ]
    for (place, distance) in NearDuplicateFrequency.distances.enumerated() {
      facts.append(
        fact(
          "within\(distance)", "  with another within \(distance) of the median",
          found?.within[place].portion))
    }
    facts.append(fact("samePrompt", "  nearest one answers the same prompt", found?.samePrompt))
    facts.append(fact("partner", "  nearest one was compared with it", found?.partner))
    return facts
  }
}

extension JSONValue {
  /// A count, without a decimal point where it is whole.
  static func whole(_ value: Double) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .number(value)
  }
}
