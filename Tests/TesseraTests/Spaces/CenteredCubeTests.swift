import Tessera
import Testing

@Suite struct CenteredCubeTests {
  @Test func `The centred cube has side one`() throws {
    let cube = try CenteredCube(dimension: 2)
    #expect(cube.shape.lower == [-0.5, -0.5])
    #expect(cube.contains([0.5, -0.5]))
    #expect(!cube.contains([0.51, 0]))
  }
}
