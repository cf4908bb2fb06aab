/// For each alternative and prompt the mean of its outcomes less what rewards predict, and the same of two halves of the votes.
struct PromptOutcomes: Sendable {
  let alternatives: Int
  let prompts: Int
  /// m x P; zero where there is no outcome.
  private(set) var means: [Double]
  /// m x P: votes behind each.
  private(set) var votes: [Double]
  /// Votes of a prompt dealt into two halves; m x P each, NaN where a half has none.
  private var halves: (first: [Double], second: [Double])

  /// nil where no comparison has a prompt.
  init?(_ dataset: PreferenceDataset, rewards: [Double], seed: UInt64) {
    let m = dataset.alternatives.count
    var numbers: [PreferenceDataset.PromptKey: Int] = [:]
    let rows = dataset.comparisons.compactMap { comparison -> (Comparison, Int)? in
      guard let key = dataset.prompt(of: comparison) else { return nil }
      let number = numbers[key] ?? numbers.count
      numbers[key] = number
      return (comparison, number)
    }
    let p = numbers.count
    guard p > 0, rewards.count == m, m * p <= Agreement.sizeLimit else { return nil }
    (alternatives, prompts) = (m, p)
    var (sums, votes) = ([Double](repeating: 0, count: m * p), [Double](repeating: 0, count: m * p))
    var said: [(place: Int, residual: Double, count: Double)] = []
    for (comparison, prompt) in rows {
      let (a, b, n, y) = (Int(comparison.a), Int(comparison.b), comparison.count, comparison.outcome)
      let expected = logistic(rewards[a] - rewards[b])
      // A share with a count is so many wins and losses; a tie is a tie however often.
      let parts: [(Double, Double)] = y == 0.5 || n == 1 ? [(y, n)] : [(1, n * y), (0, n * (1 - y))]
      for (outcome, count) in parts where count > 0 {
        for (i, residual) in [(a, outcome - expected), (b, expected - outcome)] {
          let place = i * p + prompt
          sums[place] += count * residual
          votes[place] += count
          said.append((place, residual, count))
        }
      }
    }
    means = zip(sums, votes).map { $1 > 0 ? $0 / $1 : 0 }
    self.votes = votes
    halves = Self.deal(said, m * p, seed: seed)
  }

  /// Deals the votes of every place into two halves of the same number, one vote apart at most, by chance.
  private static func deal(
    _ said: [(place: Int, residual: Double, count: Double)], _ places: Int, seed: UInt64
  )
    -> (first: [Double], second: [Double])
  {
    var random = RandomStream(seed: seed, for: .agreementHalves)
    var sums = [[Double](repeating: 0, count: places), [Double](repeating: 0, count: places)]
    var counts = sums
    let order = said.indices.sorted { (said[$0].place, $0) < (said[$1].place, $1) }
    var start = 0
    while start < order.count {
      let place = said[order[start]].place
      var hand: [Double] = []
      while start < order.count, said[order[start]].place == place {
        let vote = said[order[start]]
        // Of many equal votes 32 say enough: their halves hardly differ.
        let whole = vote.count < 32 ? Int(vote.count.rounded()) : 32
        hand += Array(repeating: vote.residual, count: max(whole, 1))
        start += 1
      }
      hand.shuffle(using: &random)
      for (number, residual) in hand.enumerated() {
        sums[number % 2][place] += residual
        counts[number % 2][place] += 1
      }
    }
    func means(_ half: Int) -> [Double] { zip(sums[half], counts[half]).map { $1 > 0 ? $0 / $1 : .nan } }
    return (means(0), means(1))
  }

  /// Prompts on which an alternative has outcomes.
  func prompts(of i: Int) -> Int { votes[i * prompts..<(i + 1) * prompts].count { $0 > 0 } }

  private func places(of i: Int) -> [Int] { (i * prompts..<(i + 1) * prompts).filter { votes[$0] > 0 } }

  /// Mean ranks of an alternative's residuals over its prompts, from -1/2 to 1/2; zero where there is none.
  func ranks() -> [Double] {
    var ranks = [Double](repeating: 0, count: means.count)
    for i in 0..<alternatives { Self.rank(means, at: places(of: i), into: &ranks) }
    return ranks
  }

  private static func rank(_ values: [Double], at places: [Int], into ranks: inout [Double]) {
    let order = places.sorted { (values[$0], $0) < (values[$1], $1) }
    let n = Double(order.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for place in first...last { ranks[order[place]] = (Double(first + last) / 2 + 0.5) / n - 0.5 }
      first = last + 1
    }
  }

  /// Values of each alternative in another order over its prompts.
  func permuted(_ values: [Double], by random: inout RandomStream) -> [Double] {
    var result = values
    for i in 0..<alternatives {
      let own = places(of: i)
      for (place, other) in zip(own, own.shuffled(using: &random)) { result[place] = values[other] }
    }
    return result
  }

