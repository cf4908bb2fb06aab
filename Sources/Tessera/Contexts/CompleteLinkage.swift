/// Groups in which every two are near: complete linkage in the graph of near pairs.
///
/// The two groups that are nearest, by their farthest members, become one, again and again, as long as every two of their
/// members are near. A chain of near neighbours is so cut into short pieces, where single linkage would swallow it whole.
struct CompleteLinkage {
  /// Groups of two and more, by the lowest rank of their members; members by rank.
  let groups: [[Int]]

  private struct Link {
    let distance: Double
    /// Lowest ranks of the two groups: of equally near ones the lower goes first.
    let low: Int32
    let high: Int32
    let a: Int32
    let b: Int32

    static func precedes(_ x: Link, _ y: Link) -> Bool {
      (x.distance, x.low, x.high) < (y.distance, y.low, y.high)
    }
  }

  /// - Parameters:
  ///   - pairs: All that are near, each once.
  ///   - rank: Of each element, 0 to count - 1, no two alike: what ties are broken by.
  /// - Complexity: O(pairs log pairs) time, O(pairs) memory.
  init(_ pairs: [NearPair], rank: [Int]) {
    let count = rank.count
    var elementOf = [Int](repeating: 0, count: count)
    for (element, place) in rank.enumerated() { elementOf[place] = element }
    // Groups are numbered by rank, those that come about after them. A list of neighbours has numbers in ascending order,
    // since later groups are appended; those that are gone are passed over.
    var near = [[(other: Int32, distance: Double)]](repeating: [], count: count)
    var queue = Heap(Link.precedes)
    for pair in pairs {
      let (a, b) = (Int32(rank[Int(pair.a)]), Int32(rank[Int(pair.b)]))
      near[Int(a)].append((b, pair.distance))
      near[Int(b)].append((a, pair.distance))
      queue.push(Link(distance: pair.distance, low: min(a, b), high: max(a, b), a: a, b: b))
    }
    for i in near.indices where near[i].count > 1 { near[i].sort { $0.other < $1.other } }
    var isThere = [Bool](repeating: true, count: count)
    var lowest = (0..<Int32(count)).map { $0 }
    var members = (0..<count).map { [$0] }

    while let link = queue.pop() {
      let (a, b) = (Int(link.a), Int(link.b))
      guard isThere[a], isThere[b] else { continue }
      let new = near.count
      (isThere[a], isThere[b]) = (false, false)
      isThere.append(true)
      lowest.append(min(lowest[a], lowest[b]))
      let (large, small) = members[a].count >= members[b].count ? (a, b) : (b, a)
      var both = members[large]
      members[large] = []
      both += members[small]
      members[small] = []
      members.append(both)
      // Near to both: what one of them lacks is too far from one of its members.
      let (left, right) = (near[a], near[b])
      (near[a], near[b]) = ([], [])
      var own: [(other: Int32, distance: Double)] = []
      var place = 0
      for (other, distance) in left where isThere[Int(other)] {
        while place < right.count, right[place].other < other { place += 1 }
        guard place < right.count, right[place].other == other else { continue }
        let farthest = max(distance, right[place].distance)
        own.append((other, farthest))
        near[Int(other)].append((Int32(new), farthest))
        queue.push(
          Link(
            distance: farthest, low: min(lowest[new], lowest[Int(other)]),
            high: max(lowest[new], lowest[Int(other)]), a: Int32(new), b: other))
      }
      near.append(own)
    }
    groups = members.indices.filter { isThere[$0] && members[$0].count > 1 }
      .sorted { lowest[$0] < lowest[$1] }
      .map { members[$0].sorted().map { elementOf[$0] } }
  }
}
