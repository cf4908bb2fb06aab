import Tessera

/// What was read from files of comparisons.
public struct ComparisonFile: Sendable {
  /// In the order of first appearance; with texts where they were kept, and with prompts and models where rows have them.
  public let alternatives: [Alternative]
  public let annotators: [String]
  public let prompts: [String]
  /// One for each prompt that was given as a text, where texts were kept.
  public let promptTexts: [String]
  public let comparisons: ComparisonTable
  /// Things that were read, but that the owner of the file should know.
  public let warnings: [String]
  /// The layout's name, and the fields that were read and that were not.
  public let layout: String
  public let fields: [String]
  public let ignored: [String]
  /// All names of fields that rows have, in the order of first appearance.
  public let names: [String]
  /// Fields that hold answers where the names beside them are compared, unasked; empty elsewhere.
  public let passedOver: [String]
  /// Whether alternatives are answers by what they say, not names.
  public let comparesTexts: Bool
  /// Rows that were read, those left out included but for those that filters leave out.
  public let rows: Int
  /// Comparisons that say what an earlier one says: same alternatives, outcome, annotator and prompt. Prompts that are names tell
  /// them apart where they are kept apart.
  public let repeats: Int
  /// The first three comparisons.
  public let examples: [ComparisonExample]
  public let faults: RowFaults
  /// Which row said what, in the order of rows, where it was kept.
  public let records: [RowRecord]
  /// For each alternative its comparisons in which both were bad (they count as ties); nil where no row says so.
  public let bothBad: [Double]?
  public let bothBadTotal: Double
  /// Comparisons by the value of a field, where one was named.
  /// A nil name has those without a value.
  public let categories: [(name: String?, comparisons: ComparisonTable)]

  /// Of each alternative the family that rows name, where a column of them was named; nil for none.
  public let families: [String?]

  /// The family of one alternative. O(alternatives).
  public func family(of id: String) -> String? {
    alternatives.firstIndex { $0.id == id }.flatMap { families[$0] }
  }

  /// The families that rows name, of so many alternatives at once; nil for one that has none, or no rows.
  public func families(of ids: [String]) -> [String?] {
    let known = Dictionary(zip(self.ids, families), uniquingKeysWith: { first, _ in first })
    return ids.map { known[$0] ?? nil }
  }

  public var ids: [String] { alternatives.map(\.id) }

  /// Texts of prompts by their names, where they were kept.
  public var textOfPrompt: [String: String] {
    Dictionary(zip(prompts, promptTexts), uniquingKeysWith: { first, _ in first })
  }
}

/// Reads comparisons from rows of any container and layout, counting repeated ones: memory grows with different comparisons and
/// alternatives, not with rows.
public struct ComparisonReader: Sendable {
  public typealias Format = RowFormat

  /// Names of fields that are not the usual ones.
  public var map = FieldMap()
  /// What rows say; nil to recognise it by the fields of the first row.
  public var layout: LayoutName?
  /// What is compared where rows have texts and names.
  public var by = ComparedThings.automatic
  /// Which rating UltraFeedback's completions are compared by; nil for the mean.
  public var aspect: String?
  public var filter = RowFilter()
  /// Whether comparisons of different annotators are kept apart.
  public var keepsAnnotators = true
  /// Whether comparisons under different prompts are kept apart, where prompts are names.
  public var keepsPrompts = false
  /// Whether texts of alternatives and prompts are kept in memory.
  public var keepsTexts = false
  /// Beyond so many alternatives their texts are no longer kept.
  public var textLimit = Int.max
  /// Whether it is kept which row said what: 64 bytes a row.
  public var keepsRecords = false
  /// Characters up to which a trainer would read; nil for all of them.
  public var truncation: Int?
  /// A field by which comparisons are also gathered apart.
  public var category: String?
  /// What families of the two sides are called, as organization for organization_a and organization_b.
  public var family: String?
  /// How much a file may unfold to.
  public var limits = ReadLimits()

  public init() {}

  /// The layout of a file; nil for an empty one.
  ///
  /// - Throws: `FormatError`, where its fields are those of none.
  public func recognise(_ file: String, format: Format) throws -> LayoutName? {
    let source = try format.open(file, limits: limits)
    let sample = try source.sample()
    guard !sample.isEmpty else { return nil }
    return try LayoutRecognition(source, sample, given: layout, map: map, by: by, aspect: aspect).name
  }

