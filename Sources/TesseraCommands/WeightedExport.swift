import Foundation
import Tessera
import TesseraFormats

/// What an export writes, worked out once: weights of rows, groups of answers, rewards.
struct WeightedExport {
  private let file: ComparisonFile
  private let files: [(file: String, format: RowFormat)]
  private let dataset: PreferenceDataset
  private let prompts: [String: String]
  private let extras: WeightedRows.Extras
  private let choice: RewardFit.Choice
  private let scheme: String
  private let unit: ExportCommand.Unit
  /// Groups of near-duplicates; nil where nothing tells them.
  private let groups: DuplicateGroups?

  init(
    _ data: ComparisonData, _ settings: RewardFit.Settings, files: [(file: String, format: RowFormat)],
    unit: ExportCommand.Unit, wantsRewards: Bool, wantsMargin: Bool, families: Partition?,
    aids: RewardFit.Aids, work: Work
  ) throws {
    let dataset = data.dataset
    (file, self.files, self.dataset, prompts) = (data.file, files, dataset, data.prompts)
    var aids = aids
    aids.families = families
    let fit = RewardFit(settings)
    // A fit weighs on its way.
    let result =
      wantsRewards || wantsMargin
      ? try fit.run(dataset, aids: aids, work: work.part(0...0.3, "rewards")) : nil
    let found =
      try result?.rowWeights ?? fit.weigh(dataset, aids: aids, work: work.part(0...0.3, "weights"))
    choice = found.choice
    scheme = found.measured?.alternatives.provenance.scheme ?? "none"
    let ids = dataset.alternatives.map(\.id)
    groups = try dataset.contexts.map {
      try DuplicateGroups(
        $0, ids: ids, prompts: NearDuplicateFrequency.prompts(of: dataset),
        work: work.part(0.3...0.6, "groups"))
    }
    // A group is called by its first id.
    let names = groups?.firsts(ids).map { ids[$0] } ?? ids
    var extras = WeightedRows.Extras(
      weights: file.records.map { $0.comparison.map(found.weight(of:)) ?? 0 },
      alternatives: found.alternatives,
      groups: names)
    extras.rewards = wantsRewards ? result?.best.rewards : nil
    extras.marginRewards = wantsMargin ? result?.best.rewards : nil
    self.extras = extras
    let severalARow = LayoutName(name: file.layout)?.makesSeveral ?? false
    self.unit = unit == .auto ? (severalARow ? .pairs : .rows) : unit
  }

  /// - Returns: What was written, in words.
  func write(
    to output: String, _ target: ExportCommand.Target, resample: Int?, deduplicates: Bool, seed: UInt64,
    work: Work
  ) throws -> String {
    let work = work.part(0.6...1, "writing")
    let pairs = unit == .pairs ? WeightedPairs(files.map(\.file), file) : nil
    let lines: any WeightedLines = pairs ?? WeightedRows(files, file)
    var extras = extras
    let all = lines.weights(extras.weights)
    // Those of the lines that are written, and those that stand in summaries.
    var (weights, told) = (all, all)
    var left: [Repeated] = []
    if let resample {
      extras.repeats = SystematicSample.counts(all, draws: resample, seed: seed)
      extras.namesSource = true
      // What a line weighs is in how often it is drawn: a trainer that reads weights must not weigh it twice.
      weights = [Double](repeating: 1, count: all.count)
    } else if deduplicates {
      left = repeated(lines.statements)
      var repeats = [Int](repeating: 1, count: all.count)
      for line in left { repeats[line.number] = 0 }
      extras.repeats = repeats
      let kept = all.indices.filter { repeats[$0] > 0 }
      told = kept.map { all[$0] }.scaledToMeanOne
      for (number, weight) in zip(kept, told) { weights[number] = weight }
    }
    try write(output, target, left) {
      try lines.write(to: $0, target.rows, weights: weights, extras, work: work)
    }
    let count = extras.repeats?.reduce(0, +) ?? all.count
    let ties = pairs?.ties ?? 0
    return words(
      Spell.plural(count, pairs == nil ? "row" : "pair"), weights: told, repeats: extras.repeats,
      drawn: resample != nil, left: left, output, target)
      + (ties > 0 ? "\(Spell.plural(ties, "tie")) left out: they prefer nobody\n" : "")
  }

  // MARK: Files

  private func write(
    _ output: String, _ target: ExportCommand.Target, _ left: [Repeated], rows: (String) throws -> Void
  ) throws {
    guard target == .folder else {
      try rows(output)
      if !left.isEmpty { try writeLeftOut(left, to: output + ".left-out.csv") }
      return
    }
    let folder = output.hasSuffix("/") ? String(output.dropLast()) : output
    for name in ["pairs", "alternatives"] { try makeFolder("\(folder)/\(name)") }
    let shard = "train-00000-of-00001.parquet"
    try rows("\(folder)/pairs/\(shard)")
    try writeAlternatives(to: "\(folder)/alternatives/\(shard)")
    if !left.isEmpty { try writeLeftOut(left, to: "\(folder)/left-out.csv") }
    try FileAccess.write(Array(DatasetCard(self.card).text.utf8), to: "\(folder)/README.md")
  }

