/// What is wrong with weights, why, and what to try: cases with their numbers. Those who talk to people word them.
public enum WeightAdvice: Sendable, Equatable {
  /// Many alternatives have weight zero because they lie outside the space.
  case outside(zeroShare: Double, outsideShare: Double, space: String)
  /// A few alternatives lie nearest to most of the space and carry the estimate.
  case concentrated(zeroShare: Double, effective: Double, alternatives: Int, space: String, remedy: Remedy)
  /// Too few samples: a weight of 1/m has a relative error of about `relativeError`.
  case starved(samples: Int, alternatives: Int, relativeError: Double, isPool: Bool)

  /// What to try instead of a space whose weights are concentrated.
  public enum Remedy: Sendable, Equatable {
    /// In many dimensions a narrow space (a Gaussian, a ball) lies nearest to the few contexts in the middle, whatever
    /// the others are; a wide one reaches them all.
    case widerSpace
    /// Contexts in few tight groups do that rightly; else length 1, fewer dimensions, or a pool.
    case otherContexts
    /// A bounding box or a pool.
    case boundingBox
  }
}

extension AlternativeWeights {
  /// What is wrong with these weights: empty where they can be used.
  public var advice: [WeightAdvice] {
    let m = Double(values.count)
    guard let space = provenance.space, values.count > 1, provenance.prompts == nil else { return [] }
    var advice: [WeightAdvice] = []
    let outside = Double(provenance.outside) / m
    let perAlternative = Double(provenance.samples) / m
    let starved = provenance.method == .sampled && perAlternative < 4
    if zeroWeightShare > 0.2, outside > 0.2 {
      advice.append(.outside(zeroShare: zeroWeightShare, outsideShare: outside, space: space))
    } else if !starved, zeroWeightShare > 0.2 || effectiveAlternatives < 0.1 * m, provenance.groups == nil {
      advice.append(
        .concentrated(
          zeroShare: zeroWeightShare, effective: effectiveAlternatives, alternatives: values.count,
          space: space,
          remedy: Self.remedy(for: space)))
    }
    if starved {
      advice.append(
        .starved(
          samples: provenance.samples, alternatives: values.count,
          relativeError: 1 / max(perAlternative, 0.01).squareRoot(), isPool: space.hasPrefix("pool")))
    }
    return advice
  }

  private static func remedy(for space: String) -> WeightAdvice.Remedy {
    switch SpaceSpecification(name: space) {
    case .gaussian, .ball: .widerSpace
    case .boundingBox: .otherContexts
    default: .boundingBox
    }
  }
}
