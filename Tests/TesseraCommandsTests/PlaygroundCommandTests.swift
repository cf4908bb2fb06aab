import Foundation
import TestSupport
import Testing

@Suite struct PlaygroundCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `One file, which loads nothing`() throws {
    let file = folder.file("play.html")
    let made = try Tool.run(["playground", "-o", file])
    #expect(made.code == 0 && made.output == "wrote \(file)\n", "\(made.errors)")
    let page = try String(contentsOfFile: file, encoding: .utf8)
    #expect(page.hasPrefix("<!doctype html>\n"))
    #expect(
      page.contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-")
    )
    // The name of a markup language is no address to load from.
    let addresses = page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
    for loading in ["http://", "https://", "src=", "@import", "url(", "fetch(", "XMLHttpRequest", "import("] {
      #expect(!addresses.contains(loading), "\(loading)")
    }
    // What the policy would refuse.
    for refused in [" style=\"", " onclick=", "eval(", "new Function", "unsafe-"] {
      #expect(!page.contains(refused), "\(refused)")
    }
  }

  @Test func `It takes the place of a playground, and of nothing else`() throws {
    let file = folder.file("play.html")
    #expect(try Tool.run(["playground", "-o", file]).code == 0)
    #expect(try Tool.run(["playground", "-o", file]).code == 0)
    let other = try folder.write("<!doctype html><title>mine</title>", to: "mine.html")
    let refused = try Tool.run(["playground", "-o", other])
    #expect(refused.code == 64)
    #expect(
      refused.errors.hasPrefix(
        "tessera: --output is \(other), which is there and is no playground; give another name."))
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "<!doctype html><title>mine</title>")
    let rows = try Tool.run(["playground", "-o", folder.file("rows.jsonl")])
    #expect(rows.code == 64 && rows.errors.contains("expected a name that ends in .html"))
  }
}
