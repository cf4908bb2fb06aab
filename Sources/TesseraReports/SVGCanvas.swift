/// Elements of an SVG document, one a line, without styles that would leak into a page.
struct SVGCanvas {
  private(set) var body = ""

  enum Anchor: String { case start, middle, end }

  mutating func open(_ attributes: String) { body += "<g \(attributes)>\n" }
  mutating func close() { body += "</g>\n" }

  /// What a browser shows where the pointer rests; the first element of a group.
  mutating func title(_ text: String) { body += "<title>\(SVGText.escape(text))</title>\n" }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ attributes: String = "") {
    let (from, to) = ((SVGText.number(x1), SVGText.number(y1)), (SVGText.number(x2), SVGText.number(y2)))
    body +=
      "<line x1=\"\(from.0)\" y1=\"\(from.1)\" x2=\"\(to.0)\" y2=\"\(to.1)\"\(Self.more(attributes))/>\n"
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, _ attributes: String = ""
  ) {
    body +=
      "<rect x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\" width=\"\(SVGText.number(width))\" height=\"\(SVGText.number(height))\"\(Self.more(attributes))/>\n"
  }

  /// Nothing where the path is empty.
  mutating func path(_ path: String, _ attributes: String) {
    if !path.isEmpty { body += "<path d=\"\(path)\"\(Self.more(attributes))/>\n" }
  }

  /// - Parameter y: Of the line on which letters stand.
  mutating func text(
    _ label: FigureTicks.Label, x: Double, y: Double, size: Double, _ anchor: Anchor = .start,
    turned: Double = 0,
    _ attributes: String = ""
  ) {
    let place = "\(SVGText.number(x)) \(SVGText.number(y))"
    var element =
      "<text x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\" font-size=\"\(SVGText.number(size))\""
    if anchor != .start { element += " text-anchor=\"\(anchor.rawValue)\"" }
    if turned != 0 { element += " transform=\"rotate(\(SVGText.number(turned)) \(place))\"" }
    element += Self.more(attributes) + ">" + SVGText.escape(label.text)
    if let exponent = label.exponent {
      element +=
        "<tspan dy=\"\(SVGText.number(-0.4 * size))\" font-size=\"\(SVGText.number(0.75 * size))\">\(SVGText.escape(exponent))</tspan>"
    }
    body += element + "</text>\n"
  }

  mutating func text(
    _ text: String, x: Double, y: Double, size: Double, _ anchor: Anchor = .start, turned: Double = 0,
    _ attributes: String = ""
  ) {
    self.text(FigureTicks.Label(text), x: x, y: y, size: size, anchor, turned: turned, attributes)
  }

  private static func more(_ attributes: String) -> String { attributes.isEmpty ? "" : " " + attributes }
}

extension FigureTicks.Label {
  func width(size: Double) -> Double {
    SVGText.width(text, size: size) + (exponent.map { SVGText.width($0, size: 0.75 * size) } ?? 0)
  }
}
