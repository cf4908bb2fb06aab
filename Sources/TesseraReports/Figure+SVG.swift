import TesseraFormats

/// A figure as a drawing that needs nothing but itself: SVG 1.1 with no scripts, no styles and no fonts of its own.
extension Figure {
  /// A whole document. The same figure is the same bytes, on every machine.
  ///
  /// Several series differ in the shape of their points or in their dashes as well as in their colours. Many points are
  /// drawn once where they would hide one another.
  public var svg: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svgElement }

  /// The same as part of a page: its ids begin with the figure's name, which no other figure of the page has.
  var svgElement: String {
    let frame = FigureFrame(self)
    let id = SVGText.identifier(name)
    var canvas = SVGCanvas()
    canvas.rectangle(x: 0, y: 0, width: FigureFrame.width, height: frame.height, "fill=\"#ffffff\"")
    frame.drawAxes(on: &canvas)
    canvas.open("class=\"marks\"")
    for place in marks.indices {
      FigureMark(frame: frame, place: place, clip: id + "-clip").draw(on: &canvas)
    }
    canvas.close()
    frame.drawFrame(on: &canvas)
    frame.drawEnds(on: &canvas)
    frame.drawLegend(on: &canvas)
    frame.drawColours(on: &canvas)
    let (width, height) = (SVGText.number(FigureFrame.width), SVGText.number(frame.height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="\(id)-title \(id)-desc" font-family="Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif" fill="#222222">
      <title id="\(id)-title">\(SVGText.escape(name))</title>
      <desc id="\(id)-desc">\(SVGText.escape(caption))</desc>
      <defs><clipPath id="\(id)-clip"><rect x="\(SVGText.number(frame.left))" y="\(SVGText.number(frame.top))" width="\(SVGText.number(frame.plotWidth))" height="\(SVGText.number(frame.plotHeight))"/></clipPath></defs>
      \(canvas.body)</svg>

      """
  }
}

extension FigureFrame {
  // MARK: Axes

  /// Lines of the grid, ticks, numbers and titles.
  fileprivate func drawAxes(on canvas: inout SVGCanvas) {
    canvas.open("class=\"grid\" stroke=\"#e4e4e0\" stroke-width=\"1\"")
    if contents.names == nil {
      for label in xLabels { x.pixel(label.value).map { canvas.line($0, top, $0, bottom) } }
    }
    for label in yLabels { y.pixel(label.value).map { canvas.line(left, $0, right, $0) } }
    canvas.close()
    canvas.open("class=\"ticks\" stroke=\"#555555\" stroke-width=\"1\"")
    for label in xLabels { x.pixel(label.value).map { canvas.line($0, bottom, $0, bottom + 4) } }
    for value in xMinor { x.pixel(value).map { canvas.line($0, bottom, $0, bottom + 2) } }
    for label in yLabels { y.pixel(label.value).map { canvas.line(left - 4, $0, left, $0) } }
    for value in yMinor { y.pixel(value).map { canvas.line(left - 2, $0, left, $0) } }
    canvas.close()
    canvas.open("class=\"x\"")
    for label in xLabels {
      guard let middle = x.pixel(label.value) else { continue }
      if let whole = label.whole {
        canvas.open("class=\"cut\"")
        canvas.title(whole)
      }
      if isTurned {
        canvas.text(label.text, x: middle + 4, y: bottom + 15, size: Self.tickSize, .end, turned: -45)
      } else {
        canvas.text(label.text, x: middle, y: bottom + 18, size: Self.tickSize, .middle)
      }
      if label.whole != nil { canvas.close() }
    }
    let xTitle = SVGText.cut(figure.x.title, to: Self.width - 24, size: Self.titleSize)
    if !xTitle.isEmpty {
      let half = SVGText.width(xTitle, size: Self.titleSize) / 2
      let middle = min(max((left + right) / 2, half + 8), Self.width - half - 8)
      canvas.text(xTitle, x: middle, y: titleLine, size: Self.titleSize, .middle)
    }
    canvas.close()
    canvas.open("class=\"y\"")
    for label in yLabels {
      guard let middle = y.pixel(label.value) else { continue }
      if let whole = label.whole {
        canvas.open("class=\"cut\"")
        canvas.title(whole)
      }
      canvas.text(label.text, x: left - 8, y: middle + 0.35 * Self.tickSize, size: Self.tickSize, .end)
      if label.whole != nil { canvas.close() }
    }
    let yTitle = SVGText.cut(figure.y.title, to: height - 16, size: Self.titleSize)
    if !yTitle.isEmpty {
      let half = SVGText.width(yTitle, size: Self.titleSize) / 2
      let middle = max((top + bottom) / 2, half + 8)
      let widest = yLabels.map { $0.text.width(size: Self.tickSize) }.max() ?? 0
      canvas.text(yTitle, x: left - widest - 18, y: middle, size: Self.titleSize, .middle, turned: -90)
    }
    canvas.close()
  }

  /// The edges on which the numbers stand, and the line from which bars rise.
  fileprivate func drawFrame(on canvas: inout SVGCanvas) {
    canvas.open("class=\"frame\" stroke=\"#555555\" stroke-width=\"1\"")
    canvas.line(left, top, left, bottom)
    canvas.line(left, bottom, right, bottom)
    if contents.barMarks > 0, y.range.contains(0), let zero = y.pixel(0) {
      canvas.line(left, zero, right, zero)
    }
    canvas.close()
    guard figure.marks.isEmpty || contents.isEmpty else { return }
    canvas.text(
      "no values", x: (left + right) / 2, y: (top + bottom) / 2, size: Self.titleSize, .middle,
      "fill=\"#777777\"")
  }

  // MARK: Names and colours

  fileprivate func drawLegend(on canvas: inout SVGCanvas) {
    guard !legend.entries.isEmpty else { return }
    canvas.open("class=\"legend\"")
    // A single row stands below the middle of the plot, several begin at one edge.
    let widest = legend.entries.map {
      $0.x + FigureLegend.sample + SVGText.width($0.name, size: FigureLegend.size)
    }
    let start = max(12, min((left + right - (widest.max() ?? 0)) / 2, Self.width - 12 - (widest.max() ?? 0)))
    for entry in legend.entries {
      let (x, y) = (start + entry.x, legendTop + (Double(entry.row) + 0.5) * FigureLegend.row)
      canvas.open("class=\"entry\"")
      if entry.name != entry.whole { canvas.title(entry.whole) }
      FigureMark(frame: self, place: entry.mark, clip: "").drawSample(x: x, y: y, on: &canvas)
      canvas.text(
        entry.name, x: x + FigureLegend.sample, y: y + 0.35 * FigureLegend.size, size: FigureLegend.size)
      canvas.close()
    }
    if legend.omitted > 0 {
      canvas.text(
        "and \(legend.omitted) more", x: start, y: legendTop + legend.height - 6, size: FigureLegend.size)
    }
    canvas.close()
  }

  /// Names at the ends of lines, each tied to its end.
  fileprivate func drawEnds(on canvas: inout SVGCanvas) {
    let ends = ends.entries.compactMap { entry -> (name: String, colour: String, x: Double, y: Double)? in
      guard case .series(let series) = figure.marks[entry.mark] else { return nil }
      let points = zip(series.x, series.y).compactMap { point -> (Double, Double)? in
        guard let x = x.pixel(point.0), let y = y.pixel(point.1) else { return nil }
        return (x, y)
      }
      return points.last.map {
        (entry.name, SVGText.colour(series.colour), $0.0, min(max($0.1, top), bottom))
      }
    }
    guard !ends.isEmpty else { return }
    let apart = min(FigureEnds.size + 1.5, (plotHeight + 10) / Double(ends.count))
    let heights = FigureEnds.spread(ends.map(\.y), apart: apart, within: top - 2...bottom + 8)
    canvas.open("class=\"ends\"")
    for (end, height) in zip(ends, heights) {
      let from = min(end.x + 6, right + 10)
      canvas.line(from, end.y, right + 14, height, "stroke=\"\(end.colour)\" stroke-width=\"0.7\"")
      canvas.text(end.name, x: right + 17, y: height + 0.35 * FigureEnds.size, size: FigureEnds.size)
    }
    canvas.close()
  }

  /// The scale of colours beside a cloud.
  fileprivate func drawColours(on canvas: inout SVGCanvas) {
    guard let scale = contents.scale else { return }
    let bar = (left: right + 14, top: top + 22)
    let pixels = FigureScale(range: scale.range, isLogarithmic: false, start: bottom, end: bar.top)
    canvas.open("class=\"colours\"")
    let title = SVGText.cut(scale.title, to: 200, size: Self.tickSize)
    canvas.text(title, x: Self.width - 6, y: top + 10, size: Self.tickSize, .end)
    let step = (bottom - bar.top) / Double(FigureMark.colours)
    for place in 0..<FigureMark.colours {
      // A little higher than its step: no white line shows between two.
      canvas.rectangle(
        x: bar.left, y: bottom - Double(place + 1) * step, width: 12,
        height: step + (place > 0 ? 0.5 : 0), "fill=\"\(FigureMark.colour(place))\"")
    }
    for tick in pixels.ticks(max(2, Int(plotHeight / 60))).ticks {
      guard let y = pixels.pixel(tick.value) else { continue }
      canvas.line(bar.left + 12, y, bar.left + 15, y, "stroke=\"#555555\"")
      canvas.text(tick.label, x: bar.left + 18, y: y + 0.35 * 11, size: 11)
    }
    canvas.close()
  }
}
