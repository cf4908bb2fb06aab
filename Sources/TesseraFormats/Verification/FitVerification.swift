import Foundation
import Tessera

/// Checks a fit from its printed document and the comparisons alone, in plain loops that share nothing with the estimator:
/// what a stranger would write to find out whether the certificate means what it says.
///
/// From the rows it counts p_ij and n_ij; from the document it takes the weights, lambda, the conventions and, for weights
/// in the space of pairs, the masses; then
///
///     R_i = sum_j a_ij (p_ij - s(r_i - r_j)) - lambda c_i r_i
///
/// must be as small as the certificate, for every alternative of both estimates. Win rates, counts, sums of weights and
/// what has no reward are worked out anew as well.
public struct FitVerification: Sendable {
  public struct Check: Sendable, Equatable {
    public let name: String
    /// What was worked out anew, or the largest difference from what is printed.
    public let found: Double
    /// What it may be at most.
    public let bound: Double
    public var holds: Bool { found <= bound }
  }

  public let checks: [Check]
  public var holds: Bool { checks.allSatisfy(\.holds) }

  /// - Parameters:
  ///   - rows: With numbers that stand for `ids`.
  ///   - ids: Names in the rows.
  ///   - file: Of the document, for messages.
  /// - Throws: `FormatError` where the document lacks what the check needs, or knows other alternatives.
  public init(_ document: FitDocument, rows: [Comparison], ids: [String], file: String) throws {
    func lacks(_ field: String, _ found: String, _ expected: String) -> FormatError {
      .content(file: file, line: nil, field: field, found: found, expected: expected)
    }
    var place: [[UInt8]: Int] = [:]
    for (i, row) in document.alternatives.enumerated() {
      guard place.updateValue(i, forKey: Array(row.id.utf8)) == nil else {
        throw lacks("alternatives", "\"\(row.id)\" a second time", "unique ids")
      }
    }
    let numbers = try ids.map { id in
      guard let i = place[Array(id.utf8)] else {
        throw lacks(
          "alternatives", "no \"\(id)\", which the comparisons name", "all alternatives that were compared")
      }
      return i
    }
    let all = document.alternatives
    let m = all.count

    // Copies, and what became one alternative.
    var copyOf = Array(0..<m)
    for group in document.duplicates ?? [] {
      let members = group.compactMap { place[Array($0.utf8)] }
      for i in members { copyOf[i] = members[0] }
    }
    let isMerged = document.mergedDuplicates != nil
    let fittedOf = isMerged ? copyOf : Array(0..<m)
    let fitted = (0..<m).filter { fittedOf[$0] == $0 }

    // n_ij and the sums of outcomes, from the rows alone: of the alternatives, and of what was fitted.
    var own = Tally()
    var pooled = Tally()
    var memberPairs: [Pair: Set<Pair>] = [:]
    for row in rows {
      let (a, b) = (numbers[Int(row.a)], numbers[Int(row.b)])
      own.add(a, b, row.outcome, row.count)
      let (x, y) = (fittedOf[a], fittedOf[b])
      if x == y { continue }
      pooled.add(x, y, row.outcome, row.count)
      memberPairs[Pair(min(x, y), max(x, y)), default: []].insert(Pair(min(a, b), max(a, b)))
    }

    // k_ij
    var k: [Pair: Double] = [:]
    if document.pairs == .count {
      var sum = 0.0
      for (pair, n) in pooled.counts where pair.a < pair.b {
        k[pair] = n / Double(memberPairs[pair]?.count ?? 1)
        sum += k[pair] ?? 0
      }
      for pair in k.keys { k[pair] = (k[pair] ?? 0) * Double(k.count) / sum }
    }
    func factor(_ i: Int, _ j: Int) -> Double {
      document.pairs == .count ? k[Pair(min(i, j), max(i, j))] ?? 0 : 1
    }

    // Weights of what was fitted.
    var weights = [Double](repeating: 0, count: m)
    for i in 0..<m { weights[fittedOf[i]] += all[i].weight }
    let isPairSpace = document.weights.pairSpace ?? false
    var masses: [Pair: Double] = [:]
    if isPairSpace {
      guard let written = document.pairMasses else {
        throw lacks(
          "pairMasses", "nothing", "the masses of the pairs, which the option --pair-masses of a fit writes")
      }
      for mass in written {
        guard let a = place[Array(mass.a.utf8)], let b = place[Array(mass.b.utf8)], let v = mass.weighted
        else {
          throw lacks(
            "pairMasses", "\"\(mass.a)\" and \"\(mass.b)\"",
            "alternatives of this document, with a weighted mass")
        }
        masses[Pair(min(a, b), max(a, b))] = v
      }
    }

    var checks: [Check] = []
    func expect(_ name: String, _ found: Double, atMost bound: Double) {
      checks.append(Check(name: name, found: found.isNaN ? .infinity : found, bound: bound))
    }
    expect("sum of the weights, less 1", abs(all.reduce(0) { $0 + $1.weight } - 1), atMost: 1e-9)
    expect("negative weights", Double(all.count { !($0.weight >= 0) }), atMost: 0)
    let comparisonsOff = (0..<m).reduce(0.0) { worst, i in
      max(worst, abs(own.total(of: i) - all[i].comparisons.value) / max(own.total(of: i), 1))
    }
    expect("comparisons of each alternative, relative difference", comparisonsOff, atMost: 1e-12)
    expect(
      "pairs compared, difference", abs(Double(pooled.counts.count / 2 - document.comparedPairs)), atMost: 0)
    expect(
      "components, difference",
      abs(Double(Self.components(m, fittedOf, pooled) - document.components)), atMost: 0)
    expect(
      "alternatives without comparisons that have a reward",
      Double(
        (0..<m).count { own.opponents[fittedOf[$0]] == nil && !isMerged && all[$0].standardReward != nil }),
      atMost: 0)

    let uniform = fitted.reduce(into: [Double](repeating: 0, count: m)) { $0[$1] = 1 / Double(fitted.count) }
    let alone = Array(0..<m)
    let standardLambda =
      document.lambdaConvention == .paper ? document.lambda / Double(fitted.count) : document.lambda
    func check(
      _ name: String, _ printed: FitDocument.Estimate, _ w: [Double], groups: [Int], lambda: Double,
      masses: [Pair: Double]?, reward: (FitDocument.Row) -> Double?, winRate: (FitDocument.Row) -> Double?
    ) {
      expect("\(name): lambda, relative difference", abs(printed.lambda - lambda) / lambda, atMost: 1e-12)
      var residual = 0.0
      var unknown = 0
      let rest = Self.rest(w, groups)
      for i in fitted {
        // a_ij = v_ij / w_i, which for products is w_j k_ij, also where w_i is zero.
        let opponents = (pooled.opponents[i] ?? []).sorted()
        let a = opponents.map { j -> Double in
          guard let masses else { return w[j] * factor(i, j) }
          return w[i] > 0 ? (masses[Pair(min(i, j), max(i, j))] ?? 0) / w[i] : 0
        }
        let known = reward(all[i])
        if a.allSatisfy({ $0 <= 0 }) {
          if known != nil { unknown += 1 }
          continue
        }
        guard let r = known else {
          unknown += 1
          continue
        }
        var coverage = 1.0
        if document.lambdaConvention == .local {
          coverage = Self.coverage(i, opponents, a, w, groups, rest, pooled)
        }
        var sum = -lambda * coverage * r
        for (j, mass) in zip(opponents, a) where mass > 0 {
          guard let other = reward(all[j]) else {
            sum = .nan
            break
          }
          sum += mass * (pooled.rate(i, j) - 1 / (1 + exp(other - r)))
        }
        residual = max(residual, sum.isNaN ? .infinity : abs(sum))
      }
      // What rounding adds to the printed certificate: sums of as many terms as an alternative has opponents.
      expect(
        "\(name): largest residual of the first-order condition", residual,
        atMost: max(
          2 * printed.certificate, 1e-12 * Double(max(pooled.opponents.values.map(\.count).max() ?? 1, 10))))
      expect("\(name): printed certificate", printed.certificate, atMost: 1e-9)
      expect("\(name): rewards that should be there, or should not", Double(unknown), atMost: 0)
      var copies = 0.0
      for i in 0..<m where fittedOf[i] != i {
        if let a = reward(all[i]), let b = reward(all[fittedOf[i]]) { copies = max(copies, abs(a - b)) }
      }
      if isMerged { expect("\(name): rewards of merged copies, largest difference", copies, atMost: 0) }
      var off = 0.0
      for i in 0..<m {
        let f = fittedOf[i]
        var (wins, total) = (0.0, 0.0)
        for j in pooled.opponents[f] ?? [] {
          wins += w[j] * pooled.rate(f, j)
          total += w[j]
        }
        switch (winRate(all[i]), total > 0) {
        case (let printed?, true): off = max(off, abs(printed - wins / total))
        case (nil, false): break
        default: off = .infinity
        }
      }
      expect("\(name): win rates, largest difference", off, atMost: 1e-12)
    }
    check(
      "standard", document.estimates.standard, uniform, groups: alone, lambda: standardLambda, masses: nil,
      reward: { $0.standardReward }, winRate: { $0.winRate })
    if let weighted = document.estimates.weighted {
      let isUniform = document.settings.weights == .scheme(.uniform)
      check(
        "weighted", weighted, isUniform ? uniform : weights, groups: isUniform || isMerged ? alone : copyOf,
        lambda: isUniform ? standardLambda : document.lambda, masses: isPairSpace ? masses : nil,
        reward: { $0.weightedReward }, winRate: { $0.weightedWinRate })
    }
    if let written = document.pairMasses, !isPairSpace {
      var off = 0.0
      for mass in written {
        guard let a = place[Array(mass.a.utf8)], let b = place[Array(mass.b.utf8)] else {
          off = .infinity
          continue
        }
        off = max(off, abs(mass.standard - uniform[a] * uniform[b] * factor(a, b)))
        if let v = mass.weighted {
          let w = document.settings.weights == .scheme(.uniform) ? uniform : weights
          off = max(off, abs(v - w[a] * w[b] * factor(a, b)))
        }
      }
      expect("masses of pairs, largest difference", off, atMost: 1e-12)
    }
    self.checks = checks
  }

