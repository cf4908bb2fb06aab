import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

struct DuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates",
    abstract: "List all groups of near-duplicates, with what to do with every member.",
    discussion: """
      In a group every two answers are near each other. Of each group one answer is kept, the one in its middle, or of \
      exact copies the most compared. A member is dropped only where it says nothing else: an exact copy, or the same \
      text but for case, white space and marks of sentences. The others are for you to look at: near answers can state \
      different facts. Comparisons are optional; with them, members that judges told apart are never dropped.

      Examples:
        tessera duplicates pairs.jsonl -o duplicates.csv
        tessera duplicates --alternatives alternatives.jsonl --contexts embeddings.npy
        tessera duplicates votes.jsonl --alternatives texts.jsonl --within cosine=0.95 -o duplicates.csv
        tessera duplicates --alternatives texts.jsonl --within exact --deduplicated clean.jsonl
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, json, jsonl, csv

    /// nil for endings that say nothing.
    init?(endingOf file: String) {
      self.init(rawValue: URL(fileURLWithPath: file).pathExtension.lowercased())
    }
  }

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(
    help: ArgumentHelp(
      "What near means (default: median=0.5): \(Nearness.spellings).", valueName: "measure"))
  var within: String = Nearness.standard.name

  @Flag(help: "Compare answers to different prompts as well.")
  var acrossPrompts = false

  @Flag(help: "Write a row for every alternative, not for members of groups alone.")
  var all = false

  @Option(
    help: ArgumentHelp(
      "Write the lines of --alternatives that are not dropped, as they stand.", valueName: "file"))
  var deduplicated: String?

  @Option(help: "Groups of the table; 0 shows all.")
  var top: Int = 20

  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup var texts: TextOptions

  @Option(help: "Seed of the built-in embedder.")
  var seed: UInt64 = 0

  @Option(help: "Cores to use (default: all).")
  var threads: Int?

  @Option(help: "table, json, jsonl or csv (default: by the ending of -o, else table).")
  var format: Format?

  @Option(
    name: .shortAndLong, help: "File to write; it appears whole or not at all (default: standard output).")
  var output: String?

  private var chosenFormat: Format {
    format ?? output.flatMap { Format(endingOf: $0) } ?? .table
  }

  func validate() throws {
    guard alternatives.alternatives != nil || !input.comparisons.isEmpty else {
      throw ValidationError(
        "Answers come from --alternatives, with contexts or texts, or from rows of texts: give one of them.")
    }
    guard Nearness(name: within) != nil else {
      throw ValidationError("--within is \(within); expected \(Nearness.spellings).")
    }
    guard top >= 0 else { throw ValidationError("--top is \(top); expected 0 or more.") }
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected at least 1.") }
    if let output, let said = Format(endingOf: output), let format, said != format {
      throw ValidationError(
        "--format is \(format.rawValue) and --output is \(output), which is \(said.rawValue); expected one of them alone, or both alike."
      )
    }
    if let output, format == nil, Format(endingOf: output) == nil,
      !["", "txt"].contains(URL(fileURLWithPath: output).pathExtension.lowercased())
    {
      throw ValidationError(
        "--output is \(output); expected a name that ends in .txt (table), .json, .jsonl or .csv, or --format with one of \(Format.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    }
    if all, chosenFormat == .table {
      throw ValidationError("--all writes rows for programs: give --format json, jsonl or csv.")
    }
    if deduplicated != nil {
      guard let file = alternatives.alternatives else {
        throw ValidationError(
          "--deduplicated copies lines of --alternatives; of rows of comparisons tessera export --deduplicate keeps one of each kind."
        )
      }
      if FileAccess.isReadOnce(file) {
        throw ValidationError(
          "--deduplicated copies lines of a file: \(file == "-" ? "standard input" : file) can be read once.")
      }
      guard (RowFormat(file: file) ?? .jsonl) == .jsonl else {
        throw ValidationError("--deduplicated copies lines, and --alternatives is \(file); expected JSONL.")
      }
    }
    var read = ReadFiles(input, alternatives.files)
    try read.refuse("--output", output)
    try read.refuse("--deduplicated", deduplicated)
  }

  func run() throws {
    let file = alternatives.alternatives ?? ""
    let (known, contexts, dataset, rows) = try read(file)
    let prompts = acrossPrompts ? nil : dataset.map(NearDuplicateFrequency.prompts) ?? known.map(\.prompt)
    let work = Console.work("near-duplicates", threads: threads)
    let nearness = Nearness(name: within) ?? .standard
    let groups = try DuplicateGroups(
      contexts, ids: known.map(\.id), prompts: prompts, within: nearness, work: work.part(0...0.8))
    let decisions = try DuplicateDecisions(
      groups, contexts, known, counts: dataset?.pairCounts, work: work.silent)
    let weights = try dataset.map { try LocalComparisonWeights.shares($0, work: work.part(0.8...1)) }
    work.report(1)
    let document = DuplicatesDocument(
      groups, decisions, contexts, known, counts: dataset?.pairCounts, comparisonWeights: weights,
      lines: try rows
        ?? (file.isEmpty || FileAccess.isReadOnce(file)
          ? nil : AlternativesLines.numbers(file, alternatives: known.count)),
      all: all)
    let words = DuplicateWords(groups, decisions, ids: known.map(\.id))
    if let deduplicated {
      let dropped = decisions.dropped
      try AlternativesLines.copy(file, keeping: known.indices.map { !dropped.contains($0) }, to: deduplicated)
    }
    switch chosenFormat {
    case .table: try write(head(groups, words) + table(document))
    case .json: try write(DocumentFile.text(document))
    case .jsonl: try write(document.jsonLines())
    case .csv:
      let text = try document.csv(csvField)
      FormulaCells.warn(text)
      try write(text)
    }
    // What goes into a file is summed up where the user looks.
    if output != nil {
      try Console.output(head(groups, words) + "wrote \(output ?? "")\n")
    }
    if let deduplicated {
      Console.error(
        "tessera: wrote \(Spell.plural(known.count - decisions.count(.drop), "line")) of \(Spell.count(known.count)) to \(deduplicated)"
      )
    }
  }

  private func head(_ groups: DuplicateGroups, _ words: DuplicateWords) -> String {
    let scope = words.scope + (groups.isWithinPrompts ? " --across-prompts compares all." : "")
    return ([words.answer, words.meaning, scope] + words.remarks).map { $0 + "\n" }.joined()
  }

  private func table(_ document: DuplicatesDocument) -> String {
    DuplicatesTable(
      document: document, groups: top == 0 ? .max : top, width: output == nil ? TerminalWidth.columns : 160
    ).text
  }

  private func write(_ text: String) throws {
    if let output {
      try FileAccess.write(Array(text.utf8), to: output)
    } else {
      try Console.output(text)
    }
  }

  /// The alternatives with their contexts, how they were compared where that is known, and the first row that has each where they
  /// come from rows.
  private func read(_ file: String) throws -> ([Alternative], Contexts, PreferenceDataset?, [Int]?) {
    if !input.comparisons.isEmpty {
      var reader = try input.reader()
      reader.keepsRecords = file.isEmpty
      let data = try DatasetOptions(
        comparisons: input, alternatives: alternatives, texts: texts, seed: seed, threads: threads,
        remarks: [.names]
      ).readAll(reader, keepsPrompts: true, keepsTexts: .all)
      guard let contexts = data.dataset.contexts else { throw noContexts(file) }
      // Distances and cosines are those of answers; which prompts they answer is asked of the prompts themselves.
      return (
        data.dataset.alternatives, contexts.answers, data.dataset, file.isEmpty ? data.file.firstPlaces : nil
      )
    }
    guard let known = try alternatives.read(texts: .all) else { throw noContexts(file) }
    if let contexts = known.contexts { return (known.alternatives, contexts, nil, nil) }
    let embedded = try texts.contexts(of: known.alternatives, file: file, seed: seed, threads: threads)
    guard let embedded else { throw noContexts(file) }
    return (known.alternatives, embedded.contexts, nil, nil)
  }

  private func noContexts(_ file: String) -> FormatError {
    .content(
      file: file.isEmpty ? input.name : file, line: nil, field: "context", found: "no contexts",
      expected: "an array of numbers or a text on every line, or --contexts")
  }
}
