#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// From the numbers of an axis to pixels.
struct FigureScale: Sendable {
  /// What is shown, in numbers of the axis.
  let range: ClosedRange<Double>
  let isLogarithmic: Bool
  /// The pixels of the range's ends; the first is larger where the axis points up.
  let start: Double
  let end: Double

  init(range: ClosedRange<Double>, isLogarithmic: Bool, start: Double, end: Double) {
    (self.range, self.isLogarithmic) = (range, isLogarithmic)
    (self.start, self.end) = (start, end)
  }

  /// Where a number stands; nil for what has no place on this axis.
  func pixel(_ value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    func inner(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    let low = inner(range.lowerBound)
    let share = (inner(value) - low) / (inner(range.upperBound) - low)
    // What is far outside is clipped; a renderer need not read numbers of 300 digits.
    return start + min(max(share, -100), 100) * (end - start)
  }

  /// - Parameter count: How many ticks there may be.
  func ticks(_ count: Int) -> FigureTicks {
    isLogarithmic ? .logarithmic(range, count: count) : .linear(range, count: count)
  }

  /// A range that shows these numbers with a little room on both sides.
  ///
  /// - Parameters:
  ///   - values: What is not finite is left out, as is what a logarithmic axis cannot show.
  ///   - given: Used as it is, unless it is empty or nothing that the axis can show.
  ///   - anchored: Whether zero is shown, and is an end of the axis where all lies on one side of it, as under bars.
  static func range(
    of values: some Sequence<Double>, given: ClosedRange<Double>?, isLogarithmic: Bool, anchored: Bool = false
  ) -> ClosedRange<Double> {
    // Sums and differences of what is larger would not be finite.
    let most = 1e300
    if let given, given.lowerBound < given.upperBound, given.lowerBound >= (isLogarithmic ? 1e-300 : -most),
      given.upperBound <= most
    {
      return given
    }
    let shown = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }.map { min(max($0, -most), most) }
    guard var low = shown.min(), var high = shown.max() else { return isLogarithmic ? 1...10 : 0...1 }
    if isLogarithmic {
      (low, high) = (log10(max(low, 1e-300)), log10(high))
      // Half a power of ten on both sides of what is all the same.
      let room = high - low < 1e-6 ? 0.5 : 0.04 * (high - low)
      return pow(10, max(low - room, -305))...pow(10, min(high + room, 305))
    }
    if anchored { (low, high) = (min(low, 0), max(high, 0)) }
    let size = max(abs(low), abs(high))
    if high - low <= max(1e-9 * size, 1e-290) {
      let room = size < 1e-280 ? 1 : 0.1 * size
      return (low - room)...(high + room)
    }
    let room = 0.05 * (high - low)
    return (anchored && low == 0 ? 0 : low - room)...(anchored && high == 0 ? 0 : high + room)
  }
}
