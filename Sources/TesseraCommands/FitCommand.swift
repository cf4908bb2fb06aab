import ArgumentParser
import Tessera
import TesseraFormats

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract:
      "Fit rewards to comparisons: the standard estimate, and the clone-robust one where contexts are known.",
    discussion: """
      A row of comparisons names two alternatives (a, b; also model_a, model_b or left, right) and an outcome: \
      preference (the probability that a is preferred), preference_b, or winner / outcome (a, b, tie, both_bad, \
      the column's own name, or the id of one of the two). Optional: count, prompt, annotator / worker.

      Examples:
        tessera fit votes.csv --columns a=left,b=right,outcome=winner
        tessera fit comparisons.jsonl --alternatives alternatives.jsonl --contexts embeddings.npy
        tessera fit comparisons.jsonl --alternatives texts.jsonl
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(help: ArgumentHelp(Weighting.help, valueName: "scheme"))
  var weights: Weighting = .unspecified

  @OptionGroup var space: SpaceOptions

  @Option(help: "Strength of the regularisation.")
  var lambda: Double = 0.1

  @Option(
    help:
      "normalized: one lambda for both estimates; paper: Equation 1's, m times as large in the standard one.")
  var lambdaConvention: LambdaConvention = .normalized

  @Option(help: "proportion: every compared pair counts once; count: in proportion to its comparisons.")
  var pairs: PairConvention = .proportion

  @Flag(help: "Merge alternatives with equal contexts into one and pool their comparisons.")
  var mergeDuplicates = false

  @Flag(help: "Weigh answers within each prompt: alternatives need a prompt each, prompts count alike.")
  var perPrompt = false

  @Flag(help: "Weigh compared pairs in the space of pairs, so that sparse comparisons lose no mass.")
  var pairSpace = false

  @OptionGroup var texts: TextOptions

  @OptionGroup var rows: RowOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard lambda.isFinite, lambda > 0 else {
      throw ValidationError("--lambda is \(lambda); expected a positive number.")
    }
    let mayHaveContexts = alternatives.alternatives != nil
    if weights.needsContexts, !mayHaveContexts {
      throw ValidationError(
        "--weights \(weights) needs contexts: give --alternatives, with --contexts, a context field or a text field."
      )
    }
    if perPrompt || pairSpace, !mayHaveContexts {
      throw ValidationError(
        "--per-prompt and --pair-space weigh contexts: give --alternatives, with --contexts, a context field or a text field."
      )
    }
    if pairSpace, perPrompt || (weights != .unspecified && weights != .scheme(.voronoi)) {
      throw ValidationError("--pair-space goes with Voronoi weights of all alternatives alone.")
    }
    if mergeDuplicates, !mayHaveContexts {
      throw ValidationError(
        "--merge-duplicates compares contexts: give --alternatives, with --contexts, a context field or a text field."
      )
    }
  }

  func run() throws {
    let dataset = try DatasetOptions(
      comparisons: input, alternatives: alternatives,
      texts: weights == .scheme(.uniform) && !mergeDuplicates ? nil : (texts, space)
    ).read()
    if dataset.contexts == nil, weights.needsContexts || mergeDuplicates {
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: "context", found: "no contexts",
        expected: "an array of numbers or a text on every line, or --contexts")
    }
    let fit = try Fit(dataset: dataset, request: self)
    switch output.format {
    case .table: try output.write(fit.table(rows: rows))
    case .json: try output.write(fit.json.text())
    case .csv: try output.write(fit.csv)
    }
  }
}
