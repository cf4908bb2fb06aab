import TesseraFormats
import TesseraPages

/// A page of sections with text, tables and figures, in one file that loads nothing.
public struct HTMLPage: Sendable {
  /// A part of a section, in the order in which it is read.
  public enum Block: Sendable {
    case paragraph(String)
    case table(Table)
    case figure(Figure)
    /// Figures to be compared, side by side where there is room.
    case beside([Figure])
    /// A command, or a text whose lines and spaces count.
    case code(String)
    /// A figure that scripts replace by a map of the page's document: search, groups, members side by side.
    case map(Figure)
  }

  public struct Section: Sendable {
    public let title: String
    public let blocks: [Block]
    /// What makes its figures again, where that is less than the whole page.
    public var command: String?

    public init(title: String, blocks: [Block]) {
      self.title = title
      self.blocks = blocks
    }

    /// Text, then tables, then figures.
    public init(title: String, paragraphs: [String], tables: [Table] = [], figures: [Figure]) {
      self.init(
        title: title,
        blocks: paragraphs.map(Block.paragraph) + tables.map(Block.table) + figures.map(Block.figure))
    }

    var figures: [Figure] { blocks.flatMap(\.figures) }
  }

  public struct Table: Sendable {
    public let header: [String]
    public let rows: [[String]]
    /// Style of each row: `good`, `bad` or nothing.
    public let styles: [String]
    /// What one sees, in a sentence; empty where the text around it says so.
    public let caption: String
    /// Columns of numbers, which stand to the right.
    public let numeric: Set<Int>
    /// What the reader can do with it.
    public var use = Use()

    /// What scripts make of a table; without them it is whole, and in its own order.
    public struct Use: Sendable {
      /// The name by which scripts and links find it; empty for none.
      public var id = ""
      /// Whether a click on a header sorts by it.
      public var isSorted = false
      /// Whether rows can be searched.
      public var isSearched = false
      /// Numbers by which rows are sorted, where cells say more than a number: a list for each row, nil for cells that count as
      /// their text.
      public var values: [[Double?]] = []
      /// Ids of the alternatives that each row is about: the map shows them.
      public var about: [[String]] = []
      /// A word for each row that a control can show alone.
      public var kinds: [String] = []
      /// Columns that a phone does without.
      public var minor: Set<Int> = []
      /// The column that tells rows apart.
      public var head: Int?

      public init() {}
    }

    public init(
      header: [String], rows: [[String]], styles: [String] = [], caption: String = "", numeric: Set<Int> = [],
      use: Use = Use()
    ) {
      self.header = header
      self.rows = rows
      self.styles = styles.isEmpty ? Array(repeating: "", count: rows.count) : styles
      self.caption = caption
      self.numeric = numeric
      self.use = use
    }

    /// Rows that stand in the markup of a table that scripts sort or search; they bring the others.
    static let mostMarked = 50
    var marked: Int {
      use.id.isEmpty || !(use.isSorted || use.isSearched) ? rows.count : min(rows.count, Self.mostMarked)
    }

    /// The rows behind those, for scripts: cells, numbers to sort by (null for a cell that counts as its text, an empty text for what
    /// is no number), the kind, and ids of the alternatives. nil where there are none.
    var rest: Page.Data? {
      guard marked < rows.count else { return nil }
      let list = rows.indices.dropFirst(marked).map { place -> JSONValue in
        let values = use.values.element(at: place) ?? []
        return .array([
          .array(rows[place].map(JSONValue.string)),
          .array(values.map { $0.map { $0.isFinite ? .number($0) : .string("") } ?? .null }),
          .string(use.kinds.element(at: place) ?? ""),
          .array((use.about.element(at: place) ?? []).map(JSONValue.string)),
        ])
      }
      return Page.Data(id: "\(use.id)-rows", json: JSONValue.array(list).compact())
    }

    /// The same for programs: a list of objects whose keys are the header's.
    public var json: JSONValue {
      .object([
        ("caption", .string(caption)),
        (
          "rows",
          .array(rows.map { row in .object(zip(header, row).map { (key: $0, value: JSONValue.string($1)) }) })
        ),
      ])
    }
  }

  /// What stands on the first screen: the answer, what to do, numbers with their noise, and the figure that shows it.
  public struct Headline: Sendable {
    /// One number: "+0.052 ± 0.021", and what it is.
    public struct Number: Sendable {
      public let value: String
      public let meaning: String

      public init(_ value: String, _ meaning: String) { (self.value, self.meaning) = (value, meaning) }
    }

    public let answer: String
    public let action: String
    public let numbers: [Number]
    public let figure: Figure?

    public init(answer: String, action: String, numbers: [Number] = [], figure: Figure? = nil) {
      (self.answer, self.action, self.numbers, self.figure) = (answer, action, numbers, figure)
    }
  }

  /// The library that draws figures one can point at: the bundle of Vega, Vega-Lite and Vega-Embed.
  public struct Library: Sendable {
    public let script: String
    /// The texts of its licences, which go where it goes.
    public let notices: String

    public init(script: String, notices: String) { (self.script, self.notices) = (script, notices) }
  }

  public let title: String
  public var headline: Headline?
  public let introduction: [String]
  public let sections: [Section]
  /// What made the page, for the command beside each figure; nil where nobody said.
  public var command: String?
  /// Documents for the page's scripts.
  public var data: [(id: String, json: JSONValue)] = []

  public init(title: String, headline: Headline? = nil, introduction: [String], sections: [Section]) {
    self.title = title
    self.headline = headline
    self.introduction = introduction
    self.sections = sections
  }

  /// Those of all sections, in the order in which they are read.
  public var figures: [Figure] { (headline?.figure.map { [$0] } ?? []) + sections.flatMap(\.figures) }

  /// Those that the library draws: the map is drawn by the page's own scripts.
  private var drawnFigures: [Figure] {
    (headline?.figure.map { [$0] } ?? [])
      + sections.flatMap(\.blocks).flatMap { block -> [Figure] in
        if case .map = block { [] } else { block.figures }
      }
  }

  /// The page as text. Its figures are drawings, which the library, where there is one, replaces by those one can point at.
  public func html(_ library: Library? = nil) -> String {
    var data = data.map { Page.Data(id: $0.id, json: $0.json.compact()) }
    data += sections.flatMap(\.blocks).compactMap {
      if case .table(let table) = $0 { table.rest } else { nil }
    }
    var scripts: [String] = []
    if let library, !figures.isEmpty {
      let drawn = drawnFigures.compactMap { try? DocumentEncoder.json($0.vegaLite) }
      data.append(Page.Data(id: "figures", json: JSONValue.array(drawn).compact()))
      // The bundle declares names at its top, and its notices must not end the comment.
      let notices = library.notices.replacing(every: "*/", with: "* /")
      let script = "/*\n\(notices)*/\n(() => {\n\(library.script)\n})();"
      // Inside a string a sign may have a stroke before it; no sign ends the element, or hides its end.
      scripts.append(
        script.replacing(every: "</script", with: "<\\/script").replacing(every: "<!--", with: "<\\!--"))
    }
    scripts += WebFile.reportScripts
    return Page(
      title: title, description: headline?.answer ?? introduction.first ?? "",
      body: HTMLMarkup(page: self).body, styles: [WebFile.reportStyle], scripts: scripts, data: data
    ).html
  }
}

extension HTMLPage.Block {
  var figures: [Figure] {
    switch self {
    case .figure(let figure), .map(let figure): [figure]
    case .beside(let figures): figures
    case .paragraph, .table, .code: []
    }
  }
}
