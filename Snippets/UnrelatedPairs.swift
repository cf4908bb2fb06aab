import Tessera

/// The reward of x, which beat y 90 of 100 times, beside other pairs that have nothing to do with the two.
func reward(besides others: Int, _ convention: LambdaConvention) throws -> Double {
  let xy = PairCounts.Pair(a: 0, b: 1, wins: 90, losses: 10)
  let unrelated = (0..<others).map { PairCounts.Pair(a: 2 * $0 + 2, b: 2 * $0 + 3, wins: 1, losses: 1) }
  let counts = PairCounts(alternatives: 2 * others + 2, pairs: [xy] + unrelated)
  let weights = try PairWeights(uniform: counts, lambda: convention)
  return try BradleyTerry(lambda: 0.1).fit(counts, weights).rewards[0]
}

/// Three decimals of a number between 0 and 1.
func spell(_ value: Double) -> String { "0." + "\(1_000 + Int((1_000 * value).rounded()))".dropFirst() }

print("unrelated pairs  local  normalized")
for others in [0, 1, 9, 99, 999] {
  let (local, normalized) = (try reward(besides: others, .local), try reward(besides: others, .normalized))
  let name = "\(others)".padded(to: 15)
  print("\(name)  \(spell(local))  \(spell(normalized))")
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
// snippet.hide

// Output:
// unrelated pairs  local  normalized
// 0                0.621  0.621
// 1                0.710  0.461
// 9                0.759  0.160
// 99               0.768  0.020
// 999              0.769  0.002
