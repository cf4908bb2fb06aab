/// One mark of a figure, drawn into its frame.
struct FigureMark {
  let frame: FigureFrame
  /// Among the marks of the figure.
  let place: Int
  /// The id of what marks are cut off by.
  let clip: String

  private var mark: Figure.Mark { frame.figure.marks[place] }

  private func clipped(_ more: String = "") -> String { "clip-path=\"url(#\(clip))\"" + more }

  func draw(on canvas: inout SVGCanvas) {
    switch mark {
    case .series(let series): draw(series, on: &canvas)
    case .bars(let bars): draw(bars, on: &canvas)
    case .polygon(let polygon): draw(polygon, on: &canvas)
    case .labels(let labels): draw(labels, on: &canvas)
    case .cloud(let cloud): draw(cloud, on: &canvas)
    }
  }

  // MARK: Places

  private struct Point: Hashable {
    let x: Double
    let y: Double
  }

  private func point(_ x: Double, _ y: Double) -> Point? {
    guard let x = frame.x.pixel(x), let y = frame.y.pixel(y) else { return nil }
    return Point(x: x, y: y)
  }

  /// Whether a point lies on the plot; half a pixel is rounding.
  private func shows(_ point: Point) -> Bool {
    (frame.left - 0.5...frame.right + 0.5).contains(point.x)
      && (frame.top - 0.5...frame.bottom + 0.5).contains(point.y)
  }

  /// Points on the plot. Where there are thousands, those that lie on a pixel of an earlier one are left out, and of tens
  /// of thousands those that lie on a square of two by two.
  private func shown(_ points: [Point]) -> [Point] {
    let inside = points.filter(shows)
    guard inside.count > 2_000 else { return inside }
    let grid = inside.count > 20_000 ? 2.0 : 1.0
    var seen: Set<Point> = []
    return inside.compactMap { point in
      let coarse = Point(x: (point.x / grid).rounded() * grid, y: (point.y / grid).rounded() * grid)
      return seen.insert(coarse).inserted ? coarse : nil
    }
  }

  // MARK: Lines and points

  private static let shapes = 6

  /// Which shape its points have, or which dashes where it has none: the number of such series before it.
  private func number(of kind: Bool) -> Int {
    frame.figure.marks.prefix(place).count {
      if case .series(let series) = $0 { (series.mode == .lines) == kind } else { false }
    }
  }

  /// A point of some shape, as part of a path.
  private static func path(of shape: Int, at point: Point) -> String {
    func start(_ dx: Double, _ dy: Double) -> String {
      "M\(SVGText.number(point.x + dx)) \(SVGText.number(point.y + dy))"
    }
    return switch shape % shapes {
    case 0: start(-3.5, 0) + "a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z"
    case 1: start(-3.1, -3.1) + "h6.2v6.2h-6.2z"
    case 2: start(0, -4.4) + "l4.2 7.2h-8.4z"
    case 3: start(0, -4.4) + "l4.4 4.4l-4.4 4.4l-4.4 -4.4z"
    case 4: start(0, 4.4) + "l4.2 -7.2h-8.4z"
    default: start(-1.3, -4.2) + "h2.6v2.9h2.9v2.6h-2.9v2.9h-2.6v-2.9h-2.9v-2.6h2.9z"
    }
  }

  /// The stroke of a series. Lines without points that would all be solid have dashes of their own.
  private func stroke(of series: Figure.Series) -> String {
    var dash = series.dash
    if dash == .solid, series.mode == .lines {
      dash = Figure.Series.Dash.allCases[number(of: true) % Figure.Series.Dash.allCases.count]
    }
    let pattern =
      switch dash {
      case .solid: ""
      case .dash: " stroke-dasharray=\"8 4\""
      case .dot: " stroke-dasharray=\"2 3\""
      case .dashDot: " stroke-dasharray=\"8 3 2 3\""
      }
    return
      "fill=\"none\" stroke=\"\(SVGText.colour(series.colour))\" stroke-width=\"2\" stroke-linejoin=\"round\"\(pattern)"
  }

