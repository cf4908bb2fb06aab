import Synchronization

/// The memory that a program may use, spelled as 4GiB or 500MB.
public struct MemoryLimit: Sendable, Equatable {
  public let bytes: Int

  public init(bytes: Int) { self.bytes = bytes }

  /// Reads a positive number with a unit: B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024), in any
  /// case; nil for anything else.
  public init?(name: String) {
    let digits = name.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let units: [String: Double] = [
      "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 0x1p10, "mib": 0x1p20, "gib": 0x1p30,
      "tib": 0x1p40,
    ]
    guard let unit = units[name.dropFirst(digits.count).lowercased()], let number = Double(digits),
      number * unit >= 1, number * unit < 0x1p62
    else { return nil }
    bytes = Int(number * unit)
  }

  /// What is accepted, for messages.
  public static let spelling = "a size such as 4GiB or 500MB"

  /// A number of bytes in words: 2.9 GiB.
  package static func words(_ bytes: Int) -> String {
    var (size, power) = (Double(bytes), 0)
    while size >= 1024, power < 4 { (size, power) = (size / 1024, power + 1) }
    let unit = ["bytes", "KiB", "MiB", "GiB", "TiB"][power]
    return power == 0 ? "\(bytes) bytes" : "\(printed("%.1f", size)) \(unit)"
  }
}

/// What of the machine's memory work may use: a limit, and what is free.
///
/// The limit of the task that works: who sets none is bounded by the machine alone.
///
///     try MemoryBudget.$current.withValue(MemoryBudget(limit: MemoryLimit(name: "4GiB"))) { try RewardFit().run(data) }
public final class MemoryBudget: Sendable {
  @TaskLocal public static var current = MemoryBudget()

  private let chosen: Mutex<MemoryLimit?>

  public init(limit: MemoryLimit? = nil) { chosen = Mutex(limit) }

  public var limit: MemoryLimit? { chosen.withLock { $0 } }

  /// For those who learn of the limit after the work has begun.
  package func set(_ limit: MemoryLimit) { chosen.withLock { $0 = limit } }
}
