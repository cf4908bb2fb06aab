/// How much a compared pair counts in the objective: k_ij.
public enum PairConvention: String, Sendable, CaseIterable, Codable {
  /// Every compared pair counts once, however often it was compared, as in the paper.
  case proportion
  /// A pair counts in proportion to its comparisons, with mean 1 over compared pairs.
  case count
}

/// What the regularisation strength means.
public enum LambdaConvention: String, Sendable, CaseIterable, Codable {
  /// An alternative is held back in proportion to what it was compared with, so that comparisons of others do not shrink
  /// it. Where every pair is compared this is Equation 2.
  case local
  /// An alternative is held back by its whole weight, compared or not: Equation 2 to the letter, where the paper assumes
  /// that all pairs are compared.
  case normalized
  /// As `normalized`, with Equation 1's lambda in the standard estimate: that has no 1/m, so it is m times as large.
  case paper

  /// The lambda of the objective for the standard estimate of `alternatives` alternatives.
  public func standardLambda(_ lambda: Double, alternatives: Int) -> Double {
    self == .paper ? lambda / Double(alternatives) : lambda
  }
}

/// What every compared pair weighs in the objective, and what holds every alternative back: made once, read by all.
///
///     F(r) = sum_{i<j} v_ij loss_ij + (lambda / 2) sum_i rho_i r_i^2
///
/// v_ij = w_i w_j k_ij for weights of alternatives (Equation 2), or the mass of a pair in the space of pairs. The ridge's
/// mass rho_i is w_i (`normalized`, `paper`), or by what i was compared with (`local`):
///
///     rho_i = sum over compared j outside i's group of v_ij / (1 - W_i)
///
/// with W_i the weight of the exact duplicates of i, itself included (its group). rho_i / w_i is the *coverage* of i, the
/// share of the other answers' weight that it met. It is 1 where every pair is compared. Copies with their original's
/// record leave everything unchanged (under the other two conventions with `count`, only where copies leave the mean count
/// of a pair unchanged, since lambda is measured in it). An alternative that was compared only with its own copies has rho = 0 and hangs on them; where that leaves it no finite
/// reward, since it won or lost all of it, the copies count as others.
///
/// What is kept is divided by w_i, since the first-order condition of an alternative holds in the limit w_i = 0 as well:
/// v_ij = w_i a_ij and rho_i = w_i c_i, with a_ij = w_j k_ij. Where i has no weight, opponents j that no comparison with
/// weight says anything about have a_ij = 0: they have no reward to compare with.
public struct PairWeights: Sendable, Equatable {
  /// w_i, not negative: what row i of the gradient has as a factor.
  public let weights: [Double]
  /// a_ij = v_ij / w_i for each entry of the pair counts.
  public let opponentMass: [Double]
  /// c_i = rho_i / w_i.
  public let coverage: [Double]

