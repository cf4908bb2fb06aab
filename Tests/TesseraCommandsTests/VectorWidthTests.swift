import Foundation
import TestSupport
import Testing

/// What machines differ by must not show in results.
@Suite struct VectorWidthTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `A fit has the same bytes for every width of vectors and any number of cores`() throws {
    // More rows than one piece of work has, and more alternatives than a dense matrix is made for.
    var state: UInt64 = 7
    func below(_ limit: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % limit
    }
    var rows = ""
    for _ in 0..<12_000 {
      let a = below(1_700)
      rows +=
        "{\"a\": \"m\(a)\", \"b\": \"m\((a + 1 + below(1_699)) % 1_700)\", \"preference\": \(below(2))}\n"
    }
    let file = try folder.write(rows, to: "w.jsonl")
    let outputs = try [("512", "1"), ("512", "2"), ("256", "2"), ("128", "2")].map { bits, threads in
      let found = try Tool.run(
        ["fit", file, "--format", "json", "--threads", threads], environment: ["TESSERA_VECTOR_BITS": bits])
      #expect(found.code == 0, "\(found.errors)")
      return found.output
    }
    #expect(Set(outputs).count == 1 && outputs[0].contains("\"simulated\""))
  }
}
