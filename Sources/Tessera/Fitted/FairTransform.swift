extension ContextTransform {
  /// A transform fitted to contexts.
  ///
  /// - Parameters:
  ///   - components: Principal axes to keep; nil for none of that.
  ///   - centers: Whether the mean is subtracted; principal axes always do.
  ///   - weights: One for each context, sum 1; nil for the Voronoi weights in the bounding box, which clones share.
  ///   - samples: Random points for those.
  /// - Throws: `ContextsError` when more axes are asked for than there are coordinates, or a context of length zero
  ///   has no direction.
  public init(
    fitting contexts: Contexts, normalizes: Bool = false, centers: Bool = false, components: Int? = nil,
    weights: [Double]? = nil, samples: Int = 100_000, seed: UInt64 = 0, work: Work = Work()
  ) throws {
    // What sets prompts apart says nothing of answers.
    let contexts = contexts.answers
    if let components, components < 1 || components > contexts.dimension {
      throw ContextsError.axes(
        found: "\(components)", expected: "1 to \(contexts.dimension), the dimensions of the contexts")
    }
    guard centers || components != nil else {
      self.init(normalizes: normalizes, mean: [], axes: [])
      return
    }
    let scaled = normalizes ? try contexts.normalized() : contexts
    let fair =
      try weights
      ?? VoronoiWeights.weights(
        contexts: scaled, space: BoundingBox(around: scaled), samples: samples, seed: seed, work: work
      ).values
    guard let components else {
      self.init(normalizes: normalizes, mean: scaled.mean(weights: fair), axes: [])
      return
    }
    // Squares of what is beyond would be no numbers.
    _ = try scaled.unitScale(around: scaled.mean(work: work), work: work)
    guard let (mean, axes, variances) = try scaled.principalAxes(weights: fair, wanted: components) else {
      throw ContextsError.noSpread
    }
    self.init(normalizes: normalizes, mean: mean, axes: axes, variances: variances)
  }
}
