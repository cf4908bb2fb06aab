import Foundation
import Tessera
import TesseraFormats

// Times one piece of the library on a file and prints seconds as JSON. Benchmarks/run.py calls it between the
// peers, so that all of them meet the same machine in the same minutes.
//
//   tessera-bench estimate COMPARISONS.jsonl LAMBDA      both estimators on a graph in memory
//   tessera-bench read COMPARISONS.jsonl                 reading and counting
//   tessera-bench bootstrap COMPARISONS.jsonl RESAMPLES  fits to votes drawn again, lambda 0.1
//   tessera-bench train CONTEXTS.npy COMPARISONS.jsonl RUNS STEPS BATCH
//   tessera-bench weights CONTEXTS.npy SAMPLES SEED METHOD [OUT.npy]
//     Voronoi weights in the bounding box; METHOD is exact, sampled, independent or B reflections blocks
//   tessera-bench near CONTEXTS.npy                      how frequent near-duplicates are
//   tessera-bench local CONTEXTS.npy PAIRS.npy           local comparison weights; a row of PAIRS is two rows of CONTEXTS
//   tessera-bench limits                                 what the machine can do at most, a second: on one core, on all
//   tessera-bench parquet FILE [OUT]                     reads prompt, chosen and rejected; writes them to OUT

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  let elapsed = (ContinuousClock.now - start).components
  return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
}

func report(_ members: [(key: String, value: JSONValue)]) {
  print(JSONValue.object(members).text().split(separator: "\n").joined())
}

func estimate(_ file: String, lambda: Double) throws {
  let read = try ComparisonReader().read(file, format: .jsonl)
  let graph = PairCounts(alternatives: read.ids.count, comparisons: read.comparisons.comparisons)
  let m = graph.alternatives
  // Weights of the size that sampled Voronoi weights have; their values do not matter to the time.
  var random = RandomStream(seed: 1)
  let raw = (0..<m).map { _ in 0.1 + random.uniform() }
  let sum = raw.reduce(0, +)
  var fits: [RewardEstimate] = []
  let standard = try seconds {
    let pairs = try PairWeights(uniform: graph, lambda: .normalized)
    fits.append(try BradleyTerry(lambda: lambda).fit(graph, pairs))
  }
  let weighted = try seconds {
    let pairs = try PairWeights(products: raw.map { $0 / sum }, graph, lambda: .normalized)
    fits.append(try BradleyTerry(lambda: lambda).fit(graph, pairs))
  }
  report([
    ("standard", .number(standard)), ("weighted", .number(weighted)),
    ("certificate", .number(fits.map(\.certificate).max() ?? .nan)), ("pairs", .integer(graph.pairCount)),
    ("iterations", .integer(fits.map(\.iterations).reduce(0, +))),
  ])
}

func bootstrap(_ file: String, resamples: Int) throws {
  let read = try ComparisonReader().read(file, format: .jsonl)
  let data = try PreferenceDataset(
    alternatives: read.alternatives, comparisons: read.comparisons)
  var settings = RewardFit.Settings()
  settings.lambda = .value(0.1)
  let result = try RewardFit(settings).run(data)
  let time = try seconds {
    _ = try ResampledFit(result, seed: 0).rewards(of: 0..<resamples)
  }
  report([
    ("seconds", .number(time)), ("pairs", .integer(data.pairCounts.pairCount)),
    ("iterations", .integer(result.standard.fit.iterations)),
  ])
}

func weights(_ file: String, samples: Int, seed: UInt64, method: String, output: String?) throws {
  let contexts = try NumpyFile.readContexts(file)
  let space = try BoundingBox(around: contexts)
  let plan: SamplingPlan? =
    switch method {
    case "exact", "sampled": nil
    case "independent": SamplingPlan(kind: .independent, blocks: 1)
    default: SamplingPlan(kind: .reflections, blocks: Int(method) ?? 32)
    }
  var result = AlternativeWeights.uniform(alternatives: contexts.count)
  let time = try seconds {
    result = try VoronoiWeights.weights(
      contexts: contexts, space: space, method: method == "exact" ? .exact : .sampled, samples: samples,
      seed: seed,
      plan: plan)
  }
  if let output { try NumpyFile.write(Matrix([result.values]), to: output) }
  report([("seconds", .number(time)), ("largestError", .number(result.maxStandardError))])
}

