import Tessera

extension ComparisonFile {
  /// Of each alternative the place of the first row that compares it; 0 where none does. Needs records.
  public var firstPlaces: [Int] {
    var places = [Int](repeating: 0, count: alternatives.count)
    for record in records.reversed() {
      guard let comparison = record.comparison else { continue }
      places[Int(comparison.a)] = record.place
      places[Int(comparison.b)] = record.place
    }
    return places
  }

  /// Everything that is wrong with the rows: what reading found, and what rows say of one another, which needs their records.
  /// That one text is preferred here and turned down there is said of texts alone: names win and lose by their nature.
  public var allFaults: RowFaults {
    var faults = faults
    struct Pair: Hashable {
      let a: Int32
      let b: Int32
    }
    struct Statement: Hashable {
      let pair: Pair
      let outcome: Double
      let annotator: Int32
      let prompt: Int32
    }
    var wins: Set<Pair> = []
    var isWinner = [Bool](repeating: false, count: alternatives.count)
    var isLoser = isWinner
    func sides(_ comparison: Comparison) -> Pair? {
      comparison.outcome == 0.5
        ? nil
        : comparison.outcome > 0.5
          ? Pair(a: comparison.a, b: comparison.b) : Pair(a: comparison.b, b: comparison.a)
    }
    for record in records {
      guard let comparison = record.comparison, let won = sides(comparison) else { continue }
      wins.insert(won)
      isWinner[Int(won.a)] = true
      isLoser[Int(won.b)] = true
    }
    var seen: Set<Statement> = []
    var told = [Bool](repeating: false, count: alternatives.count)
    for record in records {
      guard let comparison = record.comparison else { continue }
      let ordered = comparison.a < comparison.b
      let statement = Statement(
        pair: ordered ? Pair(a: comparison.a, b: comparison.b) : Pair(a: comparison.b, b: comparison.a),
        outcome: ordered ? comparison.outcome : 1 - comparison.outcome, annotator: comparison.annotator,
        prompt: comparison.prompt)
      let ids = [alternatives[Int(comparison.a)].id, alternatives[Int(comparison.b)].id]
      if !seen.insert(statement).inserted { faults.add(.duplicated, record.file, record.place, ids) }
      guard let won = sides(comparison) else { continue }
      if wins.contains(Pair(a: won.b, b: won.a)) {
        faults.add(.contradictory, record.file, record.place, ids)
      }
      for side in comparesTexts ? [won.a, won.b] : []
      where isWinner[Int(side)] && isLoser[Int(side)] && !told[Int(side)] {
        told[Int(side)] = true
        faults.add(.bothRoles, record.file, record.place, [alternatives[Int(side)].id])
      }
    }
    return faults
  }

  /// The same in numbers, from the comparisons alone: rows of one pair that contradict each other, alternatives in both roles,
  /// rows that say again what another one said.
  ///
  /// - Complexity: O(different comparisons).
  public var faultCounts: [RowFaults.Kind: Int] {
    var counts = faults.counts
    func pair(_ row: Comparison) -> UInt64 {
      UInt64(UInt32(bitPattern: row.a)) << 32 | UInt64(UInt32(bitPattern: row.b))
    }
    // The pair, shifted by one (numbers have 31 bits), and who won it. Sorted: no dictionary of all pairs.
    var decided: [UInt64] = []
    var isWinner = [Bool](repeating: false, count: alternatives.count)
    var isLoser = isWinner
    var repeated = 0.0
    for row in comparisons.comparisons {
      if row.count > 1, row.count == row.count.rounded() { repeated += row.count - 1 }
      guard row.outcome != 0.5 else { continue }
      let (winner, loser) = row.outcome > 0.5 ? (row.a, row.b) : (row.b, row.a)
      isWinner[Int(winner)] = true
      isLoser[Int(loser)] = true
      decided.append(pair(row) << 1 | (row.outcome > 0.5 ? 1 : 0))
    }
    decided.sort()
    var contradicted: Set<UInt64> = []
    for (one, next) in zip(decided, decided.dropFirst()) where one != next && one >> 1 == next >> 1 {
      contradicted.insert(one >> 1)
    }
    var contradictory = 0.0
    if !contradicted.isEmpty {
      for row in comparisons.comparisons where row.outcome != 0.5 && contradicted.contains(pair(row)) {
        contradictory += row.count
      }
    }
    if contradictory > 0 { counts[.contradictory] = Int(contradictory.rounded(.up)) }
    let both = zip(isWinner, isLoser).count { $0 && $1 }
    if both > 0, comparesTexts { counts[.bothRoles] = both }
    if repeated > 0 { counts[.duplicated] = Int(repeated) }
    return counts
  }
}
