/// A page in one file that loads nothing: style, scripts and data stand inside it.
///
/// A policy in its head allows exactly these styles and scripts, by their SHA-256, and no request at all, so whatever text
/// the page shows can neither run nor send anything. Styles and handlers as attributes (`style=`, `onclick=`) are refused
/// by it too: give elements classes, and listen in a script.
///
///     let page = Page(title: "Cells", body: "<h1>Cells</h1>", scripts: [script])
///     page.html                     // to write, or to serve
///     page.contentSecurityPolicy    // for a server that says it as a header as well
public struct Page: Sendable {
  /// Data for scripts, as JSON: `JSON.parse(document.getElementById(id).textContent)`.
  public struct Data: Sendable {
    /// The id of the element that holds them.
    public let id: String
    public let json: String

    public init(id: String, json: String) {
      self.id = id
      self.json = json
    }
  }

  public let title: String
  /// One sentence for those who list pages.
  public let description: String
  /// What stands between `<body>` and `</body>`: markup, whose texts went through `escape`.
  public let body: String
  /// Style sheets, which come after the house's.
  public let styles: [String]
  /// Scripts, run as one module in their order once the body is there.
  public let scripts: [String]
  public let data: [Data]
  /// Whether its script may ask the service that the page came from; a page in a file asks nobody.
  public let connects: Bool

  public init(
    title: String, description: String = "", body: String, styles: [String] = [], scripts: [String] = [],
    data: [Data] = [], connects: Bool = false
  ) {
    self.title = title
    self.description = description
    self.body = body
    self.styles = styles
    self.scripts = scripts
    self.data = data
    self.connects = connects
  }

  private var style: String { ([WebFile.houseStyle] + styles).joined(separator: "\n") }
  private var script: String { scripts.joined(separator: "\n") }

  /// What the page may do: run and show what stands in it, and nothing else.
  public var contentSecurityPolicy: String {
    func hash(_ text: String) -> String { "'sha256-\(Base64.text(of: SHA256.digest(of: Array(text.utf8))))'" }
    return "default-src 'none'; style-src \(hash(style)); "
      + "script-src \(scripts.isEmpty ? "'none'" : hash(script)); \(connects ? "connect-src 'self'; " : "")"
      + "img-src data:; base-uri 'none'; form-action 'none'"
  }

  /// The page as text.
  public var html: String {
    var text = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(contentSecurityPolicy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <meta name="generator" content="tessera">
      <title>\(Self.escape(title))</title>

      """
    if !description.isEmpty {
      text += "<meta name=\"description\" content=\"\(Self.escape(description))\">\n"
    }
    // An icon that is here: without one, browsers ask the server for it.
    text += "<link rel=\"icon\" href=\"data:,\">\n<style>\(style)</style>\n</head>\n<body>\n\(body)\n"
    for data in data {
      text +=
        "<script type=\"application/json\" id=\"\(Self.escape(data.id))\">\(Self.quiet(data.json))</script>\n"
    }
    if !scripts.isEmpty { text += "<script type=\"module\">\(script)</script>\n" }
    return text + "</body>\n</html>\n"
  }

  /// Text as it stands in markup and in attributes with double quotes.
  public static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// JSON that no string of it can end early: "<" is the same as "\u003c" there.
  private static func quiet(_ json: String) -> String {
    var text = ""
    for scalar in json.unicodeScalars {
      if scalar == "<" { text += "\\u003c" } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
