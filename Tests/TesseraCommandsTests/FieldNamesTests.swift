import Foundation
import TestSupport
import Testing

/// Names of fields that no file or no layout has.
@Suite struct FieldNamesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func votes(_ header: String = "a,b,winner,voter") throws -> String {
    try folder.write("\(header)\nx,y,a,v\ny,z,b,w\nx,z,a,v\n", to: "v.csv")
  }

  @Test func `A part that no layout has is refused, with the one that was meant`() throws {
    let votes = try votes()
    for option in ["--map", "--columns"] {
      let result = try Tool.run(["rank", votes, option, "anotator=voter"])
      #expect(result.code == 64)
      #expect(
        result.errors.contains(
          "rows of the layout votes have no field anotator that --map or --columns could name; did you mean annotator? Expected one of a, b, outcome, preference, preference_b, count, annotator, prompt, time."
        ), "\(result.errors)")
    }
    #expect(try Tool.run(["rank", votes, "--map", "worker=voter,winner=winner"]).code == 0)
    #expect(try Tool.run(["rank", votes, "--map", "time=voter"]).code == 0)
  }

  @Test func `A part of another layout is refused, with those of this one`() throws {
    let result = try Tool.run(["rank", votes(), "--map", "score=voter"])
    #expect(result.code == 64)
    #expect(
      result.errors.contains(
        "rows of the layout votes have no field score that --map or --columns could name; expected one of a, b, outcome, preference, preference_b, count, annotator, prompt, time."
      ), "\(result.errors)")
    let given = try Tool.run(["inspect", votes(), "--layout", "ratings", "--map", "chosen=voter"])
    #expect(given.code == 64)
    #expect(given.errors.contains("expected one of item, score, annotator, prompt, time."), "\(given.errors)")
  }

  @Test func `Families and categories that no row has are named, with what rows have`() throws {
    let rows = try folder.write(
      "{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"}\n{\"a\": \"y\", \"b\": \"z\", \"winner\": \"b\"}\n",
      to: "v.jsonl")
    let category = try Tool.run(["rank", rows, "--category", "lang"])
    #expect(category.code == 65)
    #expect(
      category.errors.contains(
        "field \"lang\": found no such field in any row, expected one of a, b, winner"),
      "\(category.errors)")
    let family = try Tool.run(["rank", rows, "--family", "organisation"])
    #expect(family.code == 65)
    #expect(
      family.errors.contains(
        "field \"organisation\": found no such fields of the two sides in any row, which have a, b, winner, expected organisation_a and organisation_b, or a file of families"
      ), "\(family.errors)")
  }

  @Test func `A header without one side or the outcome is told with its columns`() throws {
    let side = try Tool.run(["rank", votes("model_a,model_2,winner,voter")])
    #expect(side.code == 65)
    #expect(
      side.errors.contains(
        "v.csv:1: field \"model_b\": found the columns model_a, model_2, winner, voter, expected a column for each side; here perhaps --map a=model_a,b=model_2"
      ), "\(side.errors)")
    let outcome = try Tool.run(["rank", votes("model_a,model_b,winer,voter")])
    #expect(outcome.code == 65)
    #expect(
      outcome.errors.contains(
        "found no outcome among the columns model_a, model_b, winer, voter, expected one of preference, preference_b, winner, outcome; here perhaps --map outcome=winer"
      ), "\(outcome.errors)")
  }

  @Test func `Small mistakes say what is wanted`() throws {
    let votes = try votes()
    let compared = try Tool.run(["compare", votes, votes])
    #expect(compared.code == 65)
    #expect(compared.errors.contains("a document of tessera rank -o x.json or tessera fit --format json"))
    let ending = try Tool.run(["duplicates", votes, "-o", folder.file("x.xml")])
    #expect(ending.code == 64 && ending.errors.contains("expected a name that ends in .txt (table), .json"))
    let anchor = try Tool.run(["rank", votes, "--anchor", "GPT 4"])
    #expect(anchor.code == 64 && anchor.errors.contains("ID=SCORE"), "\(anchor.errors)")
  }

  @Test func `Lines of JSON are not written under the name of an array`() throws {
    let result = try Tool.run(["export", votes(), "-o", folder.file("x.json")])
    #expect(result.code == 64)
    #expect(result.errors.contains("expected .jsonl, .csv, .tsv, .parquet or a folder"), "\(result.errors)")
  }
}
