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
    } else if d.zeroWeightShare > 0.2, !starved {
      advice.append(
        "\(percent(d.zeroWeightShare)) of the alternatives have weight 0: others lie between them and nearly all of the space \(space). In many dimensions a wide space sees mostly the outermost contexts; try --space gaussian, fewer dimensions (--pca), or a pool of unlabelled answers (--space pool=FILE.npy)."
      )
    } else if d.effectiveAlternatives < 0.1 * m {
      advice.append(
        "The weights are as concentrated as \(String(format: "%.1f", d.effectiveAlternatives)) equal ones of \(values.count): a few alternatives carry the estimate, and its errors are large. If that is not what the duplicates in the data explain, try another space (--space gaussian), --normalize, or fewer dimensions (--pca)."
      )
    }
    if starved {
      advice.append(
        "\(d.origin.samples) samples for \(values.count) alternatives leave an error of about \(percent(1 / max(perAlternative, 0.01).squareRoot())) in a weight of 1/m; try --samples \(values.count * 25), or --target-error with --relative."
      )
    }
    return advice
  }
}