  /// 1 - W of each alternative's group.
  private static func rest(_ w: [Double], _ groups: [Int]) -> [Double] {
    var sums = [Int: Double]()
    for i in w.indices { sums[groups[i], default: 0] += w[i] }
    let total = w.reduce(0, +)
    return w.indices.map { 1 - (sums[groups[$0]] ?? 0) / total }
  }

  /// rho_i / w_i of the local ridge.
  private static func coverage(
    _ i: Int, _ opponents: [Int], _ a: [Double], _ w: [Double], _ groups: [Int], _ rest: [Double],
    _ tally: Tally
  ) -> Double {
    func outside(_ i: Int, _ opponents: [Int], _ a: [Double]) -> Double {
      guard rest[i] > 1e-12 else { return 0 }
      var sum = 0.0
      for (j, mass) in zip(opponents, a) where groups[j] != groups[i] { sum += mass }
      return sum
    }
    let met = outside(i, opponents, a)
    if met > 0 { return met / rest[i] }
    // Compared with its own copies alone: they hold it, unless it won or lost all of it or they hang on nothing.
    let reaches = zip(opponents, a).contains { j, mass in
      mass > 0 && (tally.opponents[j] ?? []).contains { groups[$0] != groups[j] && w[$0] > 0 }
        && rest[j] > 1e-12
    }
    let loses = zip(opponents, a).contains { $1 > 0 && tally.rate(i, $0) < 1 }
    let wins = zip(opponents, a).contains { $1 > 0 && tally.rate(i, $0) > 0 }
    return reaches && loses && wins ? 0 : a.reduce(0, +) / max(1 - w[i] / w.reduce(0, +), 1e-12)
  }

