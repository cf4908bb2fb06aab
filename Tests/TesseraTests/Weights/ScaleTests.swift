import Tessera
import Testing

/// What every scheme promises for contexts of any size: the weights, or a refusal that names the size.
@Suite struct ScaleTests {
  static let rows: [[Double]] = {
    var random = RandomStream(seed: 7)
    return (0..<40).map { _ in (0..<4).map { _ in random.normal() } }
  }()

  static let scales = [
    1e-150, 1e-100, 1e-40, 1e-20, 1e-10, 1e10, 1e15, 1e19, 1e20, 1e30, 1e40, 1e100, 1e120, 1e150, 1e154,
    1e300,
  ]

  func scheme(_ name: String, _ scale: Double) -> (any WeightScheme)? {
    // Parameters that are distances grow with the contexts.
    switch name {
    case "meta": SchemeSpecification.meta(resolution: 0.5 * scale).scheme(Sampling(samples: 20_000))
    case "density": SchemeSpecification.density(bandwidth: scale).scheme(Sampling())
    case "remove-duplicates": SchemeSpecification.removeDuplicates(threshold: scale).scheme(Sampling())
    default: SchemeSpecification(name: name)?.scheme(Sampling(samples: 20_000))
    }
  }

  @Test(arguments: [
    "linkage", "horizon", "radius-graph", "density", "density-of-data", "remove-duplicates", "meta",
    "k-means=3",
    "voronoi", "topics",
  ])
  func `Weights do not depend on the scale, or are refused`(name: String) throws {
    let spelled = name == "density-of-data" ? "density" : name
    func weights(_ scale: Double) throws -> [Double] {
      let contexts = try Contexts(Matrix(Self.rows.map { $0.map { $0 * scale } }))
      let found =
        name == "density-of-data" ? Density() : try #require(scheme(spelled, scale))
      return try found.weights(of: contexts).values
    }
    let expected = try weights(1)
    for scale in Self.scales {
      do {
        // A factor that is no power of two rounds every coordinate to 1e-16; sampled weights may then move by a few
        // samples of 20,000.
        let tolerance = ["meta", "k-means=3", "voronoi"].contains(name) ? 5e-4 : 1e-9
        for (x, y) in zip(try weights(scale), expected) { #expect(abs(x - y) < tolerance, "\(scale)") }
        #expect(scale < 1e153)
      } catch let error as any KindedError where !(error is SpaceError) {
        #expect(error.kind == .data, "\(scale)")
        // Schemes of distances alone hold all that doubles can square.
        if !["meta", "k-means=3", "voronoi"].contains(name) { #expect(scale > 1e150) }
      } catch let error as SpaceError {
        #expect(scale > 1e153, "\(error)")
      }
    }
  }

  @Test(arguments: ["linkage", "horizon", "radius-graph", "density"])
  func `A power of two changes not one byte`(name: String) throws {
    let scheme = try #require(SchemeSpecification(name: name)).scheme(Sampling())
    let expected = try scheme.weights(of: Contexts(Matrix(Self.rows))).values
    for exponent in [-500, -133, 1, 64, 500] {
      let factor = Double(sign: .plus, exponent: exponent, significand: 1)
      let scaled = try Contexts(Matrix(Self.rows.map { $0.map { $0 * factor } }))
      #expect(try scheme.weights(of: scaled).values == expected, "2^\(exponent)")
    }
  }

  @Test func `A bandwidth beyond all distances or below them is no trap`() throws {
    let contexts = try Contexts(Matrix(Self.rows + [Self.rows[0]]))
    // Copies alone: the two share what one has.
    let short = try LocalDensityWeights.weights(contexts: contexts, bandwidth: 0x1p-1070).values
    #expect(abs(short[1] - 1.0 / 40) < 1e-15 && abs(short[0] - 0.5 / 40) < 1e-15 && short[0] == short[40])
    let wide = try LocalDensityWeights.weights(contexts: contexts, bandwidth: 1e300).values
    for w in wide { #expect(abs(w - 1.0 / 41) < 1e-15) }
  }

  @Test func `Pairs are weighed or refused`() throws {
    let counts = PairCounts(alternatives: 40, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 1)])
    for scale in [1e-100, 1e100] {
      let contexts = try Contexts(Matrix(Self.rows.map { $0.map { $0 * scale } }))
      let error = #expect(throws: WeightsError.self) {
        try PairSpaceWeights(contexts: contexts, counts: counts, samples: 100)
      }
      #expect(error?.kind == .data)
    }
  }
}
