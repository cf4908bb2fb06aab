import Tessera
import TesseraFormats
import TesseraText

/// What was read, as the operations behind take it.
struct Data {
  let rows: ComparisonData
  /// The column by which votes were gathered apart as well, and where families are declared; nil for none.
  let category: String?
  let families: FamilyDeclaration?

  var dataset: PreferenceDataset { rows.dataset }
  var file: ComparisonFile { rows.file }
  var prompts: [String: String] { rows.prompts }

  func with(_ contexts: Contexts) throws -> Data {
    Data(rows: try rows.with(contexts), category: category, families: families)
  }
}

/// Reads comparisons: from files, or from columns in memory.
///
/// Settings: `Settings` below. Arrays in, for each column k of `columns`: `k.bytes`, `k.places`, `k.kinds` (`MemoryRows.Column`);
/// optional: `ids` with `ids.places`, all alternatives in their order, where the rows are not to tell them.
/// Arrays out: `ids`, `texts`, `prompts` of alternatives (texts with places), `a` and `b` of every row (-1 where it says nothing),
/// `outcomes`. The document says what was recognised. The result is the subject of what comes next.
enum ReadOperation {
  struct Settings: Decodable {
    var files: [String]?
    var columns: [String]?
    var format: String?
    var subset: String?
    var split: String?
    var layout: String?
    var map: [String: String]?
    var by: String?
    var aspect: String?
    /// [field, value, "=" or "!="]
    var conditions: [[String]]?
    var since: String?
    var until: String?
    var drop: [String]?
    var limit: Int?
    var keepsPrompts: Bool?
    /// Whether texts of answers are kept where rows have them (the default, unless alternatives are given).
    var keepsTexts: Bool?
    /// A column by which votes are gathered apart as well.
    var category: String?
    /// A file of families, or a column of the rows (`FamilyDeclaration`).
    var families: String?
    /// JSONL of alternatives with their ids, texts and contexts.
    var alternatives: String?
  }

  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(Settings.self)
    let known = try settings.alternatives.map { try AlternativesReader.read($0, texts: .all) }
    let ids = try known?.alternatives.map(\.id) ?? request.texts("ids")
    let families = settings.families.map { FamilyDeclaration($0) }
    var reader = try reader(settings)
    (reader.category, reader.family) = (settings.category, families?.column)
    reader.keepsTexts = ids == nil && settings.keepsTexts ?? true
    reader.keepsRecords = true
    let file = try reader.read(sources(settings, request), alternatives: ids, work: work)
    let data = Data(
      rows: try ComparisonData(
        file, known: known?.alternatives ?? ids?.map { Alternative(id: $0) }, contexts: known?.contexts,
        name: settings.alternatives ?? settings.files?.joined(separator: ", ") ?? MemoryRows.name,
        work: work),
      category: settings.category, families: families)
    let alternatives = data.dataset.alternatives
    let comparisons = file.records.map(\.comparison)
    return Outcome(
      document(data),
      arrays: Outcome.Values.texts("ids", alternatives.map(\.id))
        + Outcome.Values.texts("texts", alternatives.map { $0.text ?? "" })
        + Outcome.Values.texts(
          "prompts", alternatives.map { $0.prompt.map { data.prompts[$0] ?? $0 } ?? "" })
        + [
          ("a", .indices(comparisons.map { $0?.a ?? -1 })), ("b", .indices(comparisons.map { $0?.b ?? -1 })),
          ("outcomes", .optional(comparisons.map { $0?.outcome })),
        ], value: data)
  }

  private static func sources(_ settings: Settings, _ request: Request) throws -> [() throws -> any RowSource]
  {
    if let files = settings.files {
      return try RowPaths.expand(files, subset: settings.subset, split: settings.split ?? "train").map {
        file in
        let named = settings.format.flatMap { RowFormat(rawValue: $0) } ?? RowFormat(file: file)
        guard let format = named else {
          throw RequestError.setting(
            "format", found: "not told by the ending of \(file)",
            expected: RowFormat.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return { try format.open(file) }
      }
    }
    let columns = try (settings.columns ?? []).enumerated().map { place, name in
      try MemoryRows.Column(
        name: name, bytes: request.required("\(place).bytes").elements(.bytes),
        offsets: request.required("\(place).places").elements(.int64),
        kinds: request.required("\(place).kinds").elements(.bytes))
    }
    return [{ try MemoryRows(columns) }]
  }

  private static func reader(_ settings: Settings) throws -> ComparisonReader {
    func chosen<Value>(_ name: String, _ text: String?, _ value: (String) -> Value?, _ expected: String)
      throws
      -> Value?
    {
      guard let text else { return nil }
      guard let found = value(text) else { throw RequestError.setting(name, found: text, expected: expected) }
      return found
    }
    var reader = ComparisonReader()
    reader.map = FieldMap(settings.map ?? [:])
    reader.layout = try chosen(
      "layout", settings.layout, { LayoutName(name: $0) },
      LayoutName.allCases.map(\.rawValue).joined(separator: ", "))
    reader.by =
      try chosen(
        "by", settings.by, { ComparedThings(rawValue: $0) }, "auto, answer or model") ?? .automatic
    reader.aspect = settings.aspect
    reader.keepsPrompts = settings.keepsPrompts ?? false
    let conditions = try (settings.conditions ?? []).map { parts in
      guard parts.count == 3, ["=", "!="].contains(parts[2]) else {
        throw RequestError.setting("where", found: "\(parts)", expected: "a field, a value, and = or !=")
      }
      return RowFilter.Condition(field: parts[0], value: parts[1], isEqual: parts[2] == "=")
    }
    reader.filter = try RowFilter(
      conditions: conditions, since: settings.since, until: settings.until, dropping: settings.drop ?? [],
      limit: settings.limit)
    return reader
  }

  private static func document(_ data: Data) -> JSONValue {
    let file = data.file
    func list(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
    return .object([
      ("layout", .string(file.layout)), ("fields", list(file.fields)), ("ignored", list(file.ignored)),
      ("rows", .integer(file.rows)), ("alternatives", .integer(data.dataset.alternatives.count)),
      ("comparisons", .number(data.dataset.totalComparisons)),
      ("annotators", .integer(data.dataset.annotators.count)),
      ("prompts", .integer(data.dataset.prompts.count)),
      ("warnings", list(file.warnings)),
      ("hasTexts", .bool(data.dataset.alternatives.contains { $0.text != nil })),
      ("hasContexts", .bool(data.dataset.contexts != nil)),
      (
        "faults",
        .object(
          RowFaults.Kind.allCases.map { ($0.rawValue, .integer(file.faults.count($0))) })
      ),
    ])
  }
}