  private static func components(_ m: Int, _ fittedOf: [Int], _ tally: Tally) -> Int {
    var seen = [Bool](repeating: false, count: m)
    var count = 0
    for start in 0..<m where fittedOf[start] == start && !seen[start] {
      count += 1
      var stack = [start]
      seen[start] = true
      while let i = stack.popLast() {
        for j in tally.opponents[i] ?? [] where !seen[j] {
          seen[j] = true
          stack.append(j)
        }
      }
    }
    return count
  }

  private struct Pair: Hashable {
    let a: Int
    let b: Int
    init(_ a: Int, _ b: Int) { (self.a, self.b) = (a, b) }
  }

  /// Sums by ordered pair.
  private struct Tally {
    var counts: [Pair: Double] = [:]
    var wins: [Pair: Double] = [:]
    var opponents: [Int: Set<Int>] = [:]

    mutating func add(_ a: Int, _ b: Int, _ outcome: Double, _ count: Double) {
      counts[Pair(a, b), default: 0] += count
      counts[Pair(b, a), default: 0] += count
      wins[Pair(a, b), default: 0] += count * outcome
      wins[Pair(b, a), default: 0] += count * (1 - outcome)
      opponents[a, default: []].insert(b)
      opponents[b, default: []].insert(a)
    }

    func rate(_ a: Int, _ b: Int) -> Double { (wins[Pair(a, b)] ?? 0) / (counts[Pair(a, b)] ?? 1) }

    func total(of i: Int) -> Double {
      (opponents[i] ?? []).sorted().reduce(0) { $0 + (counts[Pair(i, $1)] ?? 0) }
    }
  }
}
