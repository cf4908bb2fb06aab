import Tessera
import Testing

/// Adjusted Rand indices of scikit-learn, Ward trees of SciPy (`topics.json`).
@Suite struct TopicReferences {
  struct Case: Decodable, CustomTestStringConvertible {
    struct Groups: Decodable {
      let count: Int
      let labels: [Int]
    }
    let name: String
    let a: [Int]?
    let b: [Int]?
    let adjustedRandIndex: Double?
    let rows: [[Double]]?
    let heights: [Double]?
    let groups: [Groups]?
    var testDescription: String { name }
  }

  @Test(arguments: try References.cases("topics.json", as: Case.self))
  func `Agreement is scikit-learn's, heights and groups are SciPy's`(reference: Case) throws {
    if let a = reference.a, let b = reference.b, let expected = reference.adjustedRandIndex {
      #expect(abs(AdjustedRandIndex(a, b).value - expected) < 1e-14)
      #expect(abs(AdjustedRandIndex(b, a).value - expected) < 1e-14)
    } else {
      let rows = try #require(reference.rows)
      let tree = try WardTree(contexts(rows))
      // Both follow Lance and Williams in double precision, in another order.
      #expect(largestDifference(tree.joins.map(\.height), try #require(reference.heights)) < 1e-12)
      for groups in try #require(reference.groups) {
        let own = tree.groups(count: groups.count)
        #expect(own.count == groups.count)
        #expect(AdjustedRandIndex(own.groupOf, groups.labels).value == 1)
      }
    }
  }

  /// So many copies of each thing that the groups of `a` are equally large: by definition the balanced index, but for the
  /// pairs of a thing with itself, one in some ten thousand.
  @Test(arguments: try References.cases("topics.json", as: Case.self).filter { $0.a != nil })
  func `The balanced index is that of as many things in every group`(reference: Case) throws {
    let (a, b) = (try #require(reference.a), try #require(reference.b))
    let size = a.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    let places = a.indices.flatMap { i in Array(repeating: i, count: 20_000 / (size[a[i]] ?? 1)) }
    let many = AdjustedRandIndex(places.map { a[$0] }, places.map { b[$0] }).value
    let alone = Set(a).count == a.count || Set(a).count == 1
    #expect(alone || abs(AdjustedRandIndex(balancing: a, b).value - many) < 5e-3)
  }

  @Test func `A small group that is dissolved counts like a large one`() {
    let truth =
      Array(repeating: 0, count: 90) + Array(repeating: 1, count: 90) + Array(repeating: 2, count: 6)
    let found = truth.map { $0 == 2 ? 1 : $0 }
    #expect(AdjustedRandIndex(truth, found).value > 0.9)
    #expect(AdjustedRandIndex(balancing: truth, found).value < 0.6)
  }
}
