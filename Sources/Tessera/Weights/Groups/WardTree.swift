/// A tree of groups joined where the sum of squared distances from the groups' centres grows least (Ward, 1963).
///
/// Two groups join at the height sqrt(2 n_A n_B / (n_A + n_B)) |c_A - c_B|: two points at their distance. Every row
/// counts as one, whatever it stands for, so heights follow where the rows lie and not how many answers lie there.
///
///     let tree = try WardTree(centres)
///     tree.joins.last?.height   // where the last two groups join
///     tree.groups(count: 3)     // which rows are together when three groups are left
public struct WardTree: Sendable, Equatable {
  public struct Join: Sendable, Equatable {
    /// A member of each of the two groups, the first of both.
    public let a: Int
    public let b: Int
    public let height: Double
  }

  public let count: Int
  /// count - 1 joins in order of height.
  public let joins: [Join]

  /// - Parameter rows: n x d.
  /// - Throws: `ContextsError.scale`.
  /// - Complexity: O(n^2 d + n^3) time, O(n^2) memory: for hundreds of rows. `AverageLinkage` takes thousands.
  public init(_ rows: Contexts, work: Work = Work()) throws {
    let n = rows.count
    count = n
    try MemoryNeed("distances of all pairs", rows: n, columns: n).require()
    let distances = try ExactDistances(rows, work: work)
    // Squared heights of all pairs that are left, by Lance and Williams (1967).
    var squares = [Double](repeating: 0, count: n * n)
    squares.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for i in 0..<n { distances.squares(from: i, to: 0..<n, into: base + i * n) }
    }
    var size = [Double](repeating: 1, count: n)
    var left = Array(0..<n)
    var joins: [Join] = []
    while left.count > 1 {
      // Of equal heights the first pair.
      var (a, b, least) = (left[0], left[1], Double.infinity)
      for (place, j) in left.enumerated() {
        for i in left[..<place] where squares[i * n + j] < least {
          (a, b, least) = (i, j, squares[i * n + j])
        }
      }
      joins.append(Join(a: a, b: b, height: max(least, 0).squareRoot() * distances.unit))
      left.removeAll { $0 == b }
      for k in left where k != a {
        let sum = (size[k] + size[a]) * squares[k * n + a] + (size[k] + size[b]) * squares[k * n + b]
        let square = (sum - size[k] * least) / (size[k] + size[a] + size[b])
        (squares[k * n + a], squares[a * n + k]) = (square, square)
      }
      size[a] += size[b]
    }
    self.joins = joins
  }

  /// The groups when so many are left.
  public func groups(count wanted: Int) -> Partition {
    var sets = DisjointSets(count: count)
    for join in joins.prefix(max(count - wanted, 0)) { _ = sets.join(join.a, join.b) }
    return sets.groups(count: count)
  }
}
