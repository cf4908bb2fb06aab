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
    #expect(page.contains("cdn.plot.ly"))
    for figure in ["figure-1", "figure-2", "table-2-rewards"] {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("report/figures/\(figure).json")))
      #expect((try JSONSerialization.jsonObject(with: data) as? [String: Any])?["layout"] != nil)
    }
  }

  @Test func badRequests() throws {
    #expect(try Tool.run(["reproduce", "--only", "9"]).code == 64)
    #expect(try Tool.run(["reproduce", "--instances", "0"]).code == 64)
    #expect(
      try Tool.run(["reproduce", "--plotly", folder.file("none.js"), "-o", folder.file("r")]).code == 66)
    let blocked = try folder.write("", to: "file")
    #expect(try Tool.run(["reproduce", "--only", "1", "-o", blocked + "/r"]).code == 73)
  }
}
