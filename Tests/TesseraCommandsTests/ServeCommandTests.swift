import Foundation
import TestSupport
import Testing

/// `tessera serve` hands over to another program.
@Suite struct ServeCommandTests {
  /// A tool that stands alone, and a folder for PATH.
  private func alone() throws -> (folder: TemporaryFolder, tool: String, elsewhere: String) {
    let folder = try TemporaryFolder()
    let tool = folder.path + "/tessera"
    try FileManager.default.copyItem(atPath: Tool.path, toPath: tool)
    let elsewhere = folder.path + "/elsewhere"
    try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
    return (folder, tool, elsewhere)
  }

  private func write(_ script: String, to folder: String) throws {
    let file = folder + "/tessera-serve"
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
  }

  @Test func `The program is found beside the tool first, then in PATH, and gets every option`() throws {
    let (folder, tool, elsewhere) = try alone()
    let options = ["serve", "--model", "a=b c.safetensors", "--port", "0", "--", "-x"]
    let path = ["PATH": "\(elsewhere):/usr/bin:/bin"]
    try write("echo elsewhere; for word in \"$@\"; do echo \"[$word]\"; done; exit 7", to: elsewhere)
    let found = try Tool.run(options, program: tool, environment: path)
    #expect(found.code == 7)
    #expect(found.output == "elsewhere\n[--model]\n[a=b c.safetensors]\n[--port]\n[0]\n[--]\n[-x]\n")
    try write("echo beside", to: folder.path)
    #expect(try Tool.run(options, program: tool, environment: path).output == "beside\n")
  }

  @Test func `The program hears the signals that the tool keeps for itself`() throws {
    let (folder, tool, elsewhere) = try alone()
    defer { withExtendedLifetime(folder) {} }
    try write("kill -TERM $$; echo deaf", to: elsewhere)
    let result = try Tool.run(
      ["serve", "--port", "1"], program: tool, environment: ["PATH": "\(elsewhere):/usr/bin:/bin"])
    #expect(result.output == "")
  }

  @Test func `Where the program is nowhere, the tool says how to get it`() throws {
    let (folder, tool, _) = try alone()
    defer { withExtendedLifetime(folder) {} }
    let result = try Tool.run(["serve", "--port", "1"], program: tool, environment: ["PATH": "/nowhere"])
    #expect(result.code == 66)
    #expect(
      result.errors
        == "tessera: tessera-serve is neither beside tessera nor in PATH; make service builds it\n")
  }
}
