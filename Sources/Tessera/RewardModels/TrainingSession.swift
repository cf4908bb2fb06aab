/// Training under way: it advances by slices of steps, and can be stored and resumed between them.
///
/// A session that is resumed from a snapshot ends in the same bytes as one that was never interrupted.
public struct TrainingSession: Sendable {
  public let settings: RewardTraining
  /// Steps that every run has taken, unless it stopped early.
  public private(set) var step = 0
  private var runs: [TrainingRun]
  private let rows: Matrix<Float>
  private let comparisons: [Comparison]
  private let masses: TrainingMasses
  private let stopping: StoppingSet?

  /// Steps of a slice: short enough for progress and interruption, long enough to be cheap.
  static let slice = 25

  /// - Parameters:
  ///   - dataset: With contexts.
  ///   - weights: Of the alternatives, or of the comparisons of this very dataset.
  ///   - stopping: Comparisons for early stopping, which training does not see; used where `patience` is set.
  ///   - snapshot: Where to go on; of the same settings, data and weights.
  /// - Throws: `RewardTraining.Problem`, `EstimationError.weightCount`.
  public init(
    _ settings: RewardTraining, _ dataset: PreferenceDataset, weights: MeasuredWeights,
    stopping: [Comparison] = [],
    resuming snapshot: TrainingSnapshot? = nil
  ) throws {
    try settings.check()
    guard let contexts = dataset.contexts else { throw RewardTraining.Problem.noContexts }
    if settings.patience != nil {
      guard !stopping.isEmpty else { throw RewardTraining.Problem.noStoppingComparisons }
      self.stopping = StoppingSet(stopping, contexts)
    } else {
      self.stopping = nil
    }
    self.settings = settings
    // Parameters and Adam's two means, and those of the best model.
    try MemoryNeed(
      "runs of the model", rows: settings.runs, columns: settings.parameters(inputs: contexts.dimension),
      width: 4,
      copies: settings.patience == nil ? 3 : 4
    ).require()
    rows = contexts.singlePrecision
    comparisons = dataset.comparisons
    masses = try TrainingMasses(weights, dataset, contexts, settings.lambdaConvention)
    let count = comparisons.count
    runs = (0..<settings.runs).map {
      TrainingRun(settings, run: $0, comparisons: count, dimension: contexts.dimension)
    }
    if let snapshot {
      guard snapshot.runs.count == runs.count else {
        throw RewardTraining.Problem.snapshot(
          found: "\(snapshot.runs.count) runs", expected: "\(runs.count)")
      }
      // All runs go on together: one that took fewer steps has stopped.
      guard (0...settings.steps).contains(snapshot.step),
        snapshot.runs.allSatisfy({
          $0.steps == snapshot.step || ($0.hasStopped && (0...snapshot.step).contains($0.steps))
        })
      else {
        throw RewardTraining.Problem.snapshot(
          found: "runs of \(snapshot.runs.map(\.steps)) steps at step \(snapshot.step)",
          expected: "runs that stand at one step of \(settings.steps), or have stopped before")
      }
      for place in runs.indices {
        try runs[place].resume(snapshot.runs[place], settings)
      }
      step = snapshot.step
    }
  }

  /// Whether all steps are done or every run has stopped.
  public var isFinished: Bool { step >= settings.steps || runs.allSatisfy(\.hasStopped) }

  /// Share of the steps done.
  public var share: Double { Double(step) / Double(settings.steps) }

  /// Takes the next steps, some tens of them.
  ///
  /// - Throws: `RewardTraining.Problem.diverged`; `Cancelled`, and then the session is of no more use.
  public mutating func advance(work: Work = Work()) throws {
    let count = min(Self.slice - step % Self.slice, settings.steps - step)
    guard count > 0 else { return }
    let (settings, rows, comparisons, masses, stopping) = (settings, rows, comparisons, masses, stopping)
    try runs.withUnsafeMutableBufferPointer { buffer in
      let states = Shared(buffer)
      try work.forEach(pieces: buffer.count) { run, _ in
        states[address: run].pointee.advance(
          count, rows, comparisons, masses, settings, stopping, work)
      }
    }
    step += count
    for (run, state) in runs.enumerated() where !state.lastLoss.isFinite {
      throw RewardTraining.Problem.diverged(run: run, step: step)
    }
  }

  /// The models so far; each run's best where it may stop early.
  public var ensemble: RewardEnsemble {
    RewardEnsemble(
      models: runs.map(\.result), losses: runs.map { Double($0.lastLoss) }, steps: runs.map(\.steps))
  }

  public var snapshot: TrainingSnapshot { TrainingSnapshot(step: step, runs: runs.map(\.snapshot)) }
}

/// What a stored session needs beside its settings, data and weights: the order of batches follows from the seed.
public struct TrainingSnapshot: Sendable, Equatable {
  public struct Run: Sendable, Equatable {
    /// For each layer its parameters, then Adam's two running means, arranged as in the session.
    public var layers: [[[Float]]]
    /// Steps taken.
    public var steps: Int
    public var lastLoss: Float
    /// Early stopping: parameters of the best model, empty where none was kept.
    public var best: [[Float]]
    public var bestLoss: Double
    /// Evaluations since the best.
    public var evaluationsSince: Int
    public var hasStopped: Bool

