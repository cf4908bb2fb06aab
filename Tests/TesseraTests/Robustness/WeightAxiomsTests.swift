import Tessera
import Testing

/// The axioms on every scheme. The documentation's table (WeighingSchemes) prints the same figures.
@Suite struct WeightAxiomsTests {
  static let exact: [SchemeSpecification] = [
    .uniform, .linkage(resolution: 0), .linkage(resolution: 1.5), .radiusGraph,
    .density(bandwidth: nil), .removeDuplicates(threshold: 1.8), .meta(resolution: 1.5),
    .topics,
  ]

  func measure(_ scheme: SchemeSpecification, instances: Int = 2) throws -> WeightAxioms {
    try WeightAxioms(instances: instances) {
      try scheme.scheme(Sampling(samples: 50_000)).weights(of: $0).values
    }
  }

  @Test(arguments: exact + [.voronoi, .kMeans(count: 12), .horizon(distance: nil)])
  func `Every scheme sums to one`(scheme: SchemeSpecification) throws {
    let found = try measure(scheme)
    #expect(found.sum < 1e-9)
    #expect(found.smallest >= 0)
  }

  @Test(arguments: [
    SchemeSpecification.linkage(resolution: 0), .linkage(resolution: 1.0), .horizon(distance: nil), .voronoi,
  ])
  func `These are robust to exact and near clones`(scheme: SchemeSpecification) throws {
    // Clones go in random directions: the largest of six instances is steady enough to compare distances by.
    let found = try measure(scheme, instances: 6)
    // Sampled weights of 60 alternatives: a sum of 60 errors of sqrt(w (1 - w) / 50,000), four times over.
    let noise = scheme == .voronoi ? 60 * (1.0 / 60 / 50_000).squareRoot() * 4 : 1e-9
    #expect(found.exactOthers <= noise)
    #expect(found.nearOthers[0] <= 0.01 + noise)
    // Ten times nearer, at least some four times less; the distances are 0.001, 0.01 and 0.1 of a typical one.
    #expect(found.nearOthers[0] <= found.nearOthers[1] / 4 + noise)
    #expect(found.nearGroup[0] < 0.05 + noise * 60)
    #expect(found.moved[0] <= found.moved[1] / 4 + 2 * noise)
  }

  @Test func `Linkage is positive, symmetric and continuous`() throws {
    let found = try measure(.linkage(resolution: 0))
    #expect(found.smallest > 0)
    #expect(found.symmetry < 1e-9)
    #expect(found.exactGroup < 1e-9)
    #expect(found.nearGroup[2] < 0.5)
    #expect(found.moved[2] < 0.5)
  }

  @Test func `The baselines fail where the documentation says so`() throws {
    // Ten copies take eleven shares of uniform weights.
    #expect(try measure(.uniform).exactGroup > 5)
    #expect(try measure(.density(bandwidth: nil)).exactOthers > 1e-3)
    // Which member is kept depends on the order.
    #expect(try measure(.removeDuplicates(threshold: 1.8)).symmetry > 0.5)
    #expect(try measure(.meta(resolution: 1.5)).exactOthers < 1e-9)
  }
}
