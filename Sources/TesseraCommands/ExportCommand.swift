import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

/// Every comparison with what it weighs, for trainers.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write every row of the comparisons with its weight, for trainers of reward models.",
    discussion: """
      The rows come out as they came in, with weight (mean 1), weight_a and weight_b (1 is an equal share), group_a and \
      group_b (which answers are near-duplicates of one another). A trainer that has no weights gets them by --resample: \
      rows that are drawn weigh 1 each.

      Examples:
        tessera export pairs.jsonl -o weighted.jsonl
        tessera export pairs.parquet -o weighted/
        tessera export pairs.jsonl --resample 100000 --seed 1 -o train.jsonl
        tessera export pairs.jsonl --deduplicate -o unique.jsonl
      """)

  enum Target: String, CaseIterable, ExpressibleByArgument { case jsonl, csv, tsv, parquet, folder }
  enum Unit: String, CaseIterable, ExpressibleByArgument { case auto, rows, pairs }

  @Argument(help: "\(ComparisonOptions.containers). They are read twice: standard input cannot be.")
  var comparisons: [String] = []

  @OptionGroup(title: "What rows hold") var rowFormat: RowFormatOptions

  @OptionGroup(title: "Which rows are read") var filter: FilterOptions

  private var input: ComparisonOptions { ComparisonOptions(comparisons, rowFormat, filter) }

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "File to write, by its ending, or a folder of a data set, which ends in /. Each file appears whole or not at all.",
      valueName: "file"))
  var output: String

  @Option(help: "jsonl, csv, tsv, parquet or folder (default: by the output's ending).")
  var format: Target?

  @Option(
    name: .customLong("as"),
    help:
      "rows: those that were read; pairs: prompt, chosen and rejected; auto: pairs where a row makes several."
  )
  var unit: Unit = .auto

  @Option(help: ArgumentHelp(WeightChoice.help, valueName: "scheme"))
  var weights: WeightChoice?

  @Flag(help: "Add reward_a and reward_b, the fitted rewards of the two answers.")
  var rewards = false

  @Flag(
    help:
      "Add margin, the difference of the two rewards. TRL's RewardTrainer subtracts a column of that name unasked."
  )
  var margin = false

  @Option(
    help: ArgumentHelp(
      "Draw so many rows in proportion to their weights, each as often as expected, rounded down or up (--seed).",
      valueName: "rows"))
  var resample: Int?

  @Flag(
    help: "Keep one row of those that compare near-duplicates with the same outcome, and list the others.")
  var deduplicate = false

  @Option(
    help: ArgumentHelp(
      "Declared families (CSV with id,family or JSONL): each weighs as one alternative.", valueName: "file"))
  var families: String?

  @OptionGroup var alternatives: AlternativesOptions
  @OptionGroup(title: "Alternative space, samples, cores") var space: SpaceOptions
  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup var estimate: EstimateOptions
  @OptionGroup(title: "Texts in place of contexts") var texts: TextOptions

  private var target: Target {
    get throws {
      try RowFormat.refuseCompressed(output, "--output")
      guard RowFormat(file: output) != .json else {
        throw ValidationError(
          "--output is \(output), and rows are written a line each, not as a JSON array; expected .jsonl, .csv, .tsv, .parquet or a folder that ends in /."
        )
      }
      let told: Target? =
        output.hasSuffix("/") || RowPaths.isFolder(output)
        ? .folder : RowFormat(file: output).map { Target($0) }
      guard let found = format ?? told else {
        throw ValidationError(
          "--output is \(output); expected a name that ends in .jsonl, .csv, .tsv or .parquet, or a folder that ends in /."
        )
      }
      if let told, told != found, told != .folder || found != .folder {
        throw ValidationError(
          "--output is \(output), and --format is \(found.rawValue): one of them is meant otherwise.")
      }
      return found
    }
  }

  private func resolved() throws -> (settings: RewardFit.Settings, given: Set<RewardFit.Settings.Key>) {
    var settings = RewardFit.Settings()
    var given: Set<RewardFit.Settings.Key> = []
    space.apply(to: &settings, &given)
    estimate.apply(to: &settings, &given)
    if let weights {
      settings.weights = weights
      given.insert(.weights)
    }
    settings = settings.implied(by: given)
    try SettingsOptions.check(settings)
    return (settings, given)
  }

  func validate() throws {
    try input.requireFiles()
    if let once = comparisons.first(where: FileAccess.isReadOnce) {
      throw ValidationError(
        "Rows are read twice, which \(once == "-" ? "standard input" : once) cannot be: give a file.")
    }
    try rowFormat.check(comparisons)
    let target = try target
    _ = try resolved()
    var read = ReadFiles(input, alternatives.files + [families, space.pool])
    try read.refuse("--output", output, isFolder: target == .folder)
    try read.refuse("--save-transform", space.transforms.saveTransform)
    if let resample, resample < 1 {
      throw ValidationError("--resample is \(resample); expected a positive number of rows.")
    }
    if deduplicate, resample != nil {
      throw ValidationError(
        "--deduplicate and --resample exclude each other: what is drawn anew is repeated.")
    }
  }

  /// Whether texts are written that are not in the rows that are passed on.
  private func needsTexts(_ reader: ComparisonReader, _ target: Target) throws -> Bool {
    guard unit == .auto, target != .folder, let first = try input.files().first else {
      return unit != .rows || target == .folder
    }
    return try reader.recognise(first.file, format: first.format)?.makesSeveral ?? false
  }

  /// Names that rows have already are told before hours of work, not after it.
  private func refuseTakenNames() throws {
    let files = try input.files()
    if unit == .auto, let first = files.first,
      try input.reader().recognise(first.file, format: first.format)?.makesSeveral == true
    {
      return
    }
    try WeightedRows.refuseTakenNames(
      files, hasRewards: rewards, hasMargin: margin, namesSource: resample != nil)
  }

  func run() throws {
    let (settings, _) = try resolved()
    let target = try target
    if unit != .pairs { try refuseTakenNames() }
    var reader = try input.reader()
    reader.keepsRecords = true
    // --seed draws rows and samples weights; what texts are made of does not change with it.
    let data = try DatasetOptions(
      comparisons: input, alternatives: alternatives,
      texts: settings.weights == .scheme(.uniform) ? nil : texts,
      seed: 0, threads: space.threads
    ).readAll(reader, keepsTexts: try needsTexts(reader, target) ? .all : .none)
    let work = Console.work("export", threads: space.threads)
    let export = try WeightedExport(
      data, settings, files: input.files(), unit: unit, wantsRewards: rewards, wantsMargin: margin,
      families: families.map {
        try FamiliesReader.read(
          $0, format: RowFormat(file: $0) ?? .csv, alternatives: data.dataset.alternatives.map(\.id)
        ).families
      }, aids: space.aids(settings), work: work)
    let summary = try export.write(
      to: output, target, resample: resample, deduplicates: deduplicate, seed: settings.seed, work: work)
    work.report(1)
    try Console.output(summary)
  }
}

extension ExportCommand.Target {
  fileprivate init(_ format: RowFormat) {
    switch format {
    case .jsonl, .json: self = .jsonl
    case .csv: self = .csv
    case .tsv: self = .tsv
    case .parquet: self = .parquet
    }
  }

  /// What the files are written in.
  var rows: RowFormat {
    switch self {
    case .jsonl: .jsonl
    case .csv: .csv
    case .tsv: .tsv
    case .parquet, .folder: .parquet
    }
  }
}