    public init(
      layers: [[[Float]]], steps: Int, lastLoss: Float, best: [[Float]], bestLoss: Double,
      evaluationsSince: Int, hasStopped: Bool
    ) {
      self.layers = layers
      self.steps = steps
      self.lastLoss = lastLoss
      self.best = best
      self.bestLoss = bestLoss
      self.evaluationsSince = evaluationsSince
      self.hasStopped = hasStopped
    }
  }

  public var step: Int
  public var runs: [Run]

  public init(step: Int, runs: [Run]) {
    self.step = step
    self.runs = runs
  }
}

/// Comparisons for early stopping, with the contexts of their alternatives alone.
struct StoppingSet: Sendable {
  let contexts: Contexts
  /// With indices into `contexts`.
  let comparisons: [Comparison]

  init(_ comparisons: [Comparison], _ all: Contexts) {
    let used = Set(comparisons.flatMap { [Int($0.a), Int($0.b)] }).sorted()
    let place = Dictionary(uniqueKeysWithValues: zip(used, used.indices))
    contexts = all.selecting(rows: used)
    self.comparisons = comparisons.map {
      Comparison(a: place[Int($0.a)] ?? 0, b: place[Int($0.b)] ?? 0, outcome: $0.outcome, count: $0.count)
    }
  }

  /// Mean log loss; infinite for a model that has diverged.
  func loss(_ model: RewardModel) -> Double {
    guard let rewards = try? model.rewards(of: contexts, work: Work(threads: 1)) else { return .infinity }
    var (sum, total) = (0.0, 0.0)
    for comparison in comparisons {
      let difference = rewards[Int(comparison.a)] - rewards[Int(comparison.b)]
      sum += comparison.count * logLoss(difference, outcome: comparison.outcome)
      total += comparison.count
    }
    let mean = sum / total
    return mean.isFinite ? mean : .infinity
  }
}

/// What comparisons weigh in the loss, and what holds their rewards back: one of each for every comparison.
struct TrainingMasses: Sendable {
  /// v of the loss.
  let loss: [Float]
  /// Half of lambda times these is what r_a^2 and r_b^2 cost.
  let ridgeA: [Float]
  let ridgeB: [Float]

  /// - Precondition: `data` has the contexts that the weights are of.
  init(
    _ measured: MeasuredWeights, _ data: PreferenceDataset, _ contexts: Contexts,
    _ convention: LambdaConvention
  )
    throws
  {
    let rows = data.comparisons
    if case .local(let local)? = measured.comparisons {
      guard local.values.count == data.pairCounts.opponents.count else {
        throw EstimationError.weightCount(
          found: local.values.count, alternatives: data.pairCounts.opponents.count)
      }
      let copies = contexts.duplicates()
      let masses = rows.map { row -> Float in
        data.pairCounts.entry(Int(row.a), Int(row.b)).map { Float(local.values[$0]) } ?? 0
      }
      // Every comparison brings its own ridge; copies compared with one another hold nothing back.
      let ridge = zip(rows, masses).map { row, mass in
        copies.groupOf[Int(row.a)] == copies.groupOf[Int(row.b)] ? 0 : mass
      }
      self.init(loss: masses, ridgeA: ridge, ridgeB: ridge)
      return
    }
    let weights = measured.alternatives.values
    guard weights.count == contexts.count else {
      throw EstimationError.weightCount(found: weights.count, alternatives: contexts.count)
    }
    self.init(products: weights, rows, contexts, convention)
  }

  private init(loss: [Float], ridgeA: [Float], ridgeB: [Float]) {
    (self.loss, self.ridgeA, self.ridgeB) = (loss, ridgeA, ridgeB)
  }

  /// - Parameter weights: One for each alternative, sum 1; rescaled to mean 1.
  private init(
    products weights: [Double], _ rows: [Comparison], _ contexts: Contexts, _ convention: LambdaConvention
  ) {
    let scaled = weights.map { Float($0 * Double(weights.count)) }
    let loss = rows.map { scaled[Int($0.a)] * scaled[Int($0.b)] }
    guard convention == .local else {
      self.init(
        loss: loss, ridgeA: rows.map { scaled[Int($0.a)] }, ridgeB: rows.map { scaled[Int($0.b)] })
      return
    }
    let copies = contexts.duplicates()
    // Under equal weights every alternative stands alone, as in the standard estimate.
    let isUniform = weights.allSatisfy { $0 == weights[0] }
    var groupWeights = [Double](repeating: 0, count: copies.count)
    for (i, group) in copies.groupOf.enumerated() { groupWeights[group] += weights[i] }
    // 1 / (1 - W), W the weight of the exact duplicates.
    let ridges = weights.indices.map { i in
      Float(1 / max(1 - (isUniform ? weights[i] : groupWeights[copies.groupOf[i]]), 1e-6))
    }
    func ridge(_ row: Comparison, _ own: Int32) -> Float {
      if copies.groupOf[Int(row.a)] == copies.groupOf[Int(row.b)] { return 0 }
      return scaled[Int(row.a)] * scaled[Int(row.b)] * ridges[Int(own)]
    }
    self.init(loss: loss, ridgeA: rows.map { ridge($0, $0.a) }, ridgeB: rows.map { ridge($0, $0.b) })
  }
}
