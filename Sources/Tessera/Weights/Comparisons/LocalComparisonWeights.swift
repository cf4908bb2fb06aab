/// Weights of comparisons: how many different comparisons each stands for.
///
/// A comparison is duplicated only by one with *both* ends near. The compared pairs, one point each, are joined by single
/// linkage in the metric of `ComparisonDistances`, by joins shorter than a reach H. Each group of them is a network of wires,
/// as in `LinkageWeights`, in which a join at length l stands at
///
///     t(l) = max(l - D, 0) + l / 200
///
/// with D the resolution; beside it a comparison alone is a wire of t(H). The group's current is how many different
/// comparisons it holds,
///
///     v = t(H) / (t(H) - t_root + R_root)        in [1, members]
///
/// and it divides at every fork to the members. D = 0.42 h and H = 0.55 h, with h the local scale of the alternatives
/// (`Contexts.localScale`).
///
/// - Exact copies of a record share what it had: nothing else changes. So do near ones within D, up to 2 % (the
///   slope of t there), to the change of h and to others that they bring within H.
/// - Continuous in the contexts, for a given h, but for how copies divide what they share at the moment when they part.
/// - Local: a weight depends on what hangs together with the comparison within H. Nothing is normalised: a comparison alone
///   weighs 1.
/// - Where all pairs of groups of copies are compared, and groups are further apart than H, v = w_a w_b up to a factor:
///   Equation 2 of the paper.
/// - Repeats of one pair are votes, not copies: a pair is one point, and its votes count by its weight.
///
/// What does not hold: groups hang together in chains, so that a domain of answers much denser than the rest counts as few
/// comparisons (`hasDenseDomain`: weigh it on its own); answers that are alike in words and opposite in meaning are near; and
/// with rewards of their own (not of a function of contexts) copies of a
/// part of a record still move them, unless duplicates are merged.
public struct LocalComparisonWeights: Sendable, Equatable {
  /// v of each entry of the pair counts; both entries of a pair hold the pair's.
  public let values: [Double]
  /// h: what D and H are measured in.
  public let scale: Double
  /// D: comparisons within it count as the same.
  public let resolution: Double
  /// H: comparisons beyond it count as different.
  public let reach: Double
  /// Groups within H, singles included.
  public let groups: Int
  /// Compared pairs of the largest group.
  public let largestGroup: Int
  /// sum v over compared pairs: how many different comparisons there are.
  public let differentComparisons: Double
  /// Whether a group holds more than a hundredth of the comparisons and is more than an answer and its rewordings: then it
  /// is a domain in which answers lie much closer than elsewhere, and this scale does not tell them apart.
  public let hasDenseDomain: Bool
  /// What the weights were made from; it grows by comparisons to come.
  public let forest: ComparisonForest

  /// D and H as shares of the local scale: about half and two thirds of the median distance of nearest neighbours. Most
  /// rewordings of a tenth of an answer lie within D where words are averaged; a wider ramp costs more held-out loss and
  /// protects no better.
  public static let resolutionShare = 0.42
  public static let reachShare = 0.55

  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i of `counts`.
  ///   - scale: h; nil for the local scale of the contexts.
  ///   - known: A forest of some of the pairs, of alternatives with the same contexts; nil to begin anew. It is of use where
  ///     its radius reaches H.
  /// - Throws: `WeightsError.resolution` for a scale that is not positive; `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(pairs^2 d) time at most, on all cores, where a bound by the first principal coordinates rules out nearly
  ///   all (new pairs x pairs with a known forest); O(m d + pairs) memory.
  public init(
    contexts: Contexts, counts: PairCounts, scale: Double? = nil, growing known: ComparisonForest? = nil,
    work: Work = Work()
  ) throws {
    precondition(contexts.count == counts.alternatives)
    let scale = try scale ?? contexts.localScale(work: work.part(0...0.2))
    guard scale > 0, scale.isFinite else { throw WeightsError.resolution(found: scale) }
    let (resolution, reach) = (Self.resolutionShare * scale, Self.reachShare * scale)
    let pairs = DistinctPairs(contexts, counts, after: known, work: work)
    let usable = pairs.keepsKnown ? known.flatMap { $0.radius >= reach ? $0 : nil } : nil
    // A little further than needed, so that the next fit can use it when the scale has moved.
    let (forest, numbers) = try ComparisonForest(
      contexts, points: pairs.points, radius: usable?.radius ?? 1.02 * reach, growing: usable,
      work: work.part(0.2...1)
    ).inOrder()
    let isDense = try Self.hasDenseDomain(contexts, forest, reach: reach, work: work.silent)
    self.init(
      pairs.numbered(numbers), forest, scale: scale, resolution: resolution, reach: reach, isDense: isDense)
  }