  private func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FormatError.cannotWrite(file: path, reason: error.localizedDescription)
    }
  }

  private var card: DatasetCard.Facts {
    DatasetCard.Facts(
      sources: files.map { URL(fileURLWithPath: $0.file).lastPathComponent }, layout: file.layout,
      alternatives: dataset.alternatives.count, comparisons: dataset.totalComparisons, scheme: scheme,
      pairs: choice.pairs.rawValue)
  }

  private func writeAlternatives(to path: String) throws {
    let fields =
      ["id", "prompt_id", "prompt", "text", "model", "group"].map { ParquetField($0, .string) }
      + [ParquetField("weight", .double), ParquetField("comparisons", .double)]
      + (extras.rewards == nil ? [] : [ParquetField("reward", .double)])
    let counts = dataset.pairCounts
    try RowWriter(.parquet, columns: fields).write(to: path) { append in
      for (i, alternative) in dataset.alternatives.enumerated() {
        let texts = [
          alternative.id, alternative.prompt, alternative.prompt.map { prompts[$0] ?? $0 }, alternative.text,
          alternative.model, extras.groups[i],
        ]
        try ParquetCell.withTexts(texts) { strings in
          var cells = strings
          cells += [.number(extras.alternatives[i]), .number(counts.comparisons(of: i))]
          if let rewards = extras.rewards { cells.append(rewards[i].map(ParquetCell.number) ?? .null) }
          try append(cells)
        }
      }
    }
  }

  // MARK: Repeated ones

  /// A row that says what another one says.
  struct Repeated {
    let number: Int
    let file: Int
    let place: Int
    let keptFile: Int
    let keptPlace: Int
    let groups: [String]
  }

  private struct Statement: Hashable {
    let a: String
    let b: String
    let outcome: Double
  }

  /// Rows behind the first of those that compare the same groups with the same outcome.
  private func repeated(_ rows: [WeightedStatement]) -> [Repeated] {
    var first: [[Statement]: Int] = [:]
    var found: [Repeated] = []
    for (number, row) in rows.enumerated() where !row.comparisons.isEmpty {
      let said = row.comparisons.map { comparison -> Statement in
        let (a, b) = (extras.groups[Int(comparison.a)], extras.groups[Int(comparison.b)])
        return a <= b
          ? Statement(a: a, b: b, outcome: comparison.outcome)
          : Statement(a: b, b: a, outcome: 1 - comparison.outcome)
      }
      guard let kept = first[said] else {
        first[said] = number
        continue
      }
      found.append(
        Repeated(
          number: number, file: row.file, place: row.place, keptFile: rows[kept].file,
          keptPlace: rows[kept].place,
          groups: said.flatMap { [$0.a, $0.b] }))
    }
    return found
  }

  private func writeLeftOut(_ left: [Repeated], to path: String) throws {
    let lines = left.map { row in
      [
        csvField(files[row.file].file), "\(row.place)", csvField(files[row.keptFile].file),
        "\(row.keptPlace)",
        csvField(row.groups.joined(separator: " ")),
      ].joined(separator: ",") + "\n"
    }
    try FileAccess.write(Array(("file,row,kept_file,kept_row,groups\n" + lines.joined()).utf8), to: path)
  }

  // MARK: Words

  private func words(
    _ what: String, weights: [Double], repeats: [Int]?, drawn: Bool, left: [Repeated], _ output: String,
    _ target: ExportCommand.Target
  ) -> String {
    var lines = ["wrote \(what) to \(output)"]
    let distinct = weights.reduce(0) { $0 + $1 * $1 }
    let sum = weights.reduce(0, +)
    let effective = distinct > 0 ? sum * sum / distinct : 0
    lines.append(
      "weights \(scheme), pairs by \(choice.pairs.rawValue): from \(Spell.decimals(weights.min() ?? 0, 3)) to \(Spell.decimals(weights.max() ?? 0, 3)), mean 1; they count as \(Spell.count(effective.rounded())) equal ones of \(Spell.count(weights.count))"
    )
    if let groups {
      lines.append(
        groups.groups.isEmpty
          ? "groups no near-duplicates within \(Spell.short(groups.distance))"
          : "groups \(Spell.plural(groups.groups.count, "group")) of near-duplicates with \(Spell.plural(groups.members, "answer"))"
      )
    } else {
      lines.append(
        "groups every answer stands for itself: nothing tells which are near (texts or --contexts would)")
    }
    if let repeats, drawn {
      lines.append(
        "drawn \(Spell.plural(repeats.count { $0 > 0 }, "different row")), one at most \(Spell.plural(repeats.max() ?? 0, "time")); every row that is written weighs 1, source_row says which it is"
      )
    }
    if !left.isEmpty {
      let list = target == .folder ? "left-out.csv in the folder" : "\(output).left-out.csv"
      lines.append(
        "left out \(Spell.plural(left.count, "row")) that say what a kept one says: \(list) lists them")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The card of an exported data set: what loaders read, and what people do.
struct DatasetCard {
  struct Facts {
    let sources: [String]
    let layout: String
    let alternatives: Int
    let comparisons: Double
    let scheme: String
    let pairs: String
  }

  private let facts: Facts
  init(_ facts: Facts) { self.facts = facts }

  var text: String {
    """
    ---
    configs:
    - config_name: pairs
      default: true
      data_files:
      - split: train
        path: pairs/train-*.parquet
    - config_name: alternatives
      data_files:
      - split: train
        path: alternatives/train-*.parquet
    tags:
    - preference
    - tessera
    ---

    # Weighted preferences

    Made by `tessera export` from \(facts.sources.map { "`\($0)`" }.joined(separator: ", ")) (layout \(facts.layout)): \
    \(Spell.count(facts.comparisons)) comparisons of \(Spell.count(facts.alternatives)) alternatives. Weights: \
    \(facts.scheme), pairs by \(facts.pairs).

    | column | meaning |
    |---|---|
    | weight | what the row counts in a weighted loss; mean 1 over the rows |
    | weight_a, weight_b | of the two answers; 1 is an equal share |
    | group_a, group_b | the first id of the answer's near-duplicates, its own where it has none |

    `alternatives` has a row for every answer: id, prompt, text, model, group, weight, comparisons.

    """
  }
}
