import TesseraFormats

/// Columns of text, aligned, as wide as the place where they are shown.
package struct TextTable {
  /// Numbers stand right, texts left; texts are shortened first where a terminal is narrow, numbers never.
  package enum Alignment { case left, right }

  private let header: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []
  private var colours: [[Int: Colour]] = []

  /// Between two columns.
  private static let gap = 2
  /// Texts keep this many columns before headers are broken, and this many after.
  private static let (roomy, narrow) = (24, 8)

  package init(_ columns: [(String, Alignment)]) {
    header = columns.map(\.0)
    alignments = columns.map(\.1)
  }

  /// - Parameters:
  ///   - colours: Of some of the row's cells, by their place.
  ///   - limit: Characters of a cell that are shown.
  package mutating func add(_ row: [String], colours: [Int: Colour] = [:], limit: Int = 60) {
    rows.append(row.map { Self.visible($0, limit: limit) })
    self.colours.append(colours)
  }

  package func text(for medium: Medium) -> String {
    if medium.isMarkdown { return markdown }
    let layout = Layout(self, limit: medium.width)
    var text = ""
    let height = layout.header.map(\.count).max() ?? 1
    for line in 0..<height {
      // Headers of fewer lines stand next to their numbers.
      let cells = layout.header.map { lines in
        let place = line - (height - lines.count)
        return place >= 0 ? lines[place] : ""
      }
      text += self.line(cells, layout.widths, medium) { _ in .header }
    }
    for (row, colours) in zip(rows, colours) {
      let cells = row.indices.map {
        alignments[$0] == .left ? Self.shortened(row[$0], to: layout.widths[$0]) : row[$0]
      }
      text += line(cells, layout.widths, medium) { colours[$0] }
    }
    if let limit = medium.width, layout.total > limit {
      text +=
        "(This table takes \(layout.total) columns and the terminal has \(limit): -o FILE.csv keeps it whole.)\n"
    }
    return text
  }

  private func line(_ cells: [String], _ widths: [Int], _ medium: Medium, colour: (Int) -> Colour?) -> String
  {
    var line = ""
    var waiting = 0
    for (column, cell) in cells.enumerated() {
      let padding = max(widths[column] - DisplayWidth.of(cell), 0)
      if cell.isEmpty {
        waiting += padding
      } else {
        let before = alignments[column] == .right ? padding : 0
        line += String(repeating: " ", count: waiting + before) + medium.paint(cell, colour(column))
        waiting = padding - before
      }
      waiting += Self.gap
    }
    // What waits is room at the end of the line, which nobody sees.
    return line + "\n"
  }

  /// A table of GitHub's Markdown.
  package var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return line(header.map(Self.escaped)) + line(alignments.map { $0 == .left ? "---" : "---:" })
      + rows.map { line($0.map(Self.escaped)) }.joined()
  }

  /// Text that Markdown shows as it is.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { $0 += "\\|*_`<[~".contains($1) ? "\\\($1)" : String($1) }
  }

  /// Text of so many columns on a terminal; what is left out is in the middle, since ends of names tell versions apart.
  package static func shortened(_ text: String, to width: Int) -> String {
    let whole = DisplayWidth.of(text)
    guard whole > width, width >= 1 else { return text }
    var (head, tail) = ("", "")
    var left = width - 1
    var (front, back) = (Substring(text), Substring(text))
    // One from the front, one from the back, until nothing more fits.
    while let first = front.popFirst(), DisplayWidth.of(first) <= left {
      head.append(first)
      left -= DisplayWidth.of(first)
      guard let last = back.popLast(), DisplayWidth.of(last) <= left else { break }
      tail.insert(last, at: tail.startIndex)
      left -= DisplayWidth.of(last)
    }
    return head + "…" + tail
  }

  /// One line of at most so many columns, control characters spelled out.
  package static func visible(_ text: String, limit: Int = 60) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.steersDisplay {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    guard limit < .max, DisplayWidth.of(result) > limit else { return result }
    var (kept, width) = ("", 0)
    for character in result {
      width += DisplayWidth.of(character)
      if width > limit - 3 { break }
      kept.append(character)
    }
    return kept + "..."
  }

  /// Widths of columns and lines of headers that fit, if anything does.
  private struct Layout {
    var widths: [Int]
    var header: [[String]]
    var total: Int { widths.reduce(0, +) + TextTable.gap * max(widths.count - 1, 0) }

    init(_ table: TextTable, limit: Int?) {
      var bodies = table.header.indices.map { column in
        table.rows.map { DisplayWidth.of($0[column]) }.max() ?? 0
      }
      header = table.header.map { [$0] }
      widths = []
      func measure(_ layout: inout Layout) {
        layout.widths = zip(bodies, layout.header).map { body, lines in
          max(body, lines.map { DisplayWidth.of($0) }.max() ?? 0)
        }
      }
      measure(&self)
      guard let limit else { return }
      // The widest text gives way first, a column at a time.
      func shrink(to floor: Int, _ layout: inout Layout) {
        while layout.total > limit {
          let texts = bodies.indices.filter { table.alignments[$0] == .left && bodies[$0] > floor }
          guard let widest = texts.max(by: { bodies[$0] < bodies[$1] }) else { return }
          bodies[widest] -= 1
          measure(&layout)
        }
      }
      shrink(to: TextTable.roomy, &self)
      if total > limit {
        header = zip(table.header, bodies).map { Self.broken($0, to: $1) }
        measure(&self)
      }
      shrink(to: TextTable.narrow, &self)
    }

    /// A header in lines of whole words, none wider than its numbers if its words allow.
    private static func broken(_ text: String, to width: Int) -> [String] {
      let words = text.split(separator: " ").map(String.init)
      let room = max(width, words.map { DisplayWidth.of($0) }.max() ?? 0)
      var lines: [String] = []
      for word in words {
        if let last = lines.last, DisplayWidth.of(last) + 1 + DisplayWidth.of(word) <= room {
          lines[lines.count - 1] = last + " " + word
        } else {
          lines.append(word)
        }
      }
      return lines.isEmpty ? [""] : lines
    }
  }
}
