import Foundation
import Tessera
import Testing

/// The axioms on every scheme. The documentation's table (WeighingSchemes) prints the same figures.
@Suite struct WeightAxiomsTests {
  static let exact: [WeightingScheme] = [
    .uniform, .linkage(resolution: 0), .linkage(resolution: 1.5), .radiusGraph,
    .density(bandwidth: nil), .removeDuplicates(threshold: 1.8), .meta(resolution: 1.5),
  ]

  func measure(_ scheme: WeightingScheme) throws -> WeightAxioms {
    try WeightAxioms(instances: 2) { try scheme.weights(of: $0, samples: 50_000).values }
  }

  @Test(arguments: exact + [.voronoi, .kMeans(count: 12)])
  func everySchemeSumsToOne(scheme: WeightingScheme) throws {
    let found = try measure(scheme)
    #expect(found.sum < 1e-9)
    #expect(found.smallest >= 0)
  }

  @Test(arguments: [
    WeightingScheme.linkage(resolution: 0), .linkage(resolution: 1.0), .horizon(distance: nil), .voronoi,
  ])
  func theseAreRobustToExactAndNearClones(scheme: WeightingScheme) throws {
    let found = try measure(scheme)
    // Sampled weights of 60 alternatives: a sum of 60 errors of sqrt(w (1 - w) / 50,000), four times over.
    let noise = scheme == .voronoi ? 60 * (1.0 / 60 / 50_000).squareRoot() * 4 : 1e-9
    #expect(found.exactOthers <= noise)
    #expect(found.nearOthers[0] <= 0.01 + noise)
    // Ten times nearer, at least some four times less; the distances are 0.001, 0.01 and 0.1 of a typical one.
    #expect(found.nearOthers[0] <= found.nearOthers[1] / 4 + noise)
    #expect(found.nearGroup[0] < 0.05 + noise * 60)
    #expect(found.moved[0] <= found.moved[1] / 4 + 2 * noise)
  }

  @Test func linkageIsPositiveSymmetricAndContinuous() throws {
    let found = try measure(.linkage(resolution: 0))
    #expect(found.smallest > 0)
    #expect(found.symmetry < 1e-9)
    #expect(found.exactGroup < 1e-9)
    #expect(found.nearGroup[2] < 0.5)
    #expect(found.moved[2] < 0.5)
  }

  @Test func theBaselinesFailWhereTheDocumentationSaysSo() throws {
    // Ten copies take eleven shares of uniform weights.
    #expect(try measure(.uniform).exactGroup > 5)
    #expect(try measure(.density(bandwidth: nil)).exactOthers > 1e-3)
    // Which member is kept depends on the order.
    #expect(try measure(.removeDuplicates(threshold: 1.8)).symmetry > 0.5)
    #expect(try measure(.meta(resolution: 1.5)).exactOthers < 1e-9)
  }

  @Test func namesReadBack() {
    for scheme in Self.exact + [
      .voronoi, .horizon(distance: nil), .horizon(distance: 0.25), .kMeans(count: 7),
      .density(bandwidth: 0.5),
    ] {
      #expect(WeightingScheme(name: scheme.name) == scheme)
    }
    for bad in [
      "", "voronoi=1", "k-means", "k-means=0", "k-means=1.5", "meta", "meta=-1", "linkage=x", "density=0",
      "nan",
    ] {
      #expect(WeightingScheme(name: bad) == nil, "\(bad)")
    }
  }
}

@Suite struct LinkageWeightsTests {
  func weights(_ rows: [[Double]], resolution: Double = 0) throws -> [Double] {
    try LinkageWeights.weights(contexts: Contexts(Matrix(rows)), resolution: resolution).values
  }

