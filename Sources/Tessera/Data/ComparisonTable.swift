/// Gathers comparisons, counting repeated ones instead of keeping them.
///
/// Two comparisons are repeated when they name the same two alternatives (in either order), the same annotator, the
/// same prompt and the same outcome, a win, a loss or a tie. Soft labels are kept one by one: a label of 0.7 that was given
/// twenty times is not a share of 0.7 of twenty votes. Memory grows with the number of different ones, 36 to 72 bytes each.
public struct ComparisonTable: Sendable {
  /// The different comparisons so far, each with `a < b`, in the order of first appearance.
  public private(set) var comparisons: [Comparison] = []
  /// Sum of the counts of all that was added.
  public private(set) var total = 0.0

  /// Sums of counts beyond this are refused: their products and squares would leave the range of numbers.
  public static let countLimit = 1e100

  /// Open addressing with linear probing: position of a comparison, or -1.
  private var slots: [Int32] = Array(repeating: -1, count: 64)

  public init() {}

  public init(_ comparisons: some Sequence<Comparison>) throws {
    for comparison in comparisons { try add(comparison) }
  }

  /// Adds one comparison.
  ///
  /// - Returns: Whether it was the first of its kind: of the same two, in either order, with this annotator, prompt and outcome.
  /// - Throws: `DatasetError` when the two alternatives are one, the outcome is outside [0, 1], the count is not a
  ///   positive number, or the counts add up to more than `countLimit`.
  @discardableResult
  public mutating func add(_ new: Comparison) throws -> Bool {
    guard new.a != new.b else { throw DatasetError.comparedWithItself(alternative: Int(new.a)) }
    guard new.outcome >= 0, new.outcome <= 1 else { throw DatasetError.outcome(found: new.outcome) }
    guard new.count > 0, new.count.isFinite else { throw DatasetError.count(found: new.count) }
    guard total + new.count <= Self.countLimit else {
      throw DatasetError.countSum(found: total + new.count, limit: Self.countLimit)
    }
    total += new.count

    let kept = Self.ordered(new)
    let slot = slot(kept)
    let position = slots[slot]
    if position >= 0, !Self.isSoft(kept) {
      let old = comparisons[Int(position)]
      comparisons[Int(position)] = Comparison(
        a: kept.a, b: kept.b, outcome: kept.outcome, count: old.count + new.count, annotator: old.annotator,
        prompt: old.prompt)
      return false
    }
    // Of equal soft labels the first one is found again.
    if position < 0 { slots[slot] = Int32(comparisons.count) }
    comparisons.append(kept)
    if comparisons.count * 3 > slots.count * 2 { grow() }
    return position < 0
  }

  /// Whether a comparison of the same two, in either order, with this annotator, prompt and outcome was added.
  public func contains(_ comparison: Comparison) -> Bool { slots[slot(Self.ordered(comparison))] >= 0 }

  /// The same with `a < b`.
  private static func ordered(_ new: Comparison) -> Comparison {
    let swapped = new.a > new.b
    // Adding zero makes -0 and 0 one outcome.
    let outcome = swapped ? 1 - new.outcome : new.outcome + 0
    return Comparison(
      a: swapped ? new.b : new.a, b: swapped ? new.a : new.b, outcome: outcome, count: new.count,
      annotator: new.annotator, prompt: new.prompt)
  }

  private static func isSoft(_ row: Comparison) -> Bool {
    row.outcome != 0 && row.outcome != 0.5 && row.outcome != 1
  }

  /// Adds the comparisons of another table, whose numbers may stand for other names.
  ///
  /// - Parameters:
  ///   - alternatives: For each alternative of the other table its number here; nil where the numbers are the same.
  ///   - annotators, prompts: The same for annotators and prompts.
  /// - Throws: `DatasetError`, as `add` does.
  public mutating func merge(
    _ other: ComparisonTable, alternatives: [Int]? = nil, annotators: [Int]? = nil, prompts: [Int]? = nil
  ) throws {
    func place(_ number: Int32, _ map: [Int]?) -> Int32 {
      number >= 0 ? map.map { Int32($0[Int(number)]) } ?? number : number
    }
    for comparison in other.comparisons {
      try add(
        Comparison(
          a: place(comparison.a, alternatives), b: place(comparison.b, alternatives),
          outcome: comparison.outcome,
          count: comparison.count, annotator: place(comparison.annotator, annotators),
          prompt: place(comparison.prompt, prompts)))
    }
  }

  private func slot(_ row: Comparison) -> Int {
    let mask = slots.count - 1
    var slot = Self.hash(row.a, row.b, row.annotator, row.prompt, row.outcome) & mask
    return slots.withUnsafeBufferPointer { slots in
      comparisons.withUnsafeBufferPointer { comparisons in
        while slots[slot] >= 0 {
          let other = comparisons[Int(slots[slot])]
          if other.a == row.a, other.b == row.b, other.outcome == row.outcome,
            other.annotator == row.annotator, other.prompt == row.prompt
          {
            break
          }
          slot = (slot + 1) & mask
        }
        return slot
      }
    }
  }

  private static func hash(_ a: Int32, _ b: Int32, _ annotator: Int32, _ prompt: Int32, _ outcome: Double)
    -> Int
  {
    let pair = UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
    let group = UInt64(UInt32(bitPattern: annotator)) << 32 | UInt64(UInt32(bitPattern: prompt))
    var hash = (pair ^ (outcome.bitPattern >> 20)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 29)) &+ (group ^ outcome.bitPattern) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 32)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 29
    return Int(truncatingIfNeeded: hash)
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (position, old) in comparisons.enumerated() {
      if Self.isSoft(old) {
        let slot = slot(old)
        if slots[slot] < 0 { slots[slot] = Int32(position) }
        continue
      }
      // All others are different: a place is any that is free, without a look at what stands there.
      var slot = Self.hash(old.a, old.b, old.annotator, old.prompt, old.outcome) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(position)
    }
  }
}
