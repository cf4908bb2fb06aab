import Tessera
import TesseraFormats

/// What the map of a page shows, column by column: a place for each alternative, its group, family, weights and rewards.
///
/// Smaller than the documents that hold the same: of those outside all groups it has the beginning of the text, and places and
/// weights to five digits.
struct AuditMap {
  let audit: CloneAudit
  /// What the schemes are called.
  let names: [String]
  /// Of each alternative; nil where none are declared.
  let families: [String?]?

  /// Of a text that is shown beside the pointer alone.
  private static let shortText = 240

  var json: JSONValue {
    let alternatives = audit.dataset.alternatives
    let groups = audit.duplicates
    let known = audit.estimates.map(\.fit.known)
    var columns: [(key: String, value: JSONValue)] = [
      ("schemes", .array(names.map(JSONValue.string))),
      ("ids", .array(alternatives.map { .string($0.id) })),
      ("x", .array(audit.plane.map { Self.number($0.x) })),
      ("y", .array(audit.plane.map { Self.number($0.y) })),
      ("groups", .array(groups.groupOf.map { $0.map { .integer($0 + 1) } ?? .null })),
      ("distances", .array(groups.nearest.map { $0.map { Self.number($0.distance) } ?? .null })),
      ("weights", .array(audit.estimates.map { .array($0.weights.values.map(Self.number)) })),
      ("rewards", .array(known.map { .array($0.map { $0.map(Self.number) ?? .null }) })),
      ("members", .object(members)),
    ]
    func add(_ key: String, _ texts: [String?]) {
      guard texts.contains(where: { $0 != nil }) else { return }
      columns.append((key, .array(texts.map { $0.map(JSONValue.string) ?? .null })))
    }
    add(
      "texts",
      alternatives.indices.map { i in
        alternatives[i].text.map { groups.groupOf[i] == nil ? String($0.prefix(Self.shortText)) : $0 }
      })
    add("models", alternatives.map(\.model))
    add("prompts", alternatives.map(\.prompt))
    add("families", families ?? [])
    return .object(columns)
  }

  /// What to do with the members of groups, by their place.
  private var members: [(key: String, value: JSONValue)] {
    let words = DuplicateWords(
      audit.duplicates, audit.decisions, ids: audit.dataset.alternatives.map(\.id))
    return audit.decisions.members.joined().map { member in
      (
        "\(member.alternative)",
        .object([
          ("decision", .string(member.decision.rawValue)), ("reason", .string(words.reason(member.reason))),
          ("distance", Self.number(member.distance)),
        ])
      )
    }
  }

  /// Five digits: a map shows no more.
  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .number(Double(printed("%.5g", value)) ?? value) : .null
  }
}
