import CTesseraKernels

/// Gathers comparisons, counting repeated ones instead of keeping them.
///
/// Two comparisons are repeated when they name the same two alternatives (in either order), the same annotator, the
/// same prompt and the same outcome, a win, a loss or a tie. Soft labels are kept one by one: a label of 0.7 that was given
/// twenty times is not a share of 0.7 of twenty votes. Memory grows with the number of different ones, 44 to 88 bytes each.
public struct ComparisonTable: Sendable {
  /// The different comparisons so far, each with `a < b`, in the order of first appearance.
  public private(set) var comparisons: [Comparison] = []
  /// Sum of the counts of all that was added.
  public private(set) var total = 0.0

  /// Sums of counts beyond this are refused: their products and squares would leave the range of numbers.
  public static let countLimit = 1e100

  /// Open addressing with linear probing: half of the hash above, so that others are passed over without a look at them, the
  /// position and one more below; 0 is an empty slot.
  private var slots: [UInt64] = Array(repeating: 0, count: 64)

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
    if slots.isEmpty { makeSlots() }

    let kept = Self.ordered(new)
    let hash = Self.hash(kept)
    let slot = slot(kept, hash)
    let position = Self.position(slots[slot])
    if position >= 0, !Self.isSoft(kept) {
      let old = comparisons[position]
      comparisons[position] = Comparison(
        a: kept.a, b: kept.b, outcome: kept.outcome, count: old.count + new.count, annotator: old.annotator,
        prompt: old.prompt)
      return false
    }
    // Of equal soft labels the first one is found again.
    if position < 0 { slots[slot] = UInt64(hash) << 32 | UInt64(comparisons.count + 1) }
    comparisons.append(kept)
    if comparisons.count * 3 > slots.count * 2 { grow() }
    return position < 0
  }

  /// Adds many comparisons that stand for one statement each: what they wait for from memory is asked for ahead.
  ///
  /// - Returns: How many were the first of their kind.
  /// - Throws: as `add`; the comparisons before the one that is refused were added then.
  /// - Complexity: O(new.count).
  package mutating func add(ofOne new: [Comparison]) throws -> Int {
    var first = 0
    let most = 256
    var hashes = [UInt32](repeating: 0, count: min(most, new.count))
    for start in stride(from: 0, to: new.count, by: most) {
      let block = start..<min(start + most, new.count)
      if slots.isEmpty { makeSlots() }
      // What is asked for is a hint: slots that move meanwhile are found all the same.
      let mask = UInt32(truncatingIfNeeded: slots.count - 1)
      slots.withUnsafeBufferPointer { slots in
        for place in block {
          let hash = Self.hash(Self.ordered(new[place]))
          hashes[place - start] = hash
          tessera_prefetch(slots.baseAddress.map { $0 + Int(hash & mask) })
        }
        comparisons.withUnsafeBufferPointer { comparisons in
          for place in block {
            let held = slots[Int(hashes[place - start] & mask)]
            guard UInt32(held >> 32) == hashes[place - start], held != 0 else { continue }
            tessera_prefetch(comparisons.baseAddress.map { $0 + Self.position(held) })
          }
        }
      }
      for place in block where try add(new[place]) { first += 1 }
    }
    return first
  }

  /// Whether a comparison of the same two, in either order, with this annotator, prompt and outcome was added.
  public func contains(_ comparison: Comparison) -> Bool {
    let kept = Self.ordered(comparison)
    guard !slots.isEmpty else { return comparisons.contains { $0.isSame(as: kept) } }
    return slots[slot(kept, Self.hash(kept))] != 0
  }

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

  /// Position of what a slot holds; -1 where it is empty.
  private static func position(_ slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) - 1 }

  private func slot(_ row: Comparison, _ hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    return slots.withUnsafeBufferPointer { slots in
      comparisons.withUnsafeBufferPointer { comparisons in
        while slots[slot] != 0 {
          if UInt32(slots[slot] >> 32) == hash {
            let other = comparisons[Self.position(slots[slot])]
            if other.isSame(as: row) { break }
          }
          slot = (slot + 1) & mask
        }
        return slot
      }
    }
  }

  private static func hash(_ row: Comparison) -> UInt32 {
    let pair = UInt64(UInt32(bitPattern: row.a)) << 32 | UInt64(UInt32(bitPattern: row.b))
    let group = UInt64(UInt32(bitPattern: row.annotator)) << 32 | UInt64(UInt32(bitPattern: row.prompt))
    let outcome = row.outcome.bitPattern
    var hash = (pair ^ (outcome >> 20)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 29)) &+ (group ^ outcome) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 32)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 29
    return UInt32(truncatingIfNeeded: hash)
  }

  /// Gives back what only more comparisons would need: at most a third of the memory. The next `add` makes it again.
  package mutating func settle() { slots = [] }

  private mutating func makeSlots() {
    var count = 64
    while comparisons.count * 3 > count * 2 { count *= 2 }
    slots = Array(repeating: 0, count: count)
    for (position, row) in comparisons.enumerated() {
      let hash = Self.hash(row)
      let slot = slot(row, hash)
      // Of equal soft labels the first one is found again.
      if slots[slot] == 0 { slots[slot] = UInt64(hash) << 32 | UInt64(position + 1) }
    }
  }

  /// Twice as many slots; what they hold tells where it goes.
  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    let mask = slots.count - 1
    slots.withUnsafeMutableBufferPointer { slots in
      for held in old where held != 0 {
        var slot = Int(held >> 32) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = held
      }
    }
  }
}

extension Comparison {
  /// Whether another one says the same, however often. Alternatives stand in the same order.
  fileprivate func isSame(as other: Comparison) -> Bool {
    a == other.a && b == other.b && outcome == other.outcome && annotator == other.annotator
      && prompt == other.prompt
  }
}
