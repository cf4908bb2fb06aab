import Foundation

/// The built command line tool, run as a user runs it.
struct Tool {
  struct Result {
    let code: Int32
    let output: String
    let errors: String

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
    }

    func rows() -> [[String: Any]] { json["alternatives"] as? [[String: Any]] ?? [] }
  }

  /// The executable stands beside the test bundle.
  static let path: String = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("tessera").path
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
      folder.deleteLastPathComponent()
    }
    return "tessera"
  }()

  /// Starts the tool without waiting for it; what it prints is dropped.
  static func start(_ arguments: [String]) throws -> Process {
    // In the background interrupts are ignored; the tool would inherit that, and keep to it.
    for number in [SIGINT, SIGHUP] { signal(number, SIG_DFL) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  static func run(
    _ arguments: [String], input: String? = nil, in folder: String? = nil, program: String = path,
    environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Files, not pipes: nothing to drain while the tool runs.
    let base = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tessera-tool-\(UUID().uuidString)"
    ).path
    defer { for end in [".in", ".out", ".err"] { try? FileManager.default.removeItem(atPath: base + end) } }
    try Data((input ?? "").utf8).write(to: URL(fileURLWithPath: base + ".in"))
    for end in [".out", ".err"] { try Data().write(to: URL(fileURLWithPath: base + end)) }
    process.standardInput = FileHandle(forReadingAtPath: base + ".in")
    process.standardOutput = FileHandle(forWritingAtPath: base + ".out")
    process.standardError = FileHandle(forWritingAtPath: base + ".err")
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try String(contentsOfFile: base + ".out", encoding: .utf8),
      errors: try String(contentsOfFile: base + ".err", encoding: .utf8))
  }

  /// What the tool shows on a terminal of so many columns: standard output and error in one, ends of lines as files have them.
  static func show(_ arguments: [String], columns: UInt16, environment: [String: String] = [:]) throws
    -> String
  {
    var (master, slave): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else { throw POSIXError(.ENXIO) }
    defer { close(master) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "COLUMNS"] { variables[name] = nil }
    process.environment = variables.merging(["TERM": "xterm"]) { $1 }.merging(environment) { $1 }
    let terminal = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = terminal
    process.standardError = terminal
    try process.run()
    close(slave)
    // A terminal holds little: it is read while the tool writes, until nobody has it open any more.
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = read(master, &part, part.count)
      if count <= 0 { break }
      bytes += part[..<count]
    }
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
  }
}
