/// Cliques of near contexts, all different, of one prompt: the work behind `DuplicateGroups`.
struct NearCliques {
  private(set) var groups: [[Int]] = []
  /// Near ones of each, nearest first, as many as are listed; some of them where there are too many pairs.
  private(set) var neighbours: [[Int]]
  /// Whether there were too many pairs for complete linkage.
  private(set) var isCoarse = false

  /// - Parameters:
  ///   - ranks: What ties are broken by; no two alike.
  ///   - nearest: Distance of each from its nearest neighbour.
  /// - Throws: `ContextsError.scale`, `RobustnessError.tooManyNearPairs`, `Cancelled`.
  init(
    _ contexts: Contexts, within radius: Double, ranks: [Int], nearest: [Double], pairLimit: Int,
    bitLimit: Int,
    work: Work
  ) throws {
    neighbours = Array(repeating: [], count: contexts.count)
    let search = try Distances(contexts, work: work)
    if let pairs = try search.pairs(within: radius, limit: pairLimit) {
      link(pairs, ranks)
      return
    }
    guard contexts.count <= bitLimit else {
      throw RobustnessError.tooManyNearPairs(
        alternatives: contexts.count, distance: radius, limit: pairLimit)
    }
    isCoarse = true
    try grow(search, search.adjacency(within: radius), ranks, nearest, work)
  }

  private mutating func link(_ pairs: [NearPair], _ ranks: [Int]) {
    let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
    var rank = [Int](repeating: 0, count: ranks.count)
    for (place, i) in order.enumerated() { rank[i] = place }
    groups = CompleteLinkage(pairs, rank: rank).groups
    var lists = [[(distance: Double, other: Int)]](repeating: [], count: ranks.count)
    for pair in pairs {
      lists[Int(pair.a)].append((pair.distance, Int(pair.b)))
      lists[Int(pair.b)].append((pair.distance, Int(pair.a)))
    }
    for (place, list) in lists.enumerated() where !list.isEmpty {
      neighbours[place] = list.sorted { ($0.distance, rank[$0.other]) < ($1.distance, rank[$1.other]) }
        .prefix(DuplicateGroups.mostNeighbours).map(\.other)
    }
  }

  /// Each group around the one that is nearest to another of those that are left: the others by their distance from it, as long
  /// as they are near all before them.
  private mutating func grow(
    _ search: Distances, _ near: BitRows, _ ranks: [Int], _ nearest: [Double], _ work: Work
  ) throws {
    let count = ranks.count
    var free = [UInt64](repeating: 0, count: near.words)
    for i in 0..<count { free[i / 64] |= 1 << UInt64(i % 64) }
    let seeds = ranks.indices.sorted { (nearest[$0], ranks[$0]) < (nearest[$1], ranks[$1]) }
    for seed in seeds where free[seed / 64] & 1 << UInt64(seed % 64) != 0 {
      try work.check()
      var open = free
      near.keep(near: seed, in: &open)
      var group = [seed]
      let others = BitRows.members(of: open).map { (distance: search.exact(seed, $0), place: $0) }
        .sorted { ($0.distance, ranks[$0.place]) < ($1.distance, ranks[$1.place]) }
      for (_, other) in others where open[other / 64] & 1 << UInt64(other % 64) != 0 {
        group.append(other)
        near.keep(near: other, in: &open)
      }
      for i in group { free[i / 64] &= ~(1 << UInt64(i % 64)) }
      let most = DuplicateGroups.mostNeighbours
      if group.count > 1 {
        groups.append(group)
        for i in group { neighbours[i] = Array(group.lazy.filter { $0 != i }.prefix(most)) }
      } else {
        neighbours[seed] = Array(
          BitRows.members(of: near.row(seed)).sorted { ranks[$0] < ranks[$1] }.prefix(most))
      }
    }
  }
}
