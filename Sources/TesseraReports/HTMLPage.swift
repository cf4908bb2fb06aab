import Foundation
import TesseraFormats

/// A page of sections with text, tables and figures, in one file.
public struct HTMLPage: Sendable {
  public struct Section: Sendable {
    public let title: String
    public let paragraphs: [String]
    public let table: Table?
    public let figures: [PlotlyFigure]

    public init(title: String, paragraphs: [String], table: Table?, figures: [PlotlyFigure]) {
      self.title = title
      self.paragraphs = paragraphs
      self.table = table
      self.figures = figures
    }
  }

  public struct Table: Sendable {
    public let header: [String]
    public let rows: [[String]]
    /// Style of each row: `good`, `bad` or nothing.
    public let styles: [String]

    public init(header: [String], rows: [[String]], styles: [String]) {
      self.header = header
      self.rows = rows
      self.styles = styles
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
        "<script>\(text.replacingOccurrences(of: "</script", with: "<\\/script"))</script>"
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

  public func html(plotly: Plotly) -> String {
    var body = "<h1>\(Self.escape(title))</h1>\n"
    for paragraph in introduction { body += "<p>\(Self.escape(paragraph))</p>\n" }
    for section in sections {
      body += "<section>\n<h2>\(Self.escape(section.title))</h2>\n"
      for paragraph in section.paragraphs { body += "<p>\(Self.escape(paragraph))</p>\n" }
      if let table = section.table { body += Self.html(table) }
      for figure in section.figures {
        body +=
          "<figure><div class=\"plot\" id=\"\(Self.escape(figure.name))\"></div><figcaption>\(Self.escape(figure.caption))</figcaption></figure>\n"
      }
      body += "</section>\n"
    }
    let figures = sections.flatMap(\.figures)
    let drawing = figures.map { figure in
      // A closing tag inside the data must not end the script.
      let json = figure.json.text().replacingOccurrences(of: "</", with: "<\\/")
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
      th, td { text-align: left; padding: 0.4rem 0.6rem; border-bottom: 1px solid #e3e3de; vertical-align: top; }
      tr.good td:last-child { color: #15693a; font-weight: 600; } tr.bad td:last-child { color: #a3241b; font-weight: 600; }
      figure { margin: 1.4rem 0; } figcaption { font-size: 0.88rem; color: #55554f; } .plot { width: 100%; min-height: 440px; background: #fff; }
      </style>
      \(figures.isEmpty ? "" : plotly.script)
      </head>
      <body>
      \(body)
      <script>
      function draw(name, figure) {
        if (window.Plotly) Plotly.newPlot(name, figure.data, figure.layout, {responsive: true, displaylogo: false});
        else document.getElementById(name).textContent = "This figure needs plotly.js.";
      }
      \(drawing)
      </script>
      </body>
      </html>

      """
  }

  private static func html(_ table: Table) -> String {
    var text = "<div class=\"scroll\"><table>\n<tr>"
    text += table.header.map { "<th>\(escape($0))</th>" }.joined() + "</tr>\n"
    for (row, style) in zip(table.rows, table.styles) {
      text += "<tr class=\"\(style)\">" + row.map { "<td>\(escape($0))</td>" }.joined() + "</tr>\n"
    }
    return text + "</table></div>\n"
  }

  static func escape(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}
