import Foundation
import TestSupport
import Testing

@Suite struct ReproduceCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aReportAppearsWithItsFigures() throws {
    let result = try Tool.run(["reproduce", "--only", "1,4", "--instances", "2", "-o", folder.file("report")])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains(/(\d+) of \1 claims hold/))
    #expect(!result.output.contains("FAILS"))
    let page = try String(contentsOfFile: folder.file("report/index.html"), encoding: .utf8)
    #expect(page.contains("default-src 'none'"))
    for figure in ["figure-1", "figure-2", "table-2-rewards"] {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("report/figures/\(figure).vl.json")))
      #expect((try JSONSerialization.jsonObject(with: data) as? [String: Any])?["layer"] != nil)
      let drawing = try String(contentsOfFile: folder.file("report/figures/\(figure).svg"), encoding: .utf8)
      #expect(drawing.hasPrefix("<?xml ") && drawing.hasSuffix("</svg>\n"))
      let numbers = try String(contentsOfFile: folder.file("report/figures/\(figure).csv"), encoding: .utf8)
      #expect(numbers.hasPrefix("series,x,y,error"))
      // The page shows the drawing, without the line that begins a file.
      #expect(page.contains(drawing.split(separator: "\n").dropFirst().joined(separator: "\n")))
    }
    // What is kept comes from results.json alone.
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.file("report/figures")).sorted()
    try FileManager.default.removeItem(atPath: folder.file("report/figures"))
    let again = try Tool.run([
      "reproduce", "--only", "1,4", "--instances", "2", "--resume", "-o", folder.file("report"),
    ])
    #expect(again.output.contains("Kept from before: section 1, 4"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("report/figures")).sorted() == before)
    #expect(try String(contentsOfFile: folder.file("report/index.html"), encoding: .utf8) == page)
  }

  @Test func badRequests() throws {
    #expect(try Tool.run(["reproduce", "--only", "9"]).code == 64)
    #expect(try Tool.run(["reproduce", "--instances", "0"]).code == 64)
    let plotly = try Tool.run(["reproduce", "--plotly", folder.file("none.js"), "-o", folder.file("r")])
    #expect(plotly.code == 64 && plotly.errors.contains("pages need no plotly.js"))
    let blocked = try folder.write("", to: "file")
    #expect(try Tool.run(["reproduce", "--only", "1", "-o", blocked + "/r"]).code == 73)
  }

  /// Figure 1 alone takes its section alone, whatever it is called by.
  @Test(arguments: ["1", "Figure 1", "figure-2", "definition 4.1"])
  func `What stands in a section names it`(name: String) throws {
    let result = try Tool.run(["reproduce", "--only", name, "-o", folder.file("report")])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("3 of 3 claims hold"))
  }

  @Test func `A figure that is not in the paper is named with those that are`() throws {
    let result = try Tool.run(["reproduce", "--only", "Figure 6"])
    #expect(result.code == 64)
    #expect(result.errors.contains("--only names Figure 6") && result.errors.contains("Figure 5"))
  }

  @Test func `Annotators without the section that they judge in are refused`() throws {
    let file = try folder.write("share,food,art,romance\n", to: "a.csv")
    let result = try Tool.run(["reproduce", "--only", "1", "--annotators", file])
    #expect(result.code == 64 && result.errors.contains("--annotators"))
    let bad = try Tool.run(["reproduce", "--only", "7", "--annotators", file, "-o", folder.file("r")])
    #expect(bad.code == 65 && bad.errors.contains("a.csv: found no rows"))
  }

  @Test func `What was computed with other settings is not lost by resuming`() throws {
    let report = folder.file("report")
    #expect(try Tool.run(["reproduce", "--only", "1", "-o", report]).code == 0)
    let before = try Data(contentsOf: URL(fileURLWithPath: report + "/results.json"))
    let other = try Tool.run(["reproduce", "--only", "4", "--resume", "--instances", "20", "-o", report])
    #expect(other.code == 65 && other.errors.contains("results.json: field \"settings\""), "\(other.errors)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: report + "/results.json")) == before)
    let more = try Tool.run(["reproduce", "--only", "4", "--resume", "-o", report])
    #expect(more.code == 0 && more.output.contains("Kept from before: section 1"))
  }
}
