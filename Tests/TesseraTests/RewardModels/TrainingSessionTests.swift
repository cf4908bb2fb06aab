import Tessera
import Testing

@Suite struct TrainingSessionTests {
  @Test func `A resumed session ends as one that was not interrupted`() throws {
    let data = try linearDataset(24, 5, seed: 9)
    let split = try #require(HeldOutSplit(data, share: 0.2, seed: 1))
    let weights = [Double](repeating: 1.0 / 24, count: 24)
    for patience in [nil, 3, 50] {
      let training = oneRun {
        $0.runs = 3
        $0.steps = 310
        $0.batchSize = 64
        $0.learningRate = 0.02
        $0.patience = patience
      }
      func session(_ snapshot: TrainingSnapshot?) throws -> TrainingSession {
        try TrainingSession(
          training, split.training, weights: MeasuredWeights(given: weights),
          stopping: split.heldOut.comparisons, resuming: snapshot)
      }
      var whole = try session(nil)
      var parts = try session(nil)
      while !whole.isFinished { try whole.advance() }
      while !parts.isFinished {
        try parts.advance()
        parts = try session(parts.snapshot)
      }
      #expect(parts.ensemble == whole.ensemble)
      #expect(parts.snapshot == whole.snapshot)
      if patience == 3 {
        #expect(whole.step < 310)
        // What is kept is the best on the comparisons kept away, so it is no worse there than the last model.
        let kept = oneRun {
          $0 = training
          $0.patience = nil
        }
        func loss(_ ensemble: RewardEnsemble) throws -> Double {
          let rewards = try ensemble.models[0].rewards(of: try #require(data.contexts))
          let held = split.heldOut.comparisons
          return PredictionQuality(of: held, rewards: rewards, groups: Array(held.indices)).logLoss
        }
        let last = try kept.train(split.training, weights: weights)
        #expect(try loss(whole.ensemble) <= loss(last))
      }
      #expect(throws: RewardTraining.Problem.self) {
        try session(TrainingSnapshot(step: 1, runs: []))
      }
      // Changed by hand: steps that the runs have not taken, or that nobody could; numbers that are none.
      var early = try session(nil)
      try early.advance()
      let snapshot = early.snapshot
      for change: (inout TrainingSnapshot) -> Void in [
        { $0.step = 300 }, { $0.step = -1 }, { $0.step = .max }, { $0.runs[0].steps = 3 },
        { $0.runs[1].layers[0][0][0] = .nan }, { $0.runs[0].lastLoss = .infinity },
      ] {
        var changed = snapshot
        change(&changed)
        #expect(throws: RewardTraining.Problem.self) { try session(changed) }
      }
      #expect(try session(snapshot).snapshot == snapshot)
    }
  }
}