  init(_ other: LocalComparisonWeights, values: [Double]) {
    self.values = values
    (scale, resolution, reach) = (other.scale, other.resolution, other.reach)
    (groups, largestGroup) = (other.groups, other.largestGroup)
    (differentComparisons, forest) = (other.differentComparisons, other.forest)
    hasDenseDomain = other.hasDenseDomain
  }

  private init(
    _ pairs: DistinctPairs, _ forest: ComparisonForest, scale: Double, resolution: Double, reach: Double,
    isDense: Bool
  ) {
    let n = forest.points.count
    let joins = forest.joins.prefix { $0.length < reach }
    // Nodes: the points, then a fork for every join in order of length.
    let nodes = n + joins.count
    var height = [Double](repeating: 0, count: nodes)
    var resistance = height
    var size = pairs.multiplicity + [Int](repeating: 0, count: joins.count)
    var children = [(left: Int, right: Int, share: Double)](repeating: (0, 0, 0), count: joins.count)
    var top = Array(0..<n)
    var parts = DisjointSets(count: n)
    for (number, join) in joins.enumerated() {
      let node = n + number
      let (left, right) = (top[parts.find(Int(join.a))], top[parts.find(Int(join.b))])
      _ = parts.join(Int(join.a), Int(join.b))
      top[parts.find(Int(join.a))] = node
      size[node] = size[left] + size[right]
      height[node] = Self.height(join.length, resolution)
      let both = Wires.fork(
        height[node] - height[left] + resistance[left], height[node] - height[right] + resistance[right],
        size[left], size[right])
      resistance[node] = both.resistance
      children[number] = (left, right, both.share)
    }
    var current = [Double](repeating: 0, count: nodes)
    let length = Self.height(reach, resolution)
    var groups = 0
    var largest = 0
    var total = 0.0
    for i in 0..<n where parts.find(i) == i {
      let root = top[i]
      current[root] = length / (length - height[root] + resistance[root])
      groups += 1
      largest = max(largest, size[root])
      total += current[root]
    }
    for number in stride(from: joins.count - 1, through: 0, by: -1) {
      let (left, right, share) = children[number]
      current[left] = current[n + number] * share
      current[right] = current[n + number] * (1 - share)
    }
    values = pairs.pointOf.map { current[$0] / Double(pairs.multiplicity[$0]) }
    self.groups = groups
    largestGroup = largest
    differentComparisons = total
    (self.scale, self.resolution, self.reach, self.forest) = (scale, resolution, reach, forest)
    hasDenseDomain = isDense
  }

  /// t(l).
  private static func height(_ length: Double, _ resolution: Double) -> Double {
    max(length - resolution, 0) + slope * length
  }

  /// Of t below the resolution: small, so that what is within it is nearly one, and not zero, so that what its members
  /// share does not jump where a join crosses it.
  static let slope = 1.0 / 200

