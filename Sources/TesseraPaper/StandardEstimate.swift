import Foundation
import Tessera
import TesseraReports

/// Theorem 3.2 with Tables 2 and 3: a clone flips the winner of the standard estimate, at any distance.
enum StandardEstimate {
  static func section() throws -> PaperSection {
    let population = Population.table2
    let original = population.winRates()
    let cloned = population.winRates([0, 1, 2, 2])
    let third = 1.0 / 3
    let before = try rewards(original)
    let after = try rewards(cloned)
    let weighted = try rewards(cloned, weights: [third, third, third / 2, third / 2])
    func winner(_ rewards: [Double]) -> String {
      ["a", "b", "c", "c'"][rewards.indices.max { rewards[$0] < rewards[$1] } ?? 0]
    }
    // A clone at a distance: rewards of every type shifted by it.
    var smallestJump = Double.infinity
    var flips = 0
    let distances = [1e-2, 1e-4, 1e-6, 1e-8]
    for distance in distances {
      let near = Population(
        shares: population.shares, rewards: population.rewards.map { $0 + [$0[2] + distance] })
      let r = try rewards(near.winRates())
      smallestJump = min(smallestJump, largestShift(r.prefix(3), before))
      if winner(r) == "b" { flips += 1 }
    }
    let names = ["a", "b", "c", "c'"]
    return PaperSection(
      name: "4", title: "The standard estimate is not robust to clones (Theorem 3.2, Tables 2 and 3)",
      paragraphs: [
        "Three annotator types rank three alternatives in a circle. A clone of c helps b, which beats c, and hurts a, which loses to it. The jump does not shrink with the distance of the clone."
      ],
      claims: [
        .values(
          "Table 2", "p(a>b), p(a>c), p(b>c)", expected: [0.6393, 0.4506, 0.6393],
          found: [
            population.probability(0, over: 1), population.probability(0, over: 2),
            population.probability(1, over: 2),
          ],
          tolerance: 5e-5),
        .values(
          "Table 3", "Borda counts of a, b, c", expected: [1.5899, 1.5, 1.4101],
          found: original.bordaCounts(),
          tolerance: 5e-5),
        .values(
          "Table 3", "Borda counts with an exact clone of c", expected: [2.0405, 2.1393, 1.9101, 1.9101],
          found: cloned.bordaCounts(), tolerance: 5e-5),
        Claim(
          source: "Theorem 3.2", statement: "Winner of the standard estimate without and with the clone",
          expected: "a, b", found: "\(winner(before)), \(winner(after))",
          holds: winner(before) == "a" && winner(after) == "b"),
        Claim(
          source: "Theorem 3.2", statement: "The winner flips for clones at distances 1e-2 to 1e-8",
          expected: "\(distances.count) of \(distances.count)", found: "\(flips) of \(distances.count)",
          holds: flips == distances.count),
        .atLeast(
          "Theorem 3.2", "Shift of the standard rewards, smallest over these distances: it does not vanish",
          bound: 0.01, found: smallestJump),
        .atMost(
          "Theorem 4.2", "Shift of the weighted rewards for the exact clone", bound: 1e-9,
          found: largestShift(weighted.prefix(3), before)),
      ],
      figures: [
        PlotlyFigure(
          name: "table-2-rewards", caption: "Rewards without the clone and with it.",
          traces: [
            PlotlyFigure.bars(
              "without clone", categories: Array(names.prefix(3)), values: before, colour: "#9aa5b1"),
            PlotlyFigure.bars("standard, with clone", categories: names, values: after, colour: "#c05621"),
            PlotlyFigure.bars("weighted, with clone", categories: names, values: weighted, colour: "#2b6cb0"),
          ],
          layout: PlotlyFigure.layout(
            x: PlotlyFigure.axis("alternative"), y: PlotlyFigure.axis("reward"),
            more: [("barmode", .string("group"))]))
      ])
  }
}
