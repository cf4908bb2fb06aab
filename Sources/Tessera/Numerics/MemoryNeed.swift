import CTesseraKernels

/// Memory that work is about to ask for, known before it begins.
///
///     try MemoryNeed("a matrix of distances", rows: m, columns: m).require()
///
/// What cannot be had is refused in words, in place of a program that the system ends when it asks.
public struct MemoryNeed: Sendable, Equatable {
  /// What it is for, as messages call it.
  public let what: String
  /// How many bytes; `Int.max` for more.
  public let bytes: Int

  public init(_ what: String, bytes: Int) { (self.what, self.bytes) = (what, max(bytes, 0)) }

  /// - Parameters:
  ///   - width: Bytes of a number.
  ///   - copies: How many of such arrays are there at once.
  public init(_ what: String, rows: Int, columns: Int, width: Int = 8, copies: Int = 1) {
    let size = [rows, columns, width, copies].reduce(1) { product, factor in
      let (next, overflow) = product.multipliedReportingOverflow(by: max(factor, 0))
      return overflow ? .max : next
    }
    self.init("\(what) (\(rows) x \(columns) numbers)", bytes: size)
  }

  /// Below this nobody is asked: what a program has about it anyway.
  static let trifle = 1 << 20

  /// Makes sure that there is so much, under the limit that is set and on this machine.
  ///
  /// - Throws: `MemoryError`.
  /// - Complexity: some reads of what the system tells, below a millisecond; none for less than a megabyte.
  public func require(within budget: MemoryBudget = .current) throws {
    guard bytes > Self.trifle else { return }
    if let limit = budget.limit {
      let used = Int(tessera_used_memory())
      guard bytes <= limit.bytes - min(used, limit.bytes) else {
        throw MemoryError(need: self, used: used, reason: .limit(limit))
      }
    }
    guard bytes <= Int(tessera_free_memory()) else { throw refusal }
  }

  /// What is said where the system did not give it.
  package var refusal: MemoryError {
    MemoryError(need: self, used: 0, reason: .machine(free: Int(tessera_free_memory())))
  }
}

/// Work that needs more memory than there is.
public struct MemoryError: KindedError, Equatable {
  public enum Reason: Sendable, Equatable {
    case limit(MemoryLimit)
    case machine(free: Int)
  }

  public let need: MemoryNeed
  /// Bytes that were in use before.
  public let used: Int
  public let reason: Reason

  public var kind: ErrorKind { .memory }

  public var description: String {
    let start = "\(need.what) would need \(MemoryLimit.words(need.bytes))"
    switch reason {
    case .limit(let limit):
      let (sum, overflow) = used.addingReportingOverflow(need.bytes)
      let (all, most) = (MemoryLimit.words(overflow ? .max : sum), MemoryLimit.words(limit.bytes))
      return "\(start), \(all) with what is in use; expected \(most) at most, the limit of memory"
    case .machine(let free):
      return "\(start); expected \(MemoryLimit.words(free)) at most, which is free here"
    }
  }
}
