/// The region S of all answers that could have been given: what Definition 4.1 divides among the alternatives.
///
/// A space decides the weights as much as the contexts do. It must not move when a clone is added, or the
/// weights lose their guarantee.
public protocol AlternativeSpace: Sendable {
  /// The name as it is spelled.
  var name: String { get }
  /// Number of coordinates d.
  var dimension: Int { get }
  /// Points are drawn as offsets from here, so that `Float` loses nothing far from zero.
  var origin: [Double] { get }
  /// Typical size of an offset in each coordinate, such as half the width of a box.
  var scales: [Double] { get }
  /// Whether flipping the sign of any coordinates of an offset leaves a uniform point uniform.
  var isReflectionSymmetric: Bool { get }
  /// The space as a box, where it is one: what the exact weights clip against.
  var box: Box? { get }
  /// A box that holds all points of the space, or nearly all where it has no bounds.
  var enclosure: Box { get }
  /// Number of points where the space is a list of points rather than a region; nil for a region.
  var pointCount: Int? { get }

  /// The contexts in the space's own coordinates: `dimension` of them, at the same distances from one another.
  ///
  /// - Throws: `SpaceError.dimensionMismatch` when the contexts have another dimension than the space is for.
  func aligned(_ contexts: Contexts) throws -> Contexts

  func contains(_ point: [Double]) -> Bool

  /// Writes `count` uniform points as offsets from `origin`, row by row.
  ///
  /// - Parameters:
  ///   - first: Number of the first point in the whole run of samples; a list of points goes by it.
  ///   - offsets: Room for `count * dimension` numbers.
  func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream)
}

extension AlternativeSpace {
  public var box: Box? { nil }
  public var pointCount: Int? { nil }

  public func aligned(_ contexts: Contexts) throws -> Contexts {
    guard contexts.dimension == dimension else {
      throw SpaceError.dimensionMismatch(space: dimension, contexts: contexts.dimension)
    }
    return contexts
  }

  public var scales: [Double] { Array(repeating: 1, count: dimension) }

  /// `count` uniform points of the space, row by row.
  public func sample(count: Int, seed: UInt64) -> Matrix<Double> {
    var random = RandomStream(seed: seed)
    var points = Matrix<Double>(rows: count, columns: dimension)
    let origin = origin
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(dimension, 1)) { offset in
      guard let base = offset.baseAddress else { return }
      for row in 0..<count {
        sampleOffsets(first: row, count: 1, into: base, using: &random)
        for k in 0..<dimension { points[row, k] = origin[k] + Double(base[k]) }
      }
    }
    return points
  }
}

/// What can be wrong with a space.
public enum SpaceError: KindedError, Equatable {
  case emptySide(coordinate: Int, lower: Double, upper: Double)
  case notFinite(what: String)
  case dimensionMismatch(space: Int, contexts: Int)
  case noSpread
  case emptyPool
  case outOfRange(what: String, found: String, expected: String)

  public var kind: ErrorKind {
    switch self {
    case .noSpread, .emptyPool: .data
    default: .option
    }
  }

  public var description: String {
    switch self {
    case .emptySide(let coordinate, let lower, let upper):
      "coordinate \(coordinate) of the box runs from \(lower) to \(upper); expected a lower bound below the upper one"
    case .notFinite(let what): "\(what) is not a finite number"
    case .dimensionMismatch(let space, let contexts):
      "the space has \(space) dimension\(space == 1 ? "" : "s"), the contexts have \(contexts); expected the same number"
    case .noSpread: "all contexts are equal; expected some spread to fit a space to"
    case .emptyPool: "the reference pool has no contexts; expected at least one"
    case .outOfRange(let what, let found, let expected): "\(what) is \(found); expected \(expected)"
    }
  }
}
