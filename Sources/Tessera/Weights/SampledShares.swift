/// Draws samples by the plan that fits the shape, and counts what each alternative gets.
struct SampledShares {
  let plan: SamplingPlan
  private let contexts: Contexts
  private let space: any AlternativeSpace
  private let seed: UInt64
  private let threads: Int?
  private let tree: CellTree?
  private let cells: SampledCells?

  /// - Parameter samples: Expected number; the plan depends on it.
  init(
    contexts: Contexts, space: any AlternativeSpace, samples: Int, seed: UInt64, threads: Int?,
    plan: SamplingPlan? = nil
  ) {
    self.contexts = contexts
    self.space = space
    self.seed = seed
    self.threads = threads
    self.plan =
      plan
      ?? SamplingPlan(
        alternatives: contexts.count, dimension: space.dimension, samples: samples,
        isReflectionSymmetric: space.isReflectionSymmetric)
    if self.plan.kind == .cellTree {
      tree = CellTree(contexts: contexts, space: space)
      cells = nil
    } else {
      tree = nil
      cells = SampledCells(contexts: contexts, space: space, plan: self.plan, seed: seed, threads: threads)
    }
  }

  /// Samples of one run: a whole number of groups and of the tree's streams, large enough to keep all cores busy.
  private var runLength: Int {
    if cells?.prefersLargeRuns == true { return .max }
    return 1 << 18
  }

  /// Draws a fixed number of samples.
  func tally(samples: Int, progress: ((Double) throws -> Void)? = nil) throws -> CellTally {
    var tally = CellTally(alternatives: contexts.count, groupSize: plan.groupSize)
    // Shorter runs while someone watches: about a hundred of them.
    let step = 1 << 14
    let run = progress == nil ? runLength : max(step, min(runLength, samples / 100 / step * step))
    while tally.samples < samples {
      let wanted = min(run, samples - tally.samples)
      tally.add(try nearest(first: tally.samples, count: wanted, progress: progress), threads: threads)
      try progress?(Double(tally.samples) / Double(samples))
    }
    return tally
  }

  /// Draws until the errors are below a target, or `limit` samples are reached.
  ///
  /// The errors are looked at after every eighth more samples, at numbers that the plan fixes.
  ///
  /// - Parameter progress: Called with the share done, reckoned from the error, which falls with the root of the
  ///   number, and the error so far.
  func tally(
    until target: TargetError, limit: Int, progress: ((Double, Double) throws -> Void)? = nil
  ) throws -> CellTally {
    var tally = CellTally(alternatives: contexts.count, groupSize: plan.groupSize)
    let step = 1 << 14
    while true {
      let more = max(step, tally.samples / 8 / step * step)
      let wanted = min(more, limit - tally.samples)
      tally.add(try nearest(first: tally.samples, count: wanted, progress: nil), threads: threads)
      let error = target.error(of: tally.shares, tally.standardErrors)
      let ratio = target.value / max(error, .leastNormalMagnitude)
      try progress?(min(1, ratio * ratio), error)
      if error <= target.value || tally.samples >= limit { return tally }
    }
  }

  /// Nearest alternatives of samples `first..<first + count`; `first` is a multiple of 2^14.
  private func nearest(first: Int, count: Int, progress: ((Double) throws -> Void)?) throws -> [Int32] {
    if let tree {
      return tree.nearest(space: space, firstSample: first, samples: count, seed: seed, threads: threads)
    }
    guard let cells else { return [] }
    return try cells.nearest(
      firstPoint: first / plan.groupSize, samples: count, progress: cells.prefersLargeRuns ? progress : nil)
  }
}