  /// Whether the rows of a file are preferences between texts. Votes between names are not, nor are alternatives.
  ///
  /// - Throws: `FormatError`, where the fields of the first row are those of no layout.
  public func comparesTexts(_ file: String, format: Format) throws -> Bool {
    let source = try format.open(file, limits: limits)
    let sample = try source.sample()
    guard !sample.isEmpty else { return false }
    switch try LayoutRecognition(source, sample, given: layout, map: map, by: by, aspect: aspect).name {
    case .votes: return false
    // A score beside an answer can be an alternative's.
    case .ratings:
      return Set(sample.map(\.name)).isDisjoint(with: ["id", "text", "context", "item", "model", "system"])
    default: return true
    }
  }

  /// Reads a whole file.
  ///
  /// - Parameters:
  ///   - file: A path, or `-` for standard input.
  ///   - alternatives: Known ids, in their order; nil to take the ids from the file.
  ///   - work: Reports the share of the file that was read.
  /// - Throws: `FormatError`, naming file, line and field; `Cancelled`.
  public func read(_ file: String, format: Format, alternatives: [String]? = nil, work: Work = Work()) throws
    -> ComparisonFile
  {
    try read([(file, format)], alternatives: alternatives, work: work)
  }

  /// Reads several files as if they were one: the same name is the same alternative, annotator or prompt in all of them.
  ///
  /// - Throws: `FormatError`, naming file, line and field; `Cancelled`.
  public func read(
    _ files: [(file: String, format: Format)], alternatives: [String]? = nil, work: Work = Work()
  ) throws -> ComparisonFile {
    try read(
      files.map { file, format in { try format.open(file, limits: limits) } }, alternatives: alternatives,
      work: work)
  }

  /// The same for rows that are opened one source after another.
  package func read(
    _ sources: [() throws -> any RowSource], alternatives: [String]? = nil, work: Work = Work()
  ) throws -> ComparisonFile {
    var settings = ComparisonSink.Settings()
    // The same vote under another prompt is another vote.
    (settings.keepsAnnotators, settings.keepsPrompts) = (keepsAnnotators, keepsPrompts || filter.dropsRepeats)
    (settings.keepsTexts, settings.keepsRecords) = (keepsTexts, keepsRecords)
    settings.textLimit = textLimit
    (settings.by, settings.truncation) = (by, truncation)
    (settings.dropped, settings.dropsRepeats) = (filter.dropped, filter.dropsRepeats)
    var sink = ComparisonSink(settings, alternatives: alternatives, threads: work.threads)
    var name: LayoutName?
    var (fields, ignored) = ([String](), [String]())
    var passed = 0
    var (names, passedOver) = ([String](), [String]())
    var files: [String] = []
    for (number, open) in sources.enumerated() {
      if let limit = filter.limit, passed >= limit { break }
      let part = work.part(
        Double(number) / Double(sources.count)...Double(number + 1) / Double(sources.count))
      let source = try open()
      try sink.begin(file: source.file)
      files.append(source.file)
      // An empty file has no fields to recognise anything by.
      let sample = try source.sample()
      guard !sample.isEmpty || source.header?.isEmpty == false else { continue }
      // Values are gone once the source reads on, names stay.
      let sampled = sample.map(\.name)
      let found = try LayoutRecognition(source, sample, given: layout, map: map, by: by, aspect: aspect)
      if let name, name != found.name {
        throw source.error(
          1, nil, "rows of the layout \(found.name.rawValue)", "\(name.rawValue), as in the files before")
      }
      (name, passedOver) = (found.name, found.passedOver)
      (fields, ignored) = Self.names(
        sampled, found.layout.fields,
        filter.fields(map) + (family.map { Self.sides($0).flatMap { [$0.0, $0.1] } } ?? [])
          + (category.map { [$0] } ?? []))
      try read(source, found.layout, into: &sink, &passed, part)
      names += source.names.filter { !names.contains($0) }
    }
    if filter.limit.map({ passed < $0 }) ?? true, let name { try requireNamed(name, names, in: files) }
    return try sink.finish(
      name?.rawValue ?? "", fields: fields, ignored: ignored, names: names, passedOver: passedOver)
  }

