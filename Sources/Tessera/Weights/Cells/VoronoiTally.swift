/// Counts of a part of the samples of sampled Voronoi weights: parts that were counted anywhere add up to the whole.
///
/// Samples have numbers; which point a number stands for follows from the seed and the plan, and the plan from the total.
/// So any cut at multiples of `unit`, on any machines, in any order, gives the weights of one run to the last byte.
///
///     let parts = try (0..<8).map { try VoronoiTally(part: $0, of: 8, contexts: contexts, space: space, samples: 10_000_000) }
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

  /// Counts the samples of a range.
  ///
  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - samples: Of the whole.
  ///   - method: Why the weights are sampled; `exact` is refused.
  /// - Throws: `WeightsError`, `SpaceError`, `TallyError.exact` where the cells are exact, so that there are no samples to
  ///   divide; `TallyError.range` for a range that does not begin at a multiple of the unit or ends inside one before the
  ///   total; `Cancelled`.
  /// - Complexity: as `VoronoiWeights` for as many samples.
  public init(
    counting range: Range<Int>, contexts: Contexts, space: some AlternativeSpace, samples: Int,
    method: VoronoiWeights.Method = .automatic, seed: UInt64 = 0, work: Work = Work()
  ) throws {
    let problem = try CellProblem(contexts, space, samples: samples, work: work)
    let (box, why) = try VoronoiWeights.exactBox(space, alternatives: problem.distinct.count, method)
    guard box == nil else { throw TallyError.exact(why: why) }
    try problem.checkScale(limit: 1e15)
    let total = space.pointCount ?? samples
    guard range.lowerBound % Self.unit == 0, range.lowerBound >= 0, !range.isEmpty,
      range.upperBound == total || (range.upperBound % Self.unit == 0 && range.upperBound < total)
    else { throw TallyError.range(first: range.lowerBound, count: range.count, total: total) }
    let sampler = SampledShares(
      contexts: problem.distinct, space: space, samples: total, seed: seed, work: work)
    tally = try sampler.tally(range)
    self.total = total
    first = range.lowerBound
    count = range.count
    self.seed = seed
    self.space = space.name
    choice = "\(why); \(sampler.plan)"
    outside = problem.outside
    copies = problem.copies
    var print = Fingerprint()
    print.add(contexts)
    print.add(space.name)
    print.add("\(sampler.plan)")
    let enclosure = space.enclosure
    print.add(enclosure.lower)
    print.add(enclosure.upper)
    fingerprint = print.text
  }

  /// Parts of one whole, put together; in any order.
  ///
  /// - Throws: `TallyError` where they are of other data, a sample is counted twice, or one is missing.
  public static func merge(_ parts: [VoronoiTally]) throws -> VoronoiTally {
    let sorted = parts.sorted { $0.first < $1.first }
    guard let start = sorted.first else { throw TallyError.gap(first: 0, next: nil) }
    var sum = start.tally
    var next = 0
    for (number, part) in sorted.enumerated() {
      guard part.fingerprint == start.fingerprint, part.total == start.total, part.seed == start.seed,
        part.space == start.space, part.copies == start.copies,
        part.tally.hits.count == start.tally.hits.count,
        part.tally.groupSize == start.tally.groupSize
      else { throw TallyError.otherData(first: part.first) }
      if part.first > next { throw TallyError.gap(first: next, next: part.first) }
      if part.first < next { throw TallyError.overlap(first: part.first, next: next) }
      if number > 0 { sum.append(part.tally) }
      next = part.first + part.count
    }
    guard next == start.total else { throw TallyError.gap(first: next, next: nil) }
    return VoronoiTally(start, tally: sum, count: next)
  }

  /// The weights of the whole.
  ///
  /// - Throws: `TallyError.gap` for a part of it.
  public func weights() throws -> AlternativeWeights {
    guard first == 0, count == total else { throw TallyError.gap(first: first == 0 ? count : 0, next: nil) }
    return AlternativeWeights(
      values: tally.shares, standardErrors: tally.standardErrors,
      provenance: Provenance(
        scheme: "voronoi", method: .sampled, space: space, samples: total, seed: seed, outside: outside,
        choice: choice)
    ).shared(among: copies)
  }

  private init(_ other: VoronoiTally, tally: CellTally, count: Int) {
    (total, first, self.count, seed, space) = (other.total, 0, count, other.seed, other.space)
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
      "the part that begins at sample \(first) is of other contexts, another space, seed or number of samples; expected parts of one whole"
    case .overlap(let first, let next):
      "the part that begins at sample \(first) overlaps the one that ends at \(next); expected every sample once"
    case .gap(let first, let next):
      "the samples from \(first)\(next.map { " to \($0)" } ?? " on") are missing; expected all parts"
    }
  }
}

