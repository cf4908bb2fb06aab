import Tessera

// a is preferred to b, b to c, and c to a by a little; c' is a near-copy of c.
let data = try PreferenceDataset(
  alternatives: ["a", "b", "c", "c'"],
  contexts: Contexts(Matrix([[0, 0], [1, 1], [0.93, 0.07], [0.944, 0.084]])),
  comparisons: [
    Comparison(a: 0, b: 1, outcome: 0.64, count: 2_000), Comparison(a: 0, b: 2, outcome: 0.47, count: 2_000),
    Comparison(a: 1, b: 2, outcome: 0.65, count: 2_000), Comparison(a: 0, b: 3, outcome: 0.45, count: 2_000),
    Comparison(a: 1, b: 3, outcome: 0.66, count: 2_000), Comparison(a: 2, b: 3, outcome: 0.5, count: 2_000),
  ])
let result = try RewardFit().run(data)

let standard = result.ranks(result.standard.rewards)
let weighted = result.ranks(result.best.rewards)
for (i, alternative) in data.alternatives.enumerated() {
  print("\(alternative.id): rank \(standard[i] ?? 0), weighted \(weighted[i] ?? 0)")
}
print("a minimum: \(result.best.fit.outcome == .minimum)")
// snippet.hide

// Output:
// a: rank 2, weighted 1
// b: rank 1, weighted 2
// c: rank 4, weighted 4
// c': rank 3, weighted 3
// a minimum: true
