import Tessera
import TesseraFormats

/// The numbers behind a figure, for other programs to draw it again.
extension Figure {
  /// One row for each point, bar and corner, in the order of the marks.
  ///
  /// Columns: `series,x,y,error`; `xError`, the half-length of a horizontal error bar, `value`, which decides a colour, and `text` where a mark has them. Numbers have the
  /// fewest digits that read back to the same bits; what is not finite or not there is empty.
  public var csv: String {
    let rows = rows
    let hasErrors = rows.contains { $0.xError != nil }
    let hasValues = rows.contains { $0.value != nil }
    let hasTexts = rows.contains { $0.text != nil }
    let header =
      ["series", "x", "y", "error"] + (hasErrors ? ["xError"] : []) + (hasValues ? ["value"] : [])
      + (hasTexts ? ["text"] : [])
    var text = header.joined(separator: ",") + "\n"
    for row in rows {
      var cells = [row.series, row.x, row.y, row.error.map(Self.cell) ?? ""]
      if hasErrors { cells.append(row.xError.map(Self.cell) ?? "") }
      if hasValues { cells.append(row.value.map(Self.cell) ?? "") }
      if hasTexts { cells.append(row.text ?? "") }
      text += cells.map(csvField).joined(separator: ",") + "\n"
    }
    return text
  }

  /// Points of thousands are no table for people.
  static let mostRows = 400

  /// The same as a table for a page; nil where there are too many rows to be read.
  var table: HTMLPage.Table? {
    let rows = rows
    guard !rows.isEmpty, rows.count <= Self.mostRows else { return nil }
    var columns: [(title: String, isNumber: Bool, cell: (Row) -> String)] = []
    func add(_ title: String, _ isNumber: Bool, _ cell: @escaping (Row) -> String) {
      if rows.contains(where: { !cell($0).isEmpty }) { columns.append((title, isNumber, cell)) }
    }
    func short(_ text: String) -> String { Double(text).map { printed("%.4g", $0) } ?? text }
    add("series", false) { $0.series }
    add(y.isNamed ? "name" : x.title.isEmpty ? "x" : x.title, false) { short(y.isNamed ? $0.y : $0.x) }
    add(y.isNamed ? (x.title.isEmpty ? "x" : x.title) : y.title.isEmpty ? "y" : y.title, true) {
      short(y.isNamed ? $0.x : $0.y)
    }
    add("±", true) { row in (row.error ?? row.xError).map { printed("%.2g", $0) } ?? "" }
    add("value", true) { $0.value.map { printed("%.4g", $0) } ?? "" }
    add("text", false) { $0.text ?? "" }
    return HTMLPage.Table(
      header: columns.map(\.title), rows: rows.map { row in columns.map { $0.cell(row) } },
      numeric: Set(columns.indices.filter { columns[$0].isNumber }))
  }

  private var rows: [Row] {
    marks.flatMap { $0.rows({ x.cell($0) }, { y.cell($0) }) }
  }

  fileprivate static func cell(_ value: Double) -> String { value.isFinite ? value.description : "" }
}

extension Figure.Axis {
  var isNamed: Bool { if case .named = kind { true } else { false } }

  /// A number, or the name that it has on this axis.
  fileprivate func cell(_ value: Double) -> String {
    if case .named(let names) = kind, let place = Int(exactly: value), let name = names.element(at: place) {
      return name
    }
    return Figure.cell(value)
  }
}

extension Figure {
  fileprivate struct Row {
    let series: String
    /// A number, or a name on the axis.
    let x: String
    let y: String
    var error: Double?
    var xError: Double?
    var value: Double?
    var text: String?
  }
}

extension Figure.Mark {
  private typealias Row = Figure.Row

  fileprivate func rows(_ x: (Double) -> String, _ y: (Double) -> String) -> [Figure.Row] {
    switch self {
    case .series(let series):
      zip(series.x, series.y).enumerated().map { place, point in
        Row(
          series: series.name, x: x(point.0), y: y(point.1), error: series.errors?.element(at: place),
          xError: series.xErrors?.element(at: place))
      }
    case .bars(let bars):
      zip(bars.categories, bars.values).enumerated().map { place, bar in
        Row(series: bars.name, x: bar.0, y: y(bar.1), error: bars.errors?.element(at: place))
      }
    case .polygon(let polygon):
      zip(polygon.x, polygon.y).map { Row(series: polygon.name, x: x($0), y: y($1)) }
    case .labels(let labels):
      zip(labels.x, labels.y).enumerated().map { place, point in
        Row(series: "", x: x(point.0), y: y(point.1), text: labels.texts.element(at: place))
      }
    case .cloud(let cloud):
      zip(cloud.x, cloud.y).enumerated().map { place, point in
        Row(
          series: "", x: x(point.0), y: y(point.1), value: cloud.values.element(at: place),
          text: cloud.texts.element(at: place))
      }
    }
  }
}
