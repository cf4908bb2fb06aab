import TesseraFormats
import TesseraReports

/// The figures of a report as files: for a page with plotly.js, for a paper, and as numbers.
enum FigureFiles {
  /// Writes NAME.json, NAME.svg and NAME.csv for each figure.
  ///
  /// - Throws: `FormatError.cannotWrite`.
  static func write(_ figures: [Figure], to folder: String) throws {
    for figure in figures {
      let files = [("json", figure.plotly.text()), ("svg", figure.svg), ("csv", figure.csv)]
      for (ending, text) in files {
        try FileAccess.write(Array(text.utf8), to: "\(folder)/\(figure.name).\(ending)")
      }
    }
  }
}
