/// What a weighting scheme should satisfy, measured on random contexts.
///
/// Each figure is a largest violation over the instances; small is good.
public struct WeightAxioms: Sendable, Equatable {
  /// |sum of the weights - 1|.
  public private(set) var sum = 0.0
  /// The smallest weight, times the number of alternatives: 0 or less violates positivity.
  public private(set) var smallest = Double.infinity
  /// Symmetry: change of a weight when the alternatives are put in another order, times m.
  public private(set) var symmetry = 0.0
  /// Exact clones: sum of the changes of the others' weights when ten copies of one are added.
  public private(set) var exactOthers = 0.0
  /// Exact clones: weight of the original and its copies over the original's weight before, less 1.
  public private(set) var exactGroup = 0.0
  /// Sum of the changes of the others' weights when ten near copies are added, at each of `distances`.
  public private(set) var nearOthers: [Double]
  /// The group's weight over the original's weight before, less 1, at each of them.
  public private(set) var nearGroup: [Double]
  /// Sum of the changes of all weights when every context moves a little, at each of them: continuity.
  public private(set) var moved: [Double]

  /// Shares of the median distance between nearest neighbours.
  public static let distances = [0.001, 0.01, 0.1]

  /// - Parameters:
  ///   - dimension: Of the contexts, which are drawn from a few overlapping clouds.
  ///   - scheme: Weights of contexts.
  public init(
    alternatives m: Int = 60, dimension: Int = 8, instances: Int = 5, clones: Int = 10, seed: UInt64 = 0,
    scheme: (Contexts) throws -> [Double]
  ) throws {
    nearOthers = Self.distances.map { _ in 0 }
    nearGroup = nearOthers
    moved = nearOthers
    for instance in 0..<instances {
      var random = RandomStream(seed: seed, for: .weightAxioms, number: UInt64(instance))
      let centres = (0..<4).map { _ in (0..<dimension).map { _ in random.normal() } }
      let rows = (0..<m).map { i in centres[i % 4].map { $0 + 0.7 * random.normal() } }
      func weigh(_ rows: [[Double]]) throws -> [Double] { try scheme(Contexts(Matrix(rows))) }
      let before = try weigh(rows)
      sum = max(sum, abs(before.reduce(0, +) - 1))
      smallest = min(smallest, (before.min() ?? 0) * Double(m))
      let order = rows.indices.shuffled(using: &random)
      let shuffled = try weigh(order.map { rows[$0] })
      for (place, i) in order.enumerated() {
        symmetry = max(symmetry, abs(shuffled[place] - before[i]) * Double(m))
      }
      let unit = try Contexts(Matrix(rows)).medianNeighbourDistance()
      let original = instance * 7 % m
      func direction() -> [Double] {
        let raw = (0..<dimension).map { _ in random.normal() }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return raw.map { $0 / length }
      }
      func added(_ copies: [[Double]]) throws -> (others: Double, group: Double) {
        let after = try weigh(rows + copies)
        let others = rows.indices.reduce(0) { $0 + ($1 == original ? 0 : abs(after[$1] - before[$1])) }
        let group = after[original] + after[m...].reduce(0, +)
        return (others, before[original] > 0 ? group / before[original] - 1 : 0)
      }
      let exact = try added(Array(repeating: rows[original], count: clones))
      exactOthers = max(exactOthers, exact.others)
      exactGroup = max(exactGroup, abs(exact.group))
      for (place, share) in Self.distances.enumerated() {
        let near = try added(
          (0..<clones).map { _ in zip(rows[original], direction()).map { $0 + share * unit * $1 } })
        nearOthers[place] = max(nearOthers[place], near.others)
        nearGroup[place] = max(nearGroup[place], abs(near.group))
        let nudged = try weigh(rows.map { row in zip(row, direction()).map { $0 + share * unit * $1 } })
        moved[place] = max(moved[place], zip(before, nudged).reduce(0) { $0 + abs($1.0 - $1.1) })
      }
    }
  }
}
