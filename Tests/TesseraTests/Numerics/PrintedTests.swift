import Foundation
import Tessera
import Testing

@Suite struct PrintedTests {
  /// Values of all sizes, both signs, ties of rounding, and what is no number.
  static let values: [Double] = {
    var random = RandomStream(seed: 5, for: .bootstrap)
    var values = [
      0, -0.0, 1, -1, 0.5, 1.5, 2.5, 0.05, 0.125, 9.995, 99.95, 0.0009995, 1e15, 1e16, 1e300, 1e-300, 5e-324,
      .greatestFiniteMagnitude, .nan, .infinity, -.infinity,
    ]
    for _ in 0..<20_000 {
      values.append(random.normal())
      let any = Double(bitPattern: random.next())
      if !any.isNaN { values.append(any) }
    }
    return values
  }()

  /// The formats of the library and a few more, twice: neither takes the type of the other.
  @Test(arguments: zip(formats, plainFormats))
  func `Numbers are printed as Foundation prints them`(format: StaticString, plain: String) {
    for value in Self.values {
      #expect(printed(format, value) == String(format: plain, value))
    }
  }

  static let formats: [StaticString] = [
    "%.1f", "%.0f %%", "%.3g", "%.4g", "%+.3g", "%.2g", "%.4f", "%+.4f", "± %.2e, %%", "%8.3f|", "%-12g|",
    "%.330f",
  ]
  static let plainFormats = [
    "%.1f", "%.0f %%", "%.3g", "%.4g", "%+.3g", "%.2g", "%.4f", "%+.4f", "± %.2e, %%", "%8.3f|", "%-12g|",
    "%.330f",
  ]

  @Test func `Several numbers stand in their order`() {
    #expect(
      printed("%+.3g ± %.2g, %.1f standard errors", 0.51234, 0.0321, 15.96)
        == "+0.512 ± 0.032, 16.0 standard errors")
    #expect(printed("no number") == "no number")
  }

  @Test func `A text may be longer than most`() {
    // Around the room that is tried first, and the longest there is.
    #expect(printed("%.116f", 0.1) == String(format: "%.116f", 0.1))
    #expect(printed("%.117f", 0.1) == String(format: "%.117f", 0.1))
    #expect(printed("%.118f", 0.1) == String(format: "%.118f", 0.1))
    #expect(printed("%.119f", 0.1) == String(format: "%.119f", 0.1))
    #expect(printed("%f", -Double.greatestFiniteMagnitude).utf8.count == 317)
  }

  /// A locale of this machine that writes a comma, which few machines that test have.
  static let comma: String? = ["de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8", "de_DE", "fr_FR"]
    .first { name in
      guard let locale = newlocale(LC_NUMERIC_MASK, name, nil) else { return false }
      freelocale(locale)
      return true
    }

  @Test(.enabled(if: comma != nil, "no locale with a comma is installed"))
  func `A point stays a point whatever locale the process has`() throws {
    // The process's locale, for a moment: nothing else here asks for it.
    let before = try #require(setlocale(LC_NUMERIC, nil).map { String(cString: $0) })
    defer { setlocale(LC_NUMERIC, before) }
    try #require(setlocale(LC_NUMERIC, Self.comma) != nil)
    let commas = withVaList([0.5]) { arguments in
      String(unsafeUninitializedCapacity: 20) { buffer in
        buffer.withMemoryRebound(to: CChar.self) { Int(vsnprintf($0.baseAddress, 20, "%.1f", arguments)) }
      }
    }
    #expect(commas == "0,5")
    let ofThread = uselocale(nil)
    #expect(printed("%.1f", 0.5) == "0.5")
    // And the thread has again what it had.
    #expect(uselocale(nil) == ofThread)
  }
}
