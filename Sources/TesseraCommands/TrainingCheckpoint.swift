import Foundation
import Tessera
import TesseraFormats
import TesseraReports

/// Trains the wanted estimates one after the other, storing and resuming.
struct TrainingCheckpoint {
  let file: String
  /// Steps between two stores; 0 for none.
  let every: Int
  let plan: RewardTrainingPlan
  let estimates: [RewardTrainingPlan.Estimate]
  let work: Work

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
        try session.advance(work: work.silent)
        if every > 0, session.step / every > before / every || session.isFinished {
          stored.sessions[estimate.name] = session.snapshot
          try stored.write(to: file)
        }
        work.report((Double(number) + session.share) / Double(estimates.count))
      }
      result[estimate.name] = session.ensemble
    }
    work.report(1)
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
