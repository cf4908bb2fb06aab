import Tessera

/// What is asked of a study: which weights, at which resolution, how strongly held back.
public struct Question: Sendable, Hashable {
  /// Schemes whose weights follow a resolution without a look at distances, and those that are measured once.
  public enum Scheme: String, Sendable, CaseIterable {
    case uniform, local, horizon, linkage
    case removeDuplicates = "remove-duplicates"
    case voronoi, families

    /// nil for a scheme that a study is not asked about.
    init?(_ specification: SchemeSpecification) {
      switch specification {
      case .uniform: self = .uniform
      case .local: self = .local
      case .horizon: self = .horizon
      case .linkage: self = .linkage
      case .removeDuplicates: self = .removeDuplicates
      case .voronoi: self = .voronoi
      case .families: self = .families
      default: return nil
      }
    }
  }

  public var scheme: Scheme
  /// Distance within which answers count as the same; nil for the scheme's own.
  public var resolution: Double?
  /// Strength of the regularisation of both estimates; nil for those that the fit has.
  public var lambda: Double?

  public init(_ scheme: Scheme, resolution: Double? = nil, lambda: Double? = nil) {
    (self.scheme, self.resolution, self.lambda) = (scheme, resolution, lambda)
  }

  /// Strengths that make sense.
  public static let lambdas = 1e-6...1e3

  /// - Throws: `WorkbenchProblem.setting`.
  func check() throws(WorkbenchProblem) {
    if let lambda, !Self.lambdas.contains(lambda) {
      throw .setting(
        name: "lambda", found: "\(lambda)",
        expected: "\(Self.lambdas.lowerBound) to \(Self.lambdas.upperBound)")
    }
    if let resolution, !(resolution >= 0 && resolution.isFinite) {
      throw .setting(name: "resolution", found: "\(resolution)", expected: "a distance, zero or more")
    }
  }
}
