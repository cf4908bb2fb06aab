import TesseraFormats

/// The numbers behind a figure, for other programs to draw it again.
extension Figure {
  /// One row for each point, bar and corner, in the order of the marks.
  ///
  /// Columns: `series,x,y,error`; `value`, which decides a colour, and `text` where a mark has them. Numbers have the
  /// fewest digits that read back to the same bits; what is not finite or not there is empty.
  public var csv: String {
    let rows = marks.flatMap { $0.rows { x.cell($0) } }
    let hasValues = rows.contains { $0.value != nil }
    let hasTexts = rows.contains { $0.text != nil }
    let header =
      ["series", "x", "y", "error"] + (hasValues ? ["value"] : []) + (hasTexts ? ["text"] : [])
    var text = header.joined(separator: ",") + "\n"
    for row in rows {
      var cells = [row.series, row.x, Self.cell(row.y), row.error.map(Self.cell) ?? ""]
      if hasValues { cells.append(row.value.map(Self.cell) ?? "") }
      if hasTexts { cells.append(row.text ?? "") }
      text += cells.map(csvField).joined(separator: ",") + "\n"
    }
    return text
  }

  fileprivate static func cell(_ value: Double) -> String { value.isFinite ? value.description : "" }
}

extension Figure.Axis {
  /// A number, or the name that it has on this axis.
  fileprivate func cell(_ value: Double) -> String {
    if case .named(let names) = kind, let place = Int(exactly: value), let name = names.element(at: place) {
      return name
    }
    return Figure.cell(value)
  }
}

extension Figure.Mark {
  fileprivate struct Row {
    let series: String
    /// A number, or a name on the axis.
    let x: String
    let y: Double
    var error: Double?
    var value: Double?
    var text: String?
  }

  fileprivate func rows(_ x: (Double) -> String) -> [Row] {
    switch self {
    case .series(let series):
      zip(series.x, series.y).enumerated().map { place, point in
        Row(
          series: series.name, x: x(point.0), y: point.1, error: series.errors?.element(at: place))
      }
    case .bars(let bars):
      zip(bars.categories, bars.values).enumerated().map { place, bar in
        Row(series: bars.name, x: bar.0, y: bar.1, error: bars.errors?.element(at: place))
      }
    case .polygon(let polygon):
      zip(polygon.x, polygon.y).map { Row(series: polygon.name, x: x($0), y: $1) }
    case .labels(let labels):
      zip(labels.x, labels.y).enumerated().map { place, point in
        Row(series: "", x: x(point.0), y: point.1, text: labels.texts.element(at: place))
      }
    case .cloud(let cloud):
      zip(cloud.x, cloud.y).enumerated().map { place, point in
        Row(
          series: "", x: x(point.0), y: point.1, value: cloud.values.element(at: place),
          text: cloud.texts.element(at: place))
      }
    }
  }
}
