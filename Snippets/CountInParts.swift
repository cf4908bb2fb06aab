import Tessera

// 300 answers in ten dimensions, where cells are sampled.
var random = RandomStream(seed: 1)
let contexts = try Contexts(Matrix((0..<300).map { _ in (0..<10).map { _ in random.uniform() } }))
let space = try BoundingBox(around: contexts)
let samples = 100_000

// Each part could be counted by another machine, in any order; a tally is Codable.
let tallies = try (0..<4).reversed().map { part in
  let range = VoronoiTally.range(ofPart: part, of: 4, samples: samples) ?? 0..<0
  print("part \(part): samples \(range.lowerBound) to \(range.upperBound)")
  return try VoronoiTally(counting: range, contexts: contexts, space: space, samples: samples)
}
let together = try VoronoiTally.merge(tallies).weights()

let atOnce = try VoronoiWeights.weights(contexts: contexts, space: space, samples: samples)
print("the same bytes as one run: \(together == atOnce)")

do {
  _ = try VoronoiTally.merge(Array(tallies.dropFirst()))
} catch {
  print(error)
}
// snippet.hide

// Output:
// part 3: samples 98304 to 100000
// part 2: samples 65536 to 98304
// part 1: samples 32768 to 65536
// part 0: samples 0 to 32768
// the same bytes as one run: true
// the samples from 98304 on are missing; expected all parts
