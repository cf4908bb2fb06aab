import Foundation
import TesseraFormats
import TesseraService
import Testing

/// The program itself: options, signals, exit codes, logs.
@Suite struct ProcessTests {
  private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("tessera-serve")

  private func start(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (process: Process, lines: LineReader) {
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.environment = environment
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return (process, LineReader(errors.fileHandleForReading))
  }

  /// - Returns: A file of the model that goes with the folder.
  private func model(_ folder: URL) throws -> String {
    let file = folder.appendingPathComponent("small.safetensors").path
    try Fixture.textModel.write(to: file)
    return file
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-serve-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `It serves until a signal, and ends with 0`(signal: Int32) throws {
    try withFolder { folder in
      let (process, lines) = try start(["--model", model(folder), "--port", "0"])
      defer { process.terminate() }
      let first = try #require(lines.next())
      let port = Int(try JSONReader.value(of: Array(first.utf8))["port"].number)
      let wire = try Wire(port: port)
      wire.request("POST", "/get_reward", #"{"query":["It is Berlin."]}"#)
      let answer = try #require(wire.answer())
      let value = try JSONReader.value(of: Array(answer.body.utf8))
      #expect(isNear(value["rewards"].numbers, try Fixture.scores(["It is Berlin."], Fixture.textModel).mean))
      wire.request("GET", "/secret-path\u{1}")
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 0)
      let rest = lines.rest()
      #expect(rest.last?.contains(#""event":"stopped""#) == true, "\(rest)")
      #expect(!rest.joined().contains("secret-path"))
      #expect(!rest.joined().contains("Berlin"))
    }
  }

  @Test func `The private folder of a killed service goes at the next start, and nobody else's does`() throws
  {
    try withFolder { folder in
      func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
          .filter { $0.hasPrefix("tessera-workbench-") }.sorted()
      }
      func begin() throws -> Process {
        let (process, lines) = try start(["--port", "0"], environment: ["TMPDIR": folder.path])
        _ = try #require(lines.next())
        return process
      }
      func end(_ process: Process, _ signal: Int32) {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
      }
      // Of our name and without a lock, of our name and elsewhere, of another name: none of them is a dead service's.
      let elsewhere = folder.appendingPathComponent("elsewhere")
      func digits(_ digit: Character) -> String { String(repeating: digit, count: 32) }
      let unlocked = folder.appendingPathComponent("tessera-workbench-\(digits("a"))")
      let short = folder.appendingPathComponent("tessera-workbench-abc")
      for place in [elsewhere, unlocked, short] {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      }
      for place in [elsewhere, short] { try Data().write(to: place.appendingPathComponent("owner.lock")) }
      let link = folder.appendingPathComponent("tessera-workbench-\(digits("b"))")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: elsewhere)
      let strangers = try names()
      #expect(strangers.count == 3)

      let killed = try begin()
      let left = try names()
      #expect(left.count == 4)
      end(killed, SIGKILL)
      #expect(try names() == left)
      let living = try begin()
      let own = try names()
      #expect(own.count == 4 && own != left)
      // Beside one that lives.
      end(try begin(), SIGTERM)
      #expect(try names() == own)
      end(living, SIGTERM)
      #expect(try names() == strangers)
      #expect(FileManager.default.fileExists(atPath: elsewhere.appendingPathComponent("owner.lock").path))
    }
  }

  @Test func `What cannot be served ends with the code of its kind`() throws {
    try withFolder { folder in
      let file = try model(folder)
      let key = folder.appendingPathComponent("key").path
      try Data("short".utf8).write(to: URL(fileURLWithPath: key))
      for (arguments, code) in [
        (["--model", file + ".not"], 66), (["--model", key], 65), (["--no-workbench"], 64),
        (["--model", file, "--port", "-1"], 64),
        (["--model", file, "--host", "0.0.0.0"], 64), (["--model", file, "--key-file", key], 64),
        (["--model", file, "--key-file", key + ".not"], 66),
        (["--model", "a=\(file)", "--model", "a=\(file)"], 64),
        (["--model", file, "--items", "0"], 64),
      ] as [([String], Int32)] {
        let (process, lines) = try start(arguments)
        process.waitUntilExit()
        #expect(process.terminationStatus == code, "\(arguments) \(lines.rest())")
      }
    }
  }
}

/// Lines of a pipe, as they come.
final class LineReader {
  private let handle: FileHandle
  private var buffer = Data()

  init(_ handle: FileHandle) { self.handle = handle }

  func next() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer = Data(buffer[(end + 1)...])
        return line
      }
      let data = handle.availableData
      if data.isEmpty { return nil }
      buffer += data
    }
  }

  func rest() -> [String] {
    var lines: [String] = []
    while let line = next() { lines.append(line) }
    return lines
  }
}
