import Tessera
import Testing

@Suite struct ComponentsTests {
  @Test func `Components are found`() {
    let rates = PairCounts(
      alternatives: 6,
      comparisons: [
        Comparison(a: 0, b: 3, outcome: 1), Comparison(a: 4, b: 1, outcome: 0),
        Comparison(a: 3, b: 2, outcome: 1),
      ])
    let components = Components(rates)
    #expect(components.count == 3)
    #expect(components.of == [0, 1, 0, 0, 1, 2])
  }
}
