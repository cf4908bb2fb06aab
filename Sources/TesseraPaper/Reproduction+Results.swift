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
  /// - Parameters:
  ///   - results: The text of results.json.
  ///   - figure: The text of a figure's file, by the name that results.json gives it.
  /// - Returns: nil where the settings were others, or the text is not one of ours. A section whose figures cannot be
  ///   read is left out, and so computed again.
  public init?(_ settings: Settings, resuming results: String, figure: (String) -> String?) {
    guard let json = try? JSONReader.value(of: results), json["settings"] == settings.json,
      case .array(let sections)? = json["sections"]
    else { return nil }
    self.init(settings, sections: sections.compactMap { PaperSection($0, figure: figure) })
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
    guard let source = json["source"]?.text, let statement = json["statement"]?.text,
      let paper = json["paper"]?.text, let expected = json["expected"]?.text, let found = json["found"]?.text,
      let verdict = json["verdict"]?.text.flatMap(Verdict.init(rawValue:))
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
      ("figures", .array(figures.map { .string("figures/\($0.name).json") })),
      ("captions", .array(figures.map { .string($0.caption) })),
    ])
  }

  init?(_ json: JSONValue, figure: (String) -> String?) {
    guard let name = json["name"]?.text, let title = json["title"]?.text,
      let claims = json["claims"]?.elements,
      let paragraphs = json["paragraphs"]?.elements, let tables = json["tables"]?.elements,
      let files = json["figures"]?.elements.map({ $0.compactMap(\.text) }),
      let captions = json["captions"]?.elements.map({ $0.compactMap(\.text) }), files.count == captions.count
    else { return nil }
    let figures = zip(files, captions).compactMap { file, caption -> PlotlyFigure? in
      guard let text = figure(file), let json = try? JSONReader.value(of: text),
        let traces = json["data"]?.elements,
        let layout = json["layout"]
      else { return nil }
      let name = file.replacing("figures/", with: "").replacing(".json", with: "")
      return PlotlyFigure(name: name, caption: caption, traces: traces, layout: layout)
    }
    let read = claims.compactMap { Claim($0) }
    guard figures.count == files.count, read.count == claims.count else { return nil }
    self.init(
      name: name, title: title, paragraphs: paragraphs.compactMap(\.text), claims: read, figures: figures,
      tables: tables.compactMap { HTMLPage.Table($0) })
  }
}

extension HTMLPage.Table {
  init?(_ json: JSONValue) {
    guard let caption = json["caption"]?.text, let rows = json["rows"]?.elements else { return nil }
    let members = rows.compactMap { row -> [(key: String, value: JSONValue)]? in
      if case .object(let members) = row { members } else { nil }
    }
    let numeric = (json["numeric"]?.elements ?? []).compactMap { number -> Int? in
      if case .integer(let column) = number { column } else { nil }
    }
    self.init(
      header: members.first?.map(\.key) ?? [], rows: members.map { $0.compactMap(\.value.text) },
      caption: caption,
      numeric: Set(numeric))
  }
}

extension JSONValue {
  subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members.first { $0.key == key }?.value } else { nil }
  }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
}
