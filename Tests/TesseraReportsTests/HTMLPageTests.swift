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
    let html = page.html(plotly: .contentDeliveryNetwork)
    let escaped = "a&lt;b&gt;&amp;&quot;c&quot; &lt;\u{338}i&gt;&quot;\u{301}"
    // Title and heading, a paragraph each, the section's heading, the caption, the header, the cell. Bytes are compared, since
    // a sign and its accent are one character.
    #expect(count(of: escaped, in: html) == 8)
    #expect(count(of: text, in: html) == 0)
  }

  @Test func `A script that is copied into a page does not end where it spells its own end`() {
    let figure = Figure(
      name: "f", caption: "", marks: [.series(Figure.Series("</script>", x: [0], y: [0], colour: "#000000"))],
      x: Figure.Axis("x"), y: Figure.Axis("y"))
    let page = HTMLPage(
      title: "t", introduction: [],
      sections: [HTMLPage.Section(title: "s", blocks: [.figure(figure)])])
    let html = page.html(plotly: .embedded("let end = \"</script>\"; // </script"))
    #expect(html.contains("<script>let end = \"<\\/script>\"; // <\\/script</script>"))
    // The library's element and the page's own.
    #expect(count(of: "</script", in: html) == 2)
    #expect(html.contains("\\u003c/script>"))
  }

  @Test func `No id hides the end of the page's script`() {
    let id = "<!--<script>"
    let figure = Figure(
      name: "f", caption: "", marks: [.series(Figure.Series(id, x: [0], y: [0], colour: "#000000"))],
      x: Figure.Axis("x"), y: Figure.Axis("y"))
    let html = HTMLPage(
      title: id, introduction: [id], sections: [HTMLPage.Section(title: id, blocks: [.figure(figure)])]
    ).html(plotly: .contentDeliveryNetwork)
    #expect(count(of: "<!--", in: html) == 0)
    #expect(html.contains("\\u003c!--\\u003cscript>"))
  }

  private func count(of part: String, in text: String) -> Int {
    let (part, text) = (Array(part.utf8), Array(text.utf8))
    return text.indices.count { text[$0...].starts(with: part) }
  }
}
