import Tessera

/// All pairs of m alternatives compared, contexts in d dimensions, rewards linear in them.
func linearDataset(_ m: Int, _ d: Int, seed: UInt64, oneHot: Bool = false) throws -> PreferenceDataset {
  var random = RandomStream(seed: seed)
  let rows = (0..<m).map { i in (0..<d).map { k in oneHot ? (i == k ? 1.0 : 0) : random.normal() } }
  let truth = (0..<d).map { _ in random.normal() }
  var comparisons: [Comparison] = []
  for i in 0..<m {
    for j in i + 1..<m {
      let difference = zip(truth, zip(rows[i], rows[j])).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
      comparisons.append(Comparison(a: i, b: j, outcome: logistic(difference)))
    }
  }
  return try PreferenceDataset(
    alternatives: (0..<m).map { "\($0)" }, contexts: Contexts(Matrix(rows)), comparisons: comparisons)
}

/// Settings for one run, changed.
func oneRun(_ change: (inout RewardTraining) -> Void) -> RewardTraining {
  var settings = RewardTraining()
  settings.runs = 1
  change(&settings)
  return settings
}
