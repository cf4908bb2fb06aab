import TesseraFormats

/// A figure as Vega-Lite draws it, on pages and in notebooks (`altair.Chart.from_json`).
extension Figure {
  public var vegaLite: VegaLite { VegaLiteFigure(self).specification }

  /// The same as text.
  public var vegaLiteText: String {
    // A specification has nothing that JSON has no form for.
    (try? DocumentEncoder.json(vegaLite).text()) ?? "{}\n"
  }
}

/// Marks of a figure in the layers of a specification.
private struct VegaLiteFigure {
  private typealias Row = VegaLite.Row
  private typealias Channel = VegaLite.Channel

  private let figure: Figure
  private let contents: FigureContents

  init(_ figure: Figure) { (self.figure, contents) = (figure, FigureContents(figure)) }

  var specification: VegaLite {
    let hasCloud = contents.scale != nil
    return VegaLite(
      name: figure.name, description: figure.caption, width: figure.isSquare ? 420 : 560,
      height: max(figure.height.isFinite ? min(max(figure.height, 160), 4_000) - 100 : 340, 60),
      layer: polygons + bars + connections + lines + errors(horizontal: false) + errors(horizontal: true)
        + points + clouds + labels,
      resolve: hasCloud && !named.isEmpty ? VegaLite.Resolve(scale: ["color": "independent"]) : nil,
      usermeta: VegaLite.Meta(square: figure.isSquare))
  }

  // MARK: Axes

  private func value(_ number: Double, _ axis: Figure.Axis, _ names: [String]?) -> VegaLite.Value? {
    guard number.isFinite else { return nil }
    if let names { return Int(exactly: number).flatMap { names.element(at: $0) }.map(VegaLite.Value.name) }
    return axis.kind == .logarithmic && number <= 0 ? nil : .number(number)
  }

  private func x(_ number: Double) -> VegaLite.Value? { value(number, figure.x, contents.names) }
  private func y(_ number: Double) -> VegaLite.Value? { value(number, figure.y, contents.yNames) }

  private var xChannel: Channel { channel("x", figure.x, contents.names, .x) }
  private var yChannel: Channel { channel("y", figure.y, contents.yNames, .y) }

  private func channel(
    _ field: String, _ axis: Figure.Axis, _ names: [String]?, _ direction: FigureContents.Direction
  ) -> Channel {
    var channel = Channel(field, names == nil ? .quantitative : .ordinal, title: axis.title)
    var scale = VegaLite.Scale()
    if let names {
      // Names ascend from the bottom; Vega-Lite lists them from the top.
      let order = direction == .y ? Array(names.reversed()) : names
      scale.domain = order.map(VegaLite.Value.name)
      channel.axis = VegaLite.Axis(
        grid: direction == .y, labelLimit: 180,
        labelAngle: direction == .x && names.count > 4 ? -40 : direction == .x ? 0 : nil)
    } else {
      let range = contents.range(of: axis, direction)
      scale.domain = [.number(range.lowerBound), .number(range.upperBound)]
      (scale.zero, scale.nice) = (false, false)
      if axis.kind == .logarithmic { (scale.type, scale.zero) = ("log", nil) }
    }
    channel.scale = scale
    return channel
  }

  private func encoding() -> VegaLite.Encoding {
    var encoding = VegaLite.Encoding()
    (encoding.x, encoding.y) = (xChannel, yChannel)
    return encoding
  }

  private func layer(_ rows: [Row], _ mark: VegaLite.Mark, _ encoding: VegaLite.Encoding) -> [VegaLite.Layer]
  {
    rows.isEmpty ? [] : [VegaLite.Layer(data: VegaLite.Rows(values: rows), mark: mark, encoding: encoding)]
  }