  @Test func currentsByHand() throws {
    // a and b join at 1, c joins them at 3: resistances 2 + 1/2 and 3, so c gets 2.5 / 5.5.
    let found = try weights([[0], [1], [4]])
    let c = 2.5 / 5.5
    for (x, y) in zip(found, [(1 - c) / 2, (1 - c) / 2, c]) { #expect(abs(x - y) < 1e-12) }
    // Corners of a regular triangle are equal, however the tree forms.
    let triangle = try weights([[0, 0], [1, 0], [0.5, 0.75.squareRoot()]])
    for w in triangle { #expect(abs(w - 1.0 / 3) < 1e-9) }
    #expect(try weights([[2]]) == [1])
    #expect(try weights([[2], [2], [2]]).allSatisfy { abs($0 - 1.0 / 3) < 1e-12 })
    // At a resolution of 1 the first two count as one.
    let coarse = try weights([[0], [1], [4]], resolution: 1)
    for (x, y) in zip(coarse, [0.25, 0.25, 0.5]) { #expect(abs(x - y) < 1e-12) }
    #expect(throws: WeightsError.self) { try weights([[0], [1]], resolution: -1) }
  }

  @Test func aHorizonMakesFarAnswersEqual() throws {
    // Two near one another, three far from all and one very far: the pair shares, the rest are equal.
    let rows = try Contexts(Matrix([[0, 0], [0.1, 0], [10, 0], [0, 12], [15, 15], [1_000, 0]]))
    let tree = SpanningTree(rows)
    #expect(try LinkageWeights.horizon(of: tree) > 5)
    let found = try LinkageWeights.weights(tree: tree, horizon: 9).values
    for i in 3..<6 { #expect(abs(found[i] - found[2]) < 1e-12) }
    // The pair: resistance 9 - 0.1 + 0.05 against 9.
    #expect(abs((found[0] + found[1]) / found[2] - 9 / 8.95) < 1e-12)
    // A flood of near-clones does not pull the horizon down.
    let flood = (0..<50).map { [0.001 * Double($0), 0.0] }
    let flooded = SpanningTree(
      try Contexts(Matrix([[0, 0], [10, 0], [0, 12], [15, 15], [1_000, 0]] + flood)))
    #expect(try LinkageWeights.horizon(of: flooded) > 5)
    #expect(throws: WeightsError.self) { try LinkageWeights.weights(tree: tree, horizon: 0) }
  }

  @Test func theTreeIsTheShortest() throws {
    var random = RandomStream(seed: 4)
    for (m, d) in [(2, 1), (40, 2), (300, 5), (500, 20)] {
      // Some clouds far apart, some copies: what makes the parts of the algorithm work.
      let rows = (0..<m).map { i in
        (0..<d).map { _ in (i % 3 == 0 ? 50.0 : 0) + (i % 7 == 0 ? 0 : random.normal()) }
      }
      let tree = try SpanningTree(Contexts(Matrix(rows)))
      #expect(tree.edges.count == m - 1)
      // Prim's algorithm, written out.
      var near = [Double](repeating: .infinity, count: m)
      var done = [Bool](repeating: false, count: m)
      near[0] = 0
      var lengths: [Double] = []
      for _ in 0..<m {
        let i = (0..<m).filter { !done[$0] }.min { near[$0] < near[$1] } ?? 0
        done[i] = true
        lengths.append(near[i])
        for j in 0..<m where !done[j] {
          near[j] = min(
            near[j], zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
        }
      }
      let expected = lengths.dropFirst().sorted()
      for (x, y) in zip(tree.edges.map(\.length), expected) { #expect(abs(x - y) < 1e-5 * (1 + y)) }
    }
  }

  @Test func theSameOnAnyNumberOfThreads() throws {
    var random = RandomStream(seed: 6)
    let rows = try Contexts(Matrix((0..<400).map { _ in (0..<12).map { _ in random.normal() } }))
    #expect(try SpanningTree(rows, threads: 1) == SpanningTree(rows, threads: 3))
    #expect(AverageLinkage(rows, threads: 1) == AverageLinkage(rows, threads: 3))
    #expect(
      try RadiusGraphWeights.weights(contexts: rows, threads: 1)
        == RadiusGraphWeights.weights(contexts: rows, threads: 3))
  }
}

@Suite struct MetaAlternativesTests {
  /// Three clouds with 30, 20 and 10 members.
  let rows: [[Double]] = {
    var random = RandomStream(seed: 8)
    return (0..<60).map { i in
      let centre = i < 30 ? [0.0, 0] : i < 50 ? [10, 0] : [5, 9]
      return centre.map { $0 + 0.3 * random.normal() }
    }
  }()

  @Test func groupsAreFoundAndShareOneWeight() throws {
    let contexts = try Contexts(Matrix(rows))
    for meta in [
      try MetaAlternatives.averageLinkage(contexts, resolution: 3),
      try MetaAlternatives.kMeans(contexts, count: 3, seed: 2),
    ] {
      #expect(meta.groups.sizes() == [30, 20, 10])
      let weights = try meta.weights().values
      let cells = try VoronoiWeights.weights(contexts: meta.centres, space: BoundingBox(around: meta.centres))
        .values
      #expect(abs(weights[..<30].reduce(0, +) - cells[0]) < 1e-12)
      #expect(abs(weights[0] - cells[0] / 30) < 1e-12)
    }
    let (tree, _) = try MetaAlternatives.linkage(contexts)
    #expect(tree.joins.suffix(2).allSatisfy { $0.distance > 8 })
    #expect(tree.groups(count: 3).sizes() == [30, 20, 10])
  }

  @Test func averageLinkageAgreesWithItsDefinition() throws {
    var random = RandomStream(seed: 3)
    let rows = (0..<40).map { _ in (0..<4).map { _ in random.normal() } }
    let tree = AverageLinkage(try Contexts(Matrix(rows)))
    // The definition, step by step: mean squared distance between members.
    var groups = rows.indices.map { [$0] }
    func square(_ i: Int, _ j: Int) -> Double {
      zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    for join in tree.joins {
      var best = (Double.infinity, 0, 0)
      for x in groups.indices {
        for y in 0..<x {
          let mean =
            groups[x].reduce(0) { sum, i in sum + groups[y].reduce(0) { $0 + square(i, $1) } }
            / Double(groups[x].count * groups[y].count)
          if mean < best.0 { best = (mean, x, y) }
        }
      }
      #expect(abs(join.distance - best.0.squareRoot()) < 1e-5)
      groups[best.2] += groups[best.1]
      groups.remove(at: best.1)
    }
  }

  @Test func manyContextsAreGatheredFirst() throws {
    var random = RandomStream(seed: 5)
    let many = (0..<5_000).map { i in (0..<3).map { k in (i % 3 == k ? 20.0 : 0) + random.normal() } }
    let contexts = try Contexts(Matrix(many))
    let meta = try MetaAlternatives.averageLinkage(contexts, resolution: 10)
    #expect(meta.groups.count == 3)
    #expect(meta.groups.groupOf.indices.allSatisfy { meta.groups.groupOf[$0] == $0 % 3 })
  }
}
