import Foundation
import TestSupport
import Testing

/// Reports in a real browser, where Chromium is installed and plotly.js has been fetched (make reproduce does).
@Suite(.enabled(if: Browser.program != nil && Browser.plotly != nil)) struct PageTests {
  @Test func theReportDrawsEveryFigureAtAPhonesWidth() throws {
    let folder = try TemporaryFolder()
    let plotly = try #require(Browser.plotly)
    let made = try Tool.run(["reproduce", "--only", "1,4,6", "-o", folder.file("r"), "--plotly", plotly])
    #expect(made.code == 0, "\(made.errors)")
    let figures = try FileManager.default.contentsOfDirectory(atPath: folder.file("r/figures"))
      .filter { $0.hasSuffix(".json") }.count
    #expect(figures == 3)
    // A frame is as narrow as a phone; a window of Chromium's cannot be.
    let frame = try folder.write(
      "<body style='margin:0'><iframe src='r/index.html' width='390' height='4000' style='border:0'></iframe></body>",
      to: "phone.html")
    for (page, width) in [(folder.file("r/index.html"), 1_000), (frame, 500)] {
      let shot = folder.file("shot-\(width).png")
      let seen = try Browser.open(page, screenshot: shot, width: width)
      let complaints = seen.split(separator: "\n").filter { $0.contains("CONSOLE") }.map { $0.prefix(300) }
      #expect(complaints.isEmpty)
      // A page of white compresses to a few kilobytes.
      #expect(try Data(contentsOf: URL(fileURLWithPath: shot)).count > 40_000)
    }
    // Counted here: the document holds the whole library, which no message should print.
    let drawn =
      try Browser.document(folder.file("r/index.html")).components(separatedBy: "class=\"main-svg\"").count
      - 1
    #expect(drawn >= figures)
  }

  @Test func `Without plotly the drawings stay, and with it they are gone`() throws {
    let folder = try TemporaryFolder()
    let plotly = try #require(Browser.plotly)
    for (library, kept) in [(try folder.write("", to: "nothing.js"), 2), (plotly, 0)] {
      let made = try Tool.run(["reproduce", "--only", "1", "-o", folder.file("r"), "--plotly", library])
      #expect(made.code == 0, "\(made.errors)")
      let drawings = try Browser.document(folder.file("r/index.html")).components(separatedBy: "role=\"img\"")
      #expect(drawings.count - 1 == kept)
    }
  }
}

enum Browser {
  static let program: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/chromium" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// plotly.min.js where the make target leaves it.
  static let plotly: String? = {
    let file = FileManager.default.currentDirectoryPath + "/.build/plotly/plotly.min.js"
    return FileManager.default.fileExists(atPath: file) ? file : nil
  }()

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
