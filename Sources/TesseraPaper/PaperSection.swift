import Tessera
import TesseraReports

/// A part of the paper: claims and the figures that show them.
public struct PaperSection: Sendable {
  /// The name that chooses it.
  public let name: String
  public let title: String
  public let paragraphs: [String]
  public let claims: [Claim]
  public let figures: [Figure]
  /// What was found beside the claims.
  public let tables: [HTMLPage.Table]

  public init(
    name: String, title: String, paragraphs: [String], claims: [Claim], figures: [Figure] = [],
    tables: [HTMLPage.Table] = []
  ) {
    (self.name, self.title, self.paragraphs) = (name, title, paragraphs)
    (self.claims, self.figures, self.tables) = (claims, figures, tables)
  }
}

/// Solves an estimate to its certificate, in the paper's convention: the ridge of an alternative is its weight.
///
/// - Parameter weights: nil for 1/m each, the standard estimate with the paper's lambda divided by m.
func rewards(_ counts: PairCounts, weights: [Double]? = nil, lambda: Double = 0.1) throws -> [Double] {
  let m = counts.alternatives
  let pairs = try PairWeights(
    products: weights ?? Array(repeating: 1 / Double(m), count: m), counts, lambda: .normalized)
  // Problems of some tens of alternatives: one core is faster than handing out pieces.
  return try BradleyTerry(lambda: lambda).fit(counts, pairs, work: Work(threads: 1)).rewards
}

/// The exact shares of the unit square that are nearest to each of some points.
func squareWeights(_ points: [[Double]]) throws -> [Double] {
  try VoronoiWeights.weights(
    contexts: Contexts(Matrix(points)), space: UnitCube(dimension: 2), method: .exact, work: Work(threads: 1)
  ).values
}

func largestShift(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
