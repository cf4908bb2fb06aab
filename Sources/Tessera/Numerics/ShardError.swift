/// What can be wrong with rows that several machines hold, and with what those machines say of them.
public enum ShardError: KindedError, Equatable {
  /// Sums of other rows than they say.
  case sums(first: Int, count: Int)
  /// A part of the rows that does not follow the one before it.
  case rows(first: Int, expected: Int)
  /// Shards of unlike rows.
  case unlike(shard: Int, what: String, found: String, expected: String)
  /// A document or an array that does not fit the shard.
  case numbers(what: String, found: String, expected: String)
  /// A space that takes more than the bounds of the rows.
  case space(name: String)
  /// Too few dimensions for samples to be searched shard by shard.
  case fewDimensions(Int)
  /// A tree that did not grow in a round.
  case stuck

  public var kind: ErrorKind {
    switch self {
    case .space, .fewDimensions: .option
    default: .data
    }
  }

  public var description: String {
    switch self {
    case .sums(let first, let count):
      "the sums of \(count) rows from \(first) on have more or fewer numbers than their pieces; expected those of one shard"
    case .rows(let first, let expected):
      "the rows from \(first) on follow row \(expected - 1); expected every row once"
    case .unlike(let shard, let what, let found, let expected):
      "shard \(shard): \(what): found \(found), expected \(expected), as in the first shard"
    case .numbers(let what, let found, let expected): "\(what): found \(found), expected \(expected)"
    case .space(let name):
      "the space \(name) takes more than the bounds of the rows; expected bounding-box, unit-cube, centered-cube, a box or a ball with a radius where rows are in shards"
    case .fewDimensions(let d):
      "\(d) dimension\(d == 1 ? "" : "s") need a tree over all rows; expected more than 3 where rows are in shards"
    case .stuck: "no way out of any part was found; expected one for each"
    }
  }
}
