import Foundation
import Tessera
import TesseraFormats
import TesseraText

// Which weights should be the default? Schemes x data x reductions, measured by what clones do, by held-out fit, by the
// recovery of a known truth, and by time. Prints Markdown tables.
//
//   tessera-study [--alpaca FOLDER] [--llmfao FOLDER]
//   tessera-study --boards [--llmfao FOLDER]     leaderboards alone
//   tessera-study --topics
//
// alpaca: alternatives.jsonl, comparisons.jsonl, embeddings.npy; llmfao: votes.csv with left, right, winner, worker.

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  let elapsed = (ContinuousClock.now - start).components
  return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
}

func short(_ value: Double) -> String {
  String(format: value != 0 && abs(value) < 0.001 ? "%.0e" : "%.3f", value)
}

/// Every scheme, with scales from the data: the median distance of nearest neighbours.
func schemes(_ median: Double, alternatives m: Int) -> [SchemeSpecification] {
  [
    .uniform, .voronoi, .linkage(resolution: 0), .horizon(distance: nil), .meta(resolution: median),
    .kMeans(count: max(m / 5, 2)), .radiusGraph, .density(bandwidth: nil),
    .removeDuplicates(threshold: median / 2),
  ]
}

func label(_ scheme: SchemeSpecification) -> String {
  switch scheme {
  case .meta: "meta-alternatives, median distance"
  case .kMeans: "k-means, m/5 groups"
  case .removeDuplicates: "remove duplicates within half the median"
  case .uniform: "uniform (standard)"
  default: scheme.name
  }
}

