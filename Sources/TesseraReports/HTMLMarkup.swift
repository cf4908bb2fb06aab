import TesseraFormats
import TesseraPages

/// The markup of a page's body. Every text goes through `Page.escape`.
struct HTMLMarkup {
  let page: HTMLPage

  private func escape(_ text: String) -> String { Page.escape(text) }

  var body: String {
    var body = "<a class=\"skip\" href=\"#content\">To the content</a>\n<header class=\"page-head\">\n"
    body += "<h1>\(escape(page.title))</h1>\n</header>\n<main id=\"content\">\n"
    if let headline = page.headline { body += markup(headline) }
    for paragraph in page.introduction { body += "<p>\(escape(paragraph))</p>\n" }
    if page.sections.count > 3 {
      let links = page.sections.enumerated().map { place, section in
        "<li><a href=\"#section-\(place + 1)\">\(escape(section.title))</a></li>"
      }
      body += "<nav aria-label=\"Sections\"><ol>\(links.joined())</ol></nav>\n"
    }
    for (place, section) in page.sections.enumerated() {
      body += "<section id=\"section-\(place + 1)\">\n<h2>\(escape(section.title))</h2>\n"
      body += section.blocks.map { markup($0, section.command ?? page.command) }.joined() + "</section>\n"
    }
    return body + "</main>"
  }

  private func markup(_ headline: HTMLPage.Headline) -> String {
    var text =
      "<section class=\"first\" aria-label=\"The answer\">\n<p class=\"verdict\">\(escape(headline.answer))</p>\n"
    text += "<p class=\"action\">\(escape(headline.action))</p>\n"
    if !headline.numbers.isEmpty {
      let numbers = headline.numbers.map {
        "<div class=\"card\"><dt>\(escape($0.meaning))</dt><dd>\(escape($0.value))</dd></div>"
      }
      text += "<dl class=\"numbers\">\(numbers.joined())</dl>\n"
    }
    return text + (headline.figure.map { markup($0, page.command) } ?? "") + "</section>\n"
  }

  private func markup(_ block: HTMLPage.Block, _ command: String?) -> String {
    switch block {
    case .paragraph(let text): "<p>\(escape(text))</p>\n"
    case .code(let text): "<pre tabindex=\"0\"><code>\(escape(text))</code></pre>\n"
    case .table(let table): markup(table)
    case .figure(let figure): markup(figure, command)
    case .beside(let figures):
      "<div class=\"beside\">\n\(figures.map { markup($0, command) }.joined())</div>\n"
    case .map(let figure): markup(figure, command, isMap: true)
    }
  }

  // MARK: Figures

  private func markup(_ figure: Figure, _ command: String?, isMap: Bool = false) -> String {
    let name = escape(figure.name)
    var text = "<figure id=\"\(name)\"\(isMap ? " data-map" : " data-figure=\"\(name)\"")>\n"
    text += "<div class=\"plot\">\n\(figure.svgElement)</div>\n"
    text += "<figcaption>\(escape(figure.caption))</figcaption>\n"
    if let table = figure.table {
      text += "<details><summary>Numbers of this figure</summary>\n\(markup(table))</details>\n"
    }
    let file = "figures/\(figure.name)"
    let made = command.map { "\($0)\n" } ?? ""
    text += "<details><summary>Make it again</summary>\n"
    text +=
      "<pre tabindex=\"0\"><code>\(escape(made))\(escape("# writes \(file).svg, \(file).csv and, for Vega-Lite, \(file).vl.json"))</code></pre></details>\n"
    return text + "</figure>\n"
  }

  // MARK: Tables

  private func markup(_ table: HTMLPage.Table) -> String {
    let use = table.use
    var attributes = "class=\"stack\""
    if !use.id.isEmpty { attributes += " id=\"\(escape(use.id))\"" }
    if use.isSorted { attributes += " data-sorted" }
    if use.isSearched { attributes += " data-searched" }
    func kind(_ column: Int) -> String {
      var classes: [String] = []
      if table.numeric.contains(column) { classes.append("number") }
      if use.minor.contains(column) { classes.append("minor") }
      return classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
    }
    let label = table.caption.isEmpty ? table.header.joined(separator: ", ") : table.caption
    var text =
      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"\(escape(AuditSpelling.cut(label, 120)))\"><table role=\"table\" \(attributes)>\n"
    if !table.caption.isEmpty { text += "<caption>\(escape(table.caption))</caption>\n" }
    text += "<thead role=\"rowgroup\"><tr role=\"row\">"
    for (column, title) in table.header.enumerated() {
      let content = title.isEmpty ? "<span class=\"heard\">remark</span>" : escape(title)
      text += "<th role=\"columnheader\" scope=\"col\"\(kind(column))>\(content)</th>"
    }
    text += "</tr></thead>\n<tbody role=\"rowgroup\">\n"
    for (place, row) in table.rows.prefix(table.marked).enumerated() {
      text += "<tr role=\"row\""
      if let style = table.styles.element(at: place), !style.isEmpty { text += " class=\"\(escape(style))\"" }
      if let word = use.kinds.element(at: place) { text += " data-kind=\"\(escape(word))\"" }
      if let ids = use.about.element(at: place), !ids.isEmpty {
        text += " data-about=\"\(escape(JSONValue.array(ids.map(JSONValue.string)).line()))\""
      }
      text += ">"
      for (column, cell) in row.enumerated() {
        let value = use.values.element(at: place)?.element(at: column) ?? nil
        let sort = value.map { " data-value=\"\($0.isFinite ? $0.description : "")\"" } ?? ""
        let name = escape(table.header.element(at: column) ?? "")
        let tag = use.head == column ? "th" : "td"
        let role = tag == "th" ? "rowheader\" scope=\"row" : "cell"
        text +=
          "<\(tag) role=\"\(role)\" data-label=\"\(name)\"\(sort)\(kind(column))>\(escape(cell))</\(tag)>"
      }
      text += "</tr>\n"
    }
    text += "</tbody></table></div>\n"
    // With scripts the others are a search or a press on a button away.
    if table.marked < table.rows.count {
      text += "<noscript><p>\(table.marked) of \(Spell.count(table.rows.count)) rows.</p></noscript>\n"
    }
    return text
  }
}
