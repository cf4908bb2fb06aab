import Tessera

/// Votes on m answers with contexts in d dimensions, wins, ties and soft labels, in the order in which they came.
func votes(_ m: Int, _ count: Int, seed: UInt64) -> [Comparison] {
  var random = RandomStream(seed: seed)
  let truth = (0..<m).map { _ in random.normal() }
  return (0..<count).map { k in
    let i = Int(random.uniform() * Double(m))
    let j = (i + 1 + Int(random.uniform() * Double(m - 1))) % m
    let s = logistic(truth[i] - truth[j])
    let outcome = k % 9 == 8 ? 0.5 : k % 11 == 10 ? random.uniform() : random.uniform() < s ? 1 : 0
    return Comparison(a: i, b: j, outcome: outcome)
  }
}

func voteData(_ m: Int, _ rows: [Comparison], dimension: Int = 2, copies: Bool = false) throws
  -> PreferenceDataset
{
  var random = RandomStream(seed: 81, stream: UInt64(dimension))
  var points = (0..<m).map { _ in (0..<dimension).map { _ in random.normal() } }
  // The last two are copies of the first.
  if copies { for i in [m - 1, m - 2] { points[i] = points[0] } }
  return try PreferenceDataset(
    alternatives: (0..<m).map { "answer \($0)" }, contexts: Contexts(Matrix(points)), comparisons: rows)
}

/// Settings that leave nothing to the data, changed: cells where contexts are known, proportions, lambda 0.1.
func fitSettings(_ change: (inout RewardFit.Settings) -> Void = { _ in }) -> RewardFit.Settings {
  var settings = RewardFit.Settings()
  (settings.weights, settings.pairs, settings.lambda) = (.paper, .proportion, 0.1)
  change(&settings)
  return settings
}
