import TesseraFormats
import TesseraReports
import Testing

@Suite struct HTMLPageTests {
  @Test func `What a page says cannot end its elements, whatever stands behind a sign`() {
    // With an accent behind it a sign is one character to a reader of Unicode, and two to a browser.
    let text = "a<b>&\"c\" <\u{338}i>\"\u{301}"
    let page = HTMLPage(
      title: text, introduction: [text],
      sections: [
        HTMLPage.Section(
          title: text,
          blocks: [.paragraph(text), .table(HTMLPage.Table(header: [text], rows: [[text]], caption: text))])
      ])
    let html = page.html()
    let escaped = "a&lt;b&gt;&amp;&quot;c&quot; &lt;\u{338}i&gt;&quot;\u{301}"
    // Title, what it says to those who list pages, heading, paragraphs, the section's heading, the caption and the name of its
    // region, the header, the cell and its label. Bytes are compared, since a sign and its accent are one character.
    #expect(count(of: escaped, in: html) == 11)
    #expect(count(of: text, in: html) == 0)
  }

  @Test func `Figures and documents cannot end the script that carries them`() throws {
    let figure = Figure(
      name: "f", caption: "",
      marks: [.series(Figure.Series("</script>", x: [0], y: [0], colour: "#000000"))],
      x: Figure.Axis("x"), y: Figure.Axis("y"))
    var page = HTMLPage(
      title: "t", introduction: [],
      sections: [HTMLPage.Section(title: "s", blocks: [.figure(figure)])])
    page.data = [("audit", .object([("id", .string("</script>\u{2028}<b>"))]))]
    let html = page.html(HTMLPage.Library(script: "let vega = 1;", notices: "notices"))
    // Both documents, and the page's own module.
    #expect(count(of: "</script", in: html) == 3)
    #expect(count(of: "\\u003c/script>", in: html) >= 2)
    #expect(html.contains("\\u2028\\u003cb>"))
    let policy = try #require(html.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).1
    #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"))
    // Without the library the drawing is there, and nothing says that something were missing.
    let plain = page.html()
    #expect(count(of: "let vega", in: plain) == 0 && count(of: "role=\"img\"", in: plain) == 1)
    #expect(count(of: "id=\"figures\"", in: plain) == 0)
  }

  @Test func `Of a long table the beginning is markup, and scripts have the rest`() throws {
    var use = HTMLPage.Table.Use()
    (use.id, use.isSearched) = ("table-t", true)
    use.values = (0..<60).map { [nil, $0 == 59 ? .infinity : Double($0)] }
    use.about = (0..<60).map { ["n\($0)"] }
    use.kinds = (0..<60).map { $0 == 50 ? "moved" : "" }
    let table = HTMLPage.Table(
      header: ["Name", "Number"], rows: (0..<60).map { ["n<\($0)>", "\($0)"] }, use: use)
    func page(_ table: HTMLPage.Table) -> String {
      HTMLPage(
        title: "t", introduction: [], sections: [HTMLPage.Section(title: "s", blocks: [.table(table)])]
      )
      .html()
    }
    let html = page(table)
    #expect(count(of: "<tr role=", in: html) == 51)
    #expect(count(of: "<noscript><p>50 of 60 rows.</p></noscript>", in: html) == 1)
    let text = try #require(html.firstMatch(of: /id="table-t-rows">([^<]*)</)).1
    let rest = try #require(try JSONReader.value(of: String(text)).elements)
    #expect(rest.count == 10)
    #expect(rest.first?.compact() == "[[\"n<50>\",\"50\"],[null,50.0],\"moved\",[\"n50\"]]")
    #expect(rest.last?.compact() == "[[\"n<59>\",\"59\"],[null,\"\"],\"\",[\"n59\"]]")
    // A table that no script touches is whole.
    #expect(count(of: "<tr role=", in: page(HTMLPage.Table(header: table.header, rows: table.rows))) == 61)
  }

  @Test func `Figures to be compared stand in one row, and are figures of the page`() {
    func figure(_ name: String) -> Figure {
      Figure(name: name, caption: "", marks: [], x: Figure.Axis("x"), y: Figure.Axis("y"))
    }
    let page = HTMLPage(
      title: "t", introduction: [],
      sections: [
        HTMLPage.Section(title: "s", blocks: [.beside([figure("a"), figure("b")]), .map(figure("c"))])
      ])
    #expect(page.figures.map(\.name) == ["a", "b", "c"])
    let html = page.html(HTMLPage.Library(script: "let vega = 1;", notices: ""))
    #expect(count(of: "<div class=\"beside\">", in: html) == 1)
    // The library draws all but the map, which scripts of the page draw.
    #expect(count(of: "data-figure=", in: html) == 2 && count(of: "\"name\":", in: html) == 2)
  }

  @Test func `No id and no library hides the end of the page's script`() {
    let id = "<!--<script>"
    let figure = Figure(
      name: "f", caption: "", marks: [.series(Figure.Series(id, x: [0], y: [0], colour: "#000000"))],
      x: Figure.Axis("x"), y: Figure.Axis("y"))
    let html = HTMLPage(
      title: id, introduction: [id], sections: [HTMLPage.Section(title: id, blocks: [.figure(figure)])]
    ).html(HTMLPage.Library(script: "let end = \"</script><!--\";", notices: "</script> */"))
    #expect(count(of: "<!--", in: html) == 0)
    #expect(html.contains("\\u003c!--\\u003cscript>"))
    // The figures, and the page's own module.
    #expect(count(of: "</script", in: html) == 2)
  }

  private func count(of part: String, in text: String) -> Int {
    let (part, text) = (Array(part.utf8), Array(text.utf8))
    return text.indices.count { text[$0...].starts(with: part) }
  }
}
