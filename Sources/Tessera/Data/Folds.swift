/// Comparisons divided into folds that are held out in turn.
///
/// What belongs together stays together: prompts, else annotators, else pairs of alternatives, of which those of exact copies
/// are one. Only where held-out comparisons then still are about alternatives that other folds know can rewards of
/// alternatives predict them; so prompts and annotators are used where nine tenths are. Single votes are divided where there
/// are few pairs.
///
/// Groups go to folds by a hash of their names and the seed: copies of a record join the fold of their original, and no other
/// group moves.
public struct Folds: Sendable {
  public enum Unit: String, Sendable, Codable, CaseIterable { case prompt, annotator, pair, vote }

  public let unit: Unit
  public let count: Int
  /// Comparisons of each fold, with the votes that fall to it.
  public let heldOut: [[Comparison]]
  /// All others.
  public let training: [[Comparison]]
  /// What the others say of pairs: counted here, once for all that is fitted to them.
  public let trainingCounts: [PairCounts]
  /// Cluster of each held-out comparison: those of one are not independent. Below `clusterCount`.
  public let clusters: [[Int32]]
  public let clusterCount: Int

  /// Fewer votes, or fewer groups, are not divided.
  public static let leastVotes = 20.0
  static let leastGroups = 5
  static let leastPairs = 20
  /// Clusters are kept apart up to this many; beyond, several share a number.
  static let mostClusters = 2_048

  /// - Parameters:
  ///   - predictsNewAlternatives: Whether what is fitted is a function of contexts, so that whole prompts can be held out.
  /// - Returns: nil where there is too little to divide.
  /// - Complexity: O(comparisons x folds).
  public init?(
    _ data: PreferenceDataset, count: Int = 5, predictsNewAlternatives: Bool = false, seed: UInt64
  ) {
    guard data.totalComparisons >= Self.leastVotes, count >= 2 else { return nil }
    let copies = data.contexts?.duplicates()
    func text(_ i: Int32) -> String { data.alternatives[copies?.first(like: Int(i)) ?? Int(i)].id }
    for unit in Unit.allCases {
      if unit == .vote {
        self.init(votesOf: data, count: count, seed: seed)
        return
      }
      guard let names = Self.names(of: data, by: unit, text) else { continue }
      let groups = Set(names).count
      guard groups >= (unit == .pair ? Self.leastPairs : Self.leastGroups) else { continue }
      let folds = Self.deal(
        names, count: min(count, groups), byHash: unit == .pair && groups > 100, seed: seed)
      let found = Folds(data, unit, folds, min(count, groups), clusters: names)
      guard unit == .pair || predictsNewAlternatives || found.knownShare >= 0.9 else { continue }
      self = found
      return
    }
    return nil
  }

  private init(
    _ data: PreferenceDataset, _ unit: Unit, _ folds: [Int], _ count: Int, clusters names: [UInt64]
  ) {
    var held = [[Comparison]](repeating: [], count: count)
    var rest = held
    var clusters = [[Int32]](repeating: [], count: count)
    var numbers: [UInt64: Int32] = [:]
    for (row, comparison) in data.comparisons.enumerated() {
      let cluster = numbers[names[row]] ?? Int32(numbers.count % Self.mostClusters)
      numbers[names[row]] = cluster
      for fold in 0..<count {
        if fold == folds[row] {
          held[fold].append(comparison)
          clusters[fold].append(cluster)
        } else {
          rest[fold].append(comparison)
        }
      }
    }
    (self.unit, self.count, heldOut, training, self.clusters) = (unit, count, held, rest, clusters)
    trainingCounts = Self.counts(rest, data)
    clusterCount = min(numbers.count, Self.mostClusters)
  }

