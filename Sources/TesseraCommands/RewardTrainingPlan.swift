import Foundation
import Tessera
import TesseraFormats
import TesseraReports

/// Which comparisons train, which stop a run early, and which judge the outcome.
struct RewardTrainingPlan {
  let settings: RewardTraining
  let training: PreferenceDataset
  let stopping: [Comparison]
  /// What is held out to judge by; nil for nothing.
  let test: HeldOutSplit?
  let work: Work

  init(_ dataset: PreferenceDataset, heldOut: Double, settings: RewardTraining, work: Work) throws {
    self.settings = settings
    self.work = work
    var rest = dataset
    var split: HeldOutSplit?
    if heldOut > 0 {
      split = HeldOutSplit(dataset, share: heldOut, seed: settings.seed)
      if split == nil { Console.warn("nothing is held out: all comparisons belong to one prompt") }
      rest = split?.training ?? dataset
    }
    if settings.patience != nil {
      // Judging by what has chosen the model would flatter it, so early stopping has a part of its own.
      guard let second = HeldOutSplit(rest, share: max(heldOut, 0.1), seed: settings.seed &+ 1) else {
        throw RewardTraining.Problem.noStoppingComparisons
      }
      stopping = second.heldOut.comparisons
      rest = second.training
    } else {
      stopping = []
    }
    training = rest
    test = split
  }
}

extension RewardTrainingPlan {
  /// An estimate (the standard one without weights) with the lambda of the settings, or the one that predicts best with a linear reward.
  func wanted(_ name: String, _ robust: MeasuredWeights?, _ settings: RewardFit.Settings) throws
    -> TrainingCheckpoint.Wanted
  {
    let weights = robust ?? MeasuredWeights(.uniform(alternatives: training.alternatives.count))
    if let lambda = settings.lambda.value {
      return TrainingCheckpoint.Wanted(name: name, weights: weights, lambda: lambda, curve: nil)
    }
    let curve = try RewardFit(settings).linearCurve(training, robust, work: work.silent)
    return TrainingCheckpoint.Wanted(
      name: name, weights: weights, lambda: curve?.chosen ?? LambdaCurve.fixed, curve: curve)
  }
}

/// Trains the wanted estimates one after the other, storing and resuming.
struct TrainingCheckpoint {
  let file: String
  /// Steps between two stores; 0 for none.
  let every: Int
  let plan: RewardTrainingPlan
  let estimates: [Wanted]

  /// An estimate with its weights and its strength of the regularisation.
  struct Wanted {
    let name: String
    let weights: MeasuredWeights
    let lambda: Double
    /// What it was chosen by; nil where it was given, or there was too little to choose it by.
    let curve: LambdaCurve?
  }

  private var fingerprint: String {
    var print = Fingerprint()
    let s = plan.settings
    for size in s.hidden { print.add(size) }
    print.add(s.lambdaConvention.rawValue)
    for number in [s.hidden.count, s.steps, s.batchSize, s.runs, s.patience ?? 0] { print.add(number) }
    print.add(s.learningRate)
    print.add(s.seed)
    if let contexts = plan.training.contexts { print.add(contexts) }
    print.add(plan.training.comparisons)
    print.add(plan.stopping)
    for estimate in estimates {
      print.add(estimate.name)
      print.add(estimate.lambda)
      print.add(estimate.weights.alternatives.values)
      if case .local(let local)? = estimate.weights.comparisons { print.add(local.values) }
    }
    return print.text
  }

  func train() throws -> [String: RewardEnsemble] {
    let fingerprint = fingerprint
    var stored = TrainingCheckpointFile(fingerprint: fingerprint)
    if FileManager.default.fileExists(atPath: file) {
      stored = try TrainingCheckpointFile(readingFrom: file)
      guard stored.fingerprint == fingerprint else {
        throw FormatError.content(
          file: file, line: nil, field: nil, found: "a checkpoint of other data or settings",
          expected: "one of this command: remove it, or give another --output")
      }
      let step = stored.sessions.values.reduce(0) { $0 + $1.step }
      Console.error("tessera: resuming from \(file) after \(Spell.plural(step, "step"))")
    }
    var result: [String: RewardEnsemble] = [:]
    for (number, estimate) in estimates.enumerated() {
      var settings = plan.settings
      settings.lambda = estimate.lambda
      var session = try TrainingSession(
        settings, plan.training, weights: estimate.weights, stopping: plan.stopping,
        resuming: stored.sessions[estimate.name])
      while !session.isFinished {
        let before = session.step
        try session.advance(work: plan.work.silent)
        if every > 0, session.step / every > before / every || session.isFinished {
          stored.sessions[estimate.name] = session.snapshot
          try stored.write(to: file)
        }
        plan.work.report((Double(number) + session.share) / Double(estimates.count))
      }
      result[estimate.name] = session.ensemble
    }
    plan.work.report(1)
    return result
  }

  /// The model is written: the checkpoint has done its work.
  func remove() { unlink(file) }
}

/// How well the estimates predict what was held out, side by side.
enum HeldOutTable {
  static func text(
    _ split: HeldOutSplit, contexts: Contexts, _ names: [String], _ ensembles: [String: RewardEnsemble]
  ) throws -> String {
    let groups = HeldOutSplit.groups(of: split.heldOut).groups
    let count = Set(groups).count
    var table = TextTable([
      ("held out", .left), ("accuracy", .right), ("log loss", .right), ("calibration error", .right),
    ])
    var comparisons = 0.0
    for name in names {
      guard let ensemble = ensembles[name] else { continue }
      let quality = PredictionQuality(
        of: split.heldOut.comparisons, rewards: try ensemble.scores(of: contexts).mean, groups: groups)
      comparisons = quality.comparisons
      table.add([
        name,
        quality.decided > 0
          ? "\(Spell.percent(quality.accuracy)) ± \(Spell.decimals(100 * quality.accuracyError, 1))" : "-",
        "\(Spell.decimals(quality.logLoss)) ± \(Spell.decimals(quality.logLossError))",
        Spell.decimals(quality.calibrationError),
      ])
    }
    return
      "\n\(table.text)(\(Spell.plural(comparisons, "comparison")) of \(Spell.plural(count, split.unit.rawValue)); ± one standard error over \(split.unit.rawValue)s; a log loss of 0.6931 knows nothing)\n\n"
  }
}
