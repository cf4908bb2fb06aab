/// A space given by points instead of borders: contexts of unlabelled answers, sampled from a policy.
///
/// The weight of an alternative is the share of the pool that is nearest to it; its standard error is that of a
/// share of so many draws from the policy.
public struct ReferencePool: AlternativeSpace {
  private let pool: Contexts
  public let name: String
  public let origin: [Double]

  /// - Parameter name: Where the pool is from, for the diagnostics.
  /// - Throws: `SpaceError.emptyPool`.
  public init(_ pool: Contexts, name: String = "pool") throws {
    guard pool.count > 0 else { throw SpaceError.emptyPool }
    self.pool = pool
    self.name = name
    origin = pool.moments().mean
  }

  public var dimension: Int { pool.dimension }
  public var isReflectionSymmetric: Bool { false }
  public var pointCount: Int? { pool.count }
  public var enclosure: Box {
    let (lower, upper) = pool.bounds()
    return Box(checked: lower, upper, name: name)
  }

  /// A list of points has no inside; every context is as good as another.
  public func contains(_ point: [Double]) -> Bool { point.count == dimension }

  public func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream
  ) {
    let d = dimension
    for point in 0..<count {
      pool.withRow(min(first + point, pool.count - 1)) { k, value in
        offsets[point * d + k] = Float(value - origin[k])
      }
    }
  }
}
