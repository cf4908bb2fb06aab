import Tessera
import Testing

@Suite struct DuplicatesTests {
  @Test func `Duplicates are exact`() throws {
    let contexts = try Contexts(Matrix<Float>([[0, 1], [0, 1.0001], [-0.0, 1], [0, 1.0001]]))
    let groups = contexts.duplicates()
    #expect(groups.groupOf == [0, 1, 0, 1])
    #expect(groups.representatives == [0, 1])
    #expect(groups.sizes() == [2, 2])
  }
}
