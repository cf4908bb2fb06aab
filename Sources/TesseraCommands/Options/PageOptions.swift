import ArgumentParser
import Foundation
import TesseraFormats
import TesseraReports

/// How a page finds the library that draws its figures.
struct PageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "plotly.min.js to copy into the page (default: load it from the public network).", valueName: "file"))
  var plotly: String?

  func script() throws -> HTMLPage.Plotly {
    guard let plotly else { return .contentDeliveryNetwork }
    guard let data = FileManager.default.contents(atPath: plotly) else {
      throw FormatError.noSuchFile(plotly)
    }
    return .embedded(String(decoding: data, as: UTF8.self))
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
