import Foundation
import TestSupport
import Testing

/// `make install` into a folder of its own.
@Suite struct InstallTests {
  private static let root: String = {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.path
  }()

  private static func has(_ program: String) -> Bool {
    ["/usr/bin/", "/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
  }

  @Test(.enabled(if: has("make") && has("python3"), "make or python3 is not here"))
  func `Tool, manual and completions go where they are looked for, and away again`() throws {
    let folder = try TemporaryFolder()
    func make(_ goal: String) throws -> Tool.Result {
      try Tool.run(
        ["-s", goal, "TOOL=\(Tool.path)", "DESTDIR=\(folder.path)", "PREFIX=/usr"], in: Self.root,
        program: "/usr/bin/make")
    }
    let installed = try make("install")
    #expect(installed.code == 0, "\(installed.errors)")
    let share = folder.path + "/usr/share/"
    #expect(try Tool.run(["--version"], program: folder.path + "/usr/bin/tessera").output == "0.1.0\n")
    for command in ["", "-fit", "-audit", "-weights", "-verify"] {
      #expect(FileManager.default.fileExists(atPath: share + "man/man1/tessera\(command).1"))
    }
    if Self.has("man") {
      let page = try Tool.run(
        ["-l", share + "man/man1/tessera-fit.1"], program: "/usr/bin/man",
        environment: ["MANWIDTH": "80", "MANPAGER": "cat", "LC_ALL": "C", "MANOPT": "--warnings"])
      #expect(page.code == 0 && page.errors == "", "\(page.errors)")
      for text in [
        "--lambda lambda", "tessera fit votes.csv --columns a=left,b=right", "TEXTS IN PLACE OF CONTEXTS",
      ] {
        #expect(page.output.contains(text), "\(text)")
      }
    }
    if Self.has("bash") {
      let script = "source \(share)bash-completion/completions/tessera && complete -p tessera"
      #expect(try Tool.run(["-c", script], program: "/bin/bash").output.hasSuffix(" tessera\n"))
    }
    for file in ["zsh/site-functions/_tessera", "fish/vendor_completions.d/tessera.fish"] {
      #expect(try String(contentsOfFile: share + file, encoding: .utf8).contains("lambda-convention"))
    }
    #expect(try make("uninstall").code == 0)
    let left = try Tool.run([folder.path, "-type", "f"], program: "/usr/bin/find")
    #expect(left.output == "")
  }
}
