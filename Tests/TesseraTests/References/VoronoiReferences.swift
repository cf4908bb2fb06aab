import Foundation
import Tessera
import Testing

/// Shares of boxes by rational arithmetic and by SciPy's Voronoi diagrams of mirrored points (`voronoi.json`).
@Suite struct VoronoiReferences {
  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    /// `box`, or `bounding-box` of the contexts.
    let space: String
    let lower: [Double]
    let upper: [Double]
    let contexts: [[Double]]
    let weights: [Double]
    var testDescription: String { name }
  }

  static var all: [Case] { get throws { try References.cases("voronoi.json") } }

  @Test(arguments: try all)
  func `Exact cells have these shares`(reference: Case) throws {
    let contexts = try contexts(reference.contexts)
    let box = try Box(lower: reference.lower, upper: reference.upper)
    let weights = try VoronoiWeights.weights(contexts: contexts, space: box, method: .exact)
    // Clipping two near points loses some digits: their second way differs by 6e-15 as well.
    #expect(largestDifference(weights.values, reference.weights) < 1e-13)
    guard reference.space == "bounding-box" else { return }
    let around = try Voronoi(in: .boundingBox()).weights(of: contexts)
    #expect(around.provenance.method == .exact)
    #expect(largestDifference(around.values, reference.weights) < 1e-13)
  }

  @Test(arguments: try all)
  func `Sampled cells agree within their errors`(reference: Case) throws {
    let contexts = try contexts(reference.contexts)
    let box = try Box(lower: reference.lower, upper: reference.upper)
    let n = 100_000.0
    let weights = try sample(contexts, in: box, Int(n), seed: 5)
    for (found, w) in zip(weights.values, reference.weights) {
      // 230 weights at 4.5 standard errors; copies share one cell, whose error is larger than theirs.
      #expect(abs(found - w) < 4.5 * (w / n).squareRoot() + 1e-12)
    }
  }
}
