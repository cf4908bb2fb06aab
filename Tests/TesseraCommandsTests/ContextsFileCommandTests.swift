import Foundation
import TestSupport
import Testing

/// Contexts in any container of arrays, given as FILE or FILE:NAME.
@Suite struct ContextsFileCommandTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../References/parquet/other").standardized.path

  func path(_ name: String) -> String { "\(Self.folder)/\(name)" }

  @Test(arguments: ["two.npz:contexts", "packed.npz", "many.safetensors:double", "vectors.parquet:single"])
  func `Weights are the same from every container`(name: String) throws {
    let expected = try Tool.run(["weights", path("half.npy"), "--format", "csv"])
    #expect(expected.code == 0)
    let found = try Tool.run(["weights", path(name), "--format", "csv"])
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.output == expected.output)
  }

  @Test func `Fit takes a column of vectors, and names what is wrong with one`() throws {
    let folder = try TemporaryFolder()
    let alternatives = try folder.write(#"{"id":"w"}\#n{"id":"x"}\#n{"id":"y"}\#n{"id":"z"}"#, to: "a.jsonl")
    let comparisons = try folder.write(
      #"{"a":"w","b":"x","winner":"w"}\#n{"a":"x","b":"y","winner":"x"}\#n{"a":"y","b":"z","winner":"z"}\#n{"a":"z","b":"w","winner":"w"}"#,
      to: "c.jsonl")
    func fit(_ contexts: String) throws -> Tool.Result {
      try Tool.run([
        "fit", comparisons, "--alternatives", alternatives, "--contexts", path(contexts), "--format", "json",
      ])
    }
    let found = try fit("vectors.parquet:double")
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.rows().count == 4)
    let uneven = try fit("vectors.parquet:uneven")
    #expect(uneven.code == 65)
    #expect(
      uneven.errors.contains(#"row 3: field "uneven": found a list of 2 numbers, expected 1, as in row 1"#))
    let several = try fit("vectors.parquet")
    #expect(several.code == 65)
    #expect(several.errors.contains("FILE:NAME"))
    #expect(try fit("no.parquet:x").code == 66)
  }
}