  /// Reliability of each alternative's ranks: the correlation of those of its two halves, centred per prompt, carried over to
  /// all of its votes by the formula of Spearman and Brown, 2 r / (1 + r); nil with fewer than so many prompts that were
  /// judged twice.
  ///
  /// It is measured on ranks, not on outcomes: where a model wins or loses nearly always, a little noise changes most of its
  /// ranks.
  func reliabilities(least: Int) -> [Double?] {
    let m = alternatives
    let both = (0..<m).map { i in
      (i * prompts..<(i + 1) * prompts).filter { halves.first[$0].isFinite && halves.second[$0].isFinite }
    }
    var ranks = [[Double](repeating: 0, count: m * prompts), [Double](repeating: 0, count: m * prompts)]
    var sums = [[Double](repeating: 0, count: prompts), [Double](repeating: 0, count: prompts)]
    var known = [Double](repeating: 0, count: prompts)
    for places in both where places.count >= least {
      Self.rank(halves.first, at: places, into: &ranks[0])
      Self.rank(halves.second, at: places, into: &ranks[1])
      for place in places {
        known[place % prompts] += 1
        for half in 0..<2 { sums[half][place % prompts] += ranks[half][place] }
      }
    }
    return both.map { places in
      guard places.count >= least else { return nil }
      // Alone on a prompt an alternative is its mean.
      let shared = places.filter { known[$0 % prompts] > 1 }
      guard shared.count >= least else { return nil }
      let values = (0..<2).map { half in
        shared.map { ranks[half][$0] - sums[half][$0 % prompts] / known[$0 % prompts] }
      }
      let means = values.map { $0.reduce(0, +) / Double(shared.count) }
      var (product, first, second) = (0.0, 0.0, 0.0)
      for (x, y) in zip(values[0], values[1]) {
        product += (x - means[0]) * (y - means[1])
        first += (x - means[0]) * (x - means[0])
        second += (y - means[1]) * (y - means[1])
      }
      let r = first > 0 && second > 0 ? product / (first * second).squareRoot() : 0
      return r > 0 ? 2 * r / (1 + r) : 0
    }
  }
}

/// Correlations of ranked residuals, centred per prompt, over the prompts that two alternatives share.
struct PromptCorrelations {
  /// m x m.
  let values: [Double]
  /// m x m.
  let shared: [Int]
  private let alternatives: Int

  /// - Parameter weights: Of the alternatives, for the mean of a prompt: copies must not pull it towards themselves.
  init(_ ranks: [Double], _ outcomes: PromptOutcomes, weights: [Double]) {
    let (m, p) = (outcomes.alternatives, outcomes.prompts)
    alternatives = m
    var centred = ranks
    var present = [Double](repeating: 0, count: m * p)
    var (sums, masses) = ([Double](repeating: 0, count: p), [Double](repeating: 0, count: p))
    for i in 0..<m {
      for k in 0..<p where outcomes.votes[i * p + k] > 0 {
        present[i * p + k] = 1
        sums[k] += weights[i] * ranks[i * p + k]
        masses[k] += weights[i]
      }
    }
    for i in 0..<m {
      for k in 0..<p where present[i * p + k] > 0 { centred[i * p + k] -= sums[k] / masses[k] }
    }
    func product(_ a: [Double], _ b: [Double]) -> [Double] {
      var transposed = [Double](repeating: 0, count: p * m)
      for i in 0..<m { for k in 0..<p { transposed[k * m + i] = b[i * p + k] } }
      return LinearAlgebra.multiply(a, rows: m, transposed, columns: m, inner: p)
    }
    let products = product(centred, centred)
    // Sums of squares of i over the prompts that j has as well.
    let squares = product(centred.map { $0 * $0 }, present)
    let shared = product(present, present)
    self.shared = shared.map { Int($0.rounded()) }
    var values = [Double](repeating: 0, count: m * m)
    for i in 0..<m {
      for j in 0..<m {
        let size = squares[i * m + j] * squares[j * m + i]
        if i == j {
          values[i * m + j] = 1
        } else if shared[i * m + j] > 2.5, size > 0 {
          values[i * m + j] = min(max(products[i * m + j] / size.squareRoot(), -1), 1)
        }
      }
    }
    self.values = values
  }

  /// Mean over alternatives of the largest r_ij sqrt(n_ij); nil where no two share three prompts.
  var strength: Double? {
    let m = alternatives
    var (sum, count) = (0.0, 0)
    for i in 0..<m {
      var best: Double?
      for j in 0..<m where j != i && shared[i * m + j] > 2 {
        best = max(best ?? -.infinity, values[i * m + j] * Double(shared[i * m + j]).squareRoot())
      }
      if let best {
        sum += best
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : nil
  }
}
