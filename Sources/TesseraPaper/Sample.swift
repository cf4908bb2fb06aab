import Foundation

/// Numbers from independent repetitions: their mean, and how far to trust it.
struct Sample: Sendable {
  let values: [Double]

  init(_ values: [Double]) { self.values = values }

  var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// Sample standard deviation; infinite for one number alone, which says nothing of chance.
  var deviation: Double {
    guard values.count > 1 else { return .infinity }
    let mean = mean
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  /// Standard error of the mean.
  var error: Double { deviation / Double(values.count).squareRoot() }

  /// Standard errors that a difference must have before a verdict is built on it: chance alone exceeds two to one
  /// side in about one case in forty.
  static let required = 2.0

  /// Whether the mean is above zero beyond chance.
  var isPositive: Bool { mean > Self.required * error }
  var isNegative: Bool { mean < -Self.required * error }

  /// Mean ± standard error.
  var text: String {
    values.count > 1
      ? String(format: "%+.3f ± %.3f", mean, error) : String(format: "%+.3f (one pair, no error)", mean)
  }

  func times(_ factor: Double) -> Sample { factor == 1 ? self : Sample(values.map { factor * $0 }) }
  static func - (a: Sample, b: Sample) -> Sample { Sample(zip(a.values, b.values).map { $0 - $1 }) }
  static func + (a: Sample, b: Sample) -> Sample { Sample(zip(a.values, b.values).map { $0 + $1 }) }
}
