import Foundation
import TesseraCommands
import TesseraFormats
import TestSupport
import Testing

/// Command lines that cannot be: what is wrong, and what was probably meant.
@Suite struct MistakesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    (["fti", "votes.csv"], "there is no command fti; did you mean fit?"),
    (["leaderboard"], "there is no command leaderboard; expected one of fit, rank, audit"),
    (["fti", "-h"], "there is no command fti; did you mean fit?"),
    (["--colour"], "there is no option --colour."),
    (["fit", "VOTES", "--lamda", "0.3"], "there is no option --lamda; did you mean --lambda?"),
    (["fit", "VOTES", "--clone", "b"], "there is no option --clone of fit; audit has one."),
    (["inspect", "VOTES", "--colums", "a=b"], "there is no option --colums; did you mean --columns?"),
    (["audit", "VOTES", "--bootstrap", "3"], "there is no option --bootstrap; did you mean --bootstraps?"),
    (["train", "VOTES", "-o", "m", "--step", "3"], "there is no option --step; did you mean --steps?"),
    (["fit", "VOTES", "-q"], "there is no option -q of fit."),
    (["fit", "VOTES", "--lambda", "-1"], "--lambda is -1.0; expected auto or a positive number."),
    (["fit", "VOTES", "--samples", "-5"], "--samples is -5; expected at least 1."),
    (["fit", "VOTES", "--top", "-1"], "--top is -1; expected 0 or more."),
    (["fit", "VOTES", "--samples", "ten"], "--samples is ten, which cannot be read: Random points"),
    (
      ["fit", "VOTES", "--weights", "voronoj"],
      "--weights is voronoj; did you mean voronoi? Expected one of auto, paper, "
    ),
    (["fit", "VOTES", "--weights=horizom=3"], "--weights is horizom=3; did you mean horizon? Expected"),
    (["fit", "VOTES", "--weights", "magic"], "--weights is magic; expected one of auto, paper, "),
    (["fit", "VOTES", "--space", "unit-cub"], "--space is unit-cub; did you mean unit-cube?"),
    (["fit", "VOTES", "--space", "box=1"], "--space is box=1; expected box=LO:HI."),
    (["fit", "VOTES", "--method", "exakt"], "--method is exakt; did you mean exact?"),
    (["fit", "VOTES", "--pairs", "cuont"], "--pairs is cuont; did you mean count?"),
    (["fit", "VOTES", "--lambda-convention", "locl"], "--lambda-convention is locl; did you mean local?"),
    (["fit", "VOTES", "--format", "cvs"], "--format is cvs; did you mean csv?"),
    (["fit", "VOTES", "--embedder", "openia"], "--embedder is openia; did you mean openai?"),
    (["fit", "VOTES", "--input-format", "jsnl"], "--input-format is jsnl; did you mean jsonl?"),
    (["train", "VOTES", "-o", "m", "--model", "linaer"], "--model is linaer; did you mean linear?"),
    (
      ["audit", "VOTES", "--schemes", "local,voronoj"],
      "--schemes names voronoj; did you mean voronoi? Expected"
    ),
    (["fit", "VOTES", "--lambda"], "Missing value for '--lambda <lambda>'"),
    (["embed", "x.jsonl"], "Missing expected argument '--output <output>'"),
  ])
  func `A mistake is named, with what was meant`(arguments: [String], message: String) throws {
    let votes = try folder.write("a,b,winner\nx,y,a\n", to: "votes.csv")
    let result = try Tool.run(arguments.map { $0 == "VOTES" ? votes : $0 })
    #expect(result.code == 64)
    #expect(result.errors.hasPrefix("tessera: " + message), "\(result.errors)")
    // One style: who speaks, what is wrong, how it is used, where more stands.
    #expect(result.errors.contains("\nUsage: tessera "))
    #expect(result.errors.hasSuffix("--help' for more information.\n"))
    #expect(!result.errors.contains("Error:") && result.output == "")
  }

  @Test func `A number below zero is a value where options take one, and a name of a file stays one`() throws
  {
    // -0.2 as the lower bound of nothing: the option reads it, and says what it thinks of it.
    let file = try folder.write(
      "{\"id\": \"x\", \"context\": [0]}\n{\"id\": \"y\", \"context\": [1]}\n", to: "a.jsonl")
    #expect(try Tool.run(["weights", file, "--space", "box=-1:3"]).code == 0)
    #expect(
      try Tool.run(["weights", file, "--target-error", "-1e-3"]).errors.contains(
        "--target-error is -0.001; expected"))
    #expect(try Tool.run(["weights", "--", "-1"]).code == 66)
  }

  @Test(arguments: [
    ("kitten", "sitting", 3), ("fti", "fit", 1), ("", "abc", 3), ("abc", "abc", 0), ("abcd", "badc", 2),
    ("ca", "abc", 3),
  ])
  func `Letters to change`(first: String, second: String, distance: Int) {
    #expect(NearestName.distance(first, second) == distance)
    #expect(NearestName.distance(second, first) == distance)
  }

  @Test func `Comparisons in the place of alternatives are recognised`() throws {
    let votes = try folder.write("{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"}\n", to: "votes.jsonl")
    let swapped = try Tool.run(["fit", votes, "--alternatives", votes])
    #expect(swapped.code == 65)
    #expect(
      swapped.errors.contains(
        "votes.jsonl:1: found the fields a and b: this looks like comparisons, expected an alternative"))
    let chosen = try folder.write("{\"chosen\": \"x\", \"rejected\": \"y\"}\n", to: "trl.jsonl")
    #expect(
      try Tool.run(["fit", chosen, "--alternatives", chosen]).errors.contains("this looks like comparisons"))
    #expect(
      try Tool.run(["embed", votes, "-o", folder.file("x.npy")]).errors.contains(
        "this looks like comparisons"))
    // A text that has fields of its own is an alternative as long as it has an id.
    let mixed = try folder.write("{\"id\": \"p\", \"a\": 1, \"b\": 2, \"context\": [1]}\n", to: "mixed.jsonl")
    #expect(try Tool.run(["weights", mixed]).code == 0)
  }
}
