/// Nearest contexts of some queries among those seen so far, nearest first, by products in single precision.
///
/// Of equal scores the lower index comes first, so lists do not depend on the order in which parts of the contexts are seen.
public struct NeighbourLists: Sendable, Equatable {
  /// Entries of a list.
  public let count: Int
  /// Numbers of the contexts, queries x count; -1 for none.
  public internal(set) var indices: [Int32]
  /// Half the squared distance, less the same for all contexts of a query; infinite for none.
  public internal(set) var scores: [Float]
  /// Distances in double precision, where they were asked for; infinite for none.
  public internal(set) var lengths: [Double]

  public var queries: Int { count == 0 ? 0 : indices.count / count }

  /// Lists without entries.
  public init(queries: Int, count: Int) {
    self.count = count
    indices = Array(repeating: -1, count: queries * count)
    scores = Array(repeating: .infinity, count: queries * count)
    lengths = Array(repeating: .infinity, count: queries * count)
  }

  /// Lists as they came from somewhere.
  ///
  /// - Throws: `ShardError.numbers`.
  public init(count: Int, indices: [Int32], scores: [Float], lengths: [Double]) throws {
    guard count > 0, indices.count % count == 0, scores.count == indices.count, lengths.count == indices.count
    else {
      throw ShardError.numbers(
        what: "lists of neighbours",
        found: "\(indices.count) indices, \(scores.count) scores, \(lengths.count) lengths",
        expected: "\(count) of each for every query")
    }
    (self.count, self.indices, self.scores, self.lengths) = (count, indices, scores, lengths)
  }

  /// The list of one query, to be made nearer.
  func list(of query: Int) -> List {
    let places = query * count..<(query + 1) * count
    let known = indices[places].firstIndex(of: -1) ?? places.upperBound
    return List(
      count: count, indices: Array(indices[places.lowerBound..<known]),
      scores: Array(scores[places.lowerBound..<known]))
  }

  /// The smallest scores so far, in order; of equal ones the lower index.
  struct List {
    private(set) var indices: [Int32]
    private(set) var scores: [Float]
    private let count: Int
    /// What a score must not be above to get in.
    private(set) var worst = Float.infinity
    private var last: Int32 = -1

    fileprivate init(count: Int, indices: [Int32], scores: [Float]) {
      (self.count, self.indices, self.scores) = (count, indices, scores)
      self.indices.reserveCapacity(count + 1)
      self.scores.reserveCapacity(count + 1)
      close()
    }

    private mutating func close() {
      if count > 0, scores.count == count { (worst, last) = (scores[count - 1], indices[count - 1]) }
    }

    @inline(__always)
    func admits(_ index: Int32, _ score: Float) -> Bool { score < worst || (score == worst && index < last) }

    mutating func insert(_ index: Int32, _ score: Float) {
      guard admits(index, score) else { return }
      var place = scores.count
      while place > 0, (score, index) < (scores[place - 1], indices[place - 1]) { place -= 1 }
      scores.insert(score, at: place)
      indices.insert(index, at: place)
      if scores.count > count {
        scores.removeLast()
        indices.removeLast()
      }
      close()
    }
  }
}
