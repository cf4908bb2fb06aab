import Foundation
import Synchronization
import Tessera

/// Values with their mean and its standard error.
struct Mean: Sendable {
  var values: [Double] = []

  var mean: Double { values.reduce(0, +) / Double(max(values.count, 1)) }

  /// 0 for a single value.
  var error: Double {
    let n = Double(values.count)
    guard n > 1 else { return 0 }
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1) / n).squareRoot()
  }

  /// "0.012 ± 0.003".
  func spelled(digits: Int = 4) -> String {
    values.isEmpty ? "-" : String(format: "%.\(digits)f ± %.\(digits)f", mean, error)
  }
}

/// A small number with its size, any other with three digits.
func short(_ value: Double) -> String {
  String(format: value != 0 && abs(value) < 0.001 ? "%.0e" : "%.3f", value)
}

/// How many times larger one shift is than another.
func ratio(_ large: Double, _ small: Double) -> String {
  if small < 1e-6 * large { return "over 1e6" }
  return String(format: large > 10 * small ? "%.0f" : large > small ? "%.1f" : "%.2f", large / small)
}

func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

/// The line under a table's head.
func rule(columns: Int) -> String { "|" + String(repeating: "---|", count: columns) }

/// The standard deviation of rewards, which shifts are measured in.
func deviation(_ values: [Double]) -> Double {
  let mean = values.reduce(0, +) / Double(values.count)
  return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
}

/// The values of pieces that do not depend on one another, on all cores, in the order of the pieces.
func inParallel<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Value) throws -> [Value] {
  let results = Mutex([Result<Value, any Error>?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { piece in
    let found = Result { try body(piece) }
    results.withLock { $0[piece] = found }
  }
  return try results.withLock { $0 }.compactMap { try $0?.get() }
}

/// How long something takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start).inSeconds
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// How long the parts of a run took: the only figures that differ from run to run.
struct Clock {
  private var parts: [(name: String, seconds: Double)] = []

  mutating func time<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
    let start = ContinuousClock.now
    let value = try body()
    parts.append((name, (ContinuousClock.now - start).inSeconds))
    return value
  }

  func printTable() {
    print("\n### Time\n")
    print("Seconds by the clock on \(Work.availableCores) cores; these figures differ from run to run.\n")
    print("| part | seconds |\n|---|---|")
    for part in parts { print("| \(part.name) | \(String(format: "%.0f", part.seconds)) |") }
    print("| all | \(String(format: "%.0f", parts.reduce(0) { $0 + $1.seconds })) |")
  }
}
