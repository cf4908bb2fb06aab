import Foundation

extension AlternativeWeights {
  /// What is wrong with these weights, why, and what to try: empty where they can be used.
  public var advice: [String] {
    let d = diagnostics
    let m = Double(values.count)
    guard d.origin.scheme == .voronoi, values.count > 1 else { return [] }
    var advice: [String] = []
    let outside = Double(d.origin.outside) / m
    let space = d.origin.space ?? ""
    func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

    let perAlternative = Double(d.origin.samples) / m
    let starved = d.origin.method == .sampled && perAlternative < 4
    if d.zeroWeightShare > 0.2, outside > 0.2 {
      advice.append(
        "\(percent(d.zeroWeightShare)) of the alternatives have weight 0, since \(percent(outside)) of the contexts lie outside the space \(space) and their cells hardly reach into it. Embeddings and principal components are centred near zero, a cube like [0, 1]^d is one corner of that; try --space bounding-box."
      )
    } else if !starved, d.zeroWeightShare > 0.2 || d.effectiveAlternatives < 0.1 * m {
      let state =
        d.zeroWeightShare > 0.2
        ? "\(percent(d.zeroWeightShare)) of the alternatives have weight 0"
        : "The weights are as concentrated as \(String(format: "%.1f", d.effectiveAlternatives)) equal ones of \(values.count)"
      advice.append(
        "\(state): a few alternatives lie nearest to most of the space \(space) and carry the estimate. \(remedy(for: space))"
      )
    }
    if starved {
      let more =
        space.hasPrefix("pool")
        ? "a pool of \(values.count * 25) answers would leave a fifth"
        : "try --samples \(values.count * 25), or --target-error with --relative"
      advice.append(
        "\(d.origin.samples) samples for \(values.count) alternatives leave an error of about \(percent(1 / max(perAlternative, 0.01).squareRoot())) in a weight of 1/m; \(more)."
      )
    }
    return advice
  }

  /// What to try instead of a space whose weights are concentrated.
  ///
  /// In many dimensions a narrow space (a Gaussian, a ball) lies nearest to the few contexts in the middle, whatever
  /// the others are; a wide one reaches them all. In few dimensions it is the other way round.
  private func remedy(for space: String) -> String {
    if space.hasPrefix("gaussian") || space.hasPrefix("ball") {
      return
        "In many dimensions a narrow space sees only the middle of the contexts: try --space bounding-box, or fewer dimensions (--pca 3)."
    }
    if space.hasPrefix("bounding-box") {
      return
        "Contexts in few tight groups do that rightly. If that is not what the duplicates explain, try --normalize, --space gaussian in few dimensions (--pca 3), or a pool of unlabelled answers (--space pool=FILE.npy)."
    }
    return "Try --space bounding-box, or a pool of unlabelled answers (--space pool=FILE.npy)."
  }
}
