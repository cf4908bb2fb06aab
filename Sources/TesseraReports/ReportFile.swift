import TesseraFormats

/// A file of a report, not yet written.
public struct ReportFile: Sendable, Equatable {
  /// Below the folder of the report, as `figures/shift-curves.svg`.
  public let name: String
  public let text: String

  public init(_ name: String, _ text: String) { (self.name, self.text) = (name, text) }
}

extension Figure {
  /// For a paper, as numbers, and as a specification of Vega-Lite.
  public var files: [ReportFile] {
    [
      ReportFile("figures/\(name).svg", svg), ReportFile("figures/\(name).csv", csv),
      ReportFile("figures/\(name).vl.json", vegaLiteText),
    ]
  }
}
