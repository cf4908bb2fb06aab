import Tessera
import TesseraFormats
import TesseraReports

/// results.json: settings, and for each section all that the report says, so that a run that was interrupted can go on.
extension Reproduction {
  public var json: JSONValue {
    .object([
      ("holds", .bool(!claims.contains { $0.verdict == .fails })),
      (
        "verdicts",
        .object(
          Claim.Verdict.allCases.map { verdict in
            (verdict.rawValue, .integer(claims.count { $0.verdict == verdict }))
          })
      ),
      ("settings", settings.json),
      ("sections", .array(sections.map(\.json))),
    ])
  }

  /// A reproduction that goes on from what an earlier one wrote.
  ///
  /// - Parameter results: The text of results.json.
  /// - Returns: nil where the settings were others, or the text is not one of ours. A section whose figures cannot be
  ///   read is left out, and so computed again: earlier versions kept them in files of their own.
  public init?(_ settings: Settings, resuming results: String) {
    guard let json = try? JSONReader.value(of: results), json["settings"] == settings.json,
      case .array(let sections)? = json["sections"]
    else { return nil }
    self.init(settings, sections: sections.compactMap { PaperSection($0) })
  }
}

extension Reproduction.Settings {
  /// All that decides what a section says.
  package var json: JSONValue {
    .object([
      ("instances", .integer(instances)), ("seed", .string(String(seed))),
      ("comparisons", .integer(study.comparisons)), ("runs", .integer(study.runs)),
      ("repeats", .integer(study.repeats)), ("populations", .integer(study.populations)),
      ("dimension", .integer(study.dimension)), ("source", .string(study.sourceWords)),
      ("embedder", .string(study.embedder?.name ?? "builtin")),
      (
        "annotators",
        .array(
          study.annotators.map { type in
            .object(
              [("share", .number(type.share))]
                + ParisDescriptions.Topic.originals.map { ($0.rawValue, .string(type.attitude($0).name)) })
          })
      ),
    ])
  }
}

extension Claim {
  var json: JSONValue {
    .object([
      ("source", .string(source)), ("statement", .string(statement)), ("paper", .string(paper)),
      ("expected", .string(expected)), ("found", .string(found)), ("holds", .bool(holds)),
      ("verdict", .string(verdict.rawValue)),
    ])
  }

  init?(_ json: JSONValue) {
    guard let source = json["source"]?.textValue, let statement = json["statement"]?.textValue,
      let paper = json["paper"]?.textValue, let expected = json["expected"]?.textValue,
      let found = json["found"]?.textValue,
      let verdict = json["verdict"]?.textValue.flatMap(Verdict.init(rawValue:))
    else { return nil }
    self.init(
      source: source, statement: statement, paper: paper, expected: expected, found: found, verdict: verdict)
  }
}

extension PaperSection {
  var json: JSONValue {
    .object([
      ("name", .string(name)), ("title", .string(title)),
      ("paragraphs", .array(paragraphs.map(JSONValue.string))), ("claims", .array(claims.map(\.json))),
      (
        "tables",
        .array(
          tables.map { table in
            guard case .object(let members) = table.json else { return table.json }
            return .object(members + [("numeric", .array(table.numeric.sorted().map(JSONValue.integer)))])
          })
      ),
      ("figures", .array(figures.map { .string("figures/\($0.name).vl.json") })),
      ("captions", .array(figures.map { .string($0.caption) })),
      ("drawings", .array(figures.map(\.json))),
    ])
  }

  init?(_ json: JSONValue) {
    guard let name = json["name"]?.textValue, let title = json["title"]?.textValue,
      let claims = json["claims"]?.elements,
      let paragraphs = json["paragraphs"]?.elements, let tables = json["tables"]?.elements,
      let drawings = json["drawings"]?.elements
    else { return nil }
    let figures = drawings.compactMap { Figure($0) }
    let read = claims.compactMap { Claim($0) }
    guard figures.count == drawings.count, read.count == claims.count else { return nil }
    self.init(
      name: name, title: title, paragraphs: paragraphs.compactMap(\.textValue), claims: read,
      figures: figures,
      tables: tables.compactMap { HTMLPage.Table($0) })
  }
}

extension HTMLPage.Table {
  init?(_ json: JSONValue) {
    guard let caption = json["caption"]?.textValue, let rows = json["rows"]?.elements else { return nil }
    let members = rows.compactMap { row -> [(key: String, value: JSONValue)]? in
      if case .object(let members) = row { members } else { nil }
    }
    let numeric = (json["numeric"]?.elements ?? []).compactMap { number -> Int? in
      if case .integer(let column) = number { column } else { nil }
    }
    self.init(
      header: members.first?.map(\.key) ?? [], rows: members.map { $0.compactMap(\.value.textValue) },
      caption: caption,
      numeric: Set(numeric))
  }
}
