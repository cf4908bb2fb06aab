import Tessera

/// Which resolutions a scheme has in a study.
///
/// All are distances between contexts. The scale is the local one, D = 0.42 h of `LocalComparisonWeights`: within it answers are
/// nearly the same.
struct Resolutions: Sendable {
  let range: ClosedRange<Double>
  /// What the scheme takes where nothing is asked.
  let standard: Double

  /// The largest resolution, in shares of D.
  static let most = 2.4
  /// The same for local weights of so many compared pairs that distances among them take long.
  static let mostOfMany = 1.0
  static let manyPairs = 5_000

  /// - Parameter scale: h.
  static func wide(pairs: Int, scale: Double) -> Double { (pairs > manyPairs ? mostOfMany : most) * scale }

  /// - Parameters:
  ///   - scale: h, and `wide` the largest one of local weights.
  ///   - horizon: Of the tree; answers beyond it count as equally different.
  ///   - near: Distance of near-duplicates.
  /// - Returns: nil for a scheme without a resolution.
  init?(_ scheme: Question.Scheme, scale: Double, wide: Double, horizon: Double, near: Double) {
    let share = LocalComparisonWeights.resolutionShare
    let most = Self.most * share * scale
    switch scheme {
    case .local: (range, standard) = (0.05 * share * scale...share * wide, share * scale)
    case .linkage: (range, standard) = (0...most, 0)
    case .horizon: (range, standard) = (0...min(most, 0.98 * horizon), 0)
    case .removeDuplicates: (range, standard) = (0...max(most, near), near)
    case .uniform, .voronoi, .families: return nil
    }
  }
}
