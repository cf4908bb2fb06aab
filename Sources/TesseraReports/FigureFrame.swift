/// Where the parts of a drawn figure stand: the plot, its ticks, titles, legend and scale of colours, in pixels.
struct FigureFrame {
  static let width = 560.0
  static let tickSize = 12.0
  static let titleSize = 13.0
  /// Between a text and the edge of the figure.
  private static let gap = 4.0

  /// What stands at a tick.
  struct Label {
    let value: Double
    let text: FigureTicks.Label
    /// What was cut off the text, with it.
    var whole: String?
  }

  let figure: Figure
  let contents: FigureContents
  private(set) var x: FigureScale
  private(set) var y: FigureScale
  private(set) var xLabels: [Label] = []
  private(set) var yLabels: [Label] = []
  private(set) var xMinor: [Double] = []
  private(set) var yMinor: [Double] = []
  /// Whether the names under the plot are turned, since they are too long to stand side by side.
  private(set) var isTurned = false
  let legend: FigureLegend
  /// The names at the ends of lines, where there is no legend.
  let ends: FigureEnds

  /// The edges of the plot.
  let top = 14.0
  private(set) var left = 0.0
  private(set) var right = 0.0
  private(set) var bottom = 0.0

  var plotWidth: Double { right - left }
  var plotHeight: Double { bottom - top }

  init(_ figure: Figure) {
    self.figure = figure
    contents = FigureContents(figure)
    legend = FigureLegend(figure, width: Self.width - 24)
    ends = FigureEnds(figure, legend)
    let height = figure.height.isFinite ? min(max(figure.height, 160), 4_000) : 440
    bottom = top + height - 100
    let (xRange, yRange) = (contents.range(of: figure.x, .x), contents.range(of: figure.y, .y))
    let (logX, logY) = (figure.x.kind == .logarithmic, figure.y.kind == .logarithmic)
    x = FigureScale(range: xRange, isLogarithmic: logX && contents.names == nil, start: 0, end: 1)
    y = FigureScale(range: yRange, isLogarithmic: logY && contents.yNames == nil, start: bottom, end: top)
    (yLabels, yMinor) = labels(
      of: y, names: contents.yNames, count: max(2, Int(plotHeight / 45)), longest: 190)
    let widest = yLabels.map { $0.text.width(size: Self.tickSize) }.max() ?? 0
    left = 10 + (figure.y.title.isEmpty ? 0 : 20) + widest + 8
    right = Self.width - max(16, contents.scale == nil ? ends.width : 70)
    place()
    // Texts that stick out need room, and the plot is a little narrower.
    for _ in 0..<2 {
      let (before, after) = overhang
      guard before > 0 || after > 0 else { break }
      (left, right) = (min(left + before, Self.width / 2 - 20), max(right - after, Self.width / 2 + 20))
      place()
    }
  }

  /// Puts the scales between the edges, and the ticks on them.
  private mutating func place() {
    if figure.isSquare, contents.names == nil, contents.yNames == nil {
      let (spanX, spanY) = (x.range.upperBound - x.range.lowerBound, y.range.upperBound - y.range.lowerBound)
      let unit = min(plotWidth / spanX, plotHeight / spanY)
      let spare = plotWidth - unit * spanX
      (left, right) = (left + spare / 2, right - spare / 2)
      bottom = top + unit * spanY
    }
    y = FigureScale(range: y.range, isLogarithmic: y.isLogarithmic, start: bottom, end: top)
    x = FigureScale(range: x.range, isLogarithmic: x.isLogarithmic, start: left, end: right)
    guard let names = contents.names else {
      // As many as stand side by side.
      for count in stride(from: 8, through: 2, by: -1) {
        (xLabels, xMinor) = labels(of: x, names: nil, count: count)
        if stand(xLabels, apart: 10) { break }
      }
      return
    }
    (xLabels, _) = labels(of: x, names: names, count: 0)
    isTurned = !stand(xLabels, apart: 8)
    guard isTurned else { return }
    // Turned names are a line's height apart, measured along the axis; of more, some have no name.
    let band = plotWidth / (x.range.upperBound - x.range.lowerBound)
    let every = max(1, Int((20 / max(band, 0.001)).rounded(.up)))
    xLabels = stride(from: 0, to: xLabels.count, by: every).map { place in
      let whole = xLabels[place].text.text
      let cut = SVGText.cut(whole, to: 130, size: Self.tickSize, end: 0.3)
      return Label(
        value: xLabels[place].value, text: FigureTicks.Label(cut), whole: cut == whole ? nil : whole)
    }
  }

  /// - Parameter longest: Of a name, in pixels.
  private func labels(
    of scale: FigureScale, names: [String]?, count: Int, longest: Double = .infinity
  ) -> ([Label], [Double]) {
    if let names {
      let shown = names.enumerated().filter { scale.range.contains(Double($0.offset)) }
      return (
        shown.map { place, name in
          let cut = SVGText.cut(name, to: longest, size: Self.tickSize, end: 0.3)
          return Label(
            value: Double(place), text: FigureTicks.Label(cut), whole: cut == name ? nil : name)
        }, []
      )
    }
    let ticks = scale.ticks(count)
    return (ticks.ticks.map { Label(value: $0.value, text: $0.label) }, ticks.minor)
  }

  private func stand(_ labels: [Label], apart: Double) -> Bool {
    var last = -Double.infinity
    for label in labels {
      guard let middle = x.pixel(label.value) else { continue }
      let half = label.text.width(size: Self.tickSize) / 2
      if middle - half < last + apart { return false }
      last = middle + half
    }
    return true
  }

  /// By how much texts under the plot reach over the edges of the figure.
  private var overhang: (before: Double, after: Double) {
    var (before, after) = (0.0, 0.0)
    for label in xLabels {
      guard let middle = x.pixel(label.value) else { continue }
      let width = label.text.width(size: Self.tickSize)
      // A text that is turned by 45 degrees ends at its tick.
      before = max(before, Self.gap - (middle - (isTurned ? 0.71 * width + 8 : width / 2)))
      after = max(after, middle + (isTurned ? 0 : width / 2) - (Self.width - Self.gap))
    }
    return (before, after)
  }

  // MARK: Below the plot

  private var labelsHeight: Double {
    guard !xLabels.isEmpty else { return 6 }
    guard isTurned else { return 22 }
    return 16 + 0.71 * (xLabels.map { $0.text.width(size: Self.tickSize) }.max() ?? 0)
  }

  /// Of the line on which the title of the horizontal axis stands.
  var titleLine: Double { bottom + labelsHeight + 17 }

  var legendTop: Double { bottom + labelsHeight + (figure.x.title.isEmpty ? 6 : 28) }

  var height: Double { legendTop + legend.height + 8 }
}
