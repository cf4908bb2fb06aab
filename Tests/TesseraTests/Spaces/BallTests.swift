import Foundation
import Tessera
import Testing

@Suite struct BallTests {
  @Test func `A ball is filled evenly`() throws {
    let ball = try Ball(centre: [1, -2, 0.5], radius: 2)
    // The volume: pi / 6 of the cube around it.
    let cube = ball.enclosure.sample(count: 20_000, seed: 2)
    let share = Double((0..<20_000).count { ball.contains(Array(cube.row($0))) }) / 20_000
    #expect(abs(share - Double.pi / 6) < 4 * (0.25 / 20_000).squareRoot())
    let points = ball.sample(count: 20_000, seed: 1)
    var cubes = [Double]()
    for i in 0..<20_000 {
      let row = Array(points.row(i))
      #expect(ball.contains(row))
      let distance = zip(row, ball.centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      cubes.append(pow(distance / 2, 3))
    }
    // The cube of the distance is uniform: mean 1/2, standard error sqrt(1/12 / n).
    let mean: Double = cubes.reduce(0, +) / 20_000
    #expect(abs(mean - 0.5) < 4 * (1.0 / 12 / 20_000).squareRoot())
    #expect(throws: SpaceError.self) { try Ball(centre: [0], radius: -1) }
    #expect(throws: SpaceError.self) { try Ball(centre: [0], radius: .nan) }
  }

  @Test func `Ball weights of symmetric points are equal`() throws {
    let contexts = try Contexts(Matrix([[1, 0], [-1, 0], [0, 1], [0, -1.0]]))
    let weights = try VoronoiWeights.weights(
      contexts: contexts, space: Ball(around: contexts), samples: 100_000)
    for i in 0..<4 { #expect(abs(weights.values[i] - 0.25) < 4 * (0.25 * 0.75 / 100_000).squareRoot()) }
  }
}
