import TesseraFormats

/// A figure as Plotly understands it: traces and a layout, both JSON.
public struct PlotlyFigure: Sendable {
  /// Name of the file and of the place in the page: letters, digits and hyphens.
  public let name: String
  /// What one sees, in a sentence.
  public let caption: String
  public let traces: [JSONValue]
  public let layout: JSONValue

  public init(name: String, caption: String, traces: [JSONValue], layout: JSONValue) {
    self.name = name
    self.caption = caption
    self.traces = traces
    self.layout = layout
  }

  /// The whole figure: what `Plotly.newPlot` takes, and what plotly.io reads back.
  public var json: JSONValue { .object([("data", .array(traces)), ("layout", layout)]) }

  public enum Mode: String, Sendable {
    case lines, markers
    case both = "lines+markers"
  }

  /// A line or points.
  public static func scatter(
    _ name: String, x: [Double], y: [Double], mode: Mode = .both, colour: String, dash: String = "solid",
    errors: [Double]? = nil
  ) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("type", .string("scatter")), ("name", .string(name)), ("mode", .string(mode.rawValue)),
      ("x", .array(x.map(JSONValue.number))), ("y", .array(y.map(JSONValue.number))),
      ("line", .object([("color", .string(colour)), ("dash", .string(dash)), ("width", .number(2))])),
      ("marker", .object([("color", .string(colour)), ("size", .number(7))])),
    ]
    if let errors {
      members.append(
        ("error_y", .object([("type", .string("data")), ("array", .array(errors.map(JSONValue.number)))])))
    }
    return .object(members)
  }

  /// A filled polygon with a label in its hover text.
  public static func polygon(_ name: String, corners: [(x: Double, y: Double)], colour: String) -> JSONValue {
    let closed = corners + corners.prefix(1)
    return .object([
      ("type", .string("scatter")), ("name", .string(name)), ("mode", .string("lines")),
      ("fill", .string("toself")),
      ("x", .array(closed.map { .number($0.x) })), ("y", .array(closed.map { .number($0.y) })),
      ("fillcolor", .string(colour)),
      ("line", .object([("color", .string("#ffffff")), ("width", .number(1.5))])),
      ("hoverinfo", .string("name")), ("showlegend", .bool(false)),
    ])
  }

  /// Points with a text beside each.
  ///
  /// - Parameter positions: Where the texts stand, as Plotly names it: `top center`, `middle right`.
  public static func labels(x: [Double], y: [Double], texts: [String], positions: [String]) -> JSONValue {
    .object([
      ("type", .string("scatter")), ("mode", .string("markers+text")), ("showlegend", .bool(false)),
      ("hoverinfo", .string("text")), ("x", .array(x.map(JSONValue.number))),
      ("y", .array(y.map(JSONValue.number))),
      ("text", .array(texts.map(JSONValue.string))),
      ("textposition", .array(positions.map(JSONValue.string))),
      ("cliponaxis", .bool(false)),
      ("marker", .object([("color", .string("#111111")), ("size", .number(8))])),
    ])
  }

  /// Bars, one for each category, with the half-length of an error bar on each.
  public static func bars(
    _ name: String, categories: [String], values: [Double], errors: [Double]? = nil, colour: String
  ) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("type", .string("bar")), ("name", .string(name)), ("x", .array(categories.map(JSONValue.string))),
      ("y", .array(values.map(JSONValue.number))), ("marker", .object([("color", .string(colour))])),
    ]
    if let errors {
      members.append(
        ("error_y", .object([("type", .string("data")), ("array", .array(errors.map(JSONValue.number)))])))
    }
    return .object(members)
  }

  /// An axis with a title.
  public static func axis(_ title: String, logarithmic: Bool = false, range: ClosedRange<Double>? = nil)
    -> JSONValue
  {
    var members: [(key: String, value: JSONValue)] = [
      ("title", .object([("text", .string(title))])), ("automargin", .bool(true)), ("zeroline", .bool(false)),
    ]
    if logarithmic {
      members.append(("type", .string("log")))
      members.append(("exponentformat", .string("power")))
    }
    if let range {
      members.append(("range", .array([.number(range.lowerBound), .number(range.upperBound)])))
    }
    return .object(members)
  }

  /// A layout with two axes and the legend below the plot, where it leaves a phone's width to the figure.
  public static func layout(
    x: JSONValue, y: JSONValue, square: Bool = false, more: [(key: String, value: JSONValue)] = []
  ) -> JSONValue {
    var yAxis = y
    if square, case .object(let members) = y { yAxis = .object(members + [("scaleanchor", .string("x"))]) }
    return .object(
      [
        ("xaxis", x), ("yaxis", yAxis), ("height", .number(440)),
        (
          "margin", .object([("l", .number(50)), ("r", .number(20)), ("t", .number(20)), ("b", .number(50))])
        ),
        ("legend", .object([("orientation", .string("h")), ("y", .number(-0.25))])),
        ("font", .object([("family", .string("system-ui, sans-serif")), ("size", .number(13))])),
        ("plot_bgcolor", .string("#f7f7f5")), ("paper_bgcolor", .string("#ffffff")),
      ] + more)
  }
}
