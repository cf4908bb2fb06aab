/// Draws samples by the plan that fits the shape, and counts what each alternative gets.
struct SampledShares {
  let plan: SamplingPlan
  private let contexts: Contexts
  private let space: any AlternativeSpace
  private let seed: UInt64
  private var work: Work
  private let tree: CellTree?
  private var cells: SampledCells?

  /// - Parameter samples: Expected number; the plan depends on it.
  /// - Throws: `MemoryError`.
  init(
    contexts: Contexts, space: any AlternativeSpace, samples: Int, seed: UInt64, work: Work,
    plan: SamplingPlan? = nil
  ) throws {
    self.contexts = contexts
    self.space = space
    self.seed = seed
    self.work = work
    self.plan =
      plan
      ?? SamplingPlan(
        alternatives: contexts.count, dimension: space.dimension, samples: samples,
        isReflectionSymmetric: space.isReflectionSymmetric)
    if self.plan.kind == .cellTree {
      tree = try CellTree(contexts: contexts, space: space, samples: samples)
      cells = nil
    } else {
      tree = nil
      cells = SampledCells(contexts: contexts, space: space, plan: self.plan, seed: seed, work: work)
    }
  }

  /// The same for other work.
  func working(_ work: Work) -> SampledShares {
    var copy = self
    copy.work = work
    copy.cells = cells?.working(work)
    return copy
  }

  /// Samples of one run: a whole number of groups and of the tree's streams, large enough to keep all cores busy.
  private var runLength: Int {
    if cells?.prefersLargeRuns == true { return .max }
    return 1 << 18
  }

  /// Samples can be cut at multiples of this: it holds whole groups and whole streams of every plan.
  static let unit = 1 << 14

  /// Draws the samples of a range that begins at a multiple of `unit`.
  func tally(_ range: Range<Int>) throws -> CellTally {
    precondition(range.lowerBound % Self.unit == 0)
    var tally = CellTally(alternatives: contexts.count, groupSize: plan.groupSize)
    // Shorter runs while someone watches: about a hundred of them.
    let step = Self.unit
    let run = work.isWatched ? max(step, min(runLength, range.count / 100 / step * step)) : runLength
    try MemoryNeed("nearest alternatives of samples", rows: min(run, range.count), columns: 1, width: 8)
      .require()
    try MemoryNeed("counts of cells", rows: work.threads, columns: contexts.count, copies: 4).require()
    while tally.samples < range.count {
      let wanted = min(run, range.count - tally.samples)
      tally.add(try nearest(first: range.lowerBound + tally.samples, count: wanted), work: work)
      work.report(Double(tally.samples) / Double(range.count))
    }
    return tally
  }

  /// Draws until the errors are below a target, or `limit` samples are reached.
  ///
  /// The errors are looked at after every eighth more samples, at numbers that the plan fixes. The share done is reckoned
  /// from the error, which falls with the root of the number.
  func tally(until target: TargetError, limit: Int) throws -> CellTally {
    var tally = CellTally(alternatives: contexts.count, groupSize: plan.groupSize)
    while true {
      let wanted = min(Self.more(after: tally.samples), limit - tally.samples)
      tally.add(try nearest(first: tally.samples, count: wanted), work: work)
      let error = target.error(of: tally.shares, tally.standardErrors)
      let ratio = target.value / max(error, .leastNormalMagnitude)
      work.report(min(1, ratio * ratio), "error \(spellShort(error))")
      if error <= target.value || tally.samples >= limit { return tally }
    }
  }

  /// Samples from one look at the errors to the next.
  static func more(after samples: Int) -> Int { max(unit, samples / 8 / unit * unit) }

  /// Nearest alternatives of samples `first..<first + count`; `first` is a multiple of 2^14.
  private func nearest(first: Int, count: Int) throws -> [Int32] {
    if let tree {
      return try tree.nearest(space: space, firstSample: first, samples: count, seed: seed, work: work)
    }
    guard let cells else { return [] }
    return try cells.nearest(firstPoint: first / plan.groupSize, samples: count).indices
  }
}

/// Two significant digits, for those who watch.
private func spellShort(_ value: Double) -> String {
  guard value > 0, value.isFinite else { return "\(value)" }
  var (digits, exponent) = (value, 0)
  while digits >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
  while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
  return "\((digits * 10).rounded() / 10)e\(exponent)"
}
