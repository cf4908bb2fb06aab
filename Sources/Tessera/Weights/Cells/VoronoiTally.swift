import CTesseraKernels

/// Counts of a part of the samples of sampled Voronoi weights: parts that were counted anywhere add up to the whole.
///
/// Samples have numbers; which point a number stands for follows from the seed and the plan, and the plan from the total.
/// So any cut at multiples of `unit`, on any machines, in any order, gives the weights of one run to the last byte.
///
///     let sampler = try VoronoiTally.Sampler(contexts: contexts, space: space, samples: samples)
///     let parts = try (0..<8).compactMap { VoronoiTally.range(ofPart: $0, of: 8, samples: samples) }.map { try sampler.count($0) }
///     let weights = try VoronoiTally.merge(parts).weights()
public struct VoronoiTally: Sendable, Equatable {
  /// Samples of the whole, and those of this part.
  public let total: Int
  public let first: Int
  public let count: Int
  public let seed: UInt64
  public let space: String
  /// How the whole is sampled, and why in this way.
  public let choice: String
  /// Of contexts, space and plan: parts of other data have another.
  public let fingerprint: String
  /// Alternatives whose context lies outside the space.
  public let outside: Int
  /// The different context of each alternative: copies have one.
  public let copies: Partition
  let tally: CellTally

  /// Samples can be cut at multiples of this.
  public static let unit = SampledShares.unit

  /// The samples of one of several parts, which are as alike as the unit allows.
  ///
  /// - Parameters:
  ///   - part: From 0.
  ///   - parts: At least 1; parts beyond the number of units are empty.
  /// - Returns: nil for an empty part.
  public static func range(ofPart part: Int, of parts: Int, samples: Int) -> Range<Int>? {
    let units = (samples + unit - 1) / unit
    // Rounded up: where there are fewer units than parts, the last parts are the empty ones.
    func cut(_ part: Int) -> Int { (units * part + parts - 1) / parts * unit }
    let (low, high) = (cut(part), cut(part + 1))
    let range = min(low, samples)..<min(high, samples)
    return range.isEmpty ? nil : range
  }

  /// Contexts that are prepared for counting: packed once, for as many parts as one likes.
  public struct Sampler: Sendable {
    /// Samples of the whole; where a target error ends it, as many as there can be.
    public let total: Int
    public let seed: UInt64
    /// Of contexts, space and plan.
    public let fingerprint: String
    fileprivate let space: String
    fileprivate let choice: String
    fileprivate let outside: Int
    fileprivate let copies: Partition
    private let shares: SampledShares

    /// - Parameters:
    ///   - contexts: m x d, row i is alternative i.
    ///   - samples: Of the whole; nil where a target error says when it is enough.
    ///   - method: Why the weights are sampled; `exact` is refused.
    /// - Throws: `WeightsError`, `SpaceError`, `TallyError.exact` where the cells are exact, so that there are no samples to
    ///   divide; `Cancelled`.
    /// - Complexity: O(m d) time and memory.
    public init(
      contexts: Contexts, space: some AlternativeSpace, samples: Int?,
      method: VoronoiWeights.Method = .automatic, seed: UInt64 = 0, work: Work = Work()
    ) throws {
      let wanted = samples ?? VoronoiWeights.sampleLimit
      let problem = try CellProblem(contexts, space, samples: wanted, work: work)
      let (box, why) = try VoronoiWeights.exactBox(space, alternatives: problem.distinct.count, method)
      guard box == nil else { throw TallyError.exact(why: why) }
      try problem.checkScale(limit: 1e15)
      total = space.pointCount ?? wanted
      shares = try SampledShares(
        contexts: problem.distinct, space: space, samples: total, seed: seed, work: work.silent)
      self.seed = seed
      self.space = space.name
      choice = "\(why); \(shares.plan)"
      outside = problem.outside
      copies = problem.copies
      var print = Fingerprint()
      print.add(contexts)
      print.add(space.name)
      print.add("\(shares.plan)")
      let enclosure = space.enclosure
      print.add(enclosure.lower)
      print.add(enclosure.upper)
      // Fused products round differently: in a sample in a million another alternative is nearest.
      if tessera_vector_bits() < 256 { print.add("products and sums rounded apart") }
      fingerprint = print.text
    }

    /// Counts the samples of a range.
    ///
    /// - Throws: `TallyError.range` for a range that does not begin at a multiple of the unit or ends inside one before the
    ///   total; `Cancelled`.
    /// - Complexity: as `VoronoiWeights` for as many samples.
    public func count(_ range: Range<Int>, work: Work = Work()) throws -> VoronoiTally {
      guard range.lowerBound % VoronoiTally.unit == 0, range.lowerBound >= 0, !range.isEmpty,
        range.upperBound == total || (range.upperBound % VoronoiTally.unit == 0 && range.upperBound < total)
      else { throw TallyError.range(first: range.lowerBound, count: range.count, total: total) }
      return VoronoiTally(self, range, try shares.working(work).tally(range))
    }
  }

  /// Counts the samples of a range: a `Sampler` that is used once.
  ///
  /// - Throws: as `Sampler`.
  public init(
    counting range: Range<Int>, contexts: Contexts, space: some AlternativeSpace, samples: Int,
    method: VoronoiWeights.Method = .automatic, seed: UInt64 = 0, work: Work = Work()
  ) throws {
    self = try Sampler(
      contexts: contexts, space: space, samples: samples, method: method, seed: seed, work: work
    ).count(range, work: work)
  }

