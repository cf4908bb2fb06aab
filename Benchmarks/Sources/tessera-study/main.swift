import Foundation
import Tessera

// Which weights should be the default? Schemes x data, measured by axioms, by the recovery of a known truth, by what they cost
// of held-out fit, and by what clones do. Prints Markdown tables, the same bytes on every run but for the last.
//
//   tessera-study [--alpaca FOLDER] [--llmfao FOLDER] [--half first|second|all]
//   tessera-study --boards [--llmfao FOLDER]     leaderboards alone
//   tessera-study --topics
//
// alpaca: alternatives.jsonl, comparisons.jsonl, embeddings.npy; llmfao: votes.csv with left, right, winner, worker, prompt.
// Methods are chosen on the first half of the prompts; the second is for one look at the end.

var options: [String: String] = [:]
var rest = Array(CommandLine.arguments.dropFirst())
let modes = rest.filter { ["--boards", "--topics"].contains($0) }
rest.removeAll { modes.contains($0) }
while rest.count >= 2, rest[0].hasPrefix("--") {
  options[String(rest[0].dropFirst(2))] = rest[1]
  rest.removeFirst(2)
}
guard let half = Half(rawValue: options["half"] ?? "all"), rest.isEmpty, modes.count <= 1,
  Set(options.keys).isSubset(of: ["alpaca", "llmfao", "half"])
else { throw StudyError.option(CommandLine.arguments.dropFirst().joined(separator: " ")) }

switch modes.first {
case "--topics":
  try topicsStudy()
  exit(0)
case "--boards":
  try BoardStudy.run(llmfao: options["llmfao"])
  exit(0)
default: break
}
var clock = Clock()
var goals = Goals()
try clock.time("axioms") { try AxiomStudy.run() }
try clock.time("a known truth") {
  for dimension in [3, 10] {
    try RecoveryStudy(dimension: dimension, comparisons: 3_000, instances: 10).run()
  }
}
if let folder = options["alpaca"] {
  let data = try StudyData.alpaca(folder, half: half)
  try data.printFacts(data.dataset)
  let heldOut = try clock.time("alpaca, held-out loss") { try HeldOutStudy(data.dataset) }
  heldOut?.printTable(data.name)
  let shifts = try clock.time("alpaca, clones") {
    try ShiftStudy(data.dataset, targets: 6, ShiftStudy.directions(data.dataset, seeds: 3))
  }
  shifts?.printTables(data.name)
  let paraphrases = try clock.time("alpaca, paraphrases") {
    try ParaphraseStudy(data.dataset, targets: 6, seeds: 3)
  }
  paraphrases?.printTable(data.name)
  if let shifts { goals.add(data.name, shifts, "at \(Goals.distance) of the median") }
  if let paraphrases { goals.add(data.name, paraphrases.shifts, placement: "reworded", "reworded texts") }
  goals.add(data.name, heldOut, "local")
}
if let folder = options["llmfao"] {
  let data = try StudyData.llmfao(folder, half: half)
  let profiles = try BehaviourWeights(of: data.dataset, by: Horizon()).contexts
  let seen = try data.dataset.replacing(contexts: profiles)
  try data.printFacts(seen)
  let heldOut = try clock.time("llmfao, held-out loss") { try HeldOutStudy(seen) }
  heldOut?.printTable(data.name)
  let board = try clock.time("llmfao, clones") { try LeaderboardStudy(data.dataset) }
  board.printTable(data.name)
  goals.add(data.name, board, .horizon)
  goals.add(data.name, heldOut, "horizon")
}
goals.printTable()
clock.printTable()
