import Foundation
import Tessera
import TesseraReports

/// Theorem 3.2 with Tables 2 and 3: a clone flips the winner of the standard estimate, at any distance.
enum StandardEstimate {
  static func section() throws -> PaperSection {
    let population = Population.table2
    let original = population.winRates()
    let cloned = population.winRates([0, 1, 2, 2])
    let before = try rewards(original)
    let after = try rewards(cloned)
    // The weighted estimate where the alternatives lie in the unit square: a copy of c shares its cell.
    let contexts = [[0.2, 0.3], [0.8, 0.2], [0.6, 0.8]]
    let weightedBefore = try rewards(original, weights: squareWeights(contexts))
    let weighted = try rewards(cloned, weights: squareWeights(contexts + [contexts[2]]))
    // Equation 1 as printed has no 1/m: its lambda is m times ours.
    let lambdas = [0.01, 0.1, 1, 10]
    let flipsAsPrinted = try lambdas.count { lambda in
      try winner(rewards(original, lambda: lambda / 3)) == "a"
        && winner(rewards(cloned, lambda: lambda / 4)) == "b"
    }
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
          "Table 2", "p(a>b), p(a>c), p(b>c)", paper: "0.64, 0.45, 0.64", expected: [0.6393, 0.4506, 0.6393],
          found: [
            population.probability(0, over: 1), population.probability(0, over: 2),
            population.probability(1, over: 2),
          ],
          tolerance: 5e-5),
        .values(
          "Table 3", "Borda counts of a, b, c", paper: "1.59, 1.50, 1.41", expected: [1.5899, 1.5, 1.4101],
          found: original.bordaCounts(),
          tolerance: 5e-5),
        .values(
          "Table 3", "Borda counts with an exact clone of c", paper: "2.04, 2.14, 1.91, 1.91",
          expected: [2.0405, 2.1393, 1.9101, 1.9101],
          found: cloned.bordaCounts(), tolerance: 5e-5),
        Claim(
          source: "Theorem 3.2", statement: "Winner of the standard estimate without and with the clone",
          expected: "a, b", found: "\(winner(before)), \(winner(after))",
          verdict: Claim.Kind.mathematics.verdict(winner(before) == "a" && winner(after) == "b")),
        Claim(
          source: "Theorem 3.2",
          statement: "The same in Equation 1's own convention, without 1/m, for lambda = 0.01, 0.1, 1 and 10",
          expected: "\(lambdas.count) of \(lambdas.count)", found: "\(flipsAsPrinted) of \(lambdas.count)",
          verdict: Claim.Kind.mathematics.verdict(flipsAsPrinted == lambdas.count)),
        Claim(
          source: "Theorem 3.2", statement: "The winner flips for clones at distances 1e-2 to 1e-8",
          expected: "\(distances.count) of \(distances.count)", found: "\(flips) of \(distances.count)",
          verdict: Claim.Kind.mathematics.verdict(flips == distances.count)),
        .atLeast(
          "Theorem 3.2", "Shift of the standard rewards, smallest over these distances: it does not vanish",
          bound: 0.01, found: smallestJump),
        .atMost(
          "Theorem 4.2",
          "Exact clone, Voronoi weights of contexts in the unit square: shift of the weighted rewards",
          bound: 1e-9, found: largestShift(weighted.prefix(3), weightedBefore)),
        .atMost(
          "Theorem 4.2", "The same: clone against original", bound: 1e-9,
          found: abs(weighted[2] - weighted[3])),
      ],
      figures: [
        Figure(
          name: "table-2-rewards",
          caption:
            "Rewards without the clone and with it; the weighted ones with a, b, c at (0.2, 0.3), (0.8, 0.2), (0.6, 0.8) of the unit square.",
          marks: [
            .bars(
              Figure.Bars(
                "without clone", categories: Array(names.prefix(3)), values: before, colour: "#9aa5b1")),
            .bars(
              Figure.Bars("standard, with clone", categories: names, values: after, colour: "#c05621")),
            .bars(
              Figure.Bars(
                "weighted, without clone", categories: Array(names.prefix(3)), values: weightedBefore,
                colour: "#a9c8e8")),
            .bars(
              Figure.Bars("weighted, with clone", categories: names, values: weighted, colour: "#2b6cb0")),
          ],
          x: Figure.Axis("alternative", .category), y: Figure.Axis("reward"))
      ])
  }
}
