import Foundation
import Tessera
import TesseraReports

/// Theorem 4.2 by both conditions of Definition 3.1: rewards move by at most a constant times the root of a clone's
/// distance, and the clone's reward is as near to its original's.
enum ApproximateClones {
  /// What a clone does to an estimate.
  struct Shift {
    /// Largest change of an original's reward: max |r(y) - r'(y)|.
    var originals = 0.0
    /// The clone against its original: |r'(x) - r'(x')|.
    var clone = 0.0

    mutating func raise(to other: Shift) {
      originals = max(originals, other.originals)
      clone = max(clone, other.clone)
    }
  }

  static func section(instances: Int, seed: UInt64, work: Work) throws -> PaperSection {
    let distances = (0...12).map { pow(10, -6 + Double($0) / 2) }
    var standard = [Shift](repeating: Shift(), count: distances.count)
    var weighted = standard
    var leastStandard = Double.infinity
    for instance in 0..<instances {
      try work.check()
      var random = RandomStream(seed: seed, for: .paperInstances, number: 5_000_000 + UInt64(instance))
      let points = (0..<10).map { _ in [random.uniform(), random.uniform()] }
      let original = Int(random.uniform() * 10)
      let angle = 2 * Double.pi * random.uniform()
      for (place, distance) in distances.enumerated() {
        // Towards the middle where the direction leads outside.
        let step = [cos(angle), sin(angle)].enumerated().map { k, direction in
          let x = points[original][k] + distance * direction
          return (0...1).contains(x) ? distance * direction : -distance * direction
        }
        let clone = (0..<2).map { min(max(points[original][$0] + step[$0], 0), 1) }
        let (s, w) = try shifts(points, original, clone, seed: seed &+ UInt64(instance))
        standard[place].raise(to: s)
        weighted[place].raise(to: w)
        if place == 0 { leastStandard = min(leastStandard, s.originals) }
      }
      work.report(Double(instance + 1) / Double(instances))
    }
    // The constant of the bound, read from the clones at 1/100 and beyond, must do for all nearer ones.
    let near = distances.count { $0 < 0.009 }
    func constant(_ values: [Double]) -> Double {
      (near..<distances.count).reduce(0) { max($0, values[$1] / distances[$1].squareRoot()) }
    }
    func ratio(_ values: [Double]) -> Double {
      (0..<near).reduce(0) { max($0, values[$1] / (constant(values) * distances[$1].squareRoot())) }
    }
    let (moved, apart) = (weighted.map(\.originals), weighted.map(\.clone))
    let line = distances.map { constant(moved) * $0.squareRoot() }
    let root =
      "divided by constant x sqrt(epsilon), the constant from epsilon of 0.01 and above, over all smaller epsilon"
    return PaperSection(
      name: "5", title: "The weighted estimate is robust to approximate clones (Definition 3.1, Theorem 4.2)",
      paragraphs: [
        "Ten random contexts in the unit square and populations with smooth rewards; one clone x' at a distance epsilon of one alternative x. Definition 3.1 has two conditions: no reward of an original may move far, max |r(y) - r'(y)|, and the clone's reward must be near its original's, |r'(x) - r'(x')|. Largest of each over \(instances) instances.",
        "The theorem bounds both by a constant times sqrt(epsilon). Measured, both fall in proportion to epsilon: the bound holds with room. The standard estimate meets the second condition and fails the first.",
      ],
      claims: [
        .atMost(
          "Theorem 4.2", "Weighted: largest shift of an original \(root)", bound: 1, found: ratio(moved)),
        .atMost("Theorem 4.2", "Weighted: clone against original \(root)", bound: 1, found: ratio(apart)),
        .atMost(
          "Theorem 4.2", "Weighted: largest shift of an original at epsilon = 1e-6", bound: 1e-3,
          found: moved[0]),
        .atMost(
          "Theorem 4.2", "Weighted: clone against original at epsilon = 1e-6", bound: 1e-3, found: apart[0]),
        .atLeast(
          "Theorem 3.2",
          "Standard: smallest over instances of the shift at epsilon = 1e-6, which does not vanish",
          bound: 1e-4, found: leastStandard),
      ],
      figures: [
        Figure(
          name: "shift-by-distance",
          caption: "Largest shift against the distance of the clone, both axes logarithmic.",
          marks: [
            .series(
              Figure.Series(
                "standard, originals", x: distances, y: standard.map(\.originals), colour: "#c05621")),
            .series(Figure.Series("weighted, originals", x: distances, y: moved, colour: "#2b6cb0")),
            .series(
              Figure.Series(
                "weighted, clone against original", x: distances, y: apart, colour: "#2b6cb0", dash: .dot)),
            .series(
              Figure.Series(
                "constant x sqrt(epsilon)", x: distances, y: line, mode: .lines, colour: "#718096",
                dash: .dash)),
          ],
          x: Figure.Axis("epsilon", .logarithmic), y: Figure.Axis("largest shift", .logarithmic))
      ],
      tables: [
        HTMLPage.Table(
          header: [
            "epsilon", "standard, originals", "standard, clone", "weighted, originals", "weighted, clone",
          ],
          rows: stride(from: 0, to: distances.count, by: 2).map { place in
            [
              distances[place], standard[place].originals, standard[place].clone, weighted[place].originals,
              weighted[place].clone,
            ].map(Claim.short)
          },
          caption: "Largest shift of an original, and of the clone against its original.",
          numeric: [0, 1, 2, 3, 4])
      ])
  }

  /// What a clone of `points[original]` does to the standard and the weighted estimate.
  static func shifts(_ points: [[Double]], _ original: Int, _ clone: [Double], seed: UInt64) throws -> (
    standard: Shift, weighted: Shift
  ) {
    let population = Population.smooth(types: 4, contexts: points + [clone], seed: seed)
    let all = Array(points.indices)
    let (before, after) = (population.winRates(all), population.winRates(all + [points.count]))
    func shift(_ r: [Double], _ cloned: [Double]) -> Shift {
      Shift(originals: largestShift(r, cloned), clone: abs(cloned[original] - cloned[points.count]))
    }
    return (
      try shift(rewards(before), rewards(after)),
      try shift(
        rewards(before, weights: squareWeights(points)),
        rewards(after, weights: squareWeights(points + [clone])))
    )
  }
}
