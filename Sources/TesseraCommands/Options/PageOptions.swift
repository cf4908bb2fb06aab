import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraPages
import TesseraReports

/// What a page carries inside.
struct PageOptions: ParsableArguments {
  @Flag(
    name: .customLong("static"),
    help:
      "Leave what draws figures out of the page: 1 MB less, and figures are plain drawings.")
  var isStatic = false

  /// Once the place of plotly.min.js.
  @Option(help: .hidden)
  var plotly: String?

  func validate() throws {
    guard plotly == nil else {
      throw ValidationError(
        "--plotly has no effect any more: pages need no plotly.js, they carry what draws their figures; leave it out (--static makes a page without scripts' library)."
      )
    }
  }

  /// The library beside the tool, in `share/tessera` of where it is installed or built; nil where it is not there: pages are whole
  /// without it.
  func library() -> HTMLPage.Library? {
    guard !isStatic else { return nil }
    var folder = (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0]))
      .resolvingSymlinksInPath().deletingLastPathComponent()
    // PREFIX/bin/tessera, and .build/TRIPLE/release/tessera.
    for _ in 0..<2 {
      folder.deleteLastPathComponent()
      let share = folder.appendingPathComponent("share/tessera")
      func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: share.appendingPathComponent(name).path)
          .map { String(decoding: $0, as: UTF8.self) }
      }
      if let script = text("vega.js"), let notices = text("THIRD_PARTY_NOTICES") {
        return HTMLPage.Library(script: script, notices: notices)
      }
    }
    return nil
  }

  /// What made a page: the command as it was typed, the version, today, and the files that were read.
  ///
  /// SOURCE_DATE_EPOCH stands for today where it is set, so that pages can be the same bytes on another day.
  func origin(of files: [String]) -> PageOrigin {
    var origin = PageOrigin()
    origin.command = (["tessera"] + CommandLine.arguments.dropFirst().map(Self.quoted)).joined(separator: " ")
    origin.version = TesseraCommand.configuration.version
    let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(Double.init)
    let date = epoch.map { Date(timeIntervalSince1970: $0) } ?? Date()
    origin.date = String(date.ISO8601Format().prefix(10))
    origin.sources = files.compactMap { file in
      guard !FileAccess.isReadOnce(file), let bytes = FileManager.default.contents(atPath: file) else {
        return nil
      }
      let digest = SHA256.digest(of: Array(bytes)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        .joined()
      return (URL(fileURLWithPath: file).lastPathComponent, digest)
    }
    return origin
  }

  /// As a shell reads it back.
  private static func quoted(_ argument: String) -> String {
    let plain = argument.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "-_./:=,@%+".utf8.contains($0)
    }
    return plain && !argument.isEmpty
      ? argument : "'" + argument.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }

  /// Writes files in their order, each whole or not at all.
  ///
  /// - Throws: `FormatError.cannotWrite`.
  func write(_ files: [ReportFile], to folder: String) throws {
    for file in files { try FileAccess.write(Array(file.text.utf8), to: "\(folder)/\(file.name)") }
  }

  func makeFolder(_ folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FormatError.cannotWrite(file: folder, reason: "the folder cannot be made")
    }
  }
}
