import Foundation
import Tessera
import TesseraFormats
import TesseraReports

/// One statement of the paper, what we computed for it, and whether it holds.
public struct Claim: Sendable {
  /// Where it stands in the paper.
  public let source: String
  public let statement: String
  /// The paper's value or bound.
  public let expected: String
  /// Ours.
  public let found: String
  public let holds: Bool

  public init(source: String, statement: String, expected: String, found: String, holds: Bool) {
    self.source = source
    self.statement = statement
    self.expected = expected
    self.found = found
    self.holds = holds
  }

  /// A claim about numbers: it holds when each is within `tolerance` of the paper's.
  public static func values(
    _ source: String, _ statement: String, expected: [Double], found: [Double], tolerance: Double,
    digits: Int = 4
  ) -> Claim {
    func spell(_ values: [Double]) -> String {
      values.map { String(format: "%.\(digits)f", $0) }.joined(separator: ", ")
    }
    let close = expected.count == found.count && zip(expected, found).allSatisfy { abs($0 - $1) <= tolerance }
    return Claim(
      source: source, statement: statement, expected: spell(expected), found: spell(found), holds: close)
  }

  /// A claim that a number is at most a bound.
  public static func atMost(_ source: String, _ statement: String, bound: Double, found: Double) -> Claim {
    Claim(
      source: source, statement: statement, expected: "at most " + short(bound), found: short(found),
      holds: found <= bound)
  }

  /// A claim that a number is at least a bound.
  public static func atLeast(_ source: String, _ statement: String, bound: Double, found: Double) -> Claim {
    Claim(
      source: source, statement: statement, expected: "at least " + short(bound), found: short(found),
      holds: found >= bound)
  }

  /// A claim that a number is above zero.
  public static func positive(_ source: String, _ statement: String, found: Double) -> Claim {
    Claim(source: source, statement: statement, expected: "above 0", found: short(found), holds: found > 0)
  }

  static func short(_ value: Double) -> String { String(format: "%.3g", value) }

  var json: JSONValue {
    .object([
      ("source", .string(source)), ("statement", .string(statement)), ("expected", .string(expected)),
      ("found", .string(found)), ("holds", .bool(holds)),
    ])
  }
}

/// A part of the paper: claims and the figures that show them.
public struct PaperSection: Sendable {
  /// The name that chooses it.
  public let name: String
  public let title: String
  public let paragraphs: [String]
  public let claims: [Claim]
  public let figures: [PlotlyFigure]
  /// What was found beside the claims.
  public var tables: [HTMLPage.Table] = []
}

/// Solves both estimates to their certificate, as every section does.
func rewards(_ winRates: WinRates, weights: [Double]? = nil, lambda: Double = 0.1) throws -> [Double] {
  let m = winRates.alternatives
  let problem = try BradleyTerry(
    winRates: winRates, weights: weights ?? Array(repeating: 1 / Double(m), count: m), lambda: lambda)
  return try NewtonSolver().solve(problem).rewards
}

func largestShift(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