  /// Single votes to folds by chance.
  private init?(votesOf data: PreferenceDataset, count: Int, seed: UInt64) {
    var held = [[Comparison]](repeating: [], count: count)
    var rest = held
    var clusters = [[Int32]](repeating: [], count: count)
    for (row, comparison) in data.comparisons.enumerated() {
      var random = RandomStream(seed: seed, for: .folds, number: UInt64(row))
      var shares = [Double](repeating: 0, count: count)
      var left = comparison.count
      // Of many votes each fold has its part; chance decides on the last thousand.
      let each = ((left - 1_000) / Double(count)).rounded(.down)
      if each > 0 {
        for fold in 0..<count { shares[fold] = each }
        left -= each * Double(count)
      }
      while left > 0 {
        let one = min(left, 1)
        shares[min(Int(random.uniform() * Double(count)), count - 1)] += one
        left -= one
      }
      for fold in 0..<count {
        func part(_ votes: Double) -> Comparison {
          Comparison(
            a: comparison.a, b: comparison.b, outcome: comparison.outcome, count: votes,
            annotator: comparison.annotator, prompt: comparison.prompt)
        }
        if shares[fold] > 0 {
          held[fold].append(part(shares[fold]))
          clusters[fold].append(Int32(row % Self.mostClusters))
        }
        if comparison.count - shares[fold] > 0 { rest[fold].append(part(comparison.count - shares[fold])) }
      }
    }
    guard held.allSatisfy({ !$0.isEmpty }), rest.allSatisfy({ !$0.isEmpty }) else { return nil }
    (unit, self.count, heldOut, training, self.clusters) = (.vote, count, held, rest, clusters)
    trainingCounts = Self.counts(rest, data)
    clusterCount = min(data.comparisons.count, Self.mostClusters)
  }

  private static func counts(_ training: [[Comparison]], _ data: PreferenceDataset) -> [PairCounts] {
    training.map { PairCounts(alternatives: data.alternatives.count, comparisons: $0) }
  }

  /// Share of the held-out votes whose alternatives both have votes in the other folds.
  private var knownShare: Double {
    var (known, total) = (0.0, 0.0)
    for (rows, counts) in zip(heldOut, trainingCounts) {
      func isKnown(_ i: Int32) -> Bool { counts.rowStarts[Int(i)] < counts.rowStarts[Int(i) + 1] }
      for row in rows {
        total += row.count
        if isKnown(row.a), isKnown(row.b) { known += row.count }
      }
    }
    return total > 0 ? known / total : 0
  }

  /// A number for the group of each comparison, from names alone; nil where some comparison has none.
  private static func names(
    of data: PreferenceDataset, by unit: Unit, _ text: (Int32) -> String
  ) -> [UInt64]? {
    func hash(_ parts: [String]) -> UInt64 {
      var print = Fingerprint()
      for part in parts { print.add(part) }
      return print.word
    }
    var names: [UInt64] = []
    names.reserveCapacity(data.comparisons.count)
    switch unit {
    case .prompt:
      let known = data.prompts.map { hash([$0]) }
      for row in data.comparisons {
        switch data.prompt(of: row) {
        case .number(let number)?:
          names.append(Int(number) < known.count ? known[Int(number)] : hash(["\(number)"]))
        case .text(let prompt)?: names.append(hash([prompt]))
        case nil: return nil
        }
      }
    case .annotator:
      let known = data.annotators.map { hash([$0]) }
      for row in data.comparisons {
        guard row.annotator >= 0 else { return nil }
        let number = Int(row.annotator)
        names.append(number < known.count ? known[number] : hash(["\(number)"]))
      }
    case .pair, .vote:
      let known = (0..<data.alternatives.count).map { hash([text(Int32($0))]) }
      for row in data.comparisons {
        let (a, b) = (known[Int(row.a)], known[Int(row.b)])
        var print = Fingerprint()
        print.add(min(a, b))
        print.add(max(a, b))
        names.append(print.word)
      }
    }
    return names
  }

  /// Folds by the order of hashes, as many groups in each as there can be; or by the hash alone, where new groups must not
  /// move old ones.
  private static func deal(_ names: [UInt64], count: Int, byHash: Bool, seed: UInt64) -> [Int] {
    func mixed(_ name: UInt64) -> UInt64 {
      var print = Fingerprint()
      print.add(name)
      print.add(seed)
      return print.word
    }
    var fold: [UInt64: Int] = [:]
    let order = Set(names).map { (mixed($0), $0) }.sorted { $0 < $1 }
    for (place, group) in order.enumerated() {
      fold[group.1] = byHash ? Int(group.0 % UInt64(count)) : place % count
    }
    return names.map { fold[$0] ?? 0 }
  }
}

extension Partition {
  /// The first of an element's group.
  func first(like element: Int) -> Int { representatives[groupOf[element]] }
}