  private func tooltip(_ more: [Channel] = [], named: Bool = true) -> [Channel] {
    func title(_ axis: Figure.Axis, _ letter: String) -> String { axis.title.isEmpty ? letter : axis.title }
    func number(_ field: String, _ axis: Figure.Axis, _ names: [String]?, _ letter: String) -> Channel {
      var channel = Channel(field, names == nil ? .quantitative : .nominal, title: title(axis, letter))
      if names == nil { channel.format = ".4~g" }
      return channel
    }
    return (named ? [Channel("series", .nominal, title: "series")] : [])
      + [number("x", figure.x, contents.names, "x"), number("y", figure.y, contents.yNames, "y")] + more
  }

  // MARK: Names

  private struct Named {
    let name: String
    let colour: String
    let dash: [Double]
    let shape: String
  }

  private static let shapes = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"]

  /// Series and bars with names, each name once: what a legend lists.
  private var named: [Named] {
    var seen: Set<String> = []
    var (lines, points) = (0, 0)
    return figure.marks.compactMap { mark -> Named? in
      switch mark {
      case .series(let series) where !series.name.isEmpty:
        let dash = series.dash.lengths
        defer { if series.mode == .lines { lines += 1 } else { points += 1 } }
        guard seen.insert(series.name).inserted else { return nil }
        // Lines without points that would all be solid have dashes of their own.
        let own =
          series.dash == .solid && series.mode == .lines
          ? Figure.Series.Dash.allCases[lines % 4].lengths : dash
        return Named(
          name: series.name, colour: SVGText.colour(series.colour), dash: own,
          shape: Self.shapes[points % Self.shapes.count])
      case .bars(let bars) where !bars.name.isEmpty:
        guard seen.insert(bars.name).inserted else { return nil }
        return Named(name: bars.name, colour: SVGText.colour(bars.colour), dash: [1, 0], shape: "square")
      default: return nil
      }
    }
  }

  private enum Look { case colour, dash, shape }

  private func look(_ look: Look) -> Channel {
    let named = named
    var channel = Channel("series", .nominal)
    var scale = VegaLite.Scale()
    scale.domain = named.map { .name($0.name) }
    scale.range = named.map {
      switch look {
      case .colour: .name($0.colour)
      case .dash: .dashes($0.dash)
      case .shape: .name($0.shape)
      }
    }
    channel.scale = scale
    let shown = figure.legend ?? (named.count > 1)
    channel.legend =
      shown
      ? VegaLite.Legend(title: "", orient: "bottom", columns: named.count > 3 ? 2 : 0, labelLimit: 260) : nil
    return channel
  }

  private var ownColour: Channel {
    var channel = Channel("colour", .nominal)
    channel.scale = nil
    return channel
  }

  // MARK: Lines and points

  private var series: [Figure.Series] {
    figure.marks.compactMap { if case .series(let series) = $0 { series } else { nil } }
  }

  /// Rows of a line, numbered by the parts between which it breaks.
  private func rows(_ series: Figure.Series, run: inout Int) -> [Row] {
    run += 1
    return zip(series.x, series.y).enumerated().compactMap { place, point in
      guard let x = x(point.0), let y = y(point.1) else {
        run += 1
        return nil
      }
      return Row(
        x: x, y: y, series: series.name, colour: series.name.isEmpty ? SVGText.colour(series.colour) : nil,
        run: run, order: place)
    }
  }

  private func lines(_ chosen: [Figure.Series], named: Bool) -> [VegaLite.Layer] {
    var run = 0
    var mark = VegaLite.Mark(.line)
    (mark.clip, mark.strokeWidth) = (true, named ? 2 : 1.5)
    var encoding = encoding()
    encoding.detail = Channel("run", .nominal)
    encoding.order = Channel("order", .quantitative)
    encoding.color = named ? look(.colour) : ownColour
    if named { encoding.strokeDash = look(.dash) }
    return layer(chosen.flatMap { rows($0, run: &run) }, mark, encoding)
  }

  /// Lines without a name, which tie points together.
  private var connections: [VegaLite.Layer] {
    lines(series.filter { $0.mode != .markers && $0.name.isEmpty }, named: false)
  }

  private var lines: [VegaLite.Layer] {
    lines(series.filter { $0.mode != .markers && !$0.name.isEmpty }, named: true)
  }