func train(_ contexts: String, _ comparisons: String, runs: Int, steps: Int, batch: Int) throws {
  let contexts = try NumpyFile.readContexts(contexts)
  let ids = (0..<contexts.count).map { String($0) }
  let read = try ComparisonReader().read(comparisons, format: .jsonl, alternatives: ids)
  let dataset = try PreferenceDataset(
    alternatives: ids.map { Alternative(id: $0) }, contexts: contexts, comparisons: read.comparisons)
  let training = RewardTraining(steps: steps, batchSize: batch, runs: runs)
  let uniform = AlternativeWeights.uniform(alternatives: contexts.count).values
  let time = try seconds { _ = try training.train(dataset, weights: uniform) }
  report([("seconds", .number(time))])
}

func near(_ file: String) throws {
  let contexts = try NumpyFile.readContexts(file)
  let counts = PairCounts(alternatives: contexts.count, pairs: [])
  var found: NearDuplicateFrequency?
  let time = try seconds { found = try NearDuplicateFrequency(contexts, counts: counts) }
  guard let found else { return }
  report([
    ("seconds", .number(time)), ("median", .number(found.median)),
    ("found", .integer(found.within.last?.portion.alternatives ?? 0)),
  ])
}

func local(_ contexts: String, _ pairs: String) throws {
  let contexts = try NumpyFile.readContexts(contexts)
  let rows = try NumpyFile.readContexts(pairs)
  let counts = PairCounts(
    alternatives: contexts.count,
    comparisons: (0..<rows.count).map { Comparison(a: Int(rows[$0, 0]), b: Int(rows[$0, 1]), outcome: 1) })
  var scale = 0.0
  let scaling = try seconds { scale = try contexts.localScale() }
  var weights: LocalComparisonWeights?
  let time = try seconds {
    weights = try LocalComparisonWeights(contexts: contexts, counts: counts, scale: scale)
  }
  guard let weights else { return }
  report([
    ("seconds", .number(scaling + time)), ("scaling", .number(scaling)), ("reach", .number(weights.reach)),
    ("groups", .integer(weights.groups)), ("largest", .integer(weights.largestGroup)),
    ("different", .number(weights.differentComparisons)), ("pairs", .integer(counts.pairCount)),
  ])
}

/// Three columns of text, their bytes summed, and written again where `output` is given.
func parquet(_ file: String, output: String?) throws {
  let names = ["prompt", "chosen", "rejected"]
  let rows = try ParquetRows(file)
  try rows.select(names)
  var bytes = 0
  if let output {
    try ParquetWriter.write(to: output, fields: names.map { ParquetField($0, .string) }) { writer in
      try rows.forEachRow { texts in
        for text in texts { bytes += text?.count ?? 0 }
        try writer.append(texts: texts)
      }
    }
  } else {
    try rows.forEachRow { for text in $0 { bytes += text?.count ?? 0 } }
  }
  report([("rows", .integer(rows.count)), ("bytes", .integer(bytes))])
}

// OpenBLAS is set as the command line tool sets it.
LinearAlgebra.useOneThread()
let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("estimate", 3): try estimate(arguments[1], lambda: Double(arguments[2]) ?? 0.1)
case ("read", 2):
  var pairs = 0
  let time = try seconds {
    pairs = try ComparisonReader().read(arguments[1], format: .jsonl).comparisons.comparisons.count
  }
  report([("seconds", .number(time)), ("pairs", .integer(pairs))])
case ("bootstrap", 3): try bootstrap(arguments[1], resamples: Int(arguments[2]) ?? 100)
case ("train", 6):
  try train(
    arguments[1], arguments[2], runs: Int(arguments[3]) ?? 1, steps: Int(arguments[4]) ?? 1,
    batch: Int(arguments[5]) ?? 1)
case ("weights", 5...6):
  try weights(
    arguments[1], samples: Int(arguments[2]) ?? 0, seed: UInt64(arguments[3]) ?? 0, method: arguments[4],
    output: arguments.count > 5 ? arguments[5] : nil)
case ("limits", 1): report(Limits.measured())
case ("near", 2): try near(arguments[1])
case ("local", 3): try local(arguments[1], arguments[2])
case ("parquet", 2...3): try parquet(arguments[1], output: arguments.count > 2 ? arguments[2] : nil)
default:
  FileHandle.standardError.write(
    Data(
      "usage: tessera-bench estimate FILE LAMBDA | read FILE | bootstrap FILE RESAMPLES | weights FILE SAMPLES SEED METHOD [OUT] | near FILE | local FILE PAIRS | limits | parquet FILE [OUT]\n"
        .utf8)
  )
  exit(64)
}
