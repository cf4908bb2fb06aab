import Tessera

extension RowFilter {
  /// What may be left out by name.
  public static let droppable = ["both_bad", "tie", "repeats"]

  package static let time = "a time, as 2026-11-27, 2026-11-27T12:00:00Z or seconds since 1970"

  /// A filter as options and settings spell it.
  ///
  /// - Parameters:
  ///   - since: A time, see `seconds`; rows from then on. nil for all.
  ///   - until: The same; rows before it.
  ///   - dropped: Of `droppable`.
  ///   - limit: A positive number of rows; nil for all.
  /// - Throws: `RowFilterProblem`.
  public init(
    conditions: [Condition] = [], since: String? = nil, until: String? = nil, dropping dropped: [String] = [],
    limit: Int? = nil
  ) throws {
    self.init()
    func seconds(_ name: String, _ text: String?) throws -> Double? {
      guard let text else { return nil }
      guard let found = Self.seconds(text) else {
        throw RowFilterProblem.setting(name, found: text, expected: Self.time)
      }
      return found
    }
    self.conditions = conditions
    self.since = try seconds("since", since)
    self.until = try seconds("until", until)
    if let other = dropped.first(where: { !Self.droppable.contains($0) }) {
      throw RowFilterProblem.setting(
        "drop", found: other, expected: "some of \(Self.droppable.joined(separator: ", "))")
    }
    self.dropped = Set(dropped).subtracting(["repeats"])
    dropsRepeats = dropped.contains("repeats")
    if let limit, limit < 1 {
      throw RowFilterProblem.setting("limit", found: "\(limit)", expected: "a positive number of rows")
    }
    self.limit = limit
  }
}

/// What a filter can object to.
public enum RowFilterProblem: KindedError, Equatable {
  /// The part by name: since, until, drop, limit.
  case setting(String, found: String, expected: String)

  public var kind: ErrorKind { .option }

  public var description: String {
    switch self {
    case .setting(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
    }
  }
}