  private var points: [VegaLite.Layer] {
    [false, true].flatMap { isNamed -> [VegaLite.Layer] in
      var run = 0
      let chosen = series.filter { $0.mode != .lines && ($0.name.isEmpty == !isNamed) }
      var mark = VegaLite.Mark(.point)
      (mark.filled, mark.size, mark.opacity, mark.clip) = (true, 60, 1, true)
      var encoding = encoding()
      encoding.color = isNamed ? look(.colour) : ownColour
      if isNamed { encoding.shape = look(.shape) }
      encoding.tooltip = tooltip(named: isNamed)
      let dots = chosen.flatMap { rows($0, run: &run) }.map { row in
        var row = row
        (row.run, row.order) = (nil, nil)
        return row
      }
      return layer(dots, mark, encoding)
    }
  }

  private func errors(horizontal: Bool) -> [VegaLite.Layer] {
    let range = contents.range(of: horizontal ? figure.x : figure.y, horizontal ? .x : .y)
    let isLogarithmic = (horizontal ? figure.x : figure.y).kind == .logarithmic
    let rows = series.flatMap { series -> [Row] in
      guard let errors = horizontal ? series.xErrors : series.errors else { return [] }
      return zip(zip(series.x, series.y), errors).compactMap { point, half in
        let middle = horizontal ? point.0 : point.1
        guard half.isFinite, half > 0, let x = x(point.0), let y = y(point.1) else { return nil }
        // An end that a logarithmic axis does not have is the edge of the plot.
        let low = isLogarithmic && middle - half <= 0 ? range.lowerBound : middle - half
        let colour = SVGText.colour(series.colour)
        return horizontal
          ? Row(x: .number(low), x2: .number(middle + half), y: y, series: series.name, colour: colour)
          : Row(x: x, y: .number(low), y2: .number(middle + half), series: series.name, colour: colour)
      }
    }
    var mark = VegaLite.Mark(.rule)
    (mark.clip, mark.strokeWidth) = (true, horizontal ? 2 : 1.2)
    var encoding = encoding()
    if horizontal { encoding.x2 = Channel("x2") } else { encoding.y2 = Channel("y2") }
    encoding.color = ownColour
    return layer(rows, mark, encoding)
  }

  // MARK: Bars

  private var bars: [VegaLite.Layer] {
    let all = figure.marks.compactMap { if case .bars(let bars) = $0 { bars } else { nil } }
    guard !all.isEmpty else { return [] }
    var (rows, errors): ([Row], [Row]) = ([], [])
    for bars in all {
      for (place, (category, value)) in zip(bars.categories, bars.values).enumerated() where value.isFinite {
        rows.append(Row(x: .name(category), y: .number(value), series: bars.name))
        if let half = bars.errors?.element(at: place), half.isFinite, half > 0 {
          errors.append(
            Row(x: .name(category), y: .number(value - half), y2: .number(value + half), series: bars.name))
        }
      }
    }
    var offset = Channel("series", .nominal)
    var scale = VegaLite.Scale()
    scale.domain = all.map { .name($0.name) }
    offset.scale = scale
    var encoding = encoding()
    (encoding.xOffset, encoding.color, encoding.tooltip) = (offset, look(.colour), tooltip())
    var mark = VegaLite.Mark(.rule)
    mark.strokeWidth = 1.2
    var ranges = self.encoding()
    (ranges.xOffset, ranges.y2) = (offset, Channel("y2"))
    return layer(rows, VegaLite.Mark(.bar), encoding) + layer(errors, mark, ranges)
  }

  // MARK: Areas, texts, clouds