  private func draw(_ series: Figure.Series, on canvas: inout SVGCanvas) {
    let points = zip(series.x, series.y).map { point($0, $1) }
    let colour = SVGText.colour(series.colour)
    canvas.open("class=\"series\"")
    if !series.name.isEmpty { canvas.title(series.name) }
    if let errors = series.errors {
      let bars = zip(zip(series.x, series.y), errors).map { ($0.0, $0.1, $1) }
      canvas.path(
        bars.map { error($0.1, $0.2, at: frame.x.pixel($0.0)) }.joined(),
        clipped(" class=\"errors\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.2\""))
    }
    if let errors = series.xErrors {
      let bars = zip(zip(series.x, series.y), errors).map { ($0.0, $0.1, $1) }
      canvas.path(
        bars.map { horizontal($0.0, $0.2, at: frame.y.pixel($0.1)) }.joined(),
        clipped(" class=\"errors\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.6\""))
    }
    if series.mode != .markers {
      canvas.path(line(points), clipped(" class=\"line\" " + stroke(of: series)))
    }
    if series.mode != .lines {
      let shape = number(of: false)
      canvas.path(
        shown(points.compactMap { $0 }).map { Self.path(of: shape, at: $0) }.joined(),
        "class=\"points\" fill=\"\(colour)\"")
    }
    canvas.close()
  }

  /// A line that breaks where there is no point. Of many points in one column of pixels the first, the lowest, the highest
  /// and the last are as good as all.
  private func line(_ points: [Point?]) -> String {
    var path = ""
    for run in points.split(separator: nil) {
      let run = run.compactMap { $0 }
      let kept = run.count > 2_000 ? Self.thinned(run) : run
      for (place, point) in kept.enumerated() {
        path += (place == 0 ? "M" : "L") + "\(SVGText.number(point.x)) \(SVGText.number(point.y))"
      }
    }
    return path
  }

  private static func thinned(_ points: [Point]) -> [Point] {
    var result: [Point] = []
    var start = points.startIndex
    while start < points.endIndex {
      let column = points[start].x.rounded()
      let end = points[start...].firstIndex { $0.x.rounded() != column } ?? points.endIndex
      let part = points[start..<end]
      let lowest = part.indices.min { points[$0].y < points[$1].y } ?? start
      let highest = part.indices.max { points[$0].y < points[$1].y } ?? start
      result += Set([start, lowest, highest, end - 1]).sorted().map { points[$0] }
      start = end
    }
    return result
  }

  /// An error bar with caps. An end that a logarithmic axis does not have is the edge of the plot, without a cap.
  private func error(_ value: Double, _ half: Double, at x: Double?, cap: Double = 4) -> String {
    guard let x, half.isFinite, half > 0, value.isFinite, let upper = frame.y.pixel(value + half) else {
      return ""
    }
    let lower = frame.y.pixel(value - half)
    let caps = "M\(SVGText.number(x - cap)) "
    var path =
      "M\(SVGText.number(x)) \(SVGText.number(upper))V\(SVGText.number(lower ?? frame.bottom))"
      + caps + "\(SVGText.number(upper))h\(SVGText.number(2 * cap))"
    if let lower { path += caps + "\(SVGText.number(lower))h\(SVGText.number(2 * cap))" }
    return path
  }

  /// A horizontal error bar, whose ends are bare: names stand close to one another.
  private func horizontal(_ value: Double, _ half: Double, at y: Double?) -> String {
    guard let y, half.isFinite, half > 0, value.isFinite, let end = frame.x.pixel(value + half) else {
      return ""
    }
    let start = frame.x.pixel(value - half) ?? frame.left
    return "M\(SVGText.number(start)) \(SVGText.number(y))H\(SVGText.number(end))"
  }

  // MARK: Bars

  private func draw(_ bars: Figure.Bars, on canvas: inout SVGCanvas) {
    let before = frame.figure.marks.prefix(place).count { if case .bars = $0 { true } else { false } }
    let width = 0.8 / Double(max(frame.contents.barMarks, 1))
    // Bars rise from zero, or from the edge where zero is not shown.
    let foot = frame.y.pixel(0).map { min(max($0, frame.top), frame.bottom) } ?? frame.bottom
    canvas.open("class=\"bars\"")
    canvas.title(bars.name)
    canvas.open(clipped(" fill=\"\(SVGText.colour(bars.colour))\""))
    var errors = ""
    for (index, (category, value)) in zip(bars.categories, bars.values).enumerated() {
      guard let place = frame.contents.place(of: category), let end = frame.y.pixel(value) else { continue }
      let start = Double(place) - 0.4 + Double(before) * width
      guard let left = frame.x.pixel(start), let right = frame.x.pixel(start + width) else { continue }
      let space = min(1, (right - left) / 8)
      canvas.rectangle(
        x: left + space / 2, y: min(end, foot), width: right - left - space, height: abs(end - foot),
        "class=\"bar\"")
      errors += error(
        value, bars.errors?.element(at: index) ?? 0, at: (left + right) / 2, cap: min(4, (right - left) / 3))
    }
    canvas.close()
    canvas.path(
      errors, clipped(" class=\"errors\" fill=\"none\" stroke=\"#222222\" stroke-width=\"1.2\""))
    canvas.close()
  }

