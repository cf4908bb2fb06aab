import TesseraPages
import Testing

@Suite struct PlaygroundTests {
  /// A script's end inside of it would end it early, and a carriage return would change its hash.
  @Test func `Its scripts and styles hold nothing that ends them`() {
    let page = Playground.page
    for text in page.scripts + page.styles {
      #expect(!text.isEmpty)
      #expect(!text.contains("</") && !text.contains("\r"))
    }
    #expect(Playground.html == page.html)
  }

  @Test func `Every element that its scripts ask for is there, once`() {
    let script = Playground.page.scripts.joined()
    let asked = Set(script.matches(of: /(?:byId|press)\('([a-z-]+)'/).map { String($0.output.1) })
    #expect(asked.count > 15)
    for id in asked {
      #expect(Playground.page.body.ranges(of: "id=\"\(id)\"").count == 1, "\(id)")
    }
  }
}
