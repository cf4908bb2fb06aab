import Tessera

/// Answers in the same cell of a grid share one weight; every cell that holds an answer has an equal part.
struct Grid: WeightScheme {
  let width: Double
  var name: String { "grid=\(width)" }

  func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    let cells = (0..<contexts.count).map { i in contexts.row(i).map { ($0 / width).rounded(.down) } }
    let members = Dictionary(grouping: cells) { $0 }
    return AlternativeWeights(
      values: cells.map { 1 / Double(members.count * (members[$0]?.count ?? 1)) },
      provenance: Provenance(scheme: "grid", method: .exact, resolution: width, groups: members.count))
  }
}

let data = try PreferenceDataset(
  alternatives: ["a", "b", "c", "c'"],
  contexts: Contexts(Matrix([[0, 0], [1, 1], [0.93, 0.07], [0.944, 0.084]])),
  comparisons: [
    Comparison(a: 0, b: 1, outcome: 0.64, count: 2_000), Comparison(a: 0, b: 2, outcome: 0.47, count: 2_000),
    Comparison(a: 1, b: 2, outcome: 0.65, count: 2_000), Comparison(a: 0, b: 3, outcome: 0.45, count: 2_000),
    Comparison(a: 1, b: 3, outcome: 0.66, count: 2_000), Comparison(a: 2, b: 3, outcome: 0.5, count: 2_000),
  ])
let grid = Grid(width: 0.5)
let fitted = try RewardFit(scheme: grid).run(data)
print("winner: \(data.alternatives[fitted.ranks(fitted.best.rewards).firstIndex(of: 1) ?? 0].id)")

var settings = CloneAudit.Settings()
settings.schemes = [Uniform(), Voronoi(), grid]
settings.bootstraps = 0
for scheme in try CloneAudit(data, settings: settings).verdict.schemes {
  let clones = scheme.clonesToFlip.map { "\($0)" } ?? "none"
  print("\(scheme.name): near clones that change the winner: \(clones)")
}
// snippet.hide

// Output:
// winner: a
// uniform: near clones that change the winner: 1
// voronoi: near clones that change the winner: none
// grid=0.5: near clones that change the winner: 5