/// Distance between a text and itself with every tenth word replaced, as a share of the median distance of nearest
/// neighbours: what a paraphrase is in the built-in embedder's space.
func paraphraseDistance(_ texts: [String]) throws -> Double {
  let fitted = try LexicalEmbedder().fit(texts)
  let before = try fitted.contexts(of: texts)
  var random = RandomStream(seed: 5)
  let words = texts.flatMap { $0.split(separator: " ").prefix(40) }.map(String.init)
  let changed = texts.map { text in
    text.split(separator: " ").map { word in
      random.uniform() < 0.1 ? words[Int(random.uniform() * Double(words.count))] : String(word)
    }.joined(separator: " ")
  }
  let after = try fitted.contexts(of: changed)
  let moves = (0..<before.count).map { i in
    zip(before.row(i), after.row(i)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }.sorted()
  return moves[moves.count / 2] / (try before.medianNeighbourDistance())
}

func study(_ name: String, _ dataset: PreferenceDataset, paraphrase: Double) throws {
  guard let contexts = dataset.contexts else { return }
  let m = contexts.count
  let median = try contexts.medianNeighbourDistance()
  print("\n### \(name)\n")
  print(
    "\(m) alternatives, \(contexts.dimension) dimensions. Ten clones of each of the five leading alternatives, at distance 0, \(short(paraphrase)) (paraphrase: every tenth word replaced) and 1 (a sibling) of the median neighbour distance; largest shift of another reward, mean over the five. Noise: the shift by another seed.\n"
  )
  print(
    "| weights | exact clones | paraphrases | siblings | noise | effective alternatives | effective comparisons | held-out log loss | seconds |"
  )
  print("|---|---|---|---|---|---|---|---|---|")
  for scheme in schemes(median, alternatives: m) {
    var settings = CloneAudit.Settings()
    let chosen = scheme.scheme(Sampling(samples: max(100_000, 500 * m)))
    settings.schemes = [chosen]
    settings.largestGroups = 0
    settings.bootstraps = 0
    settings.cloneCounts = [10]
    settings.cloneDistances = [0, paraphrase, 1]
    // The same targets for every scheme: the leaders of the standard estimate.
    let standard = try RewardFit().estimate(dataset, by: Uniform())
    settings.targets = Array(
      standard.rewards.indices.sorted { (standard.rewards[$1], $0) < (standard.rewards[$0], $1) }.prefix(5))
    let audit = try CloneAudit(dataset, settings: settings)
    let time = try seconds { _ = try chosen.weights(of: contexts) }
    func shift(_ distance: Double) -> Double {
      let found = audit.attacks.filter { $0.distance == distance }.map { $0.shifts[0].largest }
      return found.reduce(0, +) / Double(found.count)
    }
    let fit = audit.estimates[0]
    let held = audit.heldOut?.qualities.first.map {
      String(format: "%.4f ± %.4f", $0.logLoss, $0.logLossError)
    }
    print(
      "| \(label(scheme)) | \(short(shift(0))) | \(short(shift(paraphrase))) | \(short(shift(1))) | \(short(audit.noise[0].largest)) | \(String(format: "%.0f", fit.weights.effectiveAlternatives)) | \(String(format: "%.0f", fit.effectiveComparisons)) | \(held ?? "-") | \(short(time)) |"
    )
  }
}

/// Annotators of three types with smooth rewards over the unit cube. The truth is the estimate over the space itself: a
/// thousand uniform points with weight, the alternatives without.
func recovery(dimension: Int, comparisons count: Int, instances: Int) throws {
  print("\n### Generated data with a known truth, \(dimension) dimensions, \(count) comparisons\n")
  print(
    "60 alternatives, 45 of them paraphrases of three; three annotator types with smooth rewards. Truth: the estimate over 1,000 uniform points of the space. Root mean square error of the rewards, mean over \(instances) instances ± standard error; \"exact win rates\" shows the bias alone.\n"
  )
  print("| weights | error, exact win rates | error, from comparisons |")
  print("|---|---|---|")
  var errors: [String: [(bias: Double, all: Double)]] = [:]
  var order: [String] = []
  for instance in 0..<instances {
    var random = RandomStream(seed: UInt64(instance), for: .paperInstances, number: 57)
    func point() -> [Double] { (0..<dimension).map { _ in random.uniform() } }
    let bases = (0..<15).map { _ in point() }
    var rows = bases
    for i in 0..<45 {
      rows.append(bases[i % 3].map { min(max($0 + 0.01 * random.normal(), 0), 1) })
    }
    let types = (0..<3).map { _ in (0..<dimension + 3).map { _ in 2 * random.normal() } }
    func reward(_ t: [Double], _ x: [Double]) -> Double {
      zip(t, x).reduce(0) { $0 + $1.0 * $1.1 } + t[dimension] * sin(4 * x[0]) + t[dimension + 1]
        * cos(4 * x[1])
        + t[dimension + 2] * x[0] * x[1]
    }
    let reference = (0..<1_000).map { _ in point() }
    let everything = rows + reference
    let values = types.map { t in everything.map { reward(t, $0) } }
    func p(_ i: Int, _ j: Int) -> Double {
      values.reduce(0) { $0 + logistic($1[i] - $1[j]) } / Double(types.count)
    }
    let m = rows.count
    let all = everything.count
    let known = PairCounts(complete: (0..<all).map { i in (0..<all).map { i == $0 ? 0.5 : p(i, $0) } })
    let truth = try BradleyTerry().fit(
      known, PairWeights(products: (0..<all).map { $0 < m ? 0 : 1 / 1_000 }, known, lambda: .normalized))
    let exact = PairCounts(complete: (0..<m).map { i in (0..<m).map { i == $0 ? 0.5 : p(i, $0) } })
    let drawn = PairCounts(
      alternatives: m,
      comparisons: (0..<count).map { _ in
        let a = min(Int(random.uniform() * Double(m)), m - 1)
        let b = (a + 1 + min(Int(random.uniform() * Double(m - 1)), m - 2)) % m
        return Comparison(a: a, b: b, outcome: random.uniform() < p(a, b) ? 1 : 0)
      })
    let contexts = try Contexts(Matrix(rows))
    let median = try contexts.medianNeighbourDistance()
    // Among so many paraphrases the median neighbour is a paraphrase: five times that still tells the bases apart.
    for scheme in schemes(5 * median, alternatives: m) {
      let weights = try scheme.scheme(Sampling(samples: 200_000)).weights(of: contexts)
      func error(_ counts: PairCounts) throws -> Double {
        let fit = try BradleyTerry().fit(counts, PairWeights(products: weights.values, counts))
        let differences = (0..<m).map { fit.rewards[$0] - truth.rewards[$0] }
        let mean = differences.reduce(0, +) / Double(m)
        return (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(m)).squareRoot()
      }
      let name = label(scheme)
      if errors[name] == nil { order.append(name) }
      errors[name, default: []].append((try error(exact), try error(drawn)))
    }
  }
  for name in order {
    guard let list = errors[name] else { continue }
    func spell(_ values: [Double]) -> String {
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      return String(format: "%.3f ± %.3f", mean, (variance / n).squareRoot())
    }
    print("| \(name) | \(spell(list.map(\.bias))) | \(spell(list.map(\.all))) |")
  }
}

/// The axioms, measured.
func axioms() throws {
  print("\n### Axioms\n")
  print(
    "60 alternatives in overlapping clouds, 8 dimensions, 5 instances. Ten clones of one alternative. Others: sum of the changes of the other weights. Group: weight of the original with its clones over its weight before, less 1. Distances are shares of the median neighbour distance. Figures near 0 are good; sampled weights carry noise of about 0.02 in a sum.\n"
  )
  print(
    "| weights | sum 1 | smallest m w | order changes | exact: others | exact: group | near 0.01: others | near 0.01: group | near 0.1: others | near 0.1: group | all moved by 0.01 |"
  )
  print("|---|---|---|---|---|---|---|---|---|---|---|")
  for scheme in schemes(2, alternatives: 60) {
    let a = try WeightAxioms { try scheme.scheme(Sampling(samples: 400_000)).weights(of: $0).values }
    let figures = [
      a.sum, a.smallest, a.symmetry, a.exactOthers, a.exactGroup, a.nearOthers[1], a.nearGroup[1],
      a.nearOthers[2],
      a.nearGroup[2], a.moved[1],
    ]
    print("| \(label(scheme)) | \(figures.map(short).joined(separator: " | ")) |")
  }
}

if CommandLine.arguments.dropFirst() == ["--topics"] {
  try topicsStudy()
  exit(0)
}
var folders: [String: String] = [:]
var rest = Array(CommandLine.arguments.dropFirst())
let onlyBoards = rest.contains("--boards")
rest.removeAll { $0 == "--boards" }
while rest.count >= 2, rest[0].hasPrefix("--") {
  folders[String(rest[0].dropFirst(2))] = rest[1]
  rest.removeFirst(2)
}
if onlyBoards {
  try BoardStudy.run(llmfao: folders["llmfao"])
  exit(0)
}
try axioms()
try recovery(dimension: 3, comparisons: 3_000, instances: 10)
try recovery(dimension: 10, comparisons: 3_000, instances: 10)
var paraphrase = 0.3
if let folder = folders["alpaca"] {
  let read = try AlternativesReader.read(folder + "/alternatives.jsonl", texts: .all)
  paraphrase = try paraphraseDistance(read.alternatives.map { $0.text ?? "" })
  var reader = ComparisonReader()
  reader.keepsPrompts = true
  let file = try reader.read(
    folder + "/comparisons.jsonl", format: .jsonl, alternatives: read.alternatives.map(\.id))
  let contexts = try NumpyFile.readContexts(folder + "/embeddings.npy")
  let dataset = try PreferenceDataset(
    alternatives: read.alternatives, contexts: contexts, annotators: file.annotators, prompts: file.prompts,
    comparisons: file.comparisons)
  try study("alpaca, raw (unit length: cosine)", dataset, paraphrase: paraphrase)
  for k in [10, 50] {
    let transform = try ContextTransform(fitting: contexts, components: k)
    try study(
      "alpaca, PCA \(k)", dataset.replacing(contexts: transform.apply(to: contexts)), paraphrase: paraphrase)
  }
}
if let folder = folders["llmfao"] {
  var reader = ComparisonReader()
  reader.keepsPrompts = true
  guard let columns = Optional(ComparisonColumns(names: [.a: "left", .b: "right", .outcome: "winner"])) else {
    exit(1)
  }
  reader.columns = columns
  let file = try reader.read(folder + "/votes.csv", format: .csv)
  let raw = try PreferenceDataset(
    alternatives: file.ids.map { Alternative(id: $0) }, annotators: file.annotators, prompts: file.prompts,
    comparisons: file.comparisons)
  let fit = try RewardFit().estimate(raw, by: Uniform())
  let contexts = try BehaviourContexts.contexts(raw.pairCounts, rewards: fit.rewards)
  try study("llmfao, behaviour", raw.replacing(contexts: contexts), paraphrase: paraphrase)
  let transform = try ContextTransform(fitting: contexts, components: 10)
  try study(
    "llmfao, behaviour, PCA 10", raw.replacing(contexts: transform.apply(to: contexts)),
    paraphrase: paraphrase)
}
