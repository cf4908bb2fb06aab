import Tessera

/// Every scheme of the generated data, with scales from the median distance of nearest neighbours.
func generatedSchemes(_ median: Double, alternatives m: Int) -> [SchemeSpecification] {
  [
    .uniform, .local(scale: nil), .voronoi, .linkage(resolution: 0), .horizon(distance: nil),
    .meta(resolution: median), .kMeans(count: max(m / 5, 2)), .radiusGraph, .density(bandwidth: nil),
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

/// What a weighting scheme should satisfy, measured on generated contexts.
enum AxiomStudy {
  private static let alternatives = 60

  static func run() throws {
    print("\n### Axioms\n")
    print(
      "60 alternatives in overlapping clouds, 8 dimensions, 5 instances. Ten clones of one alternative. Others: sum of the changes of the other weights. Group: weight of the original with its clones over its weight before, less 1. Distances are shares of the median neighbour distance. Figures near 0 are good; sampled weights carry noise of about 0.02 in a sum. `local` weighs comparisons: an alternative's weight is its share of them where every pair is compared but those of clones with their original and one another.\n"
    )
    print(
      "| weights | sum 1 | smallest m w | order changes | exact: others | exact: group | near 0.01: others | near 0.01: group | near 0.1: others | near 0.1: group | all moved by 0.01 |"
    )
    print(rule(columns: 11))
    for scheme in generatedSchemes(2, alternatives: alternatives) {
      let a = try WeightAxioms(alternatives: alternatives) { contexts in
        let measuring = scheme.scheme(Sampling(samples: 400_000))
        guard scheme.isLocal else { return try measuring.weights(of: contexts).values }
        return try measuring.measure(compared(contexts)).alternatives.values
      }
      let figures = [
        a.sum, a.smallest, a.symmetry, a.exactOthers, a.exactGroup, a.nearOthers[1], a.nearGroup[1],
        a.nearOthers[2], a.nearGroup[2], a.moved[1],
      ]
      print("| \(label(scheme)) | \(figures.map(short).joined(separator: " | ")) |")
    }
  }

  /// Every pair compared, but those of clones, which come last, with their original and one another.
  private static func compared(_ contexts: Contexts) throws -> PreferenceDataset {
    var original: Int?
    if contexts.count > alternatives {
      let clone = contexts.row(alternatives)
      func square(_ i: Int) -> Double {
        zip(contexts.row(i), clone).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      original = (0..<alternatives).min { square($0) < square($1) }
    }
    func isOfGroup(_ i: Int) -> Bool { i >= alternatives || i == original }
    return try PreferenceDataset(
      alternatives: (0..<contexts.count).map { "\($0)" }, contexts: contexts,
      comparisons: (0..<contexts.count).flatMap { a in
        (a + 1..<contexts.count).filter { !(isOfGroup(a) && isOfGroup($0)) }.map {
          Comparison(a: a, b: $0, outcome: 0.5)
        }
      })
  }
}
