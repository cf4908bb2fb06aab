extension SpaceSpecification {
  /// The space around contexts.
  ///
  /// What is fitted to contexts must not follow clones. The Gaussian and the mixture of boxes are therefore fitted under
  /// horizon weights, in which near-duplicates share. Those are exact, so that the space carries no noise of its own into
  /// the weights that are measured in it.
  ///
  /// - Parameter pool: Contexts of unlabelled answers, where the space is a pool.
  /// - Throws: `SpaceError`, `WeightsError.noPool`, `Cancelled`.
  /// - Complexity: O(m d); O(m^2 d) for `gaussian` and `factor-mixture`.
  public func space(around contexts: Contexts, pool: Contexts? = nil, work: Work = Work()) throws
    -> any AlternativeSpace
  {
    switch self {
    case .ball(let radius):
      return try radius.map { try Ball(centre: Array(repeating: 0, count: contexts.dimension), radius: $0) }
        ?? Ball(around: contexts)
    case .gaussian:
      return try Gaussian(fitting: contexts, weights: Horizon().weights(of: contexts, work: work).values)
    case .factorMixture(let factor):
      return try FactorMixture(
        around: contexts, weights: Horizon().weights(of: contexts, work: work).values, factor: factor)
    case .factorProduct(let factor): return try FactorProduct(around: contexts, factor: factor)
    case .pool(let name):
      guard let pool else { throw WeightsError.noPool(name: name) }
      return try ReferencePool(pool, name: self.name)
    case .unitCube: return UnitCube(dimension: contexts.dimension)
    case .centeredCube(let side): return try CenteredCube(dimension: contexts.dimension, side: side)
    case .boundingBox(let margin): return try BoundingBox(around: contexts, margin: margin)
    case .box(let lower, let upper):
      func spread(_ bounds: [Double]) -> [Double] {
        bounds.count == 1 ? Array(repeating: bounds[0], count: contexts.dimension) : bounds
      }
      return try Box(lower: spread(lower), upper: spread(upper))
    }
  }
}
