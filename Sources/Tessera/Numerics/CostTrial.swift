import CTesseraKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What work will cost, told by parts of it that are done: trials of doubling size, and how their costs grow.
///
/// A cost is taken for a + b n^p, with p between bounds that the kind of work knows. Of trials of n/4, n/2 and n the differences
/// tell p within them, and the rest follows:
///
///     cost(N) = cost(n) + (cost(n) - cost(n/2)) ((N/n)^p - 1) / (1 - 2^-p)
///
/// Where the whole is reached within the budget it was done, and its cost is no estimate. What does not hold: a machine that does
/// other work meanwhile, and work that turns to another method between the trials and the whole, cost something else.
public struct CostTrial: Sendable, Equatable {
  public struct Part: Sendable, Equatable {
    public let size: Int
    public let seconds: Double
    /// Of memory, beyond what was in use before; nil where the system does not tell.
    public let bytes: Double?

    package init(size: Int, seconds: Double, bytes: Double?) {
      (self.size, self.seconds, self.bytes) = (size, seconds, bytes)
    }
  }

  /// Smallest first.
  public let parts: [Part]
  /// What was asked about.
  public let whole: Int
  /// Estimated for the whole.
  public let seconds: Double
  /// The same of memory, beyond what was in use before.
  public let bytes: Double?
  /// How fast the cost was taken to grow, at least and at most.
  public let powers: ClosedRange<Double>

  /// How fast memory can grow: what is held of pairs of answers is held in pieces.
  private static let memory = 0.8...1.2

  /// Whether the whole was done.
  public var isMeasured: Bool { parts.last?.size == whole }

  /// - Parameters:
  ///   - whole: Of what is asked about: rows, comparisons, samples. At least 1.
  ///   - least: The smallest part that works as the whole does.
  ///   - powers: How fast the cost can grow.
  ///   - budget: Seconds of a trial after which there is none of twice the size.
  ///   - prepare: What a part of a size does; making it ready does not count.
  /// - Throws: what the parts throw.
  /// - Complexity: some three to five times the budget, or twice the work itself where that is less.
  public init(
    of whole: Int, from least: Int, powers: ClosedRange<Double>, budget: Double = 0.4,
    _ prepare: (_ size: Int) throws -> () throws -> Void
  ) throws {
    var parts: [Part] = []
    var size = min(max(least, 1), whole)
    // The first call of all opens libraries and starts threads; where it is long that is a trifle.
    let first = try Self.trial(size, prepare)
    if first.seconds >= budget { parts.append(first) }
    while true {
      if parts.last?.size != size {
        var part = try Self.trial(size, prepare)
        // Short ones are easily disturbed.
        if part.seconds < budget / 4 {
          let again = try Self.trial(size, prepare)
          if again.seconds < part.seconds {
            part = Part(size: size, seconds: again.seconds, bytes: part.bytes)
          }
        }
        parts.append(part)
      }
      guard size < whole, parts.count < 2 || (parts.last?.seconds ?? 0) < budget else { break }
      size = size > whole / 2 ? whole : 2 * size
    }
    self.init(of: whole, parts, powers: powers)
  }

  private static func trial(_ size: Int, _ prepare: (Int) throws -> () throws -> Void) throws -> Part {
    let run = try prepare(size)
    let before = tessera_watch_peak()
    let start = ContinuousClock.now
    try run()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let most = before < 0 ? -1 : tessera_peak_memory()
    return Part(size: size, seconds: seconds, bytes: most < 0 ? nil : Double(max(most - before, 0)))
  }

  package init(of whole: Int, _ parts: [Part], powers: ClosedRange<Double>) {
    self.parts = parts
    self.whole = whole
    self.powers = powers
    seconds = Self.extrapolated(parts.map { (Double($0.size), $0.seconds) }, to: Double(whole), powers)
    let bytes = parts.compactMap(\.bytes)
    self.bytes =
      bytes.count < parts.count
      ? nil
      : Self.extrapolated(zip(parts, bytes).map { (Double($0.size), $1) }, to: Double(whole), Self.memory)
  }

  /// - Parameter costs: Sizes that double, but for the last one where it is the whole.
  private static func extrapolated(
    _ costs: [(size: Double, cost: Double)], to whole: Double, _ powers: ClosedRange<Double>
  ) -> Double {
    guard let last = costs.last else { return 0 }
    guard last.size < whole else { return last.cost }
    guard costs.count > 1 else { return last.cost * whole / last.size }
    let step = last.cost - costs[costs.count - 2].cost
    guard step > 0 else { return last.cost }
    var power = (powers.lowerBound * powers.upperBound).squareRoot()
    if costs.count > 2 {
      let before = costs[costs.count - 2].cost - costs[costs.count - 3].cost
      power = before > 0 ? log2(step / before) : powers.upperBound
    }
    power = min(max(power, powers.lowerBound), powers.upperBound)
    return last.cost + step * (pow(whole / last.size, power) - 1) / (1 - pow(2, -power))
  }
}

/// What this program takes of memory.
package enum MemoryPeak {
  /// Its most since the beginning, or since a trial; nil where the system does not tell.
  package static var bytes: Double? {
    let bytes = tessera_peak_memory()
    return bytes < 0 ? nil : Double(bytes)
  }

  /// What is in use now, files that are mapped among them.
  package static var now: Double? {
    let bytes = tessera_watch_peak()
    return bytes < 0 ? nil : Double(bytes)
  }
}
