extension VoronoiTally {
  /// What a tally is written down as; in JSON under these names, in bytes in this order.
  struct Fields: Codable {
    enum CodingKeys: String, CodingKey {
      case total, first, count, seed, space, choice, fingerprint, outside, copies, groupSize, groups,
        lastSize,
        lastHits
      case hits, squares
    }

    var total: Int
    var first: Int
    var count: Int
    var seed: UInt64
    var space: String
    var choice: String
    var fingerprint: String
    var outside: Int
    var copies: [Int]
    var groupSize: Int
    var groups: Int
    var lastSize: Int
    /// Pairs of an alternative and its hits in the last group, by alternative.
    var lastHits: [[Int]]
    var hits: [Int]
    var squares: [Int]
  }

  /// A field that holds what no count can give.
  struct Refusal: Error {
    let field: Fields.CodingKeys
    let found: String
    let expected: String
  }

  var fields: Fields {
    Fields(
      total: total, first: first, count: count, seed: seed, space: space, choice: choice,
      fingerprint: fingerprint, outside: outside, copies: copies.groupOf, groupSize: tally.groupSize,
      groups: tally.groups, lastSize: tally.lastSize,
      lastHits: tally.lastHits.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }, hits: tally.hits,
      squares: tally.squares)
  }

  init(_ fields: Fields) throws(Refusal) {
    func refuse(_ field: Fields.CodingKeys, _ found: String, _ expected: String) -> Refusal {
      Refusal(field: field, found: found, expected: expected)
    }
    (total, first, self.count, seed) = (fields.total, fields.first, fields.count, fields.seed)
    (space, choice, fingerprint) = (fields.space, fields.choice, fields.fingerprint)
    let count = fields.count
    guard total >= 1, total <= 1 << 50, first >= 0, count >= 1, count <= total, first <= total - count else {
      throw refuse(.count, "the samples \(first) to \(first &+ count) of \(total)", "a part of the whole")
    }
    let (hits, squares) = (fields.hits, fields.squares)
    guard hits.count == squares.count, !hits.isEmpty, hits.allSatisfy({ $0 >= 0 && $0 <= count }),
      squares.allSatisfy({ $0 >= 0 }), Self.sum(hits) == count
    else { throw refuse(.hits, "counts that do not add up to \(count)", "one hit for each sample") }
    let groupOf = fields.copies
    var representatives: [Int] = []
    for (i, group) in groupOf.enumerated() {
      guard group >= 0, group <= representatives.count else {
        throw refuse(.copies, "the group \(group) of alternative \(i)", "groups numbered by first appearance")
      }
      if group == representatives.count { representatives.append(i) }
    }
    guard representatives.count == hits.count else {
      throw refuse(.copies, "\(representatives.count) different alternatives", "\(hits.count)")
    }
    copies = Partition(groupOf: groupOf, representatives: representatives)
    outside = fields.outside
    guard (0...groupOf.count).contains(outside) else {
      throw refuse(.outside, "\(outside)", "0 to \(groupOf.count) alternatives")
    }
    let groupSize = fields.groupSize
    guard (1...Self.unit).contains(groupSize) else {
      throw refuse(.groupSize, "\(groupSize)", "1 to \(Self.unit) samples")
    }
    let groups = fields.groups
    guard groups == (count + groupSize - 1) / groupSize else {
      throw refuse(.groups, "\(groups)", "\((count + groupSize - 1) / groupSize), as \(count) samples make")
    }
    let lastSize = fields.lastSize
    guard lastSize == count - (groups - 1) * groupSize else {
      throw refuse(.lastSize, "\(lastSize)", "\(count - (groups - 1) * groupSize)")
    }
    // Of x_g hits in groups of n samples: sum x <= sum x^2 <= n sum x, and (sum x)^2 <= G sum x^2.
    for i in hits.indices {
      let (x, square) = (hits[i], squares[i])
      guard square >= x, square <= groupSize * x,
        Double(x) * Double(x) <= Double(groups) * Double(square) * (1 + 1e-12)
      else {
        throw refuse(.squares, "\(square) for \(x) hits", "a sum of squares that hits of place \(i) can have")
      }
    }
    var lastHits: [Int: Int] = [:]
    for entry in fields.lastHits {
      guard entry.count == 2, hits.indices.contains(entry[0]), lastHits[entry[0]] == nil,
        (1...groupSize).contains(entry[1]), entry[1] <= hits[entry[0]]
      else { throw refuse(.lastHits, "\(entry)", "an alternative and its hits in the last group") }
      lastHits[entry[0]] = entry[1]
    }
    guard Self.sum(Array(lastHits.values)) == lastSize else {
      throw refuse(
        .lastHits, "\(lastHits.values.reduce(0, &+)) hits", "\(lastSize), the size of the last group")
    }
    tally = CellTally(
      hits: hits, squares: squares, samples: count, groups: groups, groupSize: groupSize, lastSize: lastSize,
      lastHits: lastHits)
  }

  /// nil where the sum is no number that can be held.
  private static func sum(_ values: [Int]) -> Int? {
    var sum = 0
    for value in values {
      let (next, overflow) = sum.addingReportingOverflow(value)
      if overflow { return nil }
      sum = next
    }
    return sum
  }
}

extension VoronoiTally: Codable {
  public func encode(to encoder: any Encoder) throws { try fields.encode(to: encoder) }

  /// - Throws: `DecodingError` for counts that cannot be.
  public init(from decoder: any Decoder) throws {
    let fields = try Fields(from: decoder)
    do {
      try self.init(fields)
    } catch {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath + [error.field],
          debugDescription: "found \(error.found), expected \(error.expected)"))
    }
  }
}
