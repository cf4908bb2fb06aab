import Foundation
import TestSupport
import Testing

/// Reports in a real browser, where Chromium is installed. Tests/Browser/reports.py looks closer.
@Suite(.enabled(if: Browser.program != nil)) struct PageTests {
  @Test func `A page shows every figure, complains about nothing, and is whole without its library`() throws {
    let folder = try TemporaryFolder()
    for (options, hasLibrary) in [([], Browser.hasLibrary), (["--static"], false)] {
      let made = try Tool.run(["reproduce", "--only", "1,4,6", "-o", folder.file("r")] + options)
      #expect(made.code == 0, "\(made.errors)")
      let shot = folder.file("shot.png")
      let seen = try Browser.open(folder.file("r/index.html"), screenshot: shot, width: 1_000)
      let complaints = seen.split(separator: "\n").filter { $0.contains("CONSOLE") }.map { $0.prefix(300) }
      #expect(complaints.isEmpty)
      // A page of white compresses to a few kilobytes.
      #expect(try Data(contentsOf: URL(fileURLWithPath: shot)).count > 40_000)
      let document = try Browser.document(folder.file("r/index.html"))
      func count(_ part: String) -> Int { document.components(separatedBy: part).count - 1 }
      #expect(count("<div class=\"plot\">\n<svg ") == 5)
      #expect(count("<canvas") == (hasLibrary ? 5 : 0))
      #expect(count("class=\"drawn\"") == (hasLibrary ? 5 : 0))
    }
  }
}

enum Browser {
  static let program: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/chromium" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Whether the build fetched what draws figures.
  static var hasLibrary: Bool {
    FileManager.default.fileExists(
      atPath: FileManager.default.currentDirectoryPath + "/.build/share/tessera/vega.js")
  }

  /// What Chromium logs, console messages among it.
  static func open(_ page: String, screenshot: String, width: Int) throws -> String {
    try run(page, ["--screenshot=\(screenshot)", "--window-size=\(width),3000", "--enable-logging=stderr"])
      .errors
  }

  /// The document after scripts have run.
  static func document(_ page: String) throws -> String { try run(page, ["--dump-dom"]).output }

  private static func run(_ page: String, _ arguments: [String]) throws -> Tool.Result {
    try Tool.run(
      ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000"] + arguments + [
        "file://\(page)"
      ],
      program: program ?? "chromium")
  }
}
