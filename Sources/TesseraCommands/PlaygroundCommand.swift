import ArgumentParser
import Foundation
import TesseraFormats
import TesseraPages

struct PlaygroundCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "playground",
    abstract: "Write a page to try copies by hand: cells, weights and both estimates follow as points move.",
    discussion: """
      One file that works offline and loads nothing. Drag three to forty answers in the unit square, copy one, and see who \
      wins under each estimate: the paper's Figures 1 and 2 and its Theorem 3.2. It gives the data as files, of which \
      tessera fit makes the same numbers.

      Examples:
        tessera playground -o play.html
      """)

  @Option(name: .shortAndLong, help: "Page to write (.html); it appears whole or not at all.")
  var output: String

  func validate() throws {
    let ending = URL(fileURLWithPath: output).pathExtension.lowercased()
    guard ending == "html" || ending == "htm" else {
      throw ValidationError("--output is \(output); expected a name that ends in .html.")
    }
    // A page of somebody else is not written over; one of ours says the same as the new one.
    if let there = FileManager.default.contents(atPath: output), !there.isEmpty, !Self.isPlayground(there) {
      throw ValidationError("--output is \(output), which is there and is no playground; give another name.")
    }
  }

  private static func isPlayground(_ page: Data) -> Bool {
    let head = String(decoding: page.prefix(4_096), as: UTF8.self)
    return head.contains("<meta name=\"generator\" content=\"tessera\">")
      && head.contains("<title>\(Playground.page.title)</title>")
  }

  func run() throws {
    try FileAccess.write(Array(Playground.html.utf8), to: output)
    try Console.output("wrote \(output)\n")
  }
}