extension VoronoiTally: Codable {
  private enum CodingKeys: String, CodingKey {
    case total, first, count, seed, space, choice, fingerprint, outside, copies, groupSize, groups, lastSize,
      lastHits
    case hits, squares
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(total, forKey: .total)
    try c.encode(first, forKey: .first)
    try c.encode(count, forKey: .count)
    try c.encode(seed, forKey: .seed)
    try c.encode(space, forKey: .space)
    try c.encode(choice, forKey: .choice)
    try c.encode(fingerprint, forKey: .fingerprint)
    try c.encode(outside, forKey: .outside)
    try c.encode(copies.groupOf, forKey: .copies)
    try c.encode(tally.groupSize, forKey: .groupSize)
    try c.encode(tally.groups, forKey: .groups)
    try c.encode(tally.lastSize, forKey: .lastSize)
    try c.encode(tally.lastHits.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }, forKey: .lastHits)
    try c.encode(tally.hits, forKey: .hits)
    try c.encode(tally.squares, forKey: .squares)
  }

  /// - Throws: `DecodingError` for counts that cannot be.
  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: CodingKeys.self)
    func refuse(_ key: CodingKeys, _ found: String, _ expected: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: c, debugDescription: "found \(found), expected \(expected)")
    }
    total = try c.decode(Int.self, forKey: .total)
    first = try c.decode(Int.self, forKey: .first)
    let count = try c.decode(Int.self, forKey: .count)
    self.count = count
    guard total >= 1, total <= 1 << 50, first >= 0, count >= 1, count <= total, first <= total - count else {
      throw refuse(.count, "the samples \(first) to \(first &+ count) of \(total)", "a part of the whole")
    }
    seed = try c.decode(UInt64.self, forKey: .seed)
    space = try c.decode(String.self, forKey: .space)
    choice = try c.decode(String.self, forKey: .choice)
    fingerprint = try c.decode(String.self, forKey: .fingerprint)
    outside = try c.decode(Int.self, forKey: .outside)
    let hits = try c.decode([Int].self, forKey: .hits)
    let squares = try c.decode([Int].self, forKey: .squares)
    guard hits.count == squares.count, !hits.isEmpty, hits.allSatisfy({ $0 >= 0 && $0 <= count }),
      squares.allSatisfy({ $0 >= 0 }), hits.reduce(0, +) == count
    else { throw refuse(.hits, "counts that do not add up to \(count)", "one hit for each sample") }
    let groupOf = try c.decode([Int].self, forKey: .copies)
    var representatives: [Int] = []
    for (i, group) in groupOf.enumerated() {
      guard group >= 0, group <= representatives.count else {
        throw refuse(.copies, "the group \(group) of alternative \(i)", "groups numbered by first appearance")
      }
      if group == representatives.count { representatives.append(i) }
    }
    guard representatives.count == hits.count else {
      throw refuse(.copies, "\(representatives.count) different alternatives", "\(hits.count)")
    }
    copies = Partition(groupOf: groupOf, representatives: representatives)
    guard (0...groupOf.count).contains(outside) else {
      throw refuse(.outside, "\(outside)", "0 to \(groupOf.count) alternatives")
    }
    let groupSize = try c.decode(Int.self, forKey: .groupSize)
    guard (1...Self.unit).contains(groupSize) else {
      throw refuse(.groupSize, "\(groupSize)", "1 to \(Self.unit) samples")
    }
    let groups = try c.decode(Int.self, forKey: .groups)
    guard groups == (count + groupSize - 1) / groupSize else {
      throw refuse(.groups, "\(groups)", "\((count + groupSize - 1) / groupSize), as \(count) samples make")
    }
    let lastSize = try c.decode(Int.self, forKey: .lastSize)
    guard lastSize == count - (groups - 1) * groupSize else {
      throw refuse(.lastSize, "\(lastSize)", "\(count - (groups - 1) * groupSize)")
    }
    // Of x_g hits in groups of n samples: sum x <= sum x^2 <= n sum x, and (sum x)^2 <= G sum x^2.
    for (i, (x, square)) in zip(hits, squares).enumerated() {
      guard square >= x, square <= groupSize * x,
        Double(x) * Double(x) <= Double(groups) * Double(square) * (1 + 1e-12)
      else {
        throw refuse(.squares, "\(square) for \(x) hits", "a sum of squares that hits of place \(i) can have")
      }
    }
    var lastHits: [Int: Int] = [:]
    for entry in try c.decode([[Int]].self, forKey: .lastHits) {
      guard entry.count == 2, hits.indices.contains(entry[0]), lastHits[entry[0]] == nil,
        (1...groupSize).contains(entry[1]), entry[1] <= hits[entry[0]]
      else { throw refuse(.lastHits, "\(entry)", "an alternative and its hits in the last group") }
      lastHits[entry[0]] = entry[1]
    }
    guard lastHits.values.reduce(0, +) == lastSize else {
      throw refuse(
        .lastHits, "\(lastHits.values.reduce(0, +)) hits", "\(lastSize), the size of the last group")
    }
    tally = CellTally(
      hits: hits, squares: squares, samples: count, groups: groups, groupSize: groupSize, lastSize: lastSize,
      lastHits: lastHits)
  }
}
