import Tessera
import TesseraFormats
import TesseraReports

/// A leaderboard, as `tessera rank` prints it. Subject: data that were read, their prompts kept; the column that divides the votes and
/// the families are those that they were read with.
///
/// Settings: those of `RankRequest`, and `Printing`. Arrays out: `text`, and `families` where a suggestion was asked for, bytes
/// both. The document has the answer in sentences, and `warnings`.
enum RankOperation {
  struct Printing: Decodable {
    enum Format: String, Decodable, CaseIterable { case table, markdown, csv, json }

    var format: String?
    /// Rows of a table; 0 for all.
    var top: Int?
    /// Of the terminal; nil where nothing limits a table.
    var width: Int?
    var hasColours: Bool?
    /// Whether families that names suggest are written down.
    var suggestsFamilies: Bool?
  }

  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let asked = try request.settings(RankRequest.self)
    let printing = try request.settings(Printing.self)
    let name = printing.format ?? Printing.Format.table.rawValue
    guard let format = Printing.Format(rawValue: name) else {
      throw RequestError.setting(
        "format", found: name, expected: Printing.Format.allCases.map(\.rawValue).joined(separator: ", "))
    }
    if let top = printing.top, top < 0 {
      throw RequestError.setting("top", found: "\(top)", expected: "0 or more")
    }
    let data = try request.subject(Data.self, "data that were read")
    let boards = try RankBoards(
      asked, of: data.dataset, file: data.file, families: data.families, by: data.category, work: work)
    let (table, rows) = (RankTable(boards.document), RowLimit(printing.top))
    let text =
      switch format {
      case .table:
        table.text(rows, for: Medium(width: printing.width, hasColours: printing.hasColours ?? false))
      case .markdown: table.markdown(rows)
      case .csv: table.csv(rows)
      case .json: try DocumentFile.text(boards.document)
      }
    var members: [(key: String, value: JSONValue)] = [
      ("answer", .array(boards.document.answer.map(JSONValue.string))),
      ("warnings", .array(boards.warnings.map(JSONValue.string))),
    ]
    var arrays: [(String, Outcome.Values)] = [("text", .bytes(Array(text.utf8)))]
    if printing.suggestsFamilies ?? false {
      let found = try boards.suggestion(data.dataset)
      members += [
        ("families", .integer(found.families.count)),
        ("members", .integer(found.families.reduce(0) { $0 + $1.members.count })),
      ]
      arrays.append(("families", .bytes(Array(found.csv(data.dataset.alternatives.map(\.id)).utf8))))
    }
    return Outcome(.object(members), arrays: arrays)
  }

  struct Intervals: Decodable {
    /// Of all intervals.
    var level: Double?
  }

  /// Ranks as far as a fit tells them. Subject: a fit. Arrays out, of every alternative within its component: `first ranks` and
  /// `last ranks`, the places that it can have, `places` by the reward alone, 0 where it has no reward; `low` and `high`, the interval
  /// of its reward.
  static func ranks(_ request: Request, _ work: Work) throws -> Outcome {
    let result = try request.subject(RewardFit.Result.self, "a fit")
    var asked = RankRequest()
    if let level = try request.settings(Intervals.self).level { asked.level = level }
    try asked.check()
    let board = try Leaderboard(result, level: asked.level, seed: result.settings.seed, work: work)
    let ranks = board.best.ranks
    func places(_ values: [Int?]) -> Outcome.Values {
      .indices(values.map { Int32(truncatingIfNeeded: $0 ?? 0) })
    }
    return Outcome(
      .object([("level", .number(asked.level)), ("method", .string(ranks.method.rawValue))]),
      arrays: [
        ("first ranks", places(ranks.ranks.map { $0?.lowerBound })),
        ("last ranks", places(ranks.ranks.map { $0?.upperBound })), ("places", places(ranks.places)),
        ("low", .optional(ranks.rewards.map { $0?.lowerBound })),
        ("high", .optional(ranks.rewards.map { $0?.upperBound })),
      ])
  }
}
