/// One run: a model, its optimiser and the order of its comparisons.
struct TrainingRun: Sendable {
  var model: RewardModel
  private var optimisers: [Adam]
  private var random: RandomStream
  private var order: [Int32]
  private var next: Int
  private(set) var steps = 0
  /// Loss of the last step's batch.
  private(set) var lastLoss: Float = 0
  /// Early stopping: the best model so far, nil where none is kept.
  private var best: RewardModel?
  private var bestLoss = Double.infinity
  private var evaluationsSince = 0
  private(set) var hasStopped = false

  /// The model that the run leaves behind.
  var result: RewardModel { best ?? model }

  init(_ settings: RewardTraining, run: Int, comparisons: Int, dimension: Int) {
    let seed = settings.seed &+ UInt64(run) &* 0x9E37_79B9_7F4A_7C15
    model = RewardModel(dimension: dimension, hidden: settings.hidden, seed: seed)
    optimisers = model.layers.map { Adam(parameters: $0.parameters.count) }
    random = RandomStream(seed: seed, for: .trainingBatches)
    order = (0..<Int32(comparisons)).map { $0 }
    next = comparisons
  }

  /// The comparisons of the next batch: a new shuffle whenever all have been used.
  private mutating func batch(_ size: Int) -> [Int32] {
    var result: [Int32] = []
    while result.count < min(size, order.count) {
      if next >= order.count {
        order.shuffle(using: &random)
        next = 0
      }
      let taken = min(min(size, order.count) - result.count, order.count - next)
      result += order[next..<next + taken]
      next += taken
    }
    return result
  }

  mutating func advance(
    _ count: Int, _ rows: Matrix<Float>, _ comparisons: [Comparison], _ masses: TrainingMasses,
    _ settings: RewardTraining, _ stopping: StoppingSet?, _ work: Work
  ) {
    guard !hasStopped else { return }
    let pass = GradientPass(model)
    for _ in 0..<count {
      if work.isCancelled { return }
      let chosen = batch(settings.batchSize)
      lastLoss = pass.run(model, rows, comparisons, chosen, masses, lambda: Float(settings.lambda))
      guard lastLoss.isFinite else { return }
      for layer in model.layers.indices {
        optimisers[layer].update(
          &model.layers[layer].parameters, gradient: pass.gradients[layer],
          learningRate: settings.learningRate)
      }
      steps += 1
      if let stopping, let patience = settings.patience,
        steps % RewardTraining.evaluationInterval == 0 || steps == settings.steps
      {
        evaluate(stopping, patience: patience)
        if hasStopped { return }
      }
    }
  }

  private mutating func evaluate(_ stopping: StoppingSet, patience: Int) {
    let loss = stopping.loss(model)
    if loss < bestLoss {
      (best, bestLoss, evaluationsSince) = (model, loss, 0)
    } else {
      evaluationsSince += 1
      hasStopped = evaluationsSince >= patience
    }
  }

  var snapshot: TrainingSnapshot.Run {
    TrainingSnapshot.Run(
      layers: zip(model.layers, optimisers).map { [$0.parameters, $1.first, $1.second] }, steps: steps,
      lastLoss: lastLoss, best: best.map { $0.layers.map(\.parameters) } ?? [], bestLoss: bestLoss,
      evaluationsSince: evaluationsSince, hasStopped: hasStopped)
  }

  /// Goes on from a snapshot: the batches already used are drawn again, which costs nothing beside training.
  mutating func resume(_ snapshot: TrainingSnapshot.Run, _ settings: RewardTraining) throws {
    let sizes = model.layers.map(\.parameters.count)
    let fits =
      snapshot.layers.map { $0.map(\.count) } == sizes.map { [$0, $0, $0] }
      && (snapshot.best.isEmpty || snapshot.best.map(\.count) == sizes)
      && (0...settings.steps).contains(snapshot.steps)
    guard fits else {
      throw RewardTraining.Problem.snapshot(
        found: "\(snapshot.steps) steps of layers of \(snapshot.layers.map { $0.first?.count ?? 0 }) numbers",
        expected: "at most \(settings.steps) of \(sizes)")
    }
    let isFinite =
      snapshot.layers.allSatisfy { $0.allSatisfy { $0.allSatisfy(\.isFinite) } }
      && snapshot.best.allSatisfy { $0.allSatisfy(\.isFinite) } && snapshot.lastLoss.isFinite
      && !snapshot.bestLoss.isNaN && snapshot.evaluationsSince >= 0
    guard isFinite else {
      throw RewardTraining.Problem.snapshot(found: "numbers that are not finite", expected: "finite numbers")
    }
    for _ in 0..<snapshot.steps { _ = batch(settings.batchSize) }
    for (place, lists) in snapshot.layers.enumerated() {
      model.layers[place].parameters = lists[0]
      optimisers[place] = Adam(steps: snapshot.steps, first: lists[1], second: lists[2])
    }
    if !snapshot.best.isEmpty {
      var kept = model
      for (place, list) in snapshot.best.enumerated() { kept.layers[place].parameters = list }
      best = kept
    }
    (steps, lastLoss) = (snapshot.steps, snapshot.lastLoss)
    (bestLoss, evaluationsSince) = (snapshot.bestLoss, snapshot.evaluationsSince)
    hasStopped = snapshot.hasStopped
  }
}
