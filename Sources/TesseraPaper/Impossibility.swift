import Foundation
import Tessera
import TesseraReports

/// Theorem 2.3: two populations with the same win rates whose mean rewards no single reward can approach.
enum Impossibility {
  static func section() throws -> PaperSection {
    let distances = [log(2) * log(2), 1, 4, 25, 1_000] as [Double]
    var claims: [Claim] = []
    var largestError = 0.0
    var smallestGap = Double.infinity
    var gaps: [Double] = []
    for c in distances {
      let (first, second) = Population.impossible(distance: c)
      for population in [first, second] {
        largestError = max(largestError, abs(population.probability(0, over: 1) - 1.0 / 3))
      }
      let gap = gap(first, second, distance: c)
      gaps.append(gap)
      smallestGap = min(smallestGap, gap)
    }
    claims.append(
      .atMost(
        "Theorem 2.3, Appendix B",
        "Both populations prefer a to b with probability 1/3: largest deviation over C = log^2 2, 1, 4, 25, 1000",
        bound: 1e-12, found: largestError))
    claims.append(
      .positive(
        "Theorem 2.3",
        "r(b) - r(a) must be near two numbers at once: distance between the two allowed intervals, smallest over C (no reward is within C of both means)",
        found: smallestGap))
    let curve = stride(from: 0.5, through: 30, by: 0.5).map { $0 }
    let lines = curve.map { c in
      let (first, second) = Population.impossible(distance: c)
      return (first.meanRewards[1] + (2 * c).squareRoot(), second.meanRewards[1] - (2 * c).squareRoot())
    }
    return PaperSection(
      name: "2",
      title: "No estimate from comparisons is within C of every population's mean reward (Theorem 2.3)",
      paragraphs: [
        "Comparisons fix the win rates, and different populations share win rates. For every C of at least log^2 2 there are two whose mean rewards are so far apart that no reward is within squared distance C of both, even up to a constant.",
        "A reward within C of a mean (up to a constant) has r(b) - r(a) within sqrt(2 C) of the mean's difference. That no estimate from comparisons can tell the two populations apart follows from the equal win rates and is no claim of its own. The computation uses logarithms, since kappa = exp(12 sqrt(C)) overflows.",
      ],
      claims: claims,
      figures: [
        Figure(
          name: "impossibility",
          caption:
            "Largest r(b) - r(a) that the first population allows, and smallest that the second allows.",
          marks: [
            .series(
              Figure.Series(
                "first population: at most", x: curve, y: lines.map(\.0), mode: .lines, colour: "#2b6cb0")),
            .series(
              Figure.Series(
                "second population: at least", x: curve, y: lines.map(\.1), mode: .lines, colour: "#c05621")),
          ],
          x: Figure.Axis("C"), y: Figure.Axis("r(b) - r(a)"))
      ])
  }

  /// Distance between the intervals that the two populations allow for r(b) - r(a); negative where they meet.
  static func gap(_ first: Population, _ second: Population, distance c: Double) -> Double {
    func difference(_ population: Population) -> Double {
      population.meanRewards[1] - population.meanRewards[0]
    }
    return (difference(second) - (2 * c).squareRoot()) - (difference(first) + (2 * c).squareRoot())
  }
}
