extension RewardFit {
  /// What a fit does where nothing was asked: which weights, how pairs count, and why.
  ///
  /// | the data | weights | pairs |
  /// |---|---|---|
  /// | contexts known, (nearly) every pair compared, cells exact: the paper's assumptions | Voronoi cells (Definition 4.1) | proportion |
  /// | contexts known | local comparison weights | count |
  /// | families declared | families | count |
  /// | nothing known | none | count |
  public struct Choice: Sendable, Equatable, Codable {
    public let weights: SchemeSpecification
    public let pairs: PairConvention
    public let reason: Reason
  }

  public enum Reason: String, Sendable, Codable {
    /// The settings name the weights.
    case asked
    case everyPairCompared
    case comparisonsOfAnswers
    case familiesDeclared
    /// Contexts are profiles of win rates, as asked for.
    case profiles
    case nothingKnown
  }

  /// Follows what the data satisfy.
  ///
  /// - Parameter families: What the user declares.
  /// - Complexity: O(1) beside a look at the number of pairs.
  public func choice(for data: PreferenceDataset, families: Partition? = nil) -> Choice {
    let (weights, reason) = chosenWeights(for: data, families)
    let pairs: PairConvention
    switch settings.pairs {
    case .proportion: pairs = .proportion
    case .count: pairs = .count
    case .automatic:
      // Cells assume that every pair is compared, and then a pair's win rate is what counts.
      pairs = weights == .voronoi ? .proportion : .count
    }
    return Choice(weights: weights, pairs: pairs, reason: reason)
  }

  private func chosenWeights(for data: PreferenceDataset, _ families: Partition?) -> (
    SchemeSpecification, Reason
  ) {
    switch settings.weights {
    case .scheme(let scheme): return (scheme, .asked)
    case .paper: return (data.contexts == nil ? .uniform : .voronoi, .asked)
    case .automatic: break
    }
    // What these are about are cells.
    if settings.pairSpace || settings.perPrompt { return (.voronoi, .asked) }
    if families != nil { return (.families, .familiesDeclared) }
    if settings.profiles { return (.horizon(distance: nil), .profiles) }
    guard let contexts = data.contexts else { return (.uniform, .nothingKnown) }
    let copies = contexts.duplicates()
    if VoronoiWeights.isExact(alternatives: copies.count, dimension: contexts.dimension),
      Self.comparedShare(data.pairCounts, copies) >= Self.completeShare
    {
      return (.voronoi, .everyPairCompared)
    }
    return (.local(scale: nil), .comparisonsOfAnswers)
  }

  /// Pairs count as all compared from this share on: a near-copy is seldom compared with its original.
  static let completeShare = 0.75

  /// Share of the pairs of different contexts that were compared, so that copies change nothing.
  static func comparedShare(_ counts: PairCounts, _ copies: Partition) -> Double {
    let g = copies.count
    guard g > 1 else { return 0 }
    // More than that many pairs need not be looked at: they are few among so many contexts.
    guard Double(counts.pairCount) >= completeShare * Double(g) * Double(g - 1) / 2 else { return 0 }
    var seen: Set<UInt64> = []
    for i in 0..<counts.alternatives {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] where counts.opponents[entry] > i {
        let (a, b) = (copies.groupOf[i], copies.groupOf[Int(counts.opponents[entry])])
        if a != b { seen.insert(UInt64(min(a, b)) << 32 | UInt64(max(a, b))) }
      }
    }
    return Double(seen.count) / (Double(g) * Double(g - 1) / 2)
  }
}
