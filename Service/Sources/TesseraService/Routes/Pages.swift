import TesseraPages

extension Route {
  /// The workbench's page: it holds no data, so it is open; what it asks for is not.
  static var workbenchPage: Route {
    page(
      "/", "workbench", "The workbench: a page that shows studies and asks questions about them.",
      WorkbenchPage.page)
  }

  static var playground: Route {
    page(
      "/playground", "playground", "The playground: points in a square, their cells and both estimates.",
      Playground.page)
  }

  private static func page(_ path: String, _ name: String, _ summary: String, _ page: Page) -> Route {
    let reply = Reply(
      text: page.html, contentType: "text/html; charset=utf-8",
      headers: [
        ("Content-Security-Policy", page.contentSecurityPolicy + "; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-cache"),
      ])
    return Route(
      method: .get, path: path, name: name, summary: summary, request: nil,
      answered: .text(contentType: "text/html"), isOpen: true
    ) { _, _ in reply }
  }
}
