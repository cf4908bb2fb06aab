import Tessera

/// The order of the rows of a fit: by component, where something changed first, inside by reward.
struct FitOrder {
  let places: [Int]

  /// - Complexity: O(m log m) for m alternatives.
  init(_ result: RewardFit.Result, _ standardRanks: [Int?], _ weightedRanks: [Int?]?) {
    let (components, rewards) = (result.components, result.best.rewards)
    var members = [[Int]](repeating: [], count: components.count)
    for (i, component) in components.of.enumerated() { members[component].append(i) }
    var moved = [Int](repeating: 0, count: components.count)
    var flips = [Bool](repeating: false, count: components.count)
    if let weightedRanks {
      for i in standardRanks.indices where standardRanks[i] != weightedRanks[i] {
        moved[components.of[i]] += 1
      }
      let before = FitConclusion.winners(standardRanks, components)
      let after = FitConclusion.winners(weightedRanks, components)
      for c in flips.indices { flips[c] = before[c] != after[c] }
    }
    /// Whether the winner changes, how many move, how large it is: what has most to say stands first.
    func precedes(_ a: Int, _ b: Int) -> Bool {
      if flips[a] != flips[b] { return flips[a] }
      if moved[a] != moved[b] { return moved[a] > moved[b] }
      return members[a].count != members[b].count ? members[a].count > members[b].count : a < b
    }
    places = members.indices.sorted(by: precedes).flatMap { component in
      members[component].sorted {
        (rewards[$1] ?? -.infinity, $0) < (rewards[$0] ?? -.infinity, $1)
      }
    }
  }
}
