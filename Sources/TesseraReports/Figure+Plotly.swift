import TesseraFormats

/// A figure as plotly.js understands it: traces and a layout, both JSON.
extension Figure {
  /// What `Plotly.newPlot` takes, and what plotly.io reads back.
  public var plotly: JSONValue { .object([("data", .array(marks.map(\.plotly))), ("layout", layout)]) }

  private var hasBars: Bool { marks.contains { if case .bars = $0 { true } else { false } } }

  /// Two axes and the legend below the plot, where it leaves a phone's width to the figure.
  private var layout: JSONValue {
    .object(
      [
        ("xaxis", .object(x.plotly)),
        ("yaxis", .object(y.plotly + (isSquare ? [("scaleanchor", .string("x"))] : []))),
        ("height", .number(height)),
        (
          "margin", .object([("l", .number(50)), ("r", .number(20)), ("t", .number(20)), ("b", .number(50))])
        ),
        ("legend", .object([("orientation", .string("h")), ("y", .number(-0.25))])),
        ("font", .object([("family", .string("system-ui, sans-serif")), ("size", .number(13))])),
        ("plot_bgcolor", .string("#f7f7f5")), ("paper_bgcolor", .string("#ffffff")),
      ] + (hasBars ? [("barmode", .string("group"))] : [])
        + (legend.map { [("showlegend", .bool($0))] } ?? []))
  }
}

extension Figure.Axis {
  fileprivate var plotly: [(key: String, value: JSONValue)] {
    let bounds: [(key: String, value: JSONValue)] =
      range.map { [("range", .array([.number($0.lowerBound), .number($0.upperBound)]))] } ?? []
    if case .named(let names) = kind {
      return (title.isEmpty ? [] : [("title", .object([("text", .string(title))]))]) + [
        ("tickvals", .array(names.indices.map(JSONValue.integer))),
        ("ticktext", .array(names.map(JSONValue.string))),
      ] + bounds + [("automargin", .bool(true))]
    }
    var members: [(key: String, value: JSONValue)] = [
      ("title", .object([("text", .string(title))])), ("automargin", .bool(true)), ("zeroline", .bool(false)),
    ]
    if kind == .logarithmic {
      members += [("type", .string("log")), ("exponentformat", .string("power"))]
    }
    return members + bounds
  }
}

extension Figure.Mark {
  fileprivate var plotly: JSONValue {
    switch self {
    case .series(let series): Self.plotly(series)
    case .bars(let bars): Self.plotly(bars)
    case .polygon(let polygon): Self.plotly(polygon)
    case .labels(let labels): Self.plotly(labels)
    case .cloud(let cloud): Self.plotly(cloud)
    }
  }

  private static func numbers(_ values: [Double]) -> JSONValue { .array(values.map(JSONValue.number)) }

  private static func errors(_ errors: [Double]?) -> [(key: String, value: JSONValue)] {
    errors.map { [("error_y", .object([("type", .string("data")), ("array", numbers($0))]))] } ?? []
  }

  private static func plotly(_ series: Figure.Series) -> JSONValue {
    .object(
      [
        ("type", .string("scatter")), ("name", .string(series.name)), ("mode", .string(series.mode.rawValue)),
        ("x", numbers(series.x)), ("y", numbers(series.y)),
        (
          "line",
          .object([
            ("color", .string(series.colour)), ("dash", .string(series.dash.rawValue)), ("width", .number(2)),
          ])
        ),
        ("marker", .object([("color", .string(series.colour)), ("size", .number(7))])),
      ] + errors(series.errors))
  }

  private static func plotly(_ bars: Figure.Bars) -> JSONValue {
    .object(
      [
        ("type", .string("bar")), ("name", .string(bars.name)),
        ("x", .array(bars.categories.map(JSONValue.string))), ("y", numbers(bars.values)),
        ("marker", .object([("color", .string(bars.colour))])),
      ] + errors(bars.errors))
  }

  /// Its name stands in the hover text.
  private static func plotly(_ polygon: Figure.Polygon) -> JSONValue {
    .object([
      ("type", .string("scatter")), ("name", .string(polygon.name)), ("mode", .string("lines")),
      ("fill", .string("toself")), ("x", numbers(polygon.x + polygon.x.prefix(1))),
      ("y", numbers(polygon.y + polygon.y.prefix(1))), ("fillcolor", .string(polygon.colour)),
      ("line", .object([("color", .string("#ffffff")), ("width", .number(1.5))])),
      ("hoverinfo", .string("name")), ("showlegend", .bool(false)),
    ])
  }

  private static func plotly(_ labels: Figure.Labels) -> JSONValue {
    .object([
      ("type", .string("scatter")), ("mode", .string("markers+text")), ("showlegend", .bool(false)),
      ("hoverinfo", .string("text")), ("x", numbers(labels.x)), ("y", numbers(labels.y)),
      ("text", .array(labels.texts.map(JSONValue.string))),
      ("textposition", .array(labels.positions.map { .string($0.rawValue) })),
      ("cliponaxis", .bool(false)),
      ("marker", .object([("color", .string("#111111")), ("size", .number(8))])),
    ])
  }

  /// Texts are in Plotly's own markup, and many points on the graphics processor.
  private static func plotly(_ cloud: Figure.Cloud) -> JSONValue {
    let texts = cloud.texts.map { HTMLPage.escape($0).replacing("\n", with: "<br>") }
    return .object([
      ("type", .string(cloud.x.count > 5_000 ? "scattergl" : "scatter")), ("mode", .string("markers")),
      ("x", numbers(cloud.x)), ("y", numbers(cloud.y)), ("text", .array(texts.map(JSONValue.string))),
      ("hoverinfo", .string("text")),
      (
        "marker",
        .object([
          ("size", .number(6)), ("color", numbers(cloud.values)), ("colorscale", .string("Viridis")),
          (
            "colorbar",
            .object([
              ("title", .object([("text", .string(cloud.scale))])), ("thickness", .number(12)),
            ])
          ),
        ])
      ),
    ])
  }
}
