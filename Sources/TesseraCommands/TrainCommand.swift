import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

struct TrainCommand: ParsableCommand {
  enum Kind: String, CaseIterable, ExpressibleByArgument { case linear, mlp }

  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a reward model on contexts, which scores answers that were never compared.",
    discussion: """
      The loss is the objective of tessera fit over minibatches, with uniform or Voronoi weights. The model is a \
      safetensors file; tessera score uses it, and Python's safetensors opens it.

      Example:
        tessera train comparisons.jsonl --alternatives alternatives.jsonl --contexts embeddings.npy --pca 100 \
      -o model.safetensors
      """)

  @OptionGroup var input: ComparisonOptions
  @OptionGroup var alternatives: AlternativesOptions

  @Option(help: "uniform (the standard estimate) or voronoi (the clone-robust one).")
  var weights: FitCommand.Weighting = .voronoi

  @OptionGroup var space: SpaceOptions

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
    guard alternatives.alternatives != nil else {
      throw ValidationError(
        "A reward model is a function of contexts: give --alternatives, with --contexts or a context field.")
    }
  }

  func run() throws {
    let raw = try DatasetOptions(comparisons: input, alternatives: alternatives).read()
    guard let contexts = raw.contexts else {
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: "context", found: "no contexts",
        expected: "an array of numbers on every line, or --contexts")
    }
    let (prepared, transform) = try space.transformed(contexts)
    let chosen =
      weights == .voronoi
      ? try space.weights(ofTransformed: prepared, transform) : .uniform(alternatives: prepared.count)
    let progress = Progress("training")
    let ensemble = try settings().train(raw.replacing(contexts: prepared), weights: chosen.values) {
      progress.update($0)
    }
    progress.finish()
    try RewardModelFile(
      ensemble: ensemble, transform: transform,
      notes: [
        "weights": weights.rawValue, "space": chosen.diagnostics.origin.space ?? "none",
        "lambda": "\(lambda)",
        "seed": "\(space.seed)", "steps": "\(steps)", "batch": "\(batch)", "learning_rate": "\(learningRate)",
      ]
    ).write(to: output)
    let sizes = ensemble.models[0].sizes.map(String.init).joined(separator: " - ")
    let loss = ensemble.losses.reduce(0, +) / Double(ensemble.losses.count)
    try Console.output(
      "\(Spell.plural(runs, "run")) of \(Spell.plural(steps, "step")), layers \(sizes), mean loss of the last batches \(Spell.decimals(loss))\nwrote \(output)\n"
    )
  }
}
