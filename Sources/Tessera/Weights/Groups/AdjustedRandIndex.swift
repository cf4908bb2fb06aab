/// How far two groupings of the same things agree beyond chance (Hubert and Arabie, 1985).
///
/// 1 for the same groups, about 0 for groupings that have nothing to do with one another, below 0 for less than chance.
/// What the groups are called does not matter. Two groupings that both leave everything together, or both leave
/// everything apart, are the same groups: 1.
///
///     AdjustedRandIndex([0, 0, 1, 1], [7, 7, 3, 3]).value  // 1
public struct AdjustedRandIndex: Sendable, Equatable {
  public let value: Double

  /// - Parameters:
  ///   - a: The group of each thing.
  ///   - b: Its group in the other grouping; as many.
  /// - Complexity: O(n) expected.
  public init(_ a: [Int], _ b: [Int]) {
    func pairs(_ n: Double) -> Double { n * (n - 1) / 2 }
    let sizes = Sizes(a, b)
    value = Self.index(
      both: sizes.both.reduce(0) { $0 + pairs($1.size) }, first: sizes.first.reduce(0) { $0 + pairs($1) },
      second: sizes.second.reduce(0) { $0 + pairs($1) }, all: pairs(Double(a.count)))
  }

  /// The index of very many things, of which every group of `a` holds as many, divided among the groups of `b` as it is
  /// now: a small group of `a` that `b` has dissolved counts like a large one.
  ///
  /// - Complexity: O(n) expected.
  public init(balancing a: [Int], _ b: [Int]) {
    let sizes = Sizes(a, b)
    let groups = Double(sizes.first.count)
    var second = [Double](repeating: 0, count: sizes.second.count)
    var both = 0.0
    for (i, j, size) in sizes.both {
      let share = size / sizes.first[i] / groups
      second[j] += share
      both += share * share
    }
    value = Self.index(
      both: both, first: groups > 0 ? 1 / groups : 0, second: second.reduce(0) { $0 + $1 * $1 }, all: 1)
  }

  /// Pairs that both groupings leave together, beyond those that chance does, over the most there could be.
  private static func index(both: Double, first: Double, second: Double, all: Double) -> Double {
    let expected = all > 0 ? first * second / all : 0
    let most = (first + second) / 2
    return most == expected ? 1 : (both - expected) / (most - expected)
  }

  /// How many things are in each group, and in each group of either that has any.
  private struct Sizes {
    var first: [Double]
    var second: [Double]
    var both: [(i: Int, j: Int, size: Double)] = []

    init(_ a: [Int], _ b: [Int]) {
      precondition(a.count == b.count)
      let (x, y) = (Partition(numbering: a), Partition(numbering: b))
      first = x.sizes().map(Double.init)
      second = y.sizes().map(Double.init)
      let cells = Partition(numbering: zip(x.groupOf, y.groupOf).map { $0 * y.count + $1 })
      for (i, size) in zip(cells.representatives, cells.sizes()) {
        both.append((x.groupOf[i], y.groupOf[i], Double(size)))
      }
    }
  }
}
