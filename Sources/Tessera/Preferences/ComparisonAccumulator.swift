/// Gathers comparisons, counting repeated ones instead of keeping them.
///
/// Two comparisons are repeated when they name the same two alternatives (in either order), the same
/// annotator and the same prompt. Memory grows with the number of different ones, 36 to 72 bytes each.
public struct ComparisonAccumulator: Sendable {
  /// The different comparisons so far, each with `a < b`, in the order of first appearance.
  public private(set) var comparisons: [Comparison] = []
  /// Sum of the counts of all that was added.
  public private(set) var total = 0.0
  /// The part of `total` with an outcome of exactly one half.
  public private(set) var ties = 0.0
  /// The part of `total` with an outcome other than 0, 1/2 and 1.
  public private(set) var softLabels = 0.0

  /// Open addressing with linear probing: position of a comparison, or -1.
  private var slots: [Int32] = Array(repeating: -1, count: 64)

  public init() {}

  /// Adds one comparison.
  ///
  /// - Throws: `DatasetError` when the two alternatives are one, the outcome is outside [0, 1] or the count
  ///   is not a positive number.
  public mutating func add(_ new: Comparison) throws {
    guard new.a != new.b else { throw DatasetError.comparedWithItself(alternative: Int(new.a)) }
    guard new.outcome >= 0, new.outcome <= 1 else { throw DatasetError.outcome(found: new.outcome) }
    guard new.count > 0, new.count.isFinite else { throw DatasetError.count(found: new.count) }
    total += new.count
    if new.outcome == 0.5 {
      ties += new.count
    } else if new.outcome > 0, new.outcome < 1 {
      softLabels += new.count
    }

    let swapped = new.a > new.b
    let a = swapped ? new.b : new.a
    let b = swapped ? new.a : new.b
    let outcome = swapped ? 1 - new.outcome : new.outcome
    let slot = slot(a, b, new.annotator, new.prompt)
    let position = slots[slot]
    if position >= 0 {
      let old = comparisons[Int(position)]
      let count = old.count + new.count
      comparisons[Int(position)] = Comparison(
        a: a, b: b, outcome: (old.outcome * old.count + outcome * new.count) / count, count: count,
        annotator: old.annotator, prompt: old.prompt)
    } else {
      slots[slot] = Int32(comparisons.count)
      comparisons.append(
        Comparison(
          a: a, b: b, outcome: outcome, count: new.count, annotator: new.annotator, prompt: new.prompt))
      if comparisons.count * 3 > slots.count * 2 { grow() }
    }
  }

  private func slot(_ a: Int32, _ b: Int32, _ annotator: Int32, _ prompt: Int32) -> Int {
    let mask = slots.count - 1
    let pair = UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
    let group = UInt64(UInt32(bitPattern: annotator)) << 32 | UInt64(UInt32(bitPattern: prompt))
    var hash = pair &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 29)) &+ group &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 32)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 29
    var slot = Int(truncatingIfNeeded: hash) & mask
    return slots.withUnsafeBufferPointer { slots in
      comparisons.withUnsafeBufferPointer { comparisons in
        while slots[slot] >= 0 {
          let other = comparisons[Int(slots[slot])]
          if other.a == a, other.b == b, other.annotator == annotator, other.prompt == prompt { break }
          slot = (slot + 1) & mask
        }
        return slot
      }
    }
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for (position, old) in comparisons.enumerated() {
      slots[slot(old.a, old.b, old.annotator, old.prompt)] = Int32(position)
    }
  }
}
