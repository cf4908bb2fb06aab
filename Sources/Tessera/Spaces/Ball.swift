#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// All points within a distance of a centre.
public struct Ball: AlternativeSpace {
  public let centre: [Double]
  public let radius: Double
  public let name: String

  /// - Throws: `SpaceError` when the radius is not a positive number or the centre is not finite.
  public init(centre: [Double], radius: Double) throws {
    try self.init(centre: centre, radius: radius, name: "ball=\(radius)")
  }

  private init(centre: [Double], radius: Double, name: String) throws {
    guard radius.isFinite, radius > 0 else {
      throw SpaceError.outOfRange(
        what: "the radius of the ball", found: "\(radius)", expected: "a positive number")
    }
    guard centre.allSatisfy(\.isFinite) else { throw SpaceError.notFinite(what: "the centre of the ball") }
    self.centre = centre
    self.radius = radius
    self.name = name
  }

  /// A ball around the contexts: its centre is the centre of their bounding box, its radius reaches the
  /// farthest of them. Neither moves when a clone is added.
  public init(around contexts: Contexts) throws {
    let (lower, upper) = contexts.bounds()
    let centre = zip(lower, upper).map { $0 + ($1 - $0) / 2 }
    var largest = 0.0
    for i in 0..<contexts.count {
      var sum = 0.0
      contexts.withRow(i) { k, value in sum += (value - centre[k]) * (value - centre[k]) }
      largest = max(largest, sum)
    }
    guard largest > 0 else { throw SpaceError.noSpread }
    try self.init(centre: centre, radius: largest.squareRoot(), name: "ball")
  }

  public var dimension: Int { centre.count }

  public var origin: [Double] { centre }
  public var isReflectionSymmetric: Bool { true }
  public var enclosure: Box {
    Box(checked: centre.map { $0 - radius }, centre.map { $0 + radius }, name: name)
  }

  public func contains(_ point: [Double]) -> Bool {
    point.count == dimension
      && zip(point, centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } <= radius * radius * (1 + 1e-12)
  }

  /// A normal direction, and a distance whose d-th power is uniform.
  public func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream
  ) {
    let d = dimension
    for point in 0..<count {
      let row = offsets + point * d
      var squares = 0.0
      for k in 0..<d {
        let value = random.normal()
        squares += value * value
        row[k] = Float(value)
      }
      let length = radius * pow(random.uniform(), 1 / Double(d)) / squares.squareRoot()
      for k in 0..<d { row[k] *= Float(length) }
    }
  }
}