  // MARK: Areas and texts

  private func draw(_ polygon: Figure.Polygon, on canvas: inout SVGCanvas) {
    let corners = zip(polygon.x, polygon.y).compactMap { point($0, $1) }
    guard corners.count > 2 else { return }
    canvas.open("class=\"polygon\"")
    canvas.title(polygon.name)
    canvas.path(
      line(corners) + "z",
      clipped(
        " fill=\"\(SVGText.colour(polygon.colour))\" stroke=\"#ffffff\" stroke-width=\"1.5\" stroke-linejoin=\"round\""
      ))
    canvas.close()
  }

  private func draw(_ labels: Figure.Labels, on canvas: inout SVGCanvas) {
    canvas.open("class=\"labels\" fill=\"#111111\"")
    for (index, (x, y)) in zip(labels.x, labels.y).enumerated() {
      guard let point = point(x, y), shows(point) else { continue }
      canvas.path(Self.path(of: 0, at: point), "class=\"points\"")
      guard let text = labels.texts.element(at: index) else { continue }
      draw(text, beside: point, labels.positions.element(at: index) ?? .top, on: &canvas)
    }
    canvas.close()
  }

  /// A text that stays within the figure, wherever its point is.
  private func draw(
    _ text: String, beside point: Point, _ position: Figure.Labels.Position, on canvas: inout SVGCanvas
  ) {
    let size = FigureFrame.titleSize
    let text = SVGText.cut(text, to: FigureFrame.width - 16, size: size)
    let width = SVGText.width(text, size: size)
    let left =
      switch position {
      case .topLeft, .left, .bottomLeft: point.x - width - 7
      case .top, .centre, .bottom: point.x - width / 2
      case .topRight, .right, .bottomRight: point.x + 7
      }
    let line =
      switch position {
      case .topLeft, .top, .topRight: point.y - 7
      case .left, .centre, .right: point.y + 0.35 * size
      case .bottomLeft, .bottom, .bottomRight: point.y + 7 + 0.75 * size
      }
    canvas.text(
      text, x: min(max(left, 4), FigureFrame.width - width - 4), y: min(max(line, size), frame.height - 4),
      size: size)
  }

  // MARK: Clouds

  /// How many colours a cloud has.
  static let colours = 32

  static func colour(_ place: Int) -> String {
    ColourScale.colour((Double(place) + 0.5) / Double(colours))
  }

  /// A path for each colour, whose points are strokes of no length with round ends: a few bytes each.
  private func draw(_ cloud: Figure.Cloud, on canvas: inout SVGCanvas) {
    guard let range = frame.contents.scale?.range else { return }
    var groups: [Int: [Point]] = [:]
    let scale = FigureScale(range: range, isLogarithmic: false, start: 0, end: Double(Self.colours))
    for (index, (x, y)) in zip(cloud.x, cloud.y).enumerated() {
      guard let point = point(x, y) else { continue }
      // What has no number is grey, and lies below the others.
      let value = cloud.values.element(at: index).flatMap { scale.pixel($0) }
      groups[value.map { min(max(Int($0), 0), Self.colours - 1) } ?? -1, default: []].append(point)
    }
    let size = cloud.x.count > 2_000 ? 4 : 6
    canvas.open("class=\"cloud\" fill=\"none\" stroke-width=\"\(size)\" stroke-linecap=\"round\"")
    for (place, points) in groups.sorted(by: { $0.key < $1.key }) {
      let path = shown(points).map { "M\(SVGText.number($0.x)) \(SVGText.number($0.y))h0" }.joined()
      canvas.path(path, "class=\"points\" stroke=\"\(place < 0 ? "#999999" : Self.colour(place))\"")
    }
    canvas.close()
  }

  // MARK: Legend

  /// What stands before a name of the legend; `y` is the middle.
  func drawSample(x: Double, y: Double, on canvas: inout SVGCanvas) {
    switch mark {
    case .series(let series):
      let middle = Point(x: x + 13, y: y)
      if series.mode != .markers { canvas.line(x, y, x + 26, y, stroke(of: series)) }
      if series.mode != .lines {
        canvas.path(
          Self.path(of: number(of: false), at: middle), "fill=\"\(SVGText.colour(series.colour))\"")
      }
    case .bars(let bars):
      canvas.rectangle(
        x: x + 12, y: y - 6, width: 14, height: 12, "fill=\"\(SVGText.colour(bars.colour))\"")
    case .polygon, .labels, .cloud: break
    }
  }
}
