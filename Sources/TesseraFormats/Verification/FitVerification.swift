import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
    // Declared families are one answer for the ridge.
    var families = Array(0..<m)
    var firstOf: [[UInt8]: Int] = [:]
    for (i, row) in all.enumerated() {
      guard let family = row.family else { continue }
      families[i] = firstOf[Array(family.utf8)] ?? i
      firstOf[Array(family.utf8)] = families[i]
    }
    let isByFamily = document.choice.weights == .families
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
    // Weights of comparisons are no products: their masses have to be written.
    let isLocal = document.choice.weights.isLocal
    let isPairSpace = document.weights.pairSpace ?? false || (isLocal && document.estimates.weighted != nil)
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

    let rowsWithWeightedReward = all.count { $0.weightedReward != nil }
    expect(
      "weighted rewards without a weighted estimate",
      document.estimates.weighted == nil ? Double(rowsWithWeightedReward) : 0, atMost: 0)
    let best = document.estimates.weighted ?? document.estimates.standard
    expect(
      "lambda of the settings, or of the curve, difference",
      abs(
        (document.settings.lambda.value ?? (best.lambdaCurve?.chosen ?? LambdaCurve.fixed)) - document.lambda),
      atMost: 0)
    expect(
      "conventions that differ from those of the settings",
      (document.settings.pairs == .automatic || document.settings.pairs.rawValue == document.pairs.rawValue
        ? 0 : 1) + (document.choice.pairs == document.pairs ? 0 : 1)
        + (document.settings.lambdaConvention == document.lambdaConvention ? 0 : 1), atMost: 0)
    let squares = all.reduce(0) { $0 + $1.weight * $1.weight }
    expect(
      "effective alternatives, relative difference",
      abs(document.weights.effectiveAlternatives * squares - 1), atMost: 1e-9)
    expect(
      "share of zero weights, difference",
      abs(document.weights.zeroWeightShare - Double(all.count { $0.weight == 0 }) / Double(max(m, 1))),
      atMost: 1e-12)
    if document.weights.scheme == "uniform" {
      expect(
        "uniform weights, largest difference",
        all.reduce(0) { max($0, abs($1.weight - 1 / Double(m))) }, atMost: isMerged ? .infinity : 1e-12)
    }
    let total = rows.reduce(0) { $0 + $1.count }
    expect(
      "comparisons, relative difference", abs(document.comparisons.value - total) / max(total, 1),
      atMost: 1e-12)
    // Places of those that won all or lost all of their comparisons, and of those that have none.
    func named(_ ids: [String]?) -> Set<Int> { Set((ids ?? []).map { place[Array($0.utf8)] ?? -1 }) }
    func those(_ holds: (Int) -> Bool) -> Set<Int> {
      Set((0..<m).filter { !(own.opponents[$0] ?? []).isEmpty && holds($0) })
    }
    let (won, lost) = (
      those { i in own.opponents[i]?.allSatisfy { own.rate(i, $0) == 1 } ?? false },
      those { i in own.opponents[i]?.allSatisfy { own.rate(i, $0) == 0 } ?? false }
    )
    let uncompared = Set((0..<m).filter { (own.opponents[$0] ?? []).isEmpty })
    expect(
      "alternatives that never lost, never won or were never compared, differences",
      Double(
        named(document.neverLost).symmetricDifference(won).count
          + named(document.neverWon).symmetricDifference(lost).count
          + named(document.neverCompared).symmetricDifference(uncompared).count), atMost: 0)

    let uniform = fitted.reduce(into: [Double](repeating: 0, count: m)) { $0[$1] = 1 / Double(fitted.count) }
    let alone = Array(0..<m)
    let knowsAverages = all.contains { $0.averageWinRate != nil }
    // Each estimate has the strength of its own curve, where none was given.
    func strength(_ estimate: FitDocument.Estimate) -> Double {
      document.settings.lambda.value ?? (estimate.lambdaCurve?.chosen ?? LambdaCurve.fixed)
    }
    let standardLambda =
      strength(document.estimates.standard)
      / (document.lambdaConvention == .paper ? Double(fitted.count) : 1)
    func check(
      _ name: String, _ printed: FitDocument.Estimate, _ w: [Double], groups: [Int], lambda: Double,
      masses: [Pair: Double]?, ridge written: [Double]?, reward: (FitDocument.Row) -> Double?,
      winRate: KeyPath<FitDocument.Row, Double?>, average: KeyPath<FitDocument.Row, Double?>,
      isOwnRecord: Bool
    ) {
      expect("\(name): lambda, relative difference", abs(printed.lambda - lambda) / lambda, atMost: 1e-12)
      var residual = 0.0
      var unknown = 0
      let isShare = masses == nil || !isLocal
      let rest = isShare ? Self.rest(w, groups) : Array(repeating: 1, count: m)
      var conditions: [Condition] = []
      var ridges: [Int: Double] = [:]
      var pairSums = (first: 0.0, second: 0.0)
      // a_ij = v_ij / w_i, which for products is w_j k_ij, also where w_i is zero.
      func mass(_ i: Int, _ j: Int) -> Double {
        guard let masses else { return w[j] * factor(i, j) }
        return w[i] > 0 ? (masses[Pair(min(i, j), max(i, j))] ?? 0) / w[i] : 0
      }
      func heard(_ i: Int, _ j: Int) -> Double {
        // To one without weight, opponents say something of whom something is known.
        if w[i] == 0, !(pooled.opponents[j] ?? []).contains(where: { w[$0] > 0 }) { return 0 }
        return mass(i, j)
      }
      for i in fitted {
        let opponents = (pooled.opponents[i] ?? []).sorted()
        let a = opponents.map { heard(i, $0) }
        for (j, a) in zip(opponents, a) where j > i {
          pairSums.first += w[i] * a
          pairSums.second += w[i] * a * w[i] * a
        }
        ridges[i] = 0
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
          coverage = Self.coverage(i, opponents, a, w, groups, rest, pooled, isShare: isShare)
        }
        ridges[i] = w[i] * coverage
        var sum = -lambda * coverage * r
        var terms: [(Int, Double)] = []
        for (j, mass) in zip(opponents, a) where mass > 0 {
          guard let other = reward(all[j]) else {
            sum = .nan
            break
          }
          // p - s = p (1 - s) - (1 - p) s, which loses no digits.
          let (s, t) = (1 / (1 + exp(other - r)), 1 / (1 + exp(r - other)))
          sum += mass * (pooled.rate(i, j) * t - (1 - pooled.rate(i, j)) * s)
          terms.append((j, mass * s * t))
        }
        conditions.append(
          Condition(
            alternative: i, weight: w[i], reward: r, ridge: lambda * coverage, residual: sum, slopes: terms))
        residual = max(residual, sum.isNaN ? .infinity : abs(sum))
      }
      // What rounding adds to the printed certificate: sums of as many terms as an alternative has opponents.
      expect(
        "\(name): largest residual of the first-order condition", residual,
        atMost: max(
          2 * printed.certificate, 1e-12 * Double(max(pooled.opponents.values.map(\.count).max() ?? 1, 10))))
      expect("\(name): printed certificate", abs(printed.certificate), atMost: 1e-9)
      expect("\(name): certificates below zero", printed.certificate < 0 ? 1 : 0, atMost: 0)
      expect(
        "\(name): search that stopped before the minimum", printed.outcome == .minimum ? 0 : 1, atMost: 0)
      let largest = conditions.reduce(1.0) { max($0, abs($1.reward)) }
      expect(
        "\(name): distance of the minimum from the rewards", Self.distance(conditions), atMost: 2e-6 * largest
      )
      let effective = pairSums.second > 0 ? pairSums.first * pairSums.first / pairSums.second : 0
      expect(
        "\(name): effective comparisons, relative difference",
        abs(printed.effectiveComparisons - effective) / max(effective, 1), atMost: 1e-9)
      if let written {
        var off = written.count == conditions.count || written.count == fitted.count ? 0 : Double.infinity
        for (i, rho) in zip(fitted, written) where ridges[i] != 0 {
          off = max(off, abs(rho - (ridges[i] ?? 0)) / (ridges[i] ?? 1))
        }
        expect("\(name): masses of the ridge, relative difference", off, atMost: 1e-9)
      }
      expect("\(name): rewards that should be there, or should not", Double(unknown), atMost: 0)
      var copies = 0.0
      for i in 0..<m where fittedOf[i] != i {
        if let a = reward(all[i]), let b = reward(all[fittedOf[i]]) { copies = max(copies, abs(a - b)) }
      }
      if isMerged { expect("\(name): rewards of merged copies, largest difference", copies, atMost: 0) }
      /// Of printed shares from sums over the opponents of i, each with its size; `own` counts i itself.
      func shares(
        _ what: String, _ tally: Tally, of place: [Int], own: [Double],
        _ printed: KeyPath<FitDocument.Row, Double?>,
        _ size: (Int, Int) -> Double
      ) {
        var off = 0.0
        for i in 0..<m {
          let f = place[i]
          var (wins, total) = (0.0, 0.0)
          for j in (tally.opponents[f] ?? []).sorted() {
            let heard = size(f, j)
            wins += heard * tally.rate(f, j)
            total += heard
          }
          switch (all[i][keyPath: printed], total > 0) {
          case (let printed?, true):
            off = max(off, abs(printed - (wins + own[f] / 2) / (total + own[f])))
          case (nil, false): break
          default: off = .infinity
          }
        }
        expect("\(name): \(what), largest difference", off, atMost: 1e-12)
      }
      let none = [Double](repeating: 0, count: m)
      guard knowsAverages else {
        // Until then a win rate was the average one, without oneself.
        shares("win rates", pooled, of: fittedOf, own: none, winRate) { isShare ? w[$1] : mass($0, $1) }
        return
      }
      if isOwnRecord {
        shares("win rates", own, of: alone, own: none, winRate) { own.count($0, $1) }
      } else {
        shares("win rates", pooled, of: fittedOf, own: none, winRate) { i, j in
          heard(i, j) * (document.pairs == .count ? 1 : pooled.count(i, j))
        }
      }
      if isShare {
        shares("average win rates", pooled, of: fittedOf, own: w, average) { w[$1] }
      } else {
        expect(
          "\(name): average win rates where comparisons are weighed",
          Double(all.count { $0[keyPath: average] != nil }), atMost: 0)
      }
    }
    check(
      "standard", document.estimates.standard, uniform, groups: alone, lambda: standardLambda, masses: nil,
      ridge: document.ridgeMasses?.standard,
      reward: { $0.standardReward }, winRate: \.winRate, average: \.averageWinRate,
      isOwnRecord: true)
    if let weighted = document.estimates.weighted {
      let isUniform = document.settings.weights == .scheme(.uniform)
      check(
        "weighted", weighted, isUniform ? uniform : weights,
        groups: isByFamily ? families : isUniform || isMerged ? alone : copyOf,
        lambda: isUniform ? standardLambda : strength(weighted), masses: isPairSpace ? masses : nil,
        ridge: document.ridgeMasses?.weighted,
        reward: { $0.weightedReward }, winRate: \.weightedWinRate,
        average: \.weightedAverageWinRate, isOwnRecord: false)
    }
    if let written = document.pairMasses {
      var off = 0.0
      for mass in written {
        guard let a = place[Array(mass.a.utf8)], let b = place[Array(mass.b.utf8)] else {
          off = .infinity
          continue
        }
        off = max(off, abs(mass.standard - uniform[a] * uniform[b] * factor(a, b)))
        if let v = mass.weighted, !isPairSpace {
          let w = document.settings.weights == .scheme(.uniform) ? uniform : weights
          off = max(off, abs(v - w[a] * w[b] * factor(a, b)))
        }
      }
      expect("masses of pairs, largest difference", off, atMost: 1e-12)
    }
    self.checks = checks
  }

  /// What the first-order condition of an alternative says at the printed rewards.
  private struct Condition {
    let alternative: Int
    let weight: Double
    let reward: Double
    /// lambda c_i
    let ridge: Double
    let residual: Double
    /// Opponents, with a_ij s'(r_i - r_j).
    let slopes: [(Int, Double)]
  }

  /// How far the minimum is from the printed rewards, to first order; an upper bound where that is small already.
  ///
  /// The difference solves H d = g. Rows are dominated by their diagonal, by lambda c_i: the largest |d_i| is at most the
  /// largest |R_i| / (lambda c_i). With a small lambda that says too little; then d is worked out, by conjugate gradients
  /// for those with weight, and one by one for those without.
  private static func distance(_ conditions: [Condition]) -> Double {
    let bound = conditions.reduce(0.0) {
      $1.residual == 0 ? $0 : max($0, abs($1.residual) / $1.ridge)
    }
    guard bound > 1e-6 else { return bound }
    var place: [Int: Int] = [:]
    let heavy = conditions.filter { $0.weight > 0 }
    for (k, condition) in heavy.enumerated() { place[condition.alternative] = k }
    let n = heavy.count
    let slopes = heavy.map { row in
      row.slopes.compactMap { j, slope in place[j].map { ($0, row.weight * slope) } }
    }
    let ridge = heavy.map { $0.weight * $0.ridge }
    // Where all of a part move alike, the ridge alone decides: there d is -sum rho r / sum rho.
    var part = [Int](repeating: -1, count: n)
    var parts = 0
    for start in 0..<n where part[start] < 0 {
      var stack = [start]
      part[start] = parts
      while let k = stack.popLast() {
        for (j, _) in slopes[k] where part[j] < 0 {
          part[j] = parts
          stack.append(j)
        }
      }
      parts += 1
    }
    func means(_ x: [Double]) -> [Double] {
      var (sums, masses) = ([Double](repeating: 0, count: parts), [Double](repeating: 0, count: parts))
      for k in 0..<n {
        sums[part[k]] += ridge[k] * x[k]
        masses[part[k]] += ridge[k]
      }
      return zip(sums, masses).map { $1 > 0 ? $0 / $1 : 0 }
    }
    let level = means(heavy.map(\.reward))
    var residual = (0..<n).map { heavy[$0].weight * heavy[$0].residual + ridge[$0] * level[part[$0]] }
    let diagonal = (0..<n).map { k in slopes[k].reduce(ridge[k]) { $0 + $1.1 } }
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    var d = [Double](repeating: 0, count: n)
    var z = zip(residual, diagonal).map { $0 / $1 }
    var direction = z
    var rz = dot(residual, z)
    let first = rz
    var steps = 0
    while rz > 1e-16 * first, rz > 0, steps < 20 * n + 100 {
      let image = (0..<n).map { k in
        slopes[k].reduce(diagonal[k] * direction[k]) { $0 - $1.1 * direction[$1.0] }
      }
      let curvature = dot(direction, image)
      guard curvature > 0 else { break }
      let length = rz / curvature
      for k in 0..<n {
        d[k] += length * direction[k]
        residual[k] -= length * image[k]
        z[k] = residual[k] / diagonal[k]
      }
      let next = dot(residual, z)
      for k in 0..<n { direction[k] = z[k] + next / rz * direction[k] }
      rz = next
      steps += 1
    }
    let drift = means(d)
    for k in 0..<n { d[k] -= drift[part[k]] + level[part[k]] }
    var largest = d.reduce(0) { max($0, abs($1)) }
    for light in conditions where light.weight <= 0 {
      let moved = light.slopes.reduce(light.residual) { sum, term in
        sum + term.1 * (place[term.0].map { d[$0] } ?? 0)
      }
      let slope = light.slopes.reduce(light.ridge) { $0 + $1.1 }
      largest = max(largest, slope > 0 ? abs(moved) / slope : .infinity)
    }
    return min(bound, largest.isNaN ? .infinity : largest)
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
    _ tally: Tally, isShare: Bool
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
    if reaches && loses && wins { return 0 }
    return a.reduce(0, +) / (isShare ? max(1 - w[i] / w.reduce(0, +), 1e-12) : 1)
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

    func count(_ a: Int, _ b: Int) -> Double { counts[Pair(a, b)] ?? 0 }

    func rate(_ a: Int, _ b: Int) -> Double { (wins[Pair(a, b)] ?? 0) / (counts[Pair(a, b)] ?? 1) }

    func total(of i: Int) -> Double {
      (opponents[i] ?? []).sorted().reduce(0) { $0 + (counts[Pair(i, $1)] ?? 0) }
    }
  }
}
