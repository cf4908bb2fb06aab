import Tessera
import Testing

@Suite struct DuplicateGroupsTests {
  /// Clouds of several widths, some copies among them.
  func rows(_ m: Int, _ d: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed)
    var rows: [[Double]] = []
    while rows.count < m {
      let centre = (0..<d).map { _ in 3 * random.normal() }
      let width = 0.02 + 0.4 * random.uniform()
      for _ in 0..<9 { rows.append(centre.map { $0 + width * random.normal() }) }
      rows.append(rows[rows.count - 1])
    }
    return Array(rows.prefix(m))
  }

  func ids(_ m: Int) -> [String] { (0..<m).map { "a\(String(100_000 + $0).dropFirst())" } }

  func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// Complete linkage by plain loops: the two nearest groups become one, as long as all of both are near.
  func plain(_ rows: [[Double]], within radius: Double) -> Set<Set<Int>> {
    var groups = rows.indices.map { [$0] }
    while true {
      var best = (farthest: Double.infinity, a: 0, b: 0)
      for a in groups.indices {
        for b in groups.indices where a < b {
          var farthest = 0.0
          for i in groups[a] { for j in groups[b] { farthest = max(farthest, distance(rows[i], rows[j])) } }
          if farthest < best.farthest { best = (farthest, a, b) }
        }
      }
      guard best.farthest <= radius else { break }
      groups[best.a] += groups.remove(at: best.b)
    }
    return Set(groups.filter { $0.count > 1 }.map(Set.init))
  }

  @Test(arguments: [(30, 2), (90, 5), (130, 40)])
  func `Groups are those of complete linkage by plain loops`(m: Int, d: Int) throws {
    let rows = rows(m, d, seed: 4)
    let contexts = try Contexts(Matrix(rows))
    for share in [0.4, 0.8, 1.2, 2] {
      let found = try DuplicateGroups(contexts, ids: ids(m), within: .median(share))
      #expect(Set(found.groups.map(Set.init)) == plain(rows, within: found.distance))
      #expect(found.groups.map(\.count) == found.groups.map(\.count).sorted(by: >))
      #expect(!found.isCoarse && !found.isWithinPrompts)
      for (i, group) in found.groupOf.enumerated() {
        #expect(group == found.groups.firstIndex { $0.contains(i) })
        let others = rows.indices.filter { $0 != i }
        let least = others.map { distance(rows[i], rows[$0]) }.min() ?? .nan
        // Sums of squares in another order.
        #expect(abs((found.nearest[i]?.distance ?? .nan) - least) <= 1e-12 * max(least, 1))
        let near = others.filter { distance(rows[i], rows[$0]) <= found.distance }
          .sorted { distance(rows[i], rows[$0]) < distance(rows[i], rows[$1]) }
        #expect(found.neighbours[i].count == min(near.count, 10))
        #expect(Set(found.neighbours[i]).isSubset(of: Set(near.map(Int32.init))))
        // Equally near copies come in any order.
        for (own, other) in zip(found.neighbours[i], near) {
          #expect(abs(distance(rows[i], rows[Int(own)]) - distance(rows[i], rows[other])) < 1e-12)
        }
      }
      #expect(
        found.besides
          == rows.indices.count { i in
            found.groupOf[i] == nil
              && rows.indices.contains { $0 != i && distance(rows[$0], rows[i]) <= found.distance }
          })
    }
  }

  @Test func `Too many pairs are divided into cliques as well`() throws {
    let rows = rows(300, 6, seed: 8)
    let found = try DuplicateGroups(
      Contexts(Matrix(rows)), ids: ids(300), prompts: nil, within: .median(2), pairLimit: 100, work: Work())
    #expect(found.isCoarse)
    #expect(found.groups.count > 5)
    for group in found.groups {
      for i in group {
        for j in group { #expect(distance(rows[i], rows[j]) <= found.distance * (1 + 1e-12)) }
      }
    }
    // Who is near nobody stands alone, and who is near somebody has a list.
    for i in rows.indices {
      let isNear = rows.indices.contains { $0 != i && distance(rows[$0], rows[i]) <= found.distance }
      #expect(isNear == !found.neighbours[i].isEmpty && (isNear || found.groupOf[i] == nil))
    }
    let one = try DuplicateGroups(
      Contexts(Matrix(rows)), ids: ids(300), prompts: nil, within: .median(2), pairLimit: 100,
      work: Work(threads: 1))
    #expect(one.groups == found.groups && one.neighbours == found.neighbours)
  }

  @Test func `A long chain is no group`() throws {
    let chain = try Contexts(Matrix((0..<5_000).map { [Double($0), 0] }))
    for reach in [1, 2, 5] {
      let found = try DuplicateGroups(chain, ids: ids(5_000), within: .distance(Double(reach) + 0.5))
      #expect(found.groups.allSatisfy { $0.count <= reach + 1 })
      // Two groups that follow one another cannot be one, so at least half of what fits is there.
      #expect(found.groups.count <= 2 * 5_000 / (reach + 1) && found.members > 2_500)
    }
  }

  @Test func `The order of the rows changes nothing`() throws {
    var random = RandomStream(seed: 2)
    // Whole numbers have many equal distances: ids decide.
    let rows = (0..<200).map { _ in (0..<3).map { _ in Double(Int(6 * random.uniform())) } }
    let order = rows.indices.shuffled(using: &random)
    let first = try DuplicateGroups(Contexts(Matrix(rows)), ids: ids(200), within: .distance(1.5))
    let second = try DuplicateGroups(
      Contexts(Matrix(order.map { rows[$0] })), ids: order.map { ids(200)[$0] }, within: .distance(1.5))
    #expect(second.groups.map { $0.map { order[$0] }.sorted() } == first.groups)
    #expect(first.groups.count > 20)
  }

  @Test func `Copies are one point, however many there are`() throws {
    let rows = [[Double]](repeating: [1, 2], count: 10_000) + [[1, 2.1], [9, 9], [9, 8], [0, 0]]
    let found = try DuplicateGroups(Contexts(Matrix(rows)), ids: ids(rows.count), within: .distance(0.5))
    #expect(found.groups == [Array(0...10_000)])
    #expect(found.nearest[5] == .init(alternative: 0, distance: 0))
    #expect(found.neighbours[0] == Array(1...10))
    let exact = try DuplicateGroups(Contexts(Matrix(rows)), ids: ids(rows.count), within: .exact)
    #expect(exact.groups == [Array(0..<10_000)] && exact.distance == 0 && exact.besides == 0)
  }

  @Test func `The same text under another prompt is another answer`() throws {
    let contexts = try Contexts(Matrix([[0.0], [0], [0], [0.1], [5], [5]]))
    let prompts = ["p", "q", "p", "q", nil, nil]
    let found = try DuplicateGroups(
      contexts, ids: ["f", "e", "d", "c", "b", "a"], prompts: prompts, within: .distance(0.2))
    // Of equal size: the one with the lowest id first. Unknown prompts are one.
    #expect(found.groups == [[4, 5], [1, 3], [0, 2]] && found.isWithinPrompts)
    #expect(found.nearest[1] == .init(alternative: 3, distance: 0.1))
    let across = try DuplicateGroups(
      contexts, ids: ["f", "e", "d", "c", "b", "a"], within: .distance(0.2))
    #expect(across.groups == [[0, 1, 2, 3], [4, 5]] && across.median == found.median)
  }

  @Test func `What near means is told in all units`() throws {
    // Directions 0, 10 and 90 degrees, of several lengths.
    let (cosine, sine) = (0.984_807_753_012_208, 0.173_648_177_666_930_35)
    let contexts = try Contexts(Matrix([[2.0, 0], [0.1 * cosine, 0.1 * sine], [0, 3.0], [4, 0]]))
    let names = ["a", "b", "c", "d"]
    let near = try DuplicateGroups(contexts, ids: names, within: .cosine(0.98))
    #expect(near.groups == [[0, 1, 3]] && abs((near.cosine ?? 0) - 0.98) < 1e-12)
    // Copies count once: 0 and 10 degrees are each other's nearest, 90 degrees is 80 from the second.
    #expect(abs(near.median - (2 - 2 * cosine).squareRoot()) < 1e-12)
    #expect(try DuplicateGroups(contexts, ids: names, within: .cosine(0.99)).groups == [[0, 3]])
    #expect(try DuplicateGroups(contexts, ids: names, within: .distance(2)).cosine == nil)
    #expect(throws: ContextsError.noDirection(alternative: 1)) {
      try DuplicateGroups(Contexts(Matrix([[1.0, 0], [0, 0]])), ids: ["a", "b"], within: .cosine(0.9))
    }
    for name in ["exact", "median=0.5", "cosine=-0.25", "distance=2.0"] {
      #expect(Nearness(name: name)?.name == name)
    }
    #expect(Nearness(name: "0") == .exact)
    for name in ["", "0.5", "cosine=2", "cosine=", "median=-1", "distance=nan", "near=1"] {
      #expect(Nearness(name: name) == nil)
    }
  }

  @Test func `A flood of near-duplicates does not hide itself`() throws {
    var random = RandomStream(seed: 6)
    let different = (0..<40).map { [Double($0 % 7), Double($0 / 7)] }
    let flood = (0..<200).map { _ in [2 + 0.01 * random.uniform(), 3 + 0.01 * random.uniform()] }
    let found = try DuplicateGroups(Contexts(Matrix(different + flood)), ids: ids(240))
    // The median is a distance within the flood; half of it would tell all of it apart.
    #expect(found.isFlooded && found.median < 0.01 && found.distance > 0.3 && found.distance < 0.7)
    // (2, 3) is number 23 of the grid.
    #expect(found.groups == [[23] + Array(40..<240)])
    #expect(try !DuplicateGroups(Contexts(Matrix(different)), ids: ids(40)).isFlooded)
  }

  @Test func `All the same, one, and two`() throws {
    let same = try DuplicateGroups(
      Contexts(Matrix([[Double]](repeating: [7], count: 4))), ids: ids(4))
    #expect(same.groups == [[0, 1, 2, 3]] && same.median == 0)
    let one = try DuplicateGroups(Contexts(Matrix([[1.0]])), ids: ["a"])
    #expect(one.groups.isEmpty && one.nearest == [nil])
    let two = try DuplicateGroups(Contexts(Matrix([[0.0], [1]])), ids: ["a", "b"])
    #expect(two.groups.isEmpty && two.median == 1 && two.besides == 0)
    #expect(throws: ContextsError.notFinite(row: 1, column: 0)) { try Contexts(Matrix([[0.0], [.nan]])) }
  }
}
