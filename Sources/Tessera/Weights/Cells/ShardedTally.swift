/// Counts of the samples whose nearest row was found among all shards.
///
///     var tally = try ShardedTally(cells, copies: copies, outside: outside)
///     while let samples = tally.next(atMost: 1 << 18) {
///       let nearest = ...                          // of the shard with the smallest score
///       tally = try tally.adding(nearest)
///     }
///     let weights = try tally.weights()             // the bytes of VoronoiWeights on one machine
public struct ShardedTally: Sendable {
  public let cells: ShardedCells
  /// Of all rows, copies or not.
  public let copies: Partition
  public let outside: Int
  public let target: TargetError?
  private let plan: SamplingPlan
  private let spaceName: String
  private var tally: CellTally

  /// - Parameters:
  ///   - outside: Rows, copies or not, that lie outside the space.
  ///   - target: Sample until the errors are below this; nil for the number of the cells.
  /// - Throws: `ShardError.numbers` where copies are of other rows.
  public init(_ cells: ShardedCells, copies: Partition, outside: Int, target: TargetError? = nil) throws {
    guard copies.count == cells.rows else {
      throw ShardError.numbers(
        what: "copies", found: "\(copies.count) different rows", expected: "\(cells.rows)")
    }
    (self.cells, self.copies, self.outside, self.target) = (cells, copies, outside, target)
    (plan, spaceName) = (try cells.plan(), try cells.region().name)
    tally = CellTally(alternatives: cells.rows, groupSize: plan.groupSize)
  }

  /// Samples so far.
  public var samples: Int { tally.samples }

  private var limit: Int { target == nil ? cells.samples : VoronoiWeights.sampleLimit }

  /// The samples that come next; nil where there are enough.
  ///
  /// - Parameter most: Rounded to whole units.
  public func next(atMost most: Int) -> Range<Int>? {
    guard samples < limit else { return nil }
    var end = limit
    if let target {
      // Looks at the errors come after fixed numbers of samples, whatever is asked for at once.
      var look = 0
      while look < samples { look = min(look + SampledShares.more(after: look), limit) }
      if look == samples {
        if samples > 0, target.error(of: tally.shares, tally.standardErrors) <= target.value { return nil }
        look = min(look + SampledShares.more(after: look), limit)
      }
      end = look
    }
    let unit = SampledShares.unit
    return samples..<min(end, samples + max(most / unit, 1) * unit)
  }

  /// - Parameter nearest: The number of the nearest row, for each sample of the range that came next.
  /// - Throws: `ShardError.numbers`.
  public func adding(_ nearest: [Int32], work: Work = Work()) throws -> ShardedTally {
    let end = samples + nearest.count
    guard !nearest.isEmpty, end == limit || (end < limit && end % SampledShares.unit == 0),
      nearest.allSatisfy({ $0 >= 0 && $0 < cells.rows })
    else {
      throw ShardError.numbers(
        what: "nearest rows", found: "\(nearest.count) after \(samples) samples",
        expected: "rows below \(cells.rows) for whole units of \(SampledShares.unit) samples")
    }
    var next = self
    next.tally.add(nearest, work: work)
    return next
  }

  /// The weights from the samples so far.
  ///
  /// - Throws: `WeightsError.noSamples`.
  public func weights() throws -> AlternativeWeights {
    guard samples > 0 else { throw WeightsError.noSamples(found: 0) }
    return AlternativeWeights(
      values: tally.shares, standardErrors: tally.standardErrors,
      provenance: Provenance(
        scheme: "voronoi", method: .sampled, space: spaceName, samples: samples, seed: cells.seed,
        outside: outside, choice: "sampled as asked for; \(plan)")
    ).shared(among: copies)
  }
}
