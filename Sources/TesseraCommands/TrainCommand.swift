import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraText

struct TrainCommand: ParsableCommand {
  enum Kind: String, CaseIterable, ExpressibleByArgument { case linear, mlp }

  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a reward model on contexts, which scores answers that were never compared.",
    discussion: """
      The loss is the objective of tessera fit over minibatches, weighted. The model is a \
      safetensors file; tessera score uses it, and Python's safetensors opens it.

      A tenth of the prompts is held out. The standard and the weighted estimate are both trained on the rest and \
      judged on it; the one of --weights is written. --held-out 0 trains that one alone, on all data.

      Interrupted training goes on where the last checkpoint was, when the same command is run again, and ends in \
      the same bytes.

      Example:
        tessera train comparisons.jsonl --alternatives alternatives.jsonl --contexts embeddings.npy --pca 100 \
      -o model.safetensors
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(help: ArgumentHelp(Weighting.help, valueName: "scheme"))
  var weights: Weighting = .unspecified

  @OptionGroup var space: SpaceOptions

  @OptionGroup var texts: TextOptions

  @Option(help: "linear, or mlp (multilayer perceptron).")
  var model: Kind = .mlp

  @Option(help: ArgumentHelp("Sizes of the hidden layers of an mlp.", valueName: "n,..."))
  var hidden: String = "32,32"

  @Option(help: "Models to train, with seeds of their own; the reward is their mean.")
  var runs: Int = 20

  @Option(help: "Steps of each run.")
  var steps: Int = 500

  @Option(help: "Comparisons of a step.")
  var batch: Int = 512

  @Option(help: "Step size of Adam.")
  var learningRate: Double = 1e-4

  @Option(help: "Strength of the regularisation, as in tessera fit.")
  var lambda: Double = 0.1

  @Option(help: "Share of the prompts to hold out and judge the models by; 0 for none.")
  var heldOut: Double = 0.1

  @Option(
    help: ArgumentHelp(
      "Stop a run after N evaluations, one every 25 steps, without a lower loss on a further held-out tenth; keep its best model.",
      valueName: "N"))
  var patience: Int?

  @Option(
    help: ArgumentHelp("Store a checkpoint beside the output every N steps; 0 for none.", valueName: "N"))
  var checkpointEvery: Int = 100

  @Option(name: .shortAndLong, help: "File to write; it appears whole or not at all.")
  var output: String

  private func settings() throws -> RewardTraining {
    var settings = RewardTraining()
    let sizes = hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard sizes.allSatisfy({ $0 != nil }) else {
      throw ValidationError("--hidden is \(hidden); expected sizes such as 32,32.")
    }
    settings.hidden = model == .linear ? [] : sizes.compactMap { $0 }
    settings.runs = runs
    settings.steps = steps
    settings.batchSize = batch
    settings.learningRate = learningRate
    settings.lambda = lambda
    settings.patience = patience
    settings.seed = space.seed
    settings.threads = space.threads
    return settings
  }

  func validate() throws {
    do {
      try settings().check()
    } catch let problem as RewardTraining.Problem {
      throw ValidationError("\(problem).")
    }
    guard heldOut >= 0, heldOut < 1 else {
      throw ValidationError("--held-out is \(heldOut); expected a share below 1.")
    }
    guard checkpointEvery >= 0 else {
      throw ValidationError("--checkpoint-every is \(checkpointEvery); expected 0 or more.")
    }
    guard alternatives.alternatives != nil else {
      throw ValidationError(
        "A reward model is a function of contexts: give --alternatives, with --contexts, a context field or a text field."
      )
    }
  }

  func run() throws {
    var embedder: FittedLexicalEmbedder?
    let raw = try DatasetOptions(
      comparisons: input, alternatives: alternatives, texts: (texts, space)
    ).read(keepsPrompts: true) { embedder = $0 }
    guard let contexts = raw.contexts else {
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: "context", found: "no contexts",
        expected: "an array of numbers or a text on every line, or --contexts")
    }
    let (prepared, transform) = try space.transformed(contexts)
    let training = try RewardTrainingPlan(
      raw.replacing(contexts: prepared), heldOut: heldOut, settings: settings())
    let scheme = weights.chosen(hasContexts: true)
    let isWeighted = scheme != .uniform
    // Beside the standard estimate stands the paper's, where none other is asked for.
    let robust =
      isWeighted || training.test != nil
      ? try space.weights(
        isWeighted ? scheme : Weighting.paper, ofTransformed: prepared, transform) : nil
    let uniform = AlternativeWeights.uniform(alternatives: prepared.count)
    let chosen = isWeighted ? robust ?? uniform : uniform

    var wanted: [(name: String, weights: [Double])] = []
    if training.test != nil || !isWeighted { wanted.append(("standard", uniform.values)) }
    if let robust { wanted.append(("weighted", robust.values)) }
    let checkpoint = TrainingCheckpoint(
      file: output + ".checkpoint", every: checkpointEvery, plan: training, estimates: wanted)
    let ensembles = try checkpoint.train()
    guard let ensemble = ensembles[isWeighted ? "weighted" : "standard"] else { return }

    var notes = [
      "weights": scheme.name, "space": chosen.diagnostics.origin.space ?? "none",
      "lambda": "\(lambda)", "seed": "\(space.seed)", "steps": "\(steps)", "batch": "\(batch)",
      "learning_rate": "\(learningRate)", "held_out": "\(heldOut)",
    ]
    if raw.alternatives[0].text != nil, embedder != nil || texts.embeddingModel != nil {
      notes["embedder"] = texts.embeddingModel ?? "builtin"
      notes["with_prompt"] = "\(texts.withPrompt)"
    }
    if let patience { notes["patience"] = "\(patience)" }
    try RewardModelFile(
      ensemble: ensemble, transform: transform, notes: notes,
      embedder: embedder?.tensors ?? [:]
    ).write(to: output)
    checkpoint.remove()

    let sizes = ensemble.models[0].sizes.map(String.init).joined(separator: " - ")
    let loss = ensemble.losses.reduce(0, +) / Double(ensemble.losses.count)
    var text =
      "\(Spell.plural(runs, "run")) of \(Spell.plural(steps, "step")), layers \(sizes), mean loss of the last batches \(Spell.decimals(loss))\n"
    if patience != nil, let least = ensemble.steps.min(), let most = ensemble.steps.max() {
      text += "stopped after \(least) to \(most) steps, each run with its best model\n"
    }
    if let test = training.test {
      text += try HeldOutTable.text(test, contexts: prepared, wanted.map(\.name), ensembles)
    }
    try Console.output(text + "wrote \(output)\n")
  }
}