  /// Parts of one whole, put together; in any order.
  ///
  /// - Throws: `TallyError` where they are of other data, a sample is counted twice, or one is missing.
  public static func merge(_ parts: [VoronoiTally]) throws -> VoronoiTally {
    let merged = try join(parts)
    guard merged.first == 0 else { throw TallyError.gap(first: 0, next: merged.first) }
    guard merged.count == merged.total else { throw TallyError.gap(first: merged.count, next: nil) }
    return merged
  }

  /// Parts that follow one another as one part, in any order.
  ///
  /// - Throws: `TallyError` where they are of other data, a sample is counted twice, or one between them is missing.
  public static func join(_ parts: [VoronoiTally]) throws -> VoronoiTally {
    let sorted = parts.sorted { $0.first < $1.first }
    guard let start = sorted.first else { throw TallyError.gap(first: 0, next: nil) }
    var sum = start.tally
    var next = start.first + start.count
    for part in sorted.dropFirst() {
      guard part.fingerprint == start.fingerprint, part.total == start.total, part.seed == start.seed,
        part.space == start.space, part.copies == start.copies,
        part.tally.hits.count == start.tally.hits.count,
        part.tally.groupSize == start.tally.groupSize
      else { throw TallyError.otherData(first: part.first) }
      if part.first > next { throw TallyError.gap(first: next, next: part.first) }
      if part.first < next { throw TallyError.overlap(first: part.first, next: next) }
      sum.append(part.tally)
      next = part.first + part.count
    }
    return VoronoiTally(start, tally: sum, count: next - start.first)
  }

  /// The weights of the whole.
  ///
  /// - Throws: `TallyError.gap` for a part of it.
  public func weights() throws -> AlternativeWeights {
    guard first == 0, count == total else { throw TallyError.gap(first: first == 0 ? count : 0, next: nil) }
    return found
  }

  /// The samples that a run until a target error draws after so many, before it looks at the errors again; nil where it gives
  /// up.
  public static func round(after samples: Int) -> Range<Int>? {
    let count = min(SampledShares.more(after: samples), VoronoiWeights.sampleLimit - samples)
    return count > 0 ? samples..<samples + count : nil
  }

  /// The error that a target is about, after these samples.
  public func error(_ target: TargetError) -> Double { target.error(of: tally.shares, tally.standardErrors) }

  /// The weights of as many samples as a target error took.
  ///
  /// - Throws: `TallyError.target` where the error is still above it and there could be more samples, `TallyError.gap` for
  ///   samples that do not begin with the first.
  public func weights(until target: TargetError) throws -> AlternativeWeights {
    guard first == 0 else { throw TallyError.gap(first: 0, next: first) }
    let error = error(target)
    guard error <= target.value || count == total else {
      throw TallyError.target(error: error, target: target.value)
    }
    return found
  }

  private var found: AlternativeWeights {
    AlternativeWeights(
      values: tally.shares, standardErrors: tally.standardErrors,
      provenance: Provenance(
        scheme: "voronoi", method: .sampled, space: space, samples: count, seed: seed, outside: outside,
        choice: choice)
    ).shared(among: copies)
  }

  private init(_ sampler: Sampler, _ range: Range<Int>, _ tally: CellTally) {
    (total, first, count, seed) = (sampler.total, range.lowerBound, range.count, sampler.seed)
    (space, choice, fingerprint) = (sampler.space, sampler.choice, sampler.fingerprint)
    (outside, copies, self.tally) = (sampler.outside, sampler.copies, tally)
  }

  private init(_ other: VoronoiTally, tally: CellTally, count: Int) {
    (total, first, self.count, seed, space) = (other.total, other.first, count, other.seed, other.space)
    (choice, fingerprint, outside, copies) = (other.choice, other.fingerprint, other.outside, other.copies)
    self.tally = tally
  }
}

/// What can be wrong with parts of a tally.
public enum TallyError: KindedError, Equatable {
  case exact(why: String)
  case range(first: Int, count: Int, total: Int)
  case otherData(first: Int)
  case overlap(first: Int, next: Int)
  case gap(first: Int, next: Int?)
  case target(error: Double, target: Double)
  case bytes(String)

  public var kind: ErrorKind {
    switch self {
    case .exact, .range: .option
    default: .data
    }
  }

  public var description: String {
    switch self {
    case .exact(let why): "these weights are \(why): there are no samples to divide"
    case .range(let first, let count, let total):
      "the samples \(first) to \(first + count) of \(total) are no part; expected a cut at multiples of \(VoronoiTally.unit)"
    case .otherData(let first):
      "the part that begins at sample \(first) is of other contexts, another space, seed or number of samples, or of a processor without fused products; expected parts of one whole"
    case .overlap(let first, let next):
      "the part that begins at sample \(first) overlaps the one that ends at \(next); expected every sample once"
    case .gap(let first, let next):
      "the samples from \(first)\(next.map { " to \($0)" } ?? " on") are missing; expected all parts"
    case .target(let error, let target):
      "the error is \(error); expected more parts, until it is at most \(target)"
    case .bytes(let problem): "a part of a tally: \(problem)"
    }
  }
}
