import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraReports
import TesseraText

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score answers with a trained reward model.",
    discussion: """
      Prints the reward of every row, the mean over the model's runs, and their standard deviation. Contexts go \
      through the transform that the model was trained with. A model trained on texts by the built-in embedder \
      carries it and scores texts; for texts and a service, name the one that it was trained with. Of rows of \
      preferences between texts, every different answer is scored.

      Examples:
        tessera score model.safetensors new-answers.npy --format csv
        tessera score model.safetensors pairs.jsonl --format csv
      """)

  @Argument(help: "Model written by tessera train.")
  var model: String

  @Argument(
    help:
      "Contexts (.npy, .npz, .safetensors, .parquet; one array of it as FILE:NAME), JSONL file of alternatives with a context or text each, or rows of preferences between texts."
  )
  var contexts: String

  @OptionGroup var answerRows: AnswerRowOptions

  @OptionGroup(title: "Texts in place of contexts") var texts: TextOptions

  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup var rows: RowOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try rows.check(output)
    try texts.refuseBesideArrays(contexts)
    var read = ReadFiles(
      ComparisonOptions([contexts], answerRows.format, answerRows.filter),
      [model, ContextsFile.place(contexts).path, texts.embedder.fittedEmbedder])
    try read.refuse("--output", output.output)
  }

  func run() throws {
    let file = try RewardModelFile(readingFrom: model)
    let (ids, raw) = try NamedContexts.read(contexts, answerRows, threads: nil) { known in
      guard !file.embedder.isEmpty, texts.embedder.embedder == .builtin, texts.embedder.fittedEmbedder == nil
      else {
        // The built-in embedder fitted to new texts would not speak the model's language.
        guard texts.embedder.embedder == .openai || texts.embedder.fittedEmbedder != nil else { return nil }
        return try texts.contexts(
          of: known.alternatives, prompts: known.prompts, file: contexts, seed: 0, threads: nil)?.contexts
      }
      let list = try AnswerTexts(
        of: known.alternatives, prompts: known.prompts, withPrompt: file.notes["with_prompt"] == "true",
        file: contexts)
      return try FittedLexicalEmbedder(tensors: file.embedder, of: model).contexts(of: list.texts)
    }
    let expected =
      file.transform.flatMap { $0.mean.isEmpty ? nil : $0.mean.count } ?? file.ensemble.models[0].dimension
    guard raw.dimension == expected else {
      throw FormatError.content(
        file: contexts, line: nil, field: nil, found: "contexts of \(raw.dimension) numbers",
        expected: "\(expected), as \(model) was trained with")
    }
    let prepared = try file.transform?.apply(to: raw) ?? raw
    let (mean, deviation) = try file.ensemble.scores(of: prepared)
    switch output.format {
    case .json:
      let scored = ids.indices.map { i in
        JSONValue.object([
          ("id", .string(ids[i])), ("reward", .number(mean[i])), ("spread", .number(deviation[i])),
        ])
      }
      try output.write(
        JSONValue.object([("runs", .integer(file.ensemble.models.count)), ("alternatives", .array(scored))])
          .text())
    case .csv:
      var text = "id,reward,spread\n"
      for i in ids.indices.prefix(rows.limitOfCSV) {
        text += "\(csvField(ids[i])),\(mean[i]),\(deviation[i])\n"
      }
      try output.write(text)
    case .table:
      var table = TextTable([("alternative", .left), ("reward", .right), ("spread", .right)])
      let order = ids.indices.sorted { (mean[$1], $0) < (mean[$0], $1) }
      for i in order.prefix(rows.limit) {
        table.add([ids[i], Spell.reward(mean[i]), Spell.decimals(deviation[i])])
      }
      try output.write(table.text + rows.rest(of: order.count))
    }
  }
}

/// Contexts with a name for each row.
enum NamedContexts {
  /// From a file of arrays, whose rows are named by their number, from alternatives with contexts or texts, or from rows of
  /// preferences between texts.
  ///
  /// - Parameters:
  ///   - rows: How rows of preferences are read.
  ///   - embed: Turns alternatives with texts into contexts; nil where none has a text.
  static func read(
    _ file: String, _ rows: AnswerRowOptions, threads: Int?, embed: (KnownAnswers) throws -> Contexts?
  ) throws -> (ids: [String], contexts: Contexts) {
    if let said = try rows.read(file, threads: threads) {
      guard let contexts = try embed(KnownAnswers(said)) else {
        throw FormatError.content(
          file: file, line: nil, field: nil, found: "no contexts of the answers",
          expected: "an embedder that makes them of texts")
      }
      return (said.ids, contexts)
    }
    if ContextsFile.hasEnding(file) {
      let contexts = try ContextsFile.read(file)
      return ((0..<contexts.count).map(String.init), contexts)
    }
    let read = try AlternativesReader.read(file, texts: .withoutContext)
    guard let contexts = try read.contexts ?? embed(KnownAnswers(read.alternatives)) else {
      throw FormatError.content(
        file: file, line: nil, field: "context", found: "no contexts",
        expected: "an array of numbers or a text on every line")
    }
    return (read.alternatives.map(\.id), contexts)
  }
}
