import Tessera
import TesseraFormats

/// What an audit is asked for; every default stands here.
public struct AuditRequest: Sendable, Equatable {
  /// Those in `keys` mean something to an audit, which brings the weights itself.
  public var fit = RewardFit.Settings()
  /// Names of schemes that are compared with the standard estimate, a comma between them.
  public var schemes = "local,voronoi,horizon"
  /// Distance within which answers are near-duplicates; nil for half the median distance of nearest neighbours.
  public var duplicatesWithin: Double?
  /// Ids of alternatives to clone in the simulation; empty for the best.
  public var clone: [String] = []
  /// Resamples of the bootstrap.
  public var bootstraps = 100

  public init() {}

  /// Settings of a fit that an audit has.
  public static let keys: [RewardFit.Settings.Key] = [
    .space, .method, .samples, .targetError, .relative, .seed, .normalize, .center, .pca, .lambda,
    .lambdaConvention, .pairs,
  ]

  /// - Throws: `ReportProblem`, `RewardFitError.setting`.
  public func check() throws {
    try fit.check()
    _ = try specifications()
    if let duplicatesWithin, !(duplicatesWithin >= 0 && duplicatesWithin.isFinite) {
      throw ReportProblem.setting(
        "duplicatesWithin", "is \(duplicatesWithin); expected a distance, zero or more")
    }
    guard bootstraps >= 0 else {
      throw ReportProblem.setting("bootstraps", "is \(bootstraps); expected 0 or more")
    }
  }

  /// The schemes, equal weights first, each once; declared families are compared with them before all others.
  ///
  /// - Throws: `ReportProblem`.
  public func specifications(withFamilies: Bool = false) throws -> [SchemeSpecification] {
    let named = try schemes.split(separator: ",").map { name -> SchemeSpecification in
      guard let scheme = SchemeSpecification(name: trimmed(name)) else {
        let known = SchemeSpecification.spellings.split(separator: ",").map { trimmed($0) }
        let expected = NearestName.expectation(String(name), among: known, "some")
        throw ReportProblem.setting("schemes", "names \(name); \(expected)")
      }
      return scheme
    }
    var seen: Set<SchemeSpecification> = []
    return ([.uniform] + (withFamilies ? [.families] : []) + named).filter { seen.insert($0).inserted }
  }

  /// Where the alternatives to clone stand.
  ///
  /// - Throws: `ReportProblem`, for an id that is none.
  func targets(in data: PreferenceDataset) throws -> [Int] {
    try clone.map { id in
      let place = data.alternatives.firstIndex { Array($0.id.utf8) == Array(id.utf8) }
      guard let place else {
        throw ReportProblem.setting("clone", "names \"\(id)\"; expected the id of an alternative")
      }
      return place
    }
  }
}

extension AuditRequest: Decodable {
  private enum CodingKeys: String, CodingKey { case fit, schemes, duplicatesWithin, clone, bootstraps }

  /// What is left out has its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    try container.read(.fit, into: &fit)
    try container.read(.schemes, into: &schemes)
    duplicatesWithin = try container.decodeIfPresent(Double.self, forKey: .duplicatesWithin)
    try container.read(.clone, into: &clone)
    try container.read(.bootstraps, into: &bootstraps)
  }
}
