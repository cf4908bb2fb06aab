/// When sampled weights are good enough.
public struct TargetError: Sendable, Equatable {
  /// Positive.
  public let value: Double
  /// Whether `value` is a share of each weight rather than an absolute error.
  public let isRelative: Bool

  /// - Throws: `WeightsError.targetError` when the value is not a positive number.
  public init(_ value: Double, isRelative: Bool = false) throws {
    guard value.isFinite, value > 0 else { throw WeightsError.targetError(found: value) }
    self.value = value
    self.isRelative = isRelative
  }

  /// The largest standard error, or the largest relative one among weights above 1/(10 m).
  func error(of shares: [Double], _ errors: [Double]) -> Double {
    guard isRelative else { return errors.max() ?? 0 }
    let least = 0.1 / Double(shares.count)
    return zip(shares, errors).reduce(0) { $1.0 > least ? max($0, $1.1 / $1.0) : $0 }
  }
}
