/// A box with sides along the axes, `lower[k] <= x[k] <= upper[k]`.
public struct Box: AlternativeSpace, Equatable {
  public let lower: [Double]
  public let upper: [Double]
  public let name: String
  /// Half of each side, as offsets are drawn.
  private let halves: [Float]

  /// - Throws: `SpaceError` when a bound is not finite or a side is not longer than zero.
  public init(lower: [Double], upper: [Double]) throws {
    guard lower.count == upper.count else {
      throw SpaceError.dimensionMismatch(space: lower.count, contexts: upper.count)
    }
    for k in lower.indices {
      guard lower[k].isFinite, upper[k].isFinite, (upper[k] - lower[k]).isFinite else {
        throw SpaceError.notFinite(what: "a side of the box in coordinate \(k)")
      }
      guard lower[k] < upper[k] else {
        throw SpaceError.emptySide(coordinate: k, lower: lower[k], upper: upper[k])
      }
    }
    let allAlike = Set(lower).count <= 1 && Set(upper).count <= 1
    let spelled: ([Double]) -> String = { bounds in
      allAlike
        ? bounds.first.map { "\($0)" } ?? ""
        : bounds.count > 4 ? "..." : bounds.map { "\($0)" }.joined(separator: ",")
    }
    self.init(checked: lower, upper, name: "box=\(spelled(lower)):\(spelled(upper))")
  }

  init(checked lower: [Double], _ upper: [Double], name: String) {
    self.lower = lower
    self.upper = upper
    self.name = name
    halves = zip(lower, upper).map { Float(($1 - $0) / 2) }
  }

  public var dimension: Int { lower.count }
  public var origin: [Double] { zip(lower, upper).map { $0 + ($1 - $0) / 2 } }
  public var isReflectionSymmetric: Bool { true }
  public var scales: [Double] { zip(lower, upper).map { ($1 - $0) / 2 } }
  public var box: Box? { self }
  public var enclosure: Box { self }

  public func contains(_ point: [Double]) -> Bool {
    point.count == dimension && point.indices.allSatisfy { lower[$0] <= point[$0] && point[$0] <= upper[$0] }
  }

  public func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream
  ) {
    let dimension = dimension
    // A copy of its own, which stays in registers.
    var stream = random
    defer { random = stream }
    halves.withUnsafeBufferPointer { halves in
      var k = 0
      var index = 0
      let total = count * dimension
      while index + 1 < total {
        let (first, second) = stream.symmetricPair()
        offsets[index] = first * halves[k]
        k = k + 1 == dimension ? 0 : k + 1
        offsets[index + 1] = second * halves[k]
        k = k + 1 == dimension ? 0 : k + 1
        index += 2
      }
      if index < total { offsets[index] = stream.symmetricPair().0 * halves[k] }
    }
  }
}

/// A space that is a box under another name.
public protocol BoxShaped: AlternativeSpace {
  /// The box it is.
  var shape: Box { get }
}

extension BoxShaped {
  public var dimension: Int { shape.dimension }
  public var origin: [Double] { shape.origin }
  public var isReflectionSymmetric: Bool { true }
  public var scales: [Double] { shape.scales }
  public var box: Box? { shape }
  public var enclosure: Box { shape }

  public func contains(_ point: [Double]) -> Bool { shape.contains(point) }

  public func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream
  ) {
    shape.sampleOffsets(first: first, count: count, into: offsets, using: &random)
  }
}