  /// Whether the largest group has more than a hundredth of the points and is wider than three reaches.
  private static func hasDenseDomain(
    _ contexts: Contexts, _ forest: ComparisonForest, reach: Double, work: Work
  ) throws -> Bool {
    var parts = DisjointSets(count: forest.points.count)
    for join in forest.joins where join.length < reach { _ = parts.join(Int(join.a), Int(join.b)) }
    var members: [Int: [Int]] = [:]
    for point in forest.points.indices { members[parts.find(point), default: []].append(point) }
    guard let largest = members.values.max(by: { ($0.count, $1[0]) < ($1.count, $0[0]) }),
      largest.count > max(forest.points.count / 100, 20)
    else { return false }
    let exact = try ExactDistances(contexts, work: work)
    func length(_ i: Int, _ j: Int) -> Double {
      let (p, q) = (forest.points[i], forest.points[j])
      let straight = exact.square(Int(p.x), Int(q.x)) + exact.square(Int(p.y), Int(q.y))
      let crossed = exact.square(Int(p.x), Int(q.y)) + exact.square(Int(p.y), Int(q.x))
      return min(straight, crossed).squareRoot() * exact.unit
    }
    // The farthest from the farthest: no less than half of the width.
    func farthest(from i: Int) -> (place: Int, length: Double) {
      largest.reduce((i, 0.0)) { best, j in
        let here = length(i, j)
        return here > best.1 ? (j, here) : best
      }
    }
    return farthest(from: farthest(from: largest[0]).place).length > 3 * reach
  }
}

/// Pairs of different contexts, and the compared pairs that lie at each.
private struct DistinctPairs {
  /// Those of a known forest first, in its order.
  private(set) var points: [SIMD2<Int32>] = []
  /// Compared pairs of each point.
  private(set) var multiplicity: [Int] = []
  /// Of each entry of the pair counts.
  private(set) var pointOf: [Int]
  /// Whether every point of the known forest is a point of these pairs.
  private(set) var keepsKnown = true

  init(_ contexts: Contexts, _ counts: PairCounts, after known: ComparisonForest?, work: Work) {
    let copies = contexts.duplicates(work: work)
    var number: [UInt64: Int] = [:]
    func key(_ a: Int, _ b: Int) -> (UInt64, SIMD2<Int32>) {
      let (x, y) = (copies.representatives[copies.groupOf[a]], copies.representatives[copies.groupOf[b]])
      return (UInt64(min(x, y)) << 32 | UInt64(max(x, y)), SIMD2(Int32(min(x, y)), Int32(max(x, y))))
    }
    for point in known?.points ?? [] {
      let (key, place) = key(Int(point.x), Int(point.y))
      // Two points of the forest that are one now: contexts are not what they were.
      if number.updateValue(points.count, forKey: key) != nil { keepsKnown = false }
      points.append(place)
      multiplicity.append(0)
    }
    pointOf = Array(repeating: 0, count: counts.opponents.count)
    number.reserveCapacity(counts.opponents.count / 2)
    for i in 0..<counts.alternatives {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let (key, place) = key(i, Int(counts.opponents[entry]))
        let point = number[key] ?? points.count
        if point == points.count {
          number[key] = point
          points.append(place)
          multiplicity.append(0)
        }
        pointOf[entry] = point
        // A pair stands in two rows.
        if counts.opponents[entry] > i { multiplicity[point] += 1 }
      }
    }
    // A point without a pair would count as a comparison that nobody made.
    if multiplicity.contains(0) { keepsKnown = false }
    guard !keepsKnown else { return }
    self = DistinctPairs(contexts, counts, after: nil, work: work)
    keepsKnown = false
  }

  /// The same with other numbers for the points.
  func numbered(_ numbers: [Int]) -> DistinctPairs {
    var copy = self
    for (point, number) in numbers.enumerated() {
      copy.points[number] = points[point]
      copy.multiplicity[number] = multiplicity[point]
    }
    copy.pointOf = pointOf.map { numbers[$0] }
    return copy
  }
}
