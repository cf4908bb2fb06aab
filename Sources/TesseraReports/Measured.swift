import Tessera

/// Numbers to the digits that their noise allows.
enum Measured {
  /// "+0.052 ± 0.021": two digits of the noise, and as many decimals of the number. Three digits where there is no noise.
  static func text(_ value: Double, _ error: Double?) -> String {
    guard value.isFinite else { return "-" }
    guard let error, error.isFinite, error > 0 else { return signed(value) }
    let places = decimals(error)
    return "\(fixed(value, places, sign: true)) ± \(fixed(error, places))"
  }

  /// The number alone, to the digits that its noise allows.
  static func value(_ value: Double, noise: Double?) -> String {
    guard value.isFinite else { return "-" }
    guard let noise, noise.isFinite, noise > 0 else { return signed(value) }
    return fixed(value, decimals(noise), sign: true)
  }

  /// A size of which digits below the noise say nothing.
  static func size(_ size: Double, noise: Double?) -> String {
    guard size.isFinite else { return "-" }
    if AuditSpelling.isRounding(size) { return "0" }
    guard let noise, noise.isFinite, noise > 0 else { return printed("%.2g", size) }
    let places = decimals(noise)
    let text = fixed(size, places)
    // What is below the last digit is not nothing.
    return text.contains { ("1"..."9").contains($0) } ? text : "< \(fixed(pow10(-places), places))"
  }

  private static func signed(_ value: Double) -> String {
    AuditSpelling.isRounding(abs(value)) ? "0" : printed("%+.3g", value)
  }

  private static func pow10(_ power: Int) -> Double { Double("1e\(power)") ?? 1 }

  /// Decimals that show two digits of a noise.
  static func decimals(_ error: Double) -> Int {
    var places = 0
    while places < 6, (error * pow10(places)).rounded() < 10 { places += 1 }
    return places
  }

  static func fixed(_ value: Double, _ places: Int, sign: Bool = false) -> String {
    switch (places, sign) {
    case (0, false): printed("%.0f", value)
    case (1, false): printed("%.1f", value)
    case (2, false): printed("%.2f", value)
    case (3, false): printed("%.3f", value)
    case (4, false): printed("%.4f", value)
    case (5, false): printed("%.5f", value)
    case (_, false): printed("%.6f", value)
    case (0, true): printed("%+.0f", value)
    case (1, true): printed("%+.1f", value)
    case (2, true): printed("%+.2f", value)
    case (3, true): printed("%+.3f", value)
    case (4, true): printed("%+.4f", value)
    case (5, true): printed("%+.5f", value)
    case (_, true): printed("%+.6f", value)
    }
  }
}
