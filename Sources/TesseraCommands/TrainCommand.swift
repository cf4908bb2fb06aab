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

  @Option(help: ArgumentHelp(WeightChoice.help, valueName: "scheme"))
  var weights: WeightChoice?

  @OptionGroup(title: "Alternative space, samples, cores") var space: SpaceOptions

  @OptionGroup(title: "Texts in place of contexts") var texts: TextOptions

  @Option(help: "linear, or mlp (multilayer perceptron).")
  var model: Kind = .mlp

  @Option(help: ArgumentHelp("Sizes of the hidden layers of an mlp.", valueName: "n,..."))
  var hidden: String = usualSizes

  private static let usualSizes = "32,32"

  @Option(help: "Models to train, with seeds of their own; the reward is their mean.")
  var runs: Int = 20

  @OptionGroup(title: "Steps") var loop: StepOptions

  @Option(
    help: ArgumentHelp(
      "Strength of the regularisation, as in tessera fit; auto (the default) is what predicts held-out prompts best with a linear reward.",
      valueName: "lambda"))
  var lambda: LambdaChoice?

  @Option(help: "local (the default), normalized or paper, as in tessera fit.")
  var lambdaConvention: LambdaConvention?

  @OptionGroup(title: "Regularisation") var paper: PaperOptions

  @OptionGroup var fitSettings: SettingsOptions

  @Option(help: "Share of the prompts to hold out and judge the models by; 0 for none.")
  var heldOut: Double = 0.1

  @Option(name: .shortAndLong, help: "File to write; it appears whole or not at all.")
  var output: String

  static let keys: [RewardFit.Settings.Key] = [
    .weights, .space, .method, .samples, .targetError, .relative, .seed, .normalize, .center, .pca, .lambda,
    .lambdaConvention,
  ]

  private func resolved() throws -> (settings: RewardFit.Settings, given: Set<RewardFit.Settings.Key>) {
    var (settings, given) = try fitSettings.read(Self.keys)
    space.apply(to: &settings, &given)
    if paper.paper { settings = paper.applied(to: settings, given) }
    if let weights { settings.weights = weights }
    if let lambda { settings.lambda = lambda }
    if let lambdaConvention { settings.lambdaConvention = lambdaConvention }
    settings = settings.implied(by: given)
    try SettingsOptions.check(settings)
    return (settings, given)
  }

  private func training(_ settings: RewardFit.Settings) throws -> RewardTraining {
    let sizes = hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard sizes.allSatisfy({ $0 != nil }) else {
      throw ValidationError("--hidden is \(hidden); expected sizes such as 32,32.")
    }
    return RewardTraining(
      hidden: model == .linear ? [] : sizes.compactMap { $0 }, steps: loop.steps, batchSize: loop.batch,
      learningRate: loop.learningRate, lambda: settings.lambda.value ?? LambdaCurve.fixed,
      lambdaConvention: settings.lambdaConvention,
      runs: runs,
      seed: settings.seed, patience: loop.patience)
  }

  func validate() throws {
    try input.requireFiles()
    do {
      try training(fitSettings.config == nil ? resolved().settings : RewardFit.Settings()).check()
    } catch let problem as RewardTraining.Problem {
      throw ValidationError("\(problem).")
    }
    if model == .linear, hidden != Self.usualSizes {
      throw ValidationError("--hidden has no effect here: a linear reward has no hidden layers.")
    }
    guard heldOut >= 0, heldOut < 1 else {
      throw ValidationError("--held-out is \(heldOut); expected a share below 1.")
    }
    guard loop.checkpointEvery >= 0 else {
      throw ValidationError("--checkpoint-every is \(loop.checkpointEvery); expected 0 or more.")
    }
    if output == "-" {
      throw ValidationError("--output is -; expected a file, beside which checkpoints can be kept.")
    }
    var read = ReadFiles(
      input,
      alternatives.files + [
        fitSettings.config, space.transforms.transform, texts.embedder.fittedEmbedder, space.pool,
      ])
    try read.refuse("--output", output)
    try read.refuse("--save-transform", space.transforms.saveTransform)
  }

  func run() throws {
    let (settings, given) = try resolved()
    let training = try self.training(settings)
    var embedder: FittedLexicalEmbedder?
    let raw = try DatasetOptions(
      comparisons: input, alternatives: alternatives, texts: texts, seed: settings.seed,
      threads: space.threads
    ).read(keepsPrompts: true) { embedder = $0 }
    guard raw.contexts != nil else {
      if alternatives.alternatives == nil {
        throw ValidationError(
          "A reward model is a function of contexts: give --alternatives, with --contexts, a context field or a text field, or rows of texts."
        )
      }
      throw FormatError.content(
        file: alternatives.alternatives ?? "", line: nil, field: "context", found: "no contexts",
        expected: "an array of numbers or a text on every line, or --contexts")
    }
    let work = Console.work("training", threads: space.threads)
    let aids = try space.aids(settings)
    let plan = try RewardTrainingPlan(
      raw, fit: RewardFit(settings), settings: training, heldOut: heldOut, aids: aids, work: work.silent)
    try space.store(plan.transform)
    if heldOut > 0, plan.test == nil {
      Console.warn("nothing is held out: all comparisons belong to one prompt")
    }
    let own = try plan.fit.scheme(plan.fit.choice(for: plan.training), pool: plan.pool)
    // Beside the standard estimate stands a weighted one, where none is asked for.
    let other: any WeightScheme =
      settings.lambdaConvention == .local ? Local() : Voronoi(try settings.sampling(pool: plan.pool))
    let scheme = own ?? (plan.test != nil ? other : nil)
    try SettingsOptions.refuseUnused(
      settings, given, hasContexts: true, schemes: scheme.map { [$0] } ?? [Uniform()])
    let robust = try scheme.map { try plan.measure($0, work: work.silent) }
    if let robust { WeightWords.warn(robust.alternatives, of: raw.alternatives.count) }
    let isWeighted = own != nil
    let uniform = MeasuredWeights(.uniform(alternatives: raw.alternatives.count))
    let chosen = isWeighted ? robust ?? uniform : uniform

    var wanted: [RewardTrainingPlan.Estimate] = []
    if plan.test != nil || !isWeighted {
      wanted.append(try plan.estimate("standard", nil, work: work.silent))
    }
    if let robust { wanted.append(try plan.estimate("weighted", robust, work: work.silent)) }
    let checkpoint = TrainingCheckpoint(
      file: output + ".checkpoint", every: loop.checkpointEvery, plan: plan, estimates: wanted,
      work: work)
    let ensembles = try checkpoint.train()
    guard let ensemble = ensembles[isWeighted ? "weighted" : "standard"] else { return }

    var notes = [
      "weights": own?.name ?? "uniform", "space": chosen.alternatives.provenance.space ?? "none",
      "lambda":
        "\(wanted.last { $0.name == (isWeighted ? "weighted" : "standard") }?.lambda ?? LambdaCurve.fixed)",
      "lambda_convention": settings.lambdaConvention.rawValue,
      "seed": "\(settings.seed)", "steps": "\(loop.steps)", "batch": "\(loop.batch)",
      "learning_rate": "\(loop.learningRate)", "held_out": "\(heldOut)",
    ]
    if raw.alternatives[0].text != nil, embedder != nil || texts.embeddingModel != nil {
      notes["embedder"] = texts.embeddingModel ?? "builtin"
      notes["with_prompt"] = "\(texts.withPrompt)"
    }
    if let patience = loop.patience { notes["patience"] = "\(patience)" }
    try RewardModelFile(
      ensemble: ensemble, transform: plan.transform, notes: notes,
      embedder: embedder?.tensors ?? [:]
    ).write(to: output)
    checkpoint.remove()

    let sizes = ensemble.models[0].sizes.map(String.init).joined(separator: " - ")
    let loss = ensemble.losses.reduce(0, +) / Double(ensemble.losses.count)
    var text =
      "\(Spell.plural(runs, "run")) of \(Spell.plural(loop.steps, "step")), layers \(sizes), mean loss of the last batches \(Spell.decimals(loss))\n"
    if loop.patience != nil, let least = ensemble.steps.min(), let most = ensemble.steps.max() {
      text += "stopped after \(least) to \(most) steps, each run with its best model\n"
    }
    for one in wanted {
      text += "lambda \(Spell.short(one.lambda)) (\(one.name))"
      text +=
        one.curve.map { ", least loss on \($0.folds) folds of \($0.unit.rawValue)s with a linear reward\n" }
        ?? "\n"
    }
    if let test = plan.test, let contexts = plan.training.contexts {
      text += try HeldOutTable.text(test, contexts: contexts, wanted.map(\.name), ensembles)
    }
    try Console.output(text + "wrote \(output)\n")
  }
}

/// How long a run goes on, and how far a step goes.
struct StepOptions: ParsableArguments {
  @Option(help: "Steps of each run.")
  var steps: Int = 500

  @Option(help: "Comparisons of a step.")
  var batch: Int = 512

  @Option(help: "Step size of Adam.")
  var learningRate: Double = 1e-4

  @Option(
    help: ArgumentHelp(
      "Stop a run after N evaluations, one every 25 steps, without a lower loss on a further held-out tenth; keep its best model.",
      valueName: "N"))
  var patience: Int?

  @Option(
    help: ArgumentHelp("Store a checkpoint beside the output every N steps; 0 for none.", valueName: "N"))
  var checkpointEvery: Int = 100
}