  /// Fields that options name and no row has. Files with a header say so at once, the others when all rows are read.
  private func requireNamed(
    _ layout: LayoutName, _ names: [String], in files: [String]
  ) throws {
    // What annotation tools export has the fields that are named inside of others.
    let isNested = layout == .labelStudio || layout == .argilla
    let mapped = isNested ? [] : map.names.sorted { $0.key < $1.key }.map { ($0.value, " for \($0.key)") }
    if let family, !Self.sides(family).contains(where: { names.contains($0.0) && names.contains($0.1) }) {
      throw FormatError.content(
        file: files.count == 1 ? files[0] : "\(files.count) files", line: nil, field: family,
        found: "no such fields of the two sides in any row, which have \(names.joined(separator: ", "))",
        expected: "\(family)_a and \(family)_b, or a file of families")
    }
    let asked = filter.conditions.map { ($0.field, "") } + (category.map { [($0, "")] } ?? [])
    for (field, use) in mapped + asked where !names.contains(field) {
      throw FormatError.content(
        file: files.count == 1 ? files[0] : "\(files.count) files", line: nil, field: field,
        found: "no such field\(use) in any row", expected: "one of \(names.joined(separator: ", "))")
    }
  }

  /// Fields that are there and read, and that are there and not read.
  private static func names(
    _ order: [String], _ layout: [String], _ filter: [String]
  ) -> ([String], [String]) {
    let read = Set(layout + filter)
    return (order.filter(read.contains), order.filter { !read.contains($0) })
  }

  /// How the columns of the two sides can be called.
  private static func sides(_ name: String) -> [(String, String)] {
    [("\(name)_a", "\(name)_b"), ("\(name)_left", "\(name)_right"), ("left_\(name)", "right_\(name)")]
  }

  private func read(
    _ source: any RowSource, _ layout: any ComparisonLayout, into sink: inout ComparisonSink,
    _ passed: inout Int,
    _ work: Work
  ) throws {
    let filterFields = filter.fields(map)
    let isFiltered = !filterFields.isEmpty
    let sides = family.map { Self.sides($0) } ?? []
    let names = layout.fields + filterFields + sides.flatMap { [$0.0, $0.1] } + (category.map { [$0] } ?? [])
    let firstSide = layout.fields.count + filterFields.count
    if let header = source.header, let family,
      !sides.contains(where: { header.contains($0.0) && header.contains($0.1) })
    {
      throw source.error(
        1, family, "the columns \(header.joined(separator: ", "))",
        "\(family)_a and \(family)_b, or a file of families")
    }
    if let header = source.header {
      for field in filter.conditions.map(\.field) + (category.map { [$0] } ?? [])
      where !header.contains(field) {
        throw source.error(1, field, "no such column", "one of \(header.joined(separator: ", "))")
      }
    }
    try source.select(names)
    var layout = layout
    var values = [JSONScanner.Value?](repeating: nil, count: names.count)
    let isPlain =
      !isFiltered && filter.dropped.isEmpty && filter.limit == nil && sides.isEmpty && category == nil
    var rows = 0
    var nextCheck = 0
    while true {
      if rows >= nextCheck {
        nextCheck = rows + 0x10000
        try work.check()
        if let progress = source.progress { work.report(progress) }
      }
      if isPlain {
        let taken = try layout.readAhead(source, into: &sink)
        rows += taken
        passed += taken
        if taken > 0 { continue }
      }
      guard let place = try source.next(&values) else { break }
      rows += 1
      let row = Row(source: source, number: rows - 1, place: place, names: names, values: values)
      if isFiltered, try !filter.passes(row, from: layout.fields.count) {
        sink.leaveOut(row, .filtered)
        continue
      }
      passed += 1
      try sink.beginRow(row, category: category == nil ? nil : row[names.count - 1], field: category)
      try layout.read(row, into: &sink)
      if !sides.isEmpty {
        let side = sides.indices.first {
          row[firstSide + 2 * $0] != nil || row[firstSide + 2 * $0 + 1] != nil
        }
        if let side { try sink.declareFamilies(row, firstSide + 2 * side, firstSide + 2 * side + 1) }
      }
      if let limit = filter.limit, passed >= limit { break }
    }
    sink.endRow()
    // Nothing passes then: the reason is said, not what comes of it.
    if source.header == nil, rows > 0,
      let missing = filter.conditions.first(where: { $0.isEqual && !source.names.contains($0.field) }),
      filter.limit.map({ passed < $0 }) ?? true
    {
      throw FormatError.content(
        file: source.file, line: nil, field: missing.field, found: "no such field in any row",
        expected: "one of \(source.names.joined(separator: ", "))")
    }
    try layout.finish(into: &sink)
  }
}
