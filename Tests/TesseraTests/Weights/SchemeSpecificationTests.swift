import Tessera
import Testing

@Suite struct SchemeSpecificationTests {
  @Test func `Names read back, and names that are none do not`() {
    for scheme in WeightAxiomsTests.exact + [
      .voronoi, .horizon(distance: nil), .horizon(distance: 0.25), .kMeans(count: 7),
      .density(bandwidth: 0.5),
    ] {
      #expect(SchemeSpecification(name: scheme.name) == scheme)
    }
    for bad in [
      "", "voronoi=1", "k-means", "k-means=0", "k-means=1.5", "meta", "meta=-1", "linkage=x", "density=0",
      "nan",
    ] {
      #expect(SchemeSpecification(name: bad) == nil, "\(bad)")
    }
  }
}
