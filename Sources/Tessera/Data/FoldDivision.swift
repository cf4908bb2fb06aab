/// What falls to which of `Folds`.
enum FoldDivision: Sendable {
  /// Every comparison falls to one fold; where pairs do as well, that of each entry of the pair counts.
  case rows(PreferenceDataset, fold: [UInt16], cluster: [UInt16], entries: [UInt16]?)
  /// Votes of one comparison fall to several: what each fold holds out, what the others keep, and clusters.
  case votes(alternatives: Int, heldOut: [[Comparison]], training: [[Comparison]], clusters: [[Int32]])

  /// Whole groups to folds: by the order of hashes, as many groups in each as there can be; or by the hash alone, where new
  /// groups must not move old ones.
  init(
    _ data: PreferenceDataset, _ names: GroupNames, count: Int, byHash: Bool, seed: UInt64, work: Work
  ) {
    @Sendable func mixed(_ name: UInt64) -> UInt64 {
      var print = Fingerprint()
      print.add(name)
      print.add(seed)
      return print.word
    }
    switch names {
    case .rows(let names, _):
      self = Self.dealt(data, names, count, byHash, mixed)
    case .pairs(let known, _) where !byHash:
      let rows = data.comparisons.map { GroupNames.pair(known[Int($0.a)], known[Int($0.b)]) }
      self = Self.dealt(data, rows, count, byHash, mixed)
    case .pairs(let known, _):
      let counts = data.pairCounts
      var entries = [UInt16](repeating: 0, count: counts.opponents.count)
      let blocks = (counts.alternatives + 1_023) / 1_024
      withPointers(&entries) { entries in
        work.forEachWithoutPause(pieces: blocks) { block, _ in
          for i in block * 1_024..<min((block + 1) * 1_024, counts.alternatives) {
            for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
              let name = GroupNames.pair(known[i], known[Int(counts.opponents[entry])])
              entries[entry] = UInt16(mixed(name) % UInt64(count))
            }
          }
        }
      }
      let places = counts.entries(of: data.comparisons, work: work)
      // Pairs are numbered by first appearance; 0 is none yet.
      var numbers = [UInt16](repeating: 0, count: entries.count)
      var (fold, cluster) = ([UInt16](), [UInt16]())
      fold.reserveCapacity(places.count)
      cluster.reserveCapacity(places.count)
      var next = 0
      for place in places {
        let entry = Int(place)
        if numbers[entry] == 0 {
          numbers[entry] = UInt16(next % Folds.mostClusters) + 1
          next += 1
        }
        fold.append(entries[entry])
        cluster.append(numbers[entry] - 1)
      }
      self = .rows(data, fold: fold, cluster: cluster, entries: entries)
    }
  }

  private static func dealt(
    _ data: PreferenceDataset, _ names: [UInt64], _ count: Int, _ byHash: Bool, _ mixed: (UInt64) -> UInt64
  ) -> FoldDivision {
    var fold: [UInt64: UInt16] = [:]
    let order = Set(names).map { (mixed($0), $0) }.sorted { $0 < $1 }
    for (place, group) in order.enumerated() {
      fold[group.1] = UInt16(byHash ? group.0 % UInt64(count) : UInt64(place % count))
    }
    var numbers: [UInt64: UInt16] = [:]
    let clusters = names.map { name in
      let cluster = numbers[name] ?? UInt16(numbers.count % Folds.mostClusters)
      numbers[name] = cluster
      return cluster
    }
    return .rows(data, fold: names.map { fold[$0] ?? 0 }, cluster: clusters, entries: nil)
  }

  /// Single votes to folds by chance; nil where a fold would be empty, or all.
  init?(votesOf data: PreferenceDataset, count: Int, seed: UInt64) {
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
          clusters[fold].append(Int32(row % Folds.mostClusters))
        }
        if comparison.count - shares[fold] > 0 { rest[fold].append(part(comparison.count - shares[fold])) }
      }
    }
    guard held.allSatisfy({ !$0.isEmpty }), rest.allSatisfy({ !$0.isEmpty }) else { return nil }
    self = .votes(alternatives: data.alternatives.count, heldOut: held, training: rest, clusters: clusters)
  }

  /// How many comparisons are divided.
  var comparisons: Int {
    switch self {
    case .rows(_, let fold, _, _): fold.count
    case .votes(_, let held, _, _): held.reduce(0) { $0 + $1.count }
    }
  }

  /// What falls to chosen folds, in its order.
  private static func chosen<Element>(_ all: [Element], _ folds: [UInt16], _ isChosen: (UInt16) -> Bool)
    -> [Element]
  {
    var found: [Element] = []
    found.reserveCapacity(folds.reduce(0) { isChosen($1) ? $0 + 1 : $0 })
    for (element, fold) in zip(all, folds) where isChosen(fold) { found.append(element) }
    return found
  }

  func heldOut(of fold: Int) -> [Comparison] {
    switch self {
    case .rows(let data, let folds, _, _): Self.chosen(data.comparisons, folds) { $0 == fold }
    case .votes(_, let held, _, _): held[fold]
    }
  }

  func training(of fold: Int) -> [Comparison] {
    switch self {
    case .rows(let data, let folds, _, _): Self.chosen(data.comparisons, folds) { $0 != fold }
    case .votes(_, _, let training, _): training[fold]
    }
  }

  func clusters(of fold: Int) -> [Int32] {
    switch self {
    case .rows(_, let folds, let clusters, _): Self.chosen(clusters, folds) { $0 == fold }.map(Int32.init)
    case .votes(_, _, _, let clusters): clusters[fold]
    }
  }

  func trainingCounts(of fold: Int) -> PairCounts {
    switch self {
    case .rows(let data, _, _, let entries?):
      data.pairCounts.keeping { entries[$0] != fold }
    case .rows(let data, _, _, nil):
      PairCounts(alternatives: data.alternatives.count, comparisons: training(of: fold))
    case .votes(let alternatives, _, let training, _):
      PairCounts(alternatives: alternatives, comparisons: training[fold])
    }
  }

  /// Share of the held-out votes whose alternatives both have votes in the other folds.
  var knownShare: Double {
    guard case .rows(let data, let folds, _, _) = self else { return 1 }
    // The one fold that an alternative has votes in; -1 for none yet, -2 for several.
    var only = [Int](repeating: -1, count: data.alternatives.count)
    for (row, fold) in zip(data.comparisons, folds) {
      for i in [Int(row.a), Int(row.b)] where only[i] != Int(fold) {
        only[i] = only[i] == -1 ? Int(fold) : -2
      }
    }
    var (known, total) = (0.0, 0.0)
    for row in data.comparisons {
      total += row.count
      if only[Int(row.a)] == -2, only[Int(row.b)] == -2 { known += row.count }
    }
    return total > 0 ? known / total : 0
  }
}
