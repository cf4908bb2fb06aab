import ArgumentParser
import Foundation
import Tessera

/// Starts `tessera-serve`, a program of its own: the tool is built without a server's dependencies.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve reward models over HTTP, and a workbench that audits preferences in a browser.",
    discussion: """
      Hands over to the program tessera-serve, which make service builds, with all options; tessera-serve --help lists them. It \
      is looked for beside tessera, then in PATH.

      Examples:
        tessera serve
        tessera serve --model model.safetensors
        tessera serve --model small=a.safetensors --model large=b.safetensors --port 9000
      """)

  @Argument(parsing: .captureForPassthrough, help: "Options of tessera-serve.")
  var options: [String] = []

  static let program = "tessera-serve"

  /// The program is nowhere.
  struct Missing: KindedError {
    var kind: ErrorKind { .missing }
    var description: String {
      "\(ServeCommand.program) is neither beside tessera nor in PATH; make service builds it"
    }
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    guard let program = Self.place(beside: Self.ownFile, path: environment["PATH"] ?? "") else {
      throw Missing()
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + options).map { strdup($0) }
    arguments.append(nil)
    execv(program, arguments)
    // Only a failure comes back.
    throw Missing()
  }

  private static var ownFile: String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }

  /// Where the program stands: beside the tool, or in a folder of `path`; nil where it is nowhere.
  static func place(beside tool: String?, path: String) -> String? {
    let beside = tool.map { [URL(fileURLWithPath: $0).deletingLastPathComponent().path] } ?? []
    // An empty entry would be the folder that the user happens to stand in.
    let folders = beside + path.split(separator: ":").map(String.init)
    return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
