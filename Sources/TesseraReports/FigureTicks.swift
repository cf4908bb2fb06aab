#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where an axis has its ticks, and what stands at them.
///
/// Linear axes step by 1, 2 or 5 times a power of ten. Logarithmic ones have powers of ten, with 2 and 5 between them where
/// there are few, and linear steps where there is less than a power. Values ascend and lie within the range.
struct FigureTicks: Sendable, Equatable {
  struct Tick: Sendable, Equatable {
    let value: Double
    let label: Label
  }

  /// A number as it is printed: "0.25", "−3", 2 x 10 to the power of 6.
  struct Label: Sendable, Equatable {
    let text: String
    /// A power that stands raised behind the text.
    var exponent: String?

    init(_ text: String, exponent: String? = nil) { (self.text, self.exponent) = (text, exponent) }
  }

  let ticks: [Tick]
  /// Without numbers, on logarithmic axes.
  var minor: [Double] = []

  // MARK: Linear

  /// - Parameters:
  ///   - range: Of numbers below 1e301, longer than rounding.
  ///   - count: How many ticks there may be, at least 2.
  static func linear(_ range: ClosedRange<Double>, count: Int) -> FigureTicks {
    let (digit, power) = step(for: (range.upperBound - range.lowerBound) / Double(max(count, 2) - 1))
    let unit = decimal(digit, power)
    // A part in a billion of a step: 0.3 / 0.1 is less than 3.
    let first = (range.lowerBound / unit - 1e-9).rounded(.up)
    let last = (range.upperBound / unit + 1e-9).rounded(.down)
    // Where steps are rounded away there is nothing to print.
    guard first <= last, last - first < 1_000, abs(first) < 1e15, abs(last) < 1e15 else {
      return FigureTicks(ticks: [])
    }
    let steps = (Int(first)...Int(last)).map { $0 * digit }
    let largest = steps.map { abs($0) }.max() ?? 0
    let ticks = steps.map { number in
      let value = min(max(decimal(number, power), range.lowerBound), range.upperBound)
      return Tick(value: value, label: label(number, power, largest: largest))
    }
    return FigureTicks(ticks: ticks)
  }

  /// The least step of 1, 2 or 5 times a power of ten that is at least so long.
  private static func step(for length: Double) -> (digit: Int, power: Int) {
    let power = Int(log10(length).rounded(.down))
    for digit in [1, 2, 5] where decimal(digit, power) >= length * (1 - 1e-9) { return (digit, power) }
    return (1, power + 1)
  }

  /// The double that is nearest to a decimal number: 3 x 0.1 is another.
  private static func decimal(_ digits: Int, _ power: Int) -> Double { Double("\(digits)e\(power)") ?? 0 }

  /// `number` times ten to the `power`, in as many digits as the step has; powers of ten where zeros would be many.
  private static func label(_ number: Int, _ power: Int, largest: Int) -> Label {
    let size = largest == 0 ? 0 : Int(log10(Double(largest)).rounded(.down)) + power
    guard number != 0, size >= 6 || size <= -4 else {
      return Label(spell(number, power))
    }
    return Label(spell(number, power - size) + "×10", exponent: spell(size, 0))
  }

  /// A decimal number, with a minus sign as long as a plus sign.
  private static func spell(_ number: Int, _ power: Int) -> String {
    let sign = number < 0 ? "\u{2212}" : ""
    var digits = String(abs(number))
    if number == 0 { return "0" }
    if power >= 0 { return sign + digits + String(repeating: "0", count: power) }
    if digits.count <= -power { digits = String(repeating: "0", count: -power - digits.count + 1) + digits }
    return sign + digits.dropLast(-power) + "." + digits.suffix(-power)
  }

  // MARK: Logarithmic

  /// - Parameter range: Of positive numbers.
  static func logarithmic(_ range: ClosedRange<Double>, count: Int) -> FigureTicks {
    // A part in a billion: the logarithm of a power of ten may be rounded down.
    let first = Int((log10(range.lowerBound) - 1e-9).rounded(.up))
    let last = Int((log10(range.upperBound) + 1e-9).rounded(.down))
    guard last > first else { return withoutDecades(range, count: count) }
    let every = max(1, (last - first + count - 1) / max(count - 1, 1))
    let decades = stride(from: first, through: last, by: every)
    var found = FigureTicks(ticks: decades.map { tick(1, $0, in: range) })
    guard every == 1 else {
      found.minor = (first...last).filter { ($0 - first) % every != 0 }.map { decimal(1, $0) }
      return found
    }
    let between = (first - 1...last).flatMap { power in (2...9).map { (digit: $0, power: power) } }
      .filter { range.contains(decimal($0.digit, $0.power)) }
    if found.ticks.count * 3 <= count {
      let more = between.filter { [2, 5].contains($0.digit) }.map { tick($0.digit, $0.power, in: range) }
      found = FigureTicks(ticks: (found.ticks + more).sorted { $0.value < $1.value })
    }
    let shown = Set(found.ticks.map(\.value))
    found.minor = between.map { decimal($0.digit, $0.power) }.filter { !shown.contains($0) }
    return found
  }

  /// Within two powers of ten there are 1, 2 and 5 of them; where they are fewer than three, linear steps.
  private static func withoutDecades(_ range: ClosedRange<Double>, count: Int) -> FigureTicks {
    let powers = Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
    let ticks = powers.flatMap { power in [1, 2, 5].map { (digit: $0, power: power) } }
      .filter { range.contains(decimal($0.digit, $0.power)) }
    guard ticks.count >= 3 else { return linear(range, count: count) }
    return FigureTicks(ticks: ticks.map { tick($0.digit, $0.power, in: range) })
  }

  private static func tick(_ digit: Int, _ power: Int, in range: ClosedRange<Double>) -> Tick {
    let value = min(max(decimal(digit, power), range.lowerBound), range.upperBound)
    let text = digit == 1 ? "10" : "\(digit)×10"
    return Tick(value: value, label: Label(text, exponent: spell(power, 0)))
  }
}
