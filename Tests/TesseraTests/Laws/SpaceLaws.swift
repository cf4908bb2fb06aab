import Foundation
import Tessera
import Testing

/// What every alternative space promises. A new space joins the list.
@Suite struct SpaceLaws {
  /// Three columns: all vary, none is zero.
  static let rows = spreadRows(12, 3, seed: 21).map { $0.map { $0 + ($0 < 0 ? -0.1 : 0.1) } }

  static let all: [SpaceSpecification] = [
    .unitCube, .centeredCube(), .centeredCube(side: 2.5), .boundingBox(), .boundingBox(margin: 0.25),
    .box(lower: [-1], upper: [2]), .box(lower: [-1, 0, 3], upper: [2, 0.5, 4]), .ball(), .ball(radius: 1.5),
    .gaussian,
    .factorMixture(), .factorMixture(factor: 3), .factorProduct(), .factorProduct(factor: 1.5),
    .pool(name: "answers"),
  ]

  static func space(_ specification: SpaceSpecification) throws -> any AlternativeSpace {
    try specification.space(around: contexts(rows), pool: contexts(spreadRows(300, 3, seed: 22)))
  }

  @Test(arguments: all)
  func `A space contains what it samples`(specification: SpaceSpecification) throws {
    let space = try Self.space(specification)
    let points = space.sample(count: 500, seed: 3)
    #expect(points.columns == space.dimension)
    // Offsets are Float: a point may lie beyond a border by a part in some millions of the space's size.
    let step = zip(space.enclosure.lower, space.enclosure.upper).map { 1e-6 * max(abs($0), abs($1), $1 - $0) }
    func around(_ point: [Double]) -> [[Double]] {
      point.indices.reduce([point]) { found, k in
        found.flatMap { row in
          [0, -step[k], step[k]].map { move in
            var moved = row
            moved[k] += move
            return moved
          }
        }
      }
    }
    for i in 0..<points.rows {
      let point = Array(points.row(i))
      #expect(around(point).contains { space.contains($0) })
      // The Gaussian has no border; six deviations leave out one point in five hundred million.
      #expect(around(point).contains { space.enclosure.contains($0) })
    }
    #expect(!space.contains(Array(repeating: 0, count: space.dimension + 1)))
    let far = Array(repeating: 1e6, count: space.dimension)
    // A normal distribution reaches everywhere, and a list of points has no inside.
    #expect(space.contains(far) == (specification == .gaussian || space.pointCount != nil))
  }

  @Test(arguments: all)
  func `The seed alone decides what is drawn`(specification: SpaceSpecification) throws {
    let space = try Self.space(specification)
    let points = space.sample(count: 100, seed: 5)
    #expect(try Self.space(specification).sample(count: 100, seed: 5) == points)
    let more = space.sample(count: 200, seed: 5)
    #expect(Array(more.storage.prefix(100 * space.dimension)) == points.storage)
    // A list of points is gone through in its order, whatever the seed.
    #expect((space.sample(count: 100, seed: 6) == points) == (space.pointCount != nil))
    #expect(points.storage.allSatisfy { $0.isFinite })
  }

  @Test(arguments: all)
  func `Alignment keeps distances`(specification: SpaceSpecification) throws {
    let contexts = try contexts(Self.rows)
    let space = try Self.space(specification)
    let aligned = try space.aligned(contexts)
    #expect(aligned.count == contexts.count)
    #expect(aligned.dimension == space.dimension)
    for i in 0..<contexts.count {
      for j in 0..<i {
        let before = zip(contexts.row(i), contexts.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let after = zip(aligned.row(i), aligned.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs(before - after) < 1e-12 * (1 + before))
      }
    }
    #expect(throws: SpaceError.self) { try space.aligned(Contexts(Matrix([[0.5, 0.5, 0.5, 0.5]]))) }
  }

  @Test(arguments: all)
  func `A name reads back as the space that it is of`(specification: SpaceSpecification) throws {
    #expect(SpaceSpecification(name: specification.name) == specification)
    let space = try Self.space(specification)
    let read = try #require(SpaceSpecification(name: space.name))
    #expect(try Self.space(read).sample(count: 20, seed: 1) == space.sample(count: 20, seed: 1))
    #expect(try Self.space(read).name == space.name)
    let stored = try JSONDecoder().decode(
      [SpaceSpecification].self, from: JSONEncoder().encode([specification]))
    #expect(stored == [specification])
  }

  @Test(arguments: all)
  func `Origin and scales belong to the space`(specification: SpaceSpecification) throws {
    let space = try Self.space(specification)
    #expect(space.origin.count == space.dimension)
    #expect(space.scales.count == space.dimension)
    #expect(space.scales.allSatisfy { $0 > 0 && $0.isFinite })
    #expect(space.enclosure.contains(space.origin))
    if let box = space.box {
      #expect(box.lower == space.enclosure.lower && box.upper == space.enclosure.upper)
    }
    guard space.isReflectionSymmetric else { return }
    // As many points on either side of the origin in every coordinate: four standard errors of 2,000 coins.
    let points = space.sample(count: 2_000, seed: 8)
    for k in 0..<space.dimension {
      let above = Double((0..<2_000).count { points[$0, k] > space.origin[k] })
      #expect(abs(above / 2_000 - 0.5) < 4 * (0.25 / 2_000).squareRoot())
    }
  }
}
