import Foundation
import Testing

/// Pages of help are made from what commands declare.
@Suite struct HelpTests {
  @Test func `Short help in whole`() throws {
    let short = try Tool.run(["embed", "-h"])
    #expect(short.code == 0 && short.errors == "")
    #expect(
      short.output == """
        Turn texts into contexts: one row of a NumPy file for each line.

        Usage: tessera embed [<options>] --output <output> <texts>

        Arguments:
          <texts>                 JSONL file with a text on every line, or rows of
                                  preferences between texts; - reads standard input.

        Options:
          -o, --output <output>   NumPy file to write (float32); it appears whole or not
                                  at all.
          --embedder <embedder>   builtin (the default: what words and characters texts
                                  share; no download), openai (a service with OpenAI's
                                  /v1/embeddings) or none (texts are alike when they are
                                  equal).
          --dimensions <dimensions>
                                  Numbers of a context, for the built-in embedder.
                                  (default: 256)
          --fitted-embedder <file>
                                  A built-in embedder stored by tessera embed
                                  --save-embedder.
          --model <model>         Model of the service, with --embedder openai.
          --with-prompt           Embed the prompt together with the text.
          --save-embedder <file>  Store the fitted built-in embedder, for texts to come.
          --save-alternatives <file>
                                  Write the alternatives of rows of preferences, with
                                  id, prompt and text: line i belongs to row i.
          --seed <seed>           Seed of the built-in embedder. (default: 0)
          --threads <threads>     Cores to use (default: all).

        Examples:
          tessera embed alternatives.jsonl -o contexts.npy
          tessera embed pairs.jsonl -o contexts.npy --save-alternatives alternatives.jsonl
          tessera embed alternatives.jsonl -o contexts.npy --embedder openai --base-url http://localhost:8000/v1 --model e5-passage

        tessera embed --help has more: service of embeddings; memory; what rows hold;
        which rows are read.

        """)
  }

  /// Names of options that stand at the beginning of lines.
  private func options(_ page: String) -> [String] {
    page.split(separator: "\n").filter { $0.hasPrefix("  -") }.map { line in
      // Of two names the first is told.
      line.split { $0 == " " || $0 == "," }.first { $0.hasPrefix("--") }.map(String.init) ?? ""
    }
  }

  @Test(arguments: [
    "fit", "rank", "audit", "duplicates", "inspect", "export", "compare", "weights", "embed", "train",
    "score",
    "verify", "reproduce", "playground",
  ])
  func `Long help has every option once, the common ones first`(command: String) throws {
    let dump = try Tool.run(["--experimental-dump-help"]).json
    let commands = ((dump["command"] as? [String: Any])?["subcommands"] as? [[String: Any]]) ?? []
    let declared = try #require(commands.first { $0["commandName"] as? String == command })
    // Options of earlier versions, which say what took their place, are not shown.
    let shown = ((declared["arguments"] as? [[String: Any]]) ?? []).filter {
      $0["shouldDisplay"] as? Bool ?? true
    }
    let names = shown.compactMap { argument in
      ((argument["preferredName"] as? [String: Any])?["name"] as? String).map { "--" + $0 }
    }
    let long = try Tool.run([command, "--help"])
    let short = try Tool.run([command, "-h"])
    #expect(options(long.output).sorted() == names.sorted())
    let common = options(short.output)
    #expect(Array(options(long.output).prefix(common.count)) == common)
    #expect(common.count <= 16)
    #expect(try Tool.run(["help", command]).output == long.output)
    #expect(long.output.contains("\nEverywhere:\n"))
  }

  @Test func `Services come last in the help of a fit`() throws {
    let page = try Tool.run(["fit", "--help"]).output
    let places = ["--alternatives ", "--weights ", "--lambda ", "--space ", "--base-url ", "--key-variable "]
      .map {
        page.range(of: "\n  \($0)")?.lowerBound
      }
    #expect(places.allSatisfy { $0 != nil })
    #expect(zip(places, places.dropFirst()).allSatisfy { ($0 ?? page.endIndex) < ($1 ?? page.startIndex) })
    #expect(!page.split(separator: "\n").contains { $0.count > 80 && !$0.hasPrefix("  tessera ") })
  }

  @Test func `The short help of a fit names the question that most people have`() throws {
    #expect(try Tool.run(["fit", "-h"]).output.contains("\n  --verdict "))
  }

  @Test func `Without a command the tool names its commands`() throws {
    let page = try Tool.run([])
    #expect(page.code == 0)
    #expect(page.output == (try Tool.run(["-h"]).output))
    for command in ["fit", "audit", "verify"] { #expect(page.output.contains("\n  \(command) ")) }
    #expect(try Tool.run(["--help"]).output.contains("Exit codes: "))
    #expect(try Tool.run(["--version"]).output == "0.1.0\n")
  }

  @Test func `Titles are bold on a terminal and nowhere else`() throws {
    #expect(try Tool.show(["embed", "-h"], columns: 80).contains("\u{1B}[1mOptions:\u{1B}[0m\n"))
    #expect(!(try Tool.run(["embed", "-h"]).output.contains("\u{1B}")))
  }
}
