import TesseraFormats

/// A page of sections with text, tables and figures, in one file.
public struct HTMLPage: Sendable {
  /// A part of a section, in the order in which it is read.
  public enum Block: Sendable {
    case paragraph(String)
    case table(Table)
    case figure(Figure)
  }

  public struct Section: Sendable {
    public let title: String
    public let blocks: [Block]

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

    var figures: [Figure] {
      blocks.compactMap { if case .figure(let figure) = $0 { figure } else { nil } }
    }
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

    public init(
      header: [String], rows: [[String]], styles: [String] = [], caption: String = "", numeric: Set<Int> = []
    ) {
      self.header = header
      self.rows = rows
      self.styles = styles.isEmpty ? Array(repeating: "", count: rows.count) : styles
      self.caption = caption
      self.numeric = numeric
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

  /// Where the page finds plotly.js.
  public enum Plotly: Sendable {
    /// The text of plotly.min.js, copied into the page, which then needs no network.
    case embedded(String)
    case contentDeliveryNetwork

    var script: String {
      switch self {
      // "</script" inside a string of the library would end the element.
      case .embedded(let text):
        "<script>\(text.replacing(every: "</script", with: "<\\/script"))</script>"
      case .contentDeliveryNetwork: "<script src=\"https://cdn.plot.ly/plotly-2.35.2.min.js\"></script>"
      }
    }
  }

  public let title: String
  public let introduction: [String]
  public let sections: [Section]

  public init(title: String, introduction: [String], sections: [Section]) {
    self.title = title
    self.introduction = introduction
    self.sections = sections
  }

  /// Those of all sections, in the order in which they are read.
  public var figures: [Figure] { sections.flatMap(\.figures) }

  /// The page as text. Its figures are drawings, which plotly.js, where it is found, replaces by those one can zoom into.
  public func html(plotly: Plotly) -> String {
    var body = "<h1>\(Self.escape(title))</h1>\n"
    for paragraph in introduction { body += "<p>\(Self.escape(paragraph))</p>\n" }
    for section in sections {
      body += "<section>\n<h2>\(Self.escape(section.title))</h2>\n"
      for block in section.blocks {
        switch block {
        case .paragraph(let text): body += "<p>\(Self.escape(text))</p>\n"
        case .table(let table): body += Self.html(table)
        case .figure(let figure):
          body +=
            "<figure><div class=\"plot\" id=\"\(Self.escape(figure.name))\">\n\(figure.svgElement)</div><figcaption>\(Self.escape(figure.caption))</figcaption></figure>\n"
        }
      }
      body += "</section>\n"
    }
    let drawing = figures.map { figure in
      // No sign inside the data begins a tag, or a comment that hides the script's end.
      let json = figure.plotly.text().replacing(every: "<", with: "\\u003c")
      return "draw(\"\(figure.name)\", \(json));"
    }.joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Self.escape(title))</title>
      <style>
      body { font: 16px/1.55 system-ui, sans-serif; color: #1c1c1a; background: #fbfbf9; margin: 0 auto; max-width: 880px; padding: 1.2rem; }
      h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2.4rem; }
      .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 0.9rem; background: #fff; }
      caption { text-align: left; color: #55554f; padding: 0.3rem 0.6rem; } .number { text-align: right !important; font-variant-numeric: tabular-nums; white-space: nowrap; }
      th, td { text-align: left; white-space: pre-line; padding: 0.4rem 0.6rem; border-bottom: 1px solid #e3e3de; vertical-align: top; }
      tr.good td:last-child { color: #15693a; font-weight: 600; } tr.bad td:last-child { color: #a3241b; font-weight: 600; }
      figure { margin: 1.4rem 0; } figcaption { font-size: 0.88rem; color: #55554f; } .plot { width: 100%; background: #fff; }
      .plot > svg { display: block; width: 100%; max-width: 700px; height: auto; margin: 0 auto; }
      </style>
      \(figures.isEmpty ? "" : plotly.script)
      </head>
      <body>
      \(body)
      <script>
      function draw(name, figure) {
        if (!window.Plotly) return;
        document.getElementById(name).replaceChildren();
        Plotly.newPlot(name, figure.data, figure.layout, {responsive: true, displaylogo: false});
      }
      \(drawing)
      </script>
      </body>
      </html>

      """
  }

  private static func html(_ table: Table) -> String {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { column, text in
        "<\(tag)\(table.numeric.contains(column) ? " class=\"number\"" : "")>\(escape(text))</\(tag)>"
      }.joined()
    }
    var text = "<div class=\"scroll\"><table>\n"
    if !table.caption.isEmpty { text += "<caption>\(escape(table.caption))</caption>\n" }
    text += "<tr>" + cells(table.header, "th") + "</tr>\n"
    for (row, style) in zip(table.rows, table.styles) {
      text += "<tr class=\"\(style)\">" + cells(row, "td") + "</tr>\n"
    }
    return text + "</table></div>\n"
  }

  static func escape(_ text: String) -> String {
    text.replacing(every: "&", with: "&amp;").replacing(every: "<", with: "&lt;")
      .replacing(every: ">", with: "&gt;").replacing(every: "\"", with: "&quot;")
  }
}
