import Tessera

// What was known on Monday, fitted.
let monday = try PreferenceDataset(
  alternatives: ["a", "b", "c"],
  comparisons: [
    Comparison(a: 0, b: 1, outcome: 1, count: 12), Comparison(a: 0, b: 1, outcome: 0, count: 8),
    Comparison(a: 1, b: 2, outcome: 1, count: 9), Comparison(a: 1, b: 2, outcome: 0, count: 11),
  ])
let state = try RewardFit().run(monday).state

// Tuesday's votes know another order of the names, and one alternative more.
let tuesday = try PreferenceDataset(
  alternatives: ["c", "a", "d"],
  comparisons: [
    Comparison(a: 0, b: 1, outcome: 1, count: 14), Comparison(a: 0, b: 1, outcome: 0, count: 6),
    Comparison(a: 2, b: 1, outcome: 1, count: 3), Comparison(a: 2, b: 1, outcome: 0.5, count: 2),
  ])
let votes = try state.dataset().merging(tuesday)
let now = try RewardFit().run(votes, from: state)

print("\(Int(votes.totalComparisons)) comparisons of \(votes.alternatives.map(\.id).joined(separator: ", "))")
for move in now.moves(since: state) { print("\(move.id): rank \(move.rankBefore) -> \(move.rankAfter)") }

// The way through the state is shorter and ends where a fit of all votes ends.
let anew = try RewardFit().run(votes)
let distance = zip(now.standard.rewards, anew.standard.rewards).map { abs(($0 ?? 0) - ($1 ?? 0)) }.max() ?? 0
print("from the state and anew the same: \(distance < 1e-8)")
// snippet.hide

// Output:
// 65 comparisons of a, b, c, d
// c: rank 2 -> 2
// a: rank 1 -> 3
// b: rank 3 -> 4
// from the state and anew the same: true
