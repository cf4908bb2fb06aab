import TesseraPages
import Testing

@Suite struct PageTests {
  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// FIPS 180-4's own examples, and lengths on both sides of a block's end (as `sha256sum` says).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "x", count: 55), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"),
    (String(repeating: "x", count: 64), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"),
  ])
  func `SHA-256 is what the standard says`(text: String, expected: String) {
    #expect(hexadecimal(SHA256.digest(of: Array(text.utf8))) == expected)
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
  func `Base 64 is what RFC 4648 says`(text: String, expected: String) {
    #expect(Base64.text(of: Array(text.utf8)) == expected)
  }

  /// What stands between an opening tag and its end, the first time.
  private func inside(_ html: String, _ open: String, _ close: String) throws -> Substring {
    let begin = try #require(html.firstRange(of: open)).upperBound
    let end = try #require(html[begin...].firstRange(of: close)).lowerBound
    return html[begin..<end]
  }

  @Test func `A page allows its own style and scripts by their hashes, and nothing else`() throws {
    let page = Page(
      title: "A & B", body: "<h1>x</h1>", styles: ["h1 { margin: 0 }"], scripts: ["let a = 1", "let b"])
    let html = page.html
    let policy = try inside(html, "Content-Security-Policy\" content=\"", "\"")
    #expect(policy == page.contentSecurityPolicy)
    for (open, close, directive) in [
      ("<style>", "</style>", "style-src"), ("<script type=\"module\">", "</script>", "script-src"),
    ] {
      let hash = Base64.text(of: SHA256.digest(of: Array(try inside(html, open, close).utf8)))
      #expect(policy.contains("\(directive) 'sha256-\(hash)';"))
    }
    #expect(policy.hasPrefix("default-src 'none';"))
    #expect(!policy.contains("unsafe"))
    #expect(html.contains("<title>A &amp; B</title>"))
  }

  @Test func `Data cannot end their element`() throws {
    let page = Page(
      title: "x", body: "", data: [Page.Data(id: "rows", json: "{\"text\": \"</script><script>alert(1)\"}")])
    let data = try inside(page.html, "id=\"rows\">", "</script>")
    #expect(data == "{\"text\": \"\\u003c/script>\\u003cscript>alert(1)\"}")
    #expect(page.contentSecurityPolicy.contains("script-src 'none'"))
  }
}