  private var polygons: [VegaLite.Layer] {
    var run = 0
    let rows = figure.marks.flatMap { mark -> [Row] in
      guard case .polygon(let polygon) = mark else { return [] }
      run += 1
      return zip(polygon.x, polygon.y).enumerated().compactMap { place, corner in
        guard let x = x(corner.0), let y = y(corner.1) else { return nil }
        return Row(
          x: x, y: y, series: polygon.name, colour: SVGText.colour(polygon.colour), run: run, order: place)
      }
    }
    var mark = VegaLite.Mark(.line)
    (mark.filled, mark.interpolate, mark.stroke) = (true, "linear-closed", "#ffffff")
    (mark.strokeWidth, mark.clip) = (1.5, true)
    var encoding = encoding()
    (encoding.fill, encoding.detail) = (ownColour, Channel("run", .nominal))
    encoding.order = Channel("order", .quantitative)
    encoding.tooltip = [Channel("series", .nominal, title: "cell")]
    return layer(rows, mark, encoding)
  }

  private var labels: [VegaLite.Layer] {
    figure.marks.flatMap { mark -> [VegaLite.Layer] in
      guard case .labels(let labels) = mark else { return [] }
      let rows = labels.x.indices.compactMap { place -> (Figure.Labels.Position, Row)? in
        guard let x = x(labels.x[place]), let number = labels.y.element(at: place), let y = y(number) else {
          return nil
        }
        return (
          labels.positions.element(at: place) ?? .top, Row(x: x, y: y, text: labels.texts.element(at: place))
        )
      }
      var dot = VegaLite.Mark(.point)
      (dot.filled, dot.size, dot.opacity) = (true, 60, 1)
      var encoding = encoding()
      encoding.tooltip = [Channel("text", .nominal, title: "point")]
      let dots = layer(rows.map(\.1), dot, encoding)
      encoding.text = Channel("text", .nominal)
      encoding.tooltip = nil
      return dots
        + Figure.Labels.Position.allCases.flatMap { position in
          layer(rows.filter { $0.0 == position }.map(\.1), position.mark, encoding)
        }
    }
  }

  private var clouds: [VegaLite.Layer] {
    figure.marks.flatMap { mark -> [VegaLite.Layer] in
      guard case .cloud(let cloud) = mark else { return [] }
      let rows = zip(cloud.x, cloud.y).enumerated().compactMap { place, point -> Row? in
        guard let x = x(point.0), let y = y(point.1) else { return nil }
        let value = cloud.values.element(at: place).flatMap { $0.isFinite ? $0 : nil }
        return Row(x: x, y: y, value: value, text: cloud.texts.element(at: place))
      }
      var mark = VegaLite.Mark(.point)
      (mark.filled, mark.size, mark.opacity) = (true, rows.count > 2_000 ? 12 : 30, 0.85)
      var encoding = encoding()
      var colour = Channel("value", .quantitative, title: cloud.scale)
      var scale = VegaLite.Scale()
      scale.scheme = "viridis"
      if let range = contents.scale?.range {
        scale.domain = [.number(range.lowerBound), .number(range.upperBound)]
      }
      colour.scale = scale
      encoding.color = colour
      encoding.tooltip = [Channel("text", .nominal, title: "answer")]
      return layer(rows, mark, encoding)
    }
  }
}

extension Figure.Series.Dash {
  /// Of the strokes and the gaps between them.
  fileprivate var lengths: [Double] {
    switch self {
    case .solid: [1, 0]
    case .dash: [8, 4]
    case .dot: [2, 3]
    case .dashDot: [8, 3, 2, 3]
    }
  }
}

extension Figure.Labels.Position {
  /// Where a text stands, seen from its point.
  fileprivate var mark: VegaLite.Mark {
    var mark = VegaLite.Mark(.text)
    switch self {
    case .topLeft, .left, .bottomLeft: (mark.align, mark.dx) = ("right", -7)
    case .top, .centre, .bottom: (mark.align, mark.dx) = ("center", 0)
    case .topRight, .right, .bottomRight: (mark.align, mark.dx) = ("left", 7)
    }
    switch self {
    case .topLeft, .top, .topRight: (mark.baseline, mark.dy) = ("bottom", -5)
    case .left, .centre, .right: (mark.baseline, mark.dy) = ("middle", 0)
    case .bottomLeft, .bottom, .bottomRight: (mark.baseline, mark.dy) = ("top", 6)
    }
    return mark
  }
}
