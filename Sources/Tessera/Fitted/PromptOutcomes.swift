/// For each alternative and prompt the mean of its outcomes less what rewards predict, and how far outcomes of one prompt
/// were apart.
struct PromptOutcomes: Sendable {
  let alternatives: Int
  let prompts: Int
  /// m x P; zero where there is no outcome.
  private(set) var means: [Double]
  /// m x P: votes behind each.
  private(set) var votes: [Double]
  /// Mean of the means on each prompt.
  private let promptMeans: [Double]
  /// Sums of squares within a prompt, and their degrees of freedom, for each alternative.
  private var within: [(squares: Double, freedom: Double)]

  /// nil where no comparison has a prompt.
  init?(_ dataset: PreferenceDataset, rewards: [Double]) {
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
    var (sums, squares, votes) = (
      [Double](repeating: 0, count: m * p), [Double](repeating: 0, count: m * p),
      [Double](repeating: 0, count: m * p)
    )
    for (comparison, prompt) in rows {
      let (a, b, n, y) = (Int(comparison.a), Int(comparison.b), comparison.count, comparison.outcome)
      let expected = logistic(rewards[a] - rewards[b])
      // A share with a count is so many wins and losses; a tie is a tie however often.
      let parts: [(Double, Double)] = y == 0.5 || n == 1 ? [(y, n)] : [(1, n * y), (0, n * (1 - y))]
      for (outcome, count) in parts where count > 0 {
        let residual = outcome - expected
        for (i, sign) in [(a, 1.0), (b, -1.0)] {
          sums[i * p + prompt] += sign * count * residual
          squares[i * p + prompt] += count * residual * residual
          votes[i * p + prompt] += count
        }
      }
    }
    within = (0..<m).map { i in
      var (spread, freedom) = (0.0, 0.0)
      for place in i * p..<(i + 1) * p where votes[place] > 1 {
        spread += max(squares[place] - sums[place] * sums[place] / votes[place], 0)
        freedom += votes[place] - 1
      }
      return (spread, freedom)
    }
    means = zip(sums, votes).map { $1 > 0 ? $0 / $1 : 0 }
    self.votes = votes
    promptMeans = (0..<p).map { [means, votes] k in
      let known = (0..<m).filter { votes[$0 * p + k] > 0 }
      return known.reduce(0) { $0 + means[$1 * p + k] } / Double(max(known.count, 1))
    }
  }

  /// Prompts on which an alternative has outcomes.
  func prompts(of i: Int) -> Int { votes[i * prompts..<(i + 1) * prompts].count { $0 > 0 } }

  private func places(of i: Int) -> [Int] { (i * prompts..<(i + 1) * prompts).filter { votes[$0] > 0 } }

  /// Mean ranks of an alternative's residuals over its prompts, from -1/2 to 1/2; zero where there is none.
  func ranks() -> [Double] {
    var ranks = [Double](repeating: 0, count: means.count)
    for i in 0..<alternatives {
      let order = places(of: i).sorted { (means[$0], $0) < (means[$1], $1) }
      let n = Double(order.count)
      var first = 0
      while first < order.count {
        var last = first
        while last + 1 < order.count, means[order[last + 1]] == means[order[first]] { last += 1 }
        for place in first...last { ranks[order[place]] = (Double(first + last) / 2 + 0.5) / n - 0.5 }
        first = last + 1
      }
    }
    return ranks
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

  /// Share of the spread of an alternative's means over prompts, beside the prompts' own, that is not the noise of their
  /// outcomes; nil where hardly any prompt was judged twice.
  func reliability(of i: Int) -> Double? {
    let own = places(of: i)
    guard within[i].freedom >= 30, own.count > 2 else { return nil }
    let beside = own.map { means[$0] - promptMeans[$0 % prompts] }
    let mean = beside.reduce(0, +) / Double(own.count)
    let total = beside.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count - 1)
    let noise =
      within[i].squares / within[i].freedom * own.reduce(0) { $0 + 1 / votes[$1] } / Double(own.count)
    return total > 0 ? 1 - noise / total : 0
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
