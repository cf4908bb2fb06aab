import Foundation
import TesseraCommands
import TestSupport
import Testing

/// Long work shows that it lives, and how long it takes.
@Suite struct ProgressTests {
  @Test func `Off a terminal a line says now and then how far the work is`() throws {
    let folder = try TemporaryFolder()
    var alternatives = ""
    for i in 0..<600 {
      let numbers = (0..<32).map { "\(sin(Double(i * 37 + $0 * 101)))" }.joined(separator: ", ")
      alternatives += "{\"id\": \"n\(i)\", \"context\": [\(numbers)]}\n"
    }
    let arguments = [
      "weights", try folder.write(alternatives, to: "a.jsonl"), "--samples", "4000000", "--threads", "1",
      "--top", "1",
    ]
    let often = try Tool.run(arguments, environment: ["TESSERA_PROGRESS_SECONDS": "0.05"])
    let lines = often.errors.split(separator: "\n").map(String.init)
    #expect(lines.count >= 3, "\(often.errors)")
    #expect(
      lines.allSatisfy { $0.wholeMatch(of: /tessera: weights, [0-9]+ %(, [0-9]+ (s|min|h) left)?/) != nil })
    #expect(lines.contains { $0.hasSuffix(" left") })
    // Nothing under half a minute, and the same result.
    let seldom = try Tool.run(arguments)
    #expect(seldom.errors == "" && seldom.output == often.output)
  }

  @Test func `Steady work ends when it was said to end`() {
    var pace = Pace()
    for second in 1...50 { pace.add(Double(second) / 100, at: Double(second)) }
    #expect(abs((pace.left(at: 50) ?? 0) - 50) < 1)
  }

  @Test func `After a fast stage the pace of the slow one counts`() {
    // 60 % in 6 s, then a percent every 5 s: 35 % are left after 31 s, which takes 175 s.
    var pace = Pace()
    for step in 1...60 { pace.add(Double(step) / 100, at: Double(step) / 10) }
    for step in 1...20 { pace.add(0.6 + Double(step) / 100, at: 6 + 5 * Double(step)) }
    // At 106 s with 80 % done, the whole run would suggest 26 s.
    #expect(abs((pace.left(at: 106) ?? 0) - 100) < 10)
  }

  @Test func `Waiting makes the rest longer, and long waiting foretells nothing`() {
    var pace = Pace()
    for second in 1...30 { pace.add(Double(second) / 60, at: Double(second)) }
    let (soon, later) = (pace.left(at: 31) ?? 0, pace.left(at: 36) ?? 0)
    #expect(soon >= 30 && later > soon + 10)
    #expect(pace.left(at: 120) == nil)
    #expect(Pace().left(at: 5) == nil)
  }

  @Test func `Many reports cost little`() throws {
    var pace = Pace()
    for report in 1...200_000 { pace.add(Double(report) / 400_000, at: Double(report) / 1_000) }
    #expect(abs((pace.left(at: 200) ?? 0) - 200) < 4)
  }
}
