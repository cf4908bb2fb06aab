/// "Every coordinate within a factor of 2 of the corresponding coordinate of an observed vector" (Appendix I.4),
/// read with one observed vector for all coordinates: a mixture of boxes, one around each context.
///
/// Boxes are drawn by weight. With equal weights a clone would add a box and with it mass; pass weights that clones
/// share.
public struct FactorMixture: AlternativeSpace {
  private let contexts: Contexts
  public let factor: Double
  /// Sum of the weights up to and including each context.
  private let cumulative: [Double]
  public let origin: [Double]

  public var name: String { factor == 2 ? "factor-mixture" : "factor-mixture=\(factor)" }

  /// - Parameter weights: One for each context, sum 1.
  /// - Throws: `SpaceError.outOfRange` when the factor is not above 1.
  public init(around contexts: Contexts, weights: [Double], factor: Double = 2) throws {
    try FactorProduct.check(factor)
    self.contexts = contexts
    self.factor = factor
    var sum = 0.0
    cumulative = weights.map {
      sum += $0
      return sum
    }
    let (lower, upper) = contexts.bounds()
    origin = zip(lower, upper).map { $0 + ($1 - $0) / 2 }
  }

  public var dimension: Int { contexts.dimension }
  public var isReflectionSymmetric: Bool { false }
  public var enclosure: Box {
    let (lower, upper) = contexts.bounds()
    let ends = zip(lower, upper).map { FactorProduct.hull($0, $1, factor) }
    return Box(checked: ends.map(\.lowerBound), ends.map(\.upperBound), name: name)
  }

  public func contains(_ point: [Double]) -> Bool {
    guard point.count == dimension else { return false }
    return (0..<contexts.count).contains { i in
      var inside = true
      contexts.withRow(i) { k, value in
        inside = inside && FactorProduct.interval(value, factor).contains(point[k])
      }
      return inside
    }
  }

  public func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream
  ) {
    let d = dimension
    for point in 0..<count {
      let i = firstIndex(of: random.uniform() * (cumulative.last ?? 1), in: cumulative)
      contexts.withRow(i) { k, value in
        let x = value * (1 / factor + (factor - 1 / factor) * random.uniform())
        offsets[point * d + k] = Float(x - origin[k])
      }
    }
  }
}

/// The same region read coordinate by coordinate: each coordinate within a factor of 2 of that of *some* observed
/// vector. A product of unions of intervals.
///
/// A near-clone moves each union by no more than its distance, so the space keeps the guarantee.
public struct FactorProduct: AlternativeSpace {
  public let factor: Double
  /// Intervals of each coordinate, disjoint and ascending. A coordinate that is zero in all contexts is a point.
  private let intervals: [[ClosedRange<Double>]]
  /// Length up to and including each interval.
  private let cumulative: [[Double]]

  public var name: String { factor == 2 ? "factor-product" : "factor-product=\(factor)" }

  /// - Throws: `SpaceError.outOfRange` when the factor is not above 1.
  /// - Complexity: O(d m log m).
  public init(around contexts: Contexts, factor: Double = 2) throws {
    try Self.check(factor)
    self.factor = factor
    var intervals: [[ClosedRange<Double>]] = []
    for k in 0..<contexts.dimension {
      var merged: [ClosedRange<Double>] = []
      let sorted = (0..<contexts.count).map { Self.interval(contexts[$0, k], factor) }
        .sorted { $0.lowerBound < $1.lowerBound }
      for interval in sorted {
        if let last = merged.last, interval.lowerBound <= last.upperBound {
          merged[merged.count - 1] = last.lowerBound...max(last.upperBound, interval.upperBound)
        } else {
          merged.append(interval)
        }
      }
      intervals.append(merged)
    }
    self.intervals = intervals
    cumulative = intervals.map { intervals in
      var sum = 0.0
      return intervals.map {
        sum += $0.upperBound - $0.lowerBound
        return sum
      }
    }
  }

  static func check(_ factor: Double) throws {
    guard factor.isFinite, factor > 1 else {
      throw SpaceError.outOfRange(what: "the factor", found: "\(factor)", expected: "a number above 1")
    }
  }

  /// From value / factor to value * factor, in order.
  static func interval(_ value: Double, _ factor: Double) -> ClosedRange<Double> {
    min(value / factor, value * factor)...max(value / factor, value * factor)
  }

  /// The hull of the intervals of all values between two.
  static func hull(_ lower: Double, _ upper: Double, _ factor: Double) -> ClosedRange<Double> {
    interval(lower, factor).lowerBound...interval(upper, factor).upperBound
  }

  public var dimension: Int { intervals.count }
  public var origin: [Double] {
    enclosure.lower.indices.map { (enclosure.lower[$0] + enclosure.upper[$0]) / 2 }
  }
  public var isReflectionSymmetric: Bool { false }
  public var enclosure: Box {
    Box(
      checked: intervals.map { $0.first?.lowerBound ?? 0 }, intervals.map { $0.last?.upperBound ?? 0 },
      name: name)
  }

  public func contains(_ point: [Double]) -> Bool {
    point.count == dimension
      && zip(point, intervals).allSatisfy { value, intervals in
        intervals.contains { $0.contains(value) }
      }
  }

  public func sampleOffsets(
    first: Int, count: Int, into offsets: UnsafeMutablePointer<Float>, using random: inout RandomStream
  ) {
    let d = dimension
    for k in 0..<d {
      let (ranges, lengths) = (intervals[k], cumulative[k])
      let centre = (ranges[0].lowerBound + ranges[ranges.count - 1].upperBound) / 2
      for point in 0..<count {
        let length = random.uniform() * (lengths.last ?? 0)
        let i = firstIndex(of: length, in: lengths)
        let x = ranges[i].upperBound - (lengths[i] - length)
        offsets[point * d + k] = Float(x - centre)
      }
    }
  }
}

/// First place of an ascending list whose value is above `value`; the last where none is.
private func firstIndex(of value: Double, in cumulative: [Double]) -> Int {
  var low = 0
  var high = cumulative.count - 1
  while low < high {
    let middle = (low + high) / 2
    if cumulative[middle] > value { high = middle } else { low = middle + 1 }
  }
  return low
}
