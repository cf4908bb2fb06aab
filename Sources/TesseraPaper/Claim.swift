import Foundation
import Tessera
import TesseraFormats

/// One statement, what we computed for it, and what follows.
public struct Claim: Sendable, Equatable {
  public enum Verdict: String, Sendable, CaseIterable {
    case holds
    /// A statement about mathematics that a calculation contradicts: an error, ours or the paper's.
    case fails
    /// A statement about data or a setting that was not found with ours, or not beyond chance.
    case doesNotHoldHere = "does not hold here"
  }

  /// What a statement is about, which decides what it means that it was not found.
  public enum Kind: Sendable {
    case mathematics
    /// Data and settings, of which the paper's are not ours.
    case setting

    func verdict(_ holds: Bool) -> Verdict {
      holds ? .holds : self == .mathematics ? .fails : .doesNotHoldHere
    }
  }

  /// Where it stands in the paper.
  public let source: String
  public let statement: String
  /// What the paper prints; empty where it prints no number.
  public let paper: String
  /// Our own value, or the bound that was tested.
  public let expected: String
  public let found: String
  public let verdict: Verdict

  public var holds: Bool { verdict == .holds }

  public init(
    source: String, statement: String, paper: String = "", expected: String, found: String, verdict: Verdict
  ) {
    (self.source, self.statement, self.paper) = (source, statement, paper)
    (self.expected, self.found, self.verdict) = (expected, found, verdict)
  }

  /// A claim about numbers: it holds when each is within `tolerance` of ours, and rounds to what the paper prints.
  public static func values(
    _ source: String, _ statement: String, paper: String = "", expected: [Double], found: [Double],
    tolerance: Double, digits: Int = 4
  ) -> Claim {
    func spell(_ values: [Double]) -> String {
      values.map { String(format: "%.\(digits)f", $0) }.joined(separator: ", ")
    }
    let close = expected.count == found.count && zip(expected, found).allSatisfy { abs($0 - $1) <= tolerance }
    return Claim(
      source: source, statement: statement, paper: paper, expected: spell(expected), found: spell(found),
      verdict: Kind.mathematics.verdict(close && (paper.isEmpty || rounds(found, to: paper))))
  }

  /// Whether numbers round to printed ones, all printed with as many digits as the longest of them.
  static func rounds(_ values: [Double], to printed: String) -> Bool {
    let words = printed.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    let digits = words.map { $0.split(separator: ".").dropFirst().first?.count ?? 0 }.max() ?? 0
    // A number that lies on the border between two roundings may go either way.
    let half = 0.5 * pow(10, -Double(digits)) + 1e-12
    return words.count == values.count
      && zip(words, values).allSatisfy { word, value in Double(word).map { abs($0 - value) <= half } ?? false
      }
  }

  /// A claim that a number is at most a bound.
  public static func atMost(
    _ source: String, _ statement: String, bound: Double, found: Double, _ kind: Kind = .mathematics
  ) -> Claim {
    Claim(
      source: source, statement: statement, expected: "at most " + short(bound), found: short(found),
      verdict: kind.verdict(found <= bound))
  }

  /// A claim that a number is at least a bound.
  public static func atLeast(
    _ source: String, _ statement: String, bound: Double, found: Double, _ kind: Kind = .mathematics
  ) -> Claim {
    Claim(
      source: source, statement: statement, expected: "at least " + short(bound), found: short(found),
      verdict: kind.verdict(found >= bound))
  }

  /// A claim that a number is above zero.
  public static func positive(_ source: String, _ statement: String, found: Double) -> Claim {
    Claim(
      source: source, statement: statement, expected: "above 0", found: short(found),
      verdict: Kind.mathematics.verdict(found > 0))
  }

  static func short(_ value: Double) -> String { String(format: "%.3g", value) }
}
