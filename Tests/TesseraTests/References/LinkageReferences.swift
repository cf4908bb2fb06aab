import Foundation
import Tessera
import Testing

/// Linkage weights and horizons over SciPy's single linkage, and by Kirchhoff's equations (`linkage.json`).
@Suite struct LinkageReferences {
  struct Case: Decodable, CustomTestStringConvertible {
    struct Variant: Decodable {
      let resolution: Double
      let horizon: Double?
      let weights: [Double]
    }
    let name: String
    let contexts: [[Double]]
    let joins: [Double]
    let horizon: Double
    let variants: [Variant]
    var testDescription: String { name }
  }

  @Test(arguments: try References.cases("linkage.json", as: Case.self))
  func `Joins, horizon and weights are those of SciPy's tree`(reference: Case) throws {
    let contexts = try contexts(reference.contexts)
    let tree = try SpanningTree(contexts)
    // Neighbours are sought in single precision, where squares err by some 1e-6 of contexts of length 3. Near clones here
    // are 0.02 apart: of two whose distances differ by 1e-5 the farther one can be joined instead, and the tree is longer.
    let limit = reference.name.contains("near clones") ? 1e-6 : 1e-12
    #expect(largestDifference(tree.edges.map(\.length), reference.joins) < limit)
    #expect(abs(try LinkageWeights.horizon(of: tree) - reference.horizon) < limit)
    for variant in reference.variants {
      let weights = try LinkageWeights.weights(
        contexts: contexts, resolution: variant.resolution, horizon: variant.horizon)
      #expect(largestDifference(weights.values, variant.weights) < limit)
    }
    let scheme = try Horizon().weights(of: contexts)
    let expected = try #require(reference.variants.first { $0.resolution == 0 && $0.horizon != nil })
    #expect(largestDifference(scheme.values, expected.weights) < limit)
    #expect(abs((scheme.provenance.horizon ?? 0) - reference.horizon) < limit)
  }
}