  /// Products of the weights of alternatives: v_ij = w_i w_j k_ij.
  ///
  /// - Parameters:
  ///   - weights: One for each alternative; not negative, not all zero.
  ///   - groups: Exact duplicates, for the local ridge; nil where each alternative stands alone.
  ///   - pooledPairs: For each entry, the pairs of members that were pooled in it (`MergedDuplicates`): a pair's count is
  ///     then its mean over them.
  /// - Throws: `EstimationError` for weights that are negative, not finite, all zero or of another number.
  /// - Complexity: O(alternatives + pairs).
  public init(
    products weights: [Double], _ counts: PairCounts, pairs: PairConvention = .proportion,
    lambda convention: LambdaConvention = .local, groups: Partition? = nil, pooledPairs: [Double]? = nil
  ) throws {
    try Self.check(weights, counts)
    self.weights = weights
    // w_j k_ij in the place of k_ij: what is as long as the pairs is held once.
    var mass =
      Self.factors(counts, pairs, pooledPairs) ?? Array(repeating: 1, count: counts.opponents.count)
    withPointers(&mass) { mass in
      withInputs(weights, counts.opponents) { weights, opponents in
        for entry in 0..<counts.opponents.count { mass[entry] *= weights[Int(opponents[entry])] }
      }
    }
    // An opponent of which nothing with weight is known says nothing.
    if weights.contains(0) {
      let isKnown = weights.indices.map { i in
        weights[i] > 0 && (counts.rowStarts[i]..<counts.rowStarts[i + 1]).contains { mass[$0] > 0 }
      }
      for i in weights.indices where weights[i] == 0 {
        for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1]
        where !isKnown[Int(counts.opponents[entry])] {
          mass[entry] = 0
        }
      }
    }
    opponentMass = mass
    coverage = Self.coverage(weights, mass, counts, convention, groups)
  }

  /// The standard estimate's: equal weights, every alternative alone.
  public init(
    uniform counts: PairCounts, pairs: PairConvention = .proportion,
    lambda convention: LambdaConvention = .local,
    pooledPairs: [Double]? = nil
  ) throws {
    let m = counts.alternatives
    try self.init(
      products: Array(repeating: 1 / Double(max(m, 1)), count: m), counts, pairs: pairs, lambda: convention,
      pooledPairs: pooledPairs)
  }

  /// Masses of compared pairs in the space of pairs: v_ij is half a pair's mass, as w_i w_j is where all are compared.
  public init(
    _ pairSpace: PairSpaceWeights, _ counts: PairCounts, pairs: PairConvention = .proportion,
    lambda convention: LambdaConvention = .local, groups: Partition? = nil, pooledPairs: [Double]? = nil
  ) throws {
    try self.init(
      pairMass: pairSpace.pairMass, weights: pairSpace.alternatives.values, counts, pairs: pairs,
      lambda: convention, groups: groups, pooledPairs: pooledPairs)
  }

  /// The same from the masses, for each entry of the counts, and what each alternative has of them.
  init(
    pairMass: [Double], weights: [Double], _ counts: PairCounts, pairs: PairConvention,
    lambda convention: LambdaConvention, groups: Partition?, pooledPairs: [Double]?
  ) throws {
    try Self.check(weights, counts)
    self.weights = weights
    let factors = Self.factors(counts, pairs, pooledPairs)
    var mass = pairMass
    for i in 0..<counts.alternatives {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        // An alternative's weight holds half of the mass of each of its pairs: no mass is lost where it is zero.
        mass[entry] = weights[i] > 0 ? mass[entry] / 2 / weights[i] * (factors.map { $0[entry] } ?? 1) : 0
      }
    }
    opponentMass = mass
    coverage = Self.coverage(weights, mass, counts, convention, groups)
  }

  /// Weights of comparisons: v_ij = v_c, times its votes with `count`.
  ///
  /// Nothing is normalised but the sum, which changes no reward: each comparison brings its own ridge,
  ///
  ///     F = sum_c v_c [loss_c + (lambda / 2) (r_a^2 + r_b^2)]
  ///
  /// so rho_i = sum_j v_ij over opponents outside i's group of exact copies, and w_i is i's share of the mass. Comparisons
  /// of copies with one another hold nothing back, as in the local convention.
  ///
  /// - Parameters:
  ///   - groups: Exact duplicates; nil where each alternative stands alone.
  ///   - pooledPairs: As for products.
  public init(
    _ comparisons: LocalComparisonWeights, _ counts: PairCounts, pairs: PairConvention = .count,
    groups: Partition? = nil, pooledPairs: [Double]? = nil
  ) throws {
    try self.init(
      comparisons: comparisons.values, counts, pairs: pairs, groups: groups, pooledPairs: pooledPairs)
  }

  /// Weights of comparisons that are at hand, as those of families of comparisons that somebody knows.
  ///
  /// - Parameters:
  ///   - comparisons: v of each entry of the pair counts, not negative; both entries of a pair hold the pair's.
  ///   - groups: Exact duplicates; nil where each alternative stands alone.
  ///   - pooledPairs: As for products.
  public init(
    comparisons: [Double], _ counts: PairCounts, pairs: PairConvention = .count, groups: Partition? = nil,
    pooledPairs: [Double]? = nil
  ) throws {
    precondition(comparisons.count == counts.opponents.count)
    var mass = comparisons
    if let factors = Self.factors(counts, pairs, pooledPairs) {
      for entry in mass.indices { mass[entry] *= factors[entry] }
    }
    let own = (0..<counts.alternatives).map { i in
      mass[counts.rowStarts[i]..<counts.rowStarts[i + 1]].reduce(0, +)
    }
    let total = own.reduce(0, +)
    let weights = own.map { $0 / total }
    try Self.check(weights, counts)
    for i in 0..<counts.alternatives where own[i] > 0 {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] { mass[entry] /= own[i] }
    }
    self.weights = weights
    opponentMass = mass
    coverage = Self.coverage(weights, mass, counts, .local, groups, isShare: false)
  }

  /// The same weights on some of the comparisons, for what is fitted to a part and judged by the rest.
  ///
  /// - Parameters:
  ///   - full: What these weights were made for.
  ///   - part: Counts of some of the comparisons, of the same alternatives.
  ///   - groups: Exact duplicates, as these weights were made with.
  /// - Complexity: O(pairs).
  func restricted(
    from full: PairCounts, to part: PairCounts, pairs: PairConvention, lambda convention: LambdaConvention,
    groups: Partition?
  ) -> PairWeights {
    var mass = [Double](repeating: 0, count: part.opponents.count)
    var coverage = coverage
    for i in 0..<full.alternatives {
      var entry = full.rowStarts[i]
      // Mass with others than copies, and with all: in the whole and in the part.
      var (outside, all) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
      func add(_ place: Int, _ value: Double, _ other: Int32) {
        all[place] += value
        if groups.map({ $0.groupOf[Int(other)] != $0.groupOf[i] }) ?? true { outside[place] += value }
      }
      for place in part.rowStarts[i]..<part.rowStarts[i + 1] {
        while full.opponents[entry] < part.opponents[place] {
          add(0, opponentMass[entry], full.opponents[entry])
          entry += 1
        }
        let share = pairs == .count ? part.counts[place] / full.counts[entry] : 1
        mass[place] = opponentMass[entry] * share
        add(0, opponentMass[entry], full.opponents[entry])
        add(1, mass[place], full.opponents[entry])
        entry += 1
      }
      while entry < full.rowStarts[i + 1] {
        add(0, opponentMass[entry], full.opponents[entry])
        entry += 1
      }
      guard convention == .local else { continue }
      if outside[0] > 0, outside[1] > 0 {
        coverage[i] *= outside[1] / outside[0]
      } else if all[0] > 0 {
        coverage[i] *= all[1] / all[0]
      }
    }
    return PairWeights(weights: weights, opponentMass: mass, coverage: coverage)
  }

  /// From its parts.
  init(weights: [Double], opponentMass: [Double], coverage: [Double]) {
    (self.weights, self.opponentMass, self.coverage) = (weights, opponentMass, coverage)
  }

  private static func check(_ weights: [Double], _ counts: PairCounts) throws {
    guard weights.count == counts.alternatives else {
      throw EstimationError.weightCount(found: weights.count, alternatives: counts.alternatives)
    }
    if let bad = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw EstimationError.weight(alternative: bad, found: weights[bad])
    }
    guard weights.contains(where: { $0 > 0 }) else { throw EstimationError.weight(alternative: 0, found: 0) }
  }

  /// k_ij of each entry; nil for 1 everywhere.
  private static func factors(_ counts: PairCounts, _ pairs: PairConvention, _ pooled: [Double]?) -> [Double]?
  {
    guard pairs == .count else { return nil }
    func factor(_ entry: Int) -> Double { counts.counts[entry] / max(pooled?[entry] ?? 1, 1) }
    let sum = counts.counts.indices.reduce(0) { $0 + factor($1) }
    let scale = Double(counts.counts.count) / max(sum, .leastNormalMagnitude)
    var factors = [Double](repeating: scale, count: counts.counts.count)
    withPointers(&factors) { factors in
      for entry in counts.counts.indices { factors[entry] *= factor(entry) }
    }
    return factors
  }

  private static func coverage(
    _ weights: [Double], _ mass: [Double], _ counts: PairCounts, _ convention: LambdaConvention,
    _ groups: Partition?, isShare: Bool = true
  ) -> [Double] {
    guard convention == .local else { return Array(repeating: 1, count: weights.count) }
    let total = weights.reduce(0, +)
    var groupWeights = [Double](repeating: 0, count: groups?.count ?? 0)
    if let groups { for (i, group) in groups.groupOf.enumerated() { groupWeights[group] += weights[i] } }
    // Weights that are no shares of answers have no rest.
    func rest(_ i: Int) -> Double {
      guard isShare else { return 1 }
      return 1 - (groups.map { groupWeights[$0.groupOf[i]] } ?? weights[i]) / total
    }
    let outside = weights.indices.map { i -> Double in
      let row = counts.rowStarts[i]..<counts.rowStarts[i + 1]
      if rest(i) <= 1e-12 { return 0 }
      var outside = 0.0
      if let groups {
        for entry in row where groups.groupOf[Int(counts.opponents[entry])] != groups.groupOf[i] {
          outside += mass[entry]
        }
      } else {
        for entry in row { outside += mass[entry] }
      }
      return outside
    }
    return weights.indices.map { i in
      if outside[i] > 0 { return outside[i] / rest(i) }
      // Compared with its own copies alone: they hold it where their comparisons alone cannot.
      let row = counts.rowStarts[i]..<counts.rowStarts[i + 1]
      let isHeld =
        row.contains { outside[Int(counts.opponents[$0])] > 0 && mass[$0] > 0 }
        && row.contains { counts.rates[$0] < 1 && mass[$0] > 0 }
        && row.contains { counts.rates[$0] > 0 && mass[$0] > 0 }
      if isHeld { return 0 }
      return row.reduce(0) { $0 + mass[$1] } / (isShare ? max(1 - weights[i] / total, 1e-12) : 1)
    }
  }

  /// rho_i of every alternative: its share of the ridge.
  public var ridgeMasses: [Double] { zip(weights, coverage).map { $0 * $1 } }

  /// v_ij of an entry of row i.
  public func mass(ofRow i: Int, entry: Int) -> Double { weights[i] * opponentMass[entry] }

  /// (sum v)^2 / sum v^2 over compared pairs: how many equally heavy pairs would be as concentrated; 0 where no pair has
  /// mass.
  public func effectiveComparisons(_ counts: PairCounts) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for i in weights.indices {
      for entry in counts.rowStarts[i]..<counts.rowStarts[i + 1] {
        let v = mass(ofRow: i, entry: entry)
        sum += v
        squares += v * v
      }
    }
    return squares > 0 ? sum * sum / squares / 2 : 0
  }

  /// Alternatives that no comparison with mass says anything about: their reward is not known.
  public func undetermined(_ counts: PairCounts) -> [Int] {
    weights.indices.filter { i in
      (counts.rowStarts[i]..<counts.rowStarts[i + 1]).allSatisfy { opponentMass[$0] <= 0 }
    }
  }
}
