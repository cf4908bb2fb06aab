import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraText

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Turn texts into contexts: one row of a NumPy file for each line.",
    discussion: """
      The built-in embedder compares words and runs of characters. It needs no download and gives the same bytes \
      everywhere; it finds near-duplicates and knows nothing of meaning. For meaning, name a service that speaks \
      OpenAI's POST /v1/embeddings; its key comes from the environment, and its replies are kept on disk, so that \
      work that was interrupted goes on and nothing is asked twice.

      Of rows of preferences between texts, every different answer under its prompt is a row, in the order of first \
      appearance; --save-alternatives writes which.

      Examples:
        tessera embed alternatives.jsonl -o contexts.npy
        tessera embed pairs.jsonl -o contexts.npy --save-alternatives alternatives.jsonl
        tessera embed alternatives.jsonl -o contexts.npy --embedder openai --base-url http://localhost:8000/v1 \
      --model e5-passage
      """)

  @Argument(
    help:
      "JSONL file with a text on every line, or rows of preferences between texts; - reads standard input.")
  var texts: String

  @Option(name: .shortAndLong, help: "NumPy file to write (float32); it appears whole or not at all.")
  var output: String

  @OptionGroup var embedder: EmbedderOptions

  @Option(help: "Model of the service, with --embedder openai.")
  var model: String?

  @Flag(help: "Embed the prompt together with the text.")
  var withPrompt = false

  @Option(help: ArgumentHelp("Store the fitted built-in embedder, for texts to come.", valueName: "file"))
  var saveEmbedder: String?

  @Option(
    help: ArgumentHelp(
      "Write the alternatives of rows of preferences, with id, prompt and text: line i belongs to row i.",
      valueName: "file"))
  var saveAlternatives: String?

  @OptionGroup(title: "Memory") var memory: MemoryOptions
  @OptionGroup var answerRows: AnswerRowOptions

  @Option(help: "Seed of the built-in embedder.")
  var seed: UInt64 = 0

  @Option(help: "Cores to use (default: all).")
  var threads: Int?

  func validate() throws {
    if embedder.embedder == .openai, model == nil {
      throw ValidationError("--embedder openai needs the name of a model: give --model.")
    }
    if embedder.embedder == .builtin, model != nil {
      throw ValidationError("--model names a service's model: give --embedder openai.")
    }
    if saveEmbedder != nil, embedder.embedder != .builtin {
      throw ValidationError("--save-embedder is for the built-in embedder.")
    }
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected at least 1.") }
    if let saveAlternatives {
      try RowFormat.refuseCompressed(saveAlternatives, "--save-alternatives")
      guard RowFormat(file: saveAlternatives) != nil else {
        throw ValidationError(
          "--save-alternatives is \(saveAlternatives); expected a name that ends in .jsonl, .csv, .tsv or .parquet."
        )
      }
    }
    var read = ReadFiles(
      ComparisonOptions([texts], answerRows.format, answerRows.filter), [embedder.fittedEmbedder])
    try read.refuse("--output", output)
    try read.refuse("--save-alternatives", saveAlternatives)
    try read.refuse("--save-embedder", saveEmbedder)
  }

  func run() throws {
    let rows = try answerRows.read(texts, threads: threads)
    if rows == nil, saveAlternatives != nil {
      throw ValidationError(
        "--save-alternatives writes those of rows of preferences; the lines of \(texts) are alternatives.")
    }
    let known =
      try rows.map { KnownAnswers($0) }
      ?? KnownAnswers(AlternativesReader.read(texts, texts: .all, needsIdentifiers: false).alternatives)
    let list = try AnswerTexts(
      of: known.alternatives, prompts: known.prompts, withPrompt: withPrompt,
      file: texts == "-" ? "standard input" : texts
    ).texts
    let (contexts, fitted) = try embedder.contexts(of: list, model: model, seed: seed, threads: threads)
    if let saveEmbedder { try fitted?.write(to: saveEmbedder) }
    try NumpyFile.write(contexts.singlePrecision, to: output)
    if let saveAlternatives {
      try AlternativesWriter.write(
        known.alternatives, prompts: known.prompts, to: saveAlternatives,
        format: RowFormat(file: saveAlternatives) ?? .jsonl)
    }
    let distinct = Set(list.map { Array($0.utf8) }).count
    var text =
      "\(Spell.plural(contexts.count, "text")) (\(Spell.count(distinct)) different), contexts of \(Spell.plural(contexts.dimension, "number"))\nwrote \(output)\n"
    if rows != nil {
      text +=
        saveAlternatives.map { "wrote \($0): line i is the alternative of row i\n" }
        ?? "rows are the answers in the order of first appearance: --save-alternatives FILE writes their ids\n"
    }
    // The numbers are there already.
    if output == "-" { Console.note(text) } else { try Console.output(text) }
  }
}
