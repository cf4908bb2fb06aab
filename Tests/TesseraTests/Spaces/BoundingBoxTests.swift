import Tessera
import Testing

@Suite struct BoundingBoxTests {
  @Test func `A clone inside does not move a bounding box`() throws {
    let rows: [[Double]] = [[0, 0], [4, 1], [2, 3], [1, 1]]
    let before = try BoundingBox(around: Contexts(Matrix(rows)))
    let after = try BoundingBox(around: Contexts(Matrix(rows + [[2, 3], [1.01, 1]])))
    #expect(before.shape == after.shape)
    let wide = try BoundingBox(around: Contexts(Matrix(rows)), margin: 0.5)
    #expect(wide.shape.lower == [-2, -1.5])
    #expect(wide.shape.upper == [6, 4.5])
  }
}
