import Foundation
import Tessera
import TesseraFormats
import TesseraPaper
import TesseraReports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Elements of an SVG document in their order, with their attributes and the text that stands in them.
final class SVGReader: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// Of groups around it, the innermost last.
    let classes: [String]
    var text = ""

    func number(_ key: String) -> Double { attributes[key].flatMap(Double.init) ?? .nan }
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// nil for text that is not well-formed.
  static func elements(_ svg: String) -> [Element]? {
    let reader = SVGReader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    return parser.parse() ? reader.elements : nil
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let classes = open.compactMap { elements[$0].attributes["class"] }
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes, classes: classes))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let last = open.last { elements[last].text += string }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }
}

/// Figures of every kind of mark, and what they must all be: well-formed, the same bytes, read back to the bit.
@Suite struct FigureTests {
  static let line = Figure(
    name: "line", caption: "A line with errors.",
    marks: [
      .series(
        Figure.Series(
          "first", x: [0, 1, 2], y: [0.1, 0.3, -1 / 3], colour: "#c05621", errors: [0.1, 0.2, 0])),
      .series(Figure.Series("second", x: [0, 2], y: [1, 1], mode: .markers, colour: "#2b6cb0", dash: .dot)),
    ], x: Figure.Axis("x"), y: Figure.Axis("y", range: -1...2))

  static let bars = Figure(
    name: "bars", caption: "Bars.",
    marks: [
      .bars(
        Figure.Bars("before", categories: ["a", "b"], values: [2, -1], errors: [0.5, 0], colour: "#9aa5b1")),
      .bars(Figure.Bars("after", categories: ["a", "b", "c"], values: [4, 1, 3], colour: "#c05621")),
    ], x: Figure.Axis("alternative", .category), y: Figure.Axis("reward"))

  static let cells = Figure(
    name: "cells", caption: "Cells.",
    marks: [
      .polygon(Figure.Polygon("weight 1", corners: [(0, 0), (1, 0), (1, 1)], colour: "#a9c8e8")),
      .labels(
        Figure.Labels(
          x: Array(repeating: 0.5, count: 9), y: Array(repeating: 0.5, count: 9),
          texts: (0..<9).map { "label \($0)" }, positions: Figure.Labels.Position.allCases)),
    ], x: Figure.Axis("", range: -0.1...1.1), y: Figure.Axis("", range: -0.2...1.2), isSquare: true)

  static let cloud = Figure(
    name: "cloud", caption: "Contexts.",
    marks: [
      .cloud(
        Figure.Cloud(
          x: [0, 1, 2], y: [3, 1, 2], values: [-1, 0, 0.5], scale: "log10(m w)", texts: ["a\nb", "c", "d"]))
    ], x: Figure.Axis("first axis"), y: Figure.Axis("second axis"))

  static let logarithmic = Figure(
    name: "log", caption: "Powers.",
    marks: [
      .series(
        Figure.Series(
          "shift", x: [1e-6, 1e-3, 0, 1, -1], y: [1e-4, 0.1, 1, 3, 2], mode: .lines, colour: "#2b6cb0",
          errors: [1e-3, 0.01, 1, 1, 1]))
    ], x: Figure.Axis("epsilon", .logarithmic), y: Figure.Axis("shift", .logarithmic), height: 300)

  static let named = Figure(
    name: "named", caption: "Slopes.",
    marks: (0..<12).map {
      .series(Figure.Series("answer \($0)", x: [0, 1], y: [Double($0), Double($0 % 3)], colour: "#a0aec0"))
    }, x: Figure.Axis("", .named(["standard", "local"]), range: -0.2...1.2), y: Figure.Axis("reward"),
    legend: false)

  static let hostileText = "<a & b=\"'\">]]>\u{0}\u{1}\u{8}\u{1F}\u{FFFE}\u{FFFF}\u{85}\n\t日本語 👩‍👩‍👧 é, \u{202E}x"

  static let hostile = Figure(
    name: hostileText, caption: hostileText,
    marks: [
      .series(Figure.Series(hostileText, x: [0], y: [0], colour: "\"/><script>")),
      .bars(Figure.Bars(hostileText, categories: [hostileText, ""], values: [1, 2], colour: hostileText)),
      .labels(Figure.Labels(x: [0], y: [1], texts: [hostileText], positions: [.topRight])),
      .cloud(Figure.Cloud(x: [1], y: [1], values: [1], scale: hostileText, texts: [hostileText])),
    ], x: Figure.Axis(hostileText, .category), y: Figure.Axis(hostileText))

  static let empty = Figure(name: "empty", caption: "", marks: [], x: Figure.Axis("x"), y: Figure.Axis("y"))

  static let single = Figure(
    name: "single", caption: "",
    marks: [.series(Figure.Series("one", x: [5], y: [1e-300], colour: "#000000"))],
    x: Figure.Axis("x", .logarithmic), y: Figure.Axis("y"))

  static let notFinite = Figure(
    name: "not-finite", caption: "",
    marks: [
      .series(
        Figure.Series(
          "gaps", x: [0, 1, .nan, 3, 4, 5], y: [1, .infinity, 2, -.infinity, 4, 1e308], colour: "#000000",
          errors: [.nan, 1, .infinity, 0, -1, 1e308])),
      .bars(Figure.Bars("none", categories: ["a", "b"], values: [.nan, .infinity], colour: "#111111")),
      .cloud(Figure.Cloud(x: [.nan, 0], y: [0, 0], values: [0, .nan], scale: "", texts: [])),
    ], x: Figure.Axis("x", .category), y: Figure.Axis("y"), height: .nan)

  static let equal = Figure(
    name: "equal", caption: "",
    marks: [.series(Figure.Series("flat", x: [1e9, 1e9], y: [-7, -7], colour: "#000000"))],
    x: Figure.Axis("x"), y: Figure.Axis("y"))

  static let all = [
    line, bars, cells, cloud, logarithmic, named, hostile, empty, single, notFinite, equal,
  ]

  // MARK: Laws

  @Test(arguments: all)
  func `A drawing is well-formed, says what it is, and no number in it is not one`(figure: Figure) throws {
    let svg = figure.svg
    let elements = try #require(SVGReader.elements(svg), "\(svg.prefix(2_000))")
    let root = try #require(elements.first)
    #expect(root.name == "svg" && root.attributes["role"] == "img")
    let ids = Set(elements.compactMap { $0.attributes["id"] })
    for id in try #require(root.attributes["aria-labelledby"]).split(separator: " ") {
      #expect(ids.contains(String(id)))
    }
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(!svg.contains("<script"))
    // Nothing but itself.
    #expect(!svg.contains("href") && !svg.contains("@import") && !svg.contains("<style"))
    for element in elements {
      for (key, value) in element.attributes where ["x", "y", "x1", "y1", "width", "height"].contains(key) {
        #expect(Double(value) != nil, "\(element.name) \(key) \(value)")
      }
    }
    #expect(figure.svg == svg)
  }

  @Test(arguments: all)
  func `Every text begins and stands within the figure`(figure: Figure) throws {
    let elements = try #require(SVGReader.elements(figure.svg))
    let (width, height) = (elements[0].number("width"), elements[0].number("height"))
    #expect(width == 560 && height > 100 && height < 1_000)
    for text in elements where text.name == "text" {
      #expect((0...width).contains(text.number("x")), "\(text.text)")
      #expect((0...height).contains(text.number("y")), "\(text.text)")
    }
  }

  @Test(arguments: all)
  func `What is stored is read back to the bit`(figure: Figure) throws {
    let read = try #require(Figure(figure.json))
    #expect(read == figure)
    #expect(read.svg == figure.svg)
    #expect(read.csv == figure.csv)
    #expect(read.vegaLite == figure.vegaLite)
  }

  @Test func `Numbers that JSON has no word for are read back as they were`() throws {
    let read = try #require(Figure(Self.notFinite.json))
    guard case .series(let series)? = read.marks.first else {
      Issue.record("no series")
      return
    }
    #expect(series.y == [1, .infinity, 2, -.infinity, 4, 1e308])
    #expect(series.x[2].isNaN && read.height.isNaN && series.errors?[0].isNaN == true)
  }

  @Test func `What is no figure is not read as one`() {
    func without(_ key: String) -> JSONValue {
      guard case .object(let members) = Self.line.json else { return .null }
      return .object(members.filter { $0.key != key })
    }
    for key in ["name", "caption", "square", "height", "x", "y", "marks"] {
      #expect(Figure(without(key)) == nil, "\(key)")
    }
    #expect(Figure(.null) == nil)
    for axis in [
      #"{"title": "", "kind": "round"}"#, #"{"title": "", "kind": "linear", "range": [1, 0]}"#,
      #"{"title": "", "kind": "linear", "range": ["NaN", 0]}"#, #"{"title": "", "kind": "named"}"#,
    ] {
      // A resumed report meets such text.
      let text = Self.empty.json.text().replacingOccurrences(
        of: #"{"title": "x", "kind": "linear"}"#, with: axis)
      #expect(text.contains(axis))
      var settings = Reproduction.Settings()
      settings.instances = 1
      let results = Reproduction(settings).json.text().replacingOccurrences(
        of: "\"sections\": []",
        with:
          "\"sections\": [{\"name\": \"1\", \"title\": \"\", \"claims\": [], \"paragraphs\": [], \"tables\": [], \"drawings\": [\(text)]}]"
      )
      #expect(Reproduction(settings, resuming: results)?.sections.isEmpty == true, "\(axis)")
    }
  }

  // MARK: Positions

  /// Pixels of a number on the vertical axis, from two printed numbers beside it.
  private func pixels(_ elements: [SVGReader.Element]) throws -> (Double) -> Double {
    let labels = elements.filter { $0.name == "text" && $0.classes.last == "y" }.compactMap { text in
      Double(text.text.replacing("\u{2212}", with: "-")).map { (value: $0, y: text.number("y")) }
    }
    let (first, last) = (try #require(labels.first), try #require(labels.last))
    #expect(last.value > first.value && last.y < first.y)
    let unit = (last.y - first.y) / (last.value - first.value)
    // Letters stand 0.35 of their size of 12 below the middle of their line.
    return { first.y - 4.2 + ($0 - first.value) * unit }
  }

  @Test func `A bar is as high as the numbers beside it say, from zero`() throws {
    let elements = try #require(SVGReader.elements(Self.bars.svg))
    let pixel = try pixels(elements)
    let bars = elements.filter { $0.attributes["class"] == "bar" }
    #expect(bars.count == 5)
    for (bar, value) in zip(bars, [2.0, -1, 4, 1, 3]) {
      let (top, bottom) = (bar.number("y"), bar.number("y") + bar.number("height"))
      // Coordinates have tenths of a pixel, and two of them make the scale.
      #expect(abs(top - pixel(max(value, 0))) < 0.25)
      #expect(abs(bottom - pixel(min(value, 0))) < 0.25)
    }
    // Side by side, none over another.
    let edges = bars.map { (left: $0.number("x"), right: $0.number("x") + $0.number("width")) }
      .sorted { $0.left < $1.left }
    for (bar, next) in zip(edges, edges.dropFirst()) { #expect(bar.right <= next.left) }
  }

  @Test func `An error bar reaches from the value less the error to the value plus the error`() throws {
    let elements = try #require(SVGReader.elements(Self.bars.svg))
    let pixel = try pixels(elements)
    let errors = elements.filter { $0.attributes["class"] == "errors" }
    #expect(errors.count == 1, "the other errors are not there")
    let path = try #require(errors.first?.attributes["d"])
    let match = try #require(path.firstMatch(of: /M([\d.]+) ([\d.]+)V([\d.]+)/))
    #expect(abs((Double(match.2) ?? 0) - pixel(2.5)) < 0.25)
    #expect(abs((Double(match.3) ?? 0) - pixel(1.5)) < 0.25)
    // Two caps.
    #expect(path.matches(of: /h8/).count == 2)
  }

  @Test func `A square figure has one unit`() throws {
    let elements = try #require(SVGReader.elements(Self.cells.svg))
    let polygon = try #require(elements.first { $0.classes.last == "polygon" && $0.name == "path" })
    let path = try #require(polygon.attributes["d"])
    let numbers = path.split { "MLz ".contains($0) }.compactMap { Double($0) }
    #expect(numbers.count == 6)
    #expect(abs((numbers[2] - numbers[0]) - (numbers[3] - numbers[5])) < 0.25)
  }

  @Test func `Lines break where there is no number, and points without a place are not drawn`() throws {
    let gaps = Figure(
      name: "gaps", caption: "",
      marks: [
        .series(
          Figure.Series("a", x: [0, 1, 2, 3, 4], y: [1, 2, .nan, 4, 5], mode: .both, colour: "#000000"))
      ], x: Figure.Axis("x"), y: Figure.Axis("y"))
    for (figure, lines, points) in [(gaps, 2, 4), (Self.logarithmic, 2, 0)] {
      let elements = try #require(SVGReader.elements(figure.svg))
      func starts(_ name: String) -> Int {
        elements.filter { $0.attributes["class"] == name }.reduce(0) {
          $0 + ($1.attributes["d"]?.count { $0 == "M" } ?? 0)
        }
      }
      #expect(starts("line") == lines)
      #expect(starts("points") == points)
    }
  }

  @Test func `Points outside a given range are left out`() throws {
    let figure = Figure(
      name: "r", caption: "",
      marks: [.series(Figure.Series("a", x: [0, 1, 9, -9], y: [0, 9, 0, 1e300], colour: "#000000"))],
      x: Figure.Axis("", range: -1...1), y: Figure.Axis("", range: -1...1))
    let elements = try #require(SVGReader.elements(figure.svg))
    let points = elements.first { $0.attributes["class"] == "points" }?.attributes["d"]
    #expect(points?.count { $0 == "M" } == 1)
  }

  // MARK: Ticks

  /// Printed numbers of the vertical axis, powers of ten resolved, in order.
  private func ticks(_ range: ClosedRange<Double>, _ kind: Figure.Axis.Kind = .linear) throws -> [Double] {
    let figure = Figure(
      name: "t", caption: "", marks: [], x: Figure.Axis("x"), y: Figure.Axis("y", kind, range: range))
    let elements = try #require(SVGReader.elements(figure.svg))
    var found: [Double] = []
    for (place, element) in elements.enumerated() where element.name == "text" && element.classes.last == "y"
    {
      let text = element.text.replacing("\u{2212}", with: "-")
      guard elements.indices.contains(place + 1), elements[place + 1].name == "tspan" else {
        if let value = Double(text) { found.append(value) }
        continue
      }
      let exponent = elements[place + 1].text.replacing("\u{2212}", with: "-")
      let mantissa = text == "10" ? "1" : text.replacing("×10", with: "")
      found.append(try #require(Double(mantissa + "e" + exponent)))
    }
    return found
  }

  static let ranges: [ClosedRange<Double>] = [
    0...1, -1...1, 0...7, 0.1...0.30001, -3e-9...5e-9, 1e6...9e6, 999...1001, -1e300...1e300, 1e9...1e9 + 1,
    0...1e-280, 12.3...12.4,
  ]

  @Test(arguments: ranges)
  func `Ticks ascend within the range by steps of 1, 2 or 5, and are printed as what they are`(
    range: ClosedRange<Double>
  ) throws {
    let ticks = try ticks(range)
    #expect((2...9).contains(ticks.count), "\(ticks)")
    #expect(ticks == ticks.sorted())
    // Printed numbers and the ends of the range are rounded once each.
    let slack = 1e-9 * (range.upperBound - range.lowerBound)
    #expect(ticks.allSatisfy { $0 >= range.lowerBound - slack && $0 <= range.upperBound + slack }, "\(ticks)")
    let steps = zip(ticks, ticks.dropFirst()).map { $1 - $0 }
    let step = try #require(steps.first)
    let size = max(abs(range.lowerBound), abs(range.upperBound))
    #expect(steps.allSatisfy { abs($0 - step) < 1e-6 * step + 1e-15 * size }, "\(ticks)")
    let digit = step / pow(10, log10(step * 1.000001).rounded(.down))
    #expect([1.0, 2, 5].contains { abs(digit - $0) < 1e-3 }, "\(step)")
  }

  static let positiveRanges: [ClosedRange<Double>] = [
    1e-8...1e3, 0.5...20, 1e-300...1e300, 0.02...0.9, 1...1_000, 3...3.1, 1.5...9,
  ]

  @Test(arguments: positiveRanges)
  func `Logarithmic ticks ascend within the range, powers of ten among them where it holds some`(
    range: ClosedRange<Double>
  ) throws {
    let ticks = try ticks(range, .logarithmic)
    #expect((2...9).contains(ticks.count), "\(ticks)")
    #expect(ticks == ticks.sorted() && Set(ticks).count == ticks.count)
    #expect(ticks.allSatisfy { $0 >= range.lowerBound * (1 - 1e-9) && $0 <= range.upperBound * (1 + 1e-9) })
    let powers = ticks.filter { abs(log10($0) - log10($0).rounded()) < 1e-9 }
    if range.upperBound / range.lowerBound > 100 { #expect(powers.count >= 2, "\(ticks)") }
  }

  @Test func `Numbers beside an axis are short`() throws {
    func texts(_ range: ClosedRange<Double>, _ kind: Figure.Axis.Kind = .linear) throws -> [String] {
      let figure = Figure(
        name: "t", caption: "", marks: [], x: Figure.Axis("x"), y: Figure.Axis("y", kind, range: range))
      return try #require(SVGReader.elements(figure.svg)).filter {
        $0.classes.last == "y" && $0.name == "text"
      }
      .map(\.text)
    }
    #expect(try texts(-0.4...0.4) == ["\u{2212}0.4", "\u{2212}0.2", "0", "0.2", "0.4", "y"])
    #expect(try texts(0...3e6).prefix(3) == ["0", "0.5×10", "1.0×10"])
    #expect(try texts(1e-4...1, .logarithmic).prefix(2) == ["10", "10"])
  }

  // MARK: Names

  @Test(arguments: [3, 12, 200])
  func `Names below bars do not overlap, however long and many they are`(count: Int) throws {
    let names = (0..<count).map { "an alternative with a long name, number \($0)" }
    let figure = Figure(
      name: "n", caption: "",
      marks: [.bars(Figure.Bars("b", categories: names, values: names.map { _ in 1 }, colour: "#000000"))],
      x: Figure.Axis("alternative", .category), y: Figure.Axis("y"))
    let elements = try #require(SVGReader.elements(figure.svg))
    let shown = elements.filter {
      $0.name == "text" && $0.attributes["transform"]?.hasPrefix("rotate(-45") == true
    }
    #expect(!shown.isEmpty && shown.count <= count)
    for (name, next) in zip(shown, shown.dropFirst()) {
      // Lines of 12 pixels that are turned by 45 degrees need 17 of the axis.
      #expect(next.number("x") - name.number("x") >= 17)
    }
    // What is cut is there in whole.
    #expect(elements.contains { $0.name == "title" && $0.text == names[0] })
    #expect(elements.filter { $0.attributes["class"] == "bar" }.count == count)
  }

  @Test func `Many names in a legend stand in rows below one another`() throws {
    let figure = Figure(
      name: "n", caption: "",
      marks: (0..<60).map {
        .series(Figure.Series("series number \($0)", x: [0, 1], y: [0, Double($0)], colour: "#000000"))
      }, x: Figure.Axis("x"), y: Figure.Axis("y"))
    let elements = try #require(SVGReader.elements(figure.svg))
    let entries = elements.filter { $0.name == "text" && $0.classes.last == "entry" }
    #expect(entries.count == 40)
    #expect(elements.contains { $0.text == "and 20 more" })
    for (entry, next) in zip(entries, entries.dropFirst()) where entry.number("y") == next.number("y") {
      #expect(next.number("x") - entry.number("x") > 100)
    }
  }

  @Test func `Lines without a legend have their names at their ends, each on a line of its own`() throws {
    let elements = try #require(SVGReader.elements(Self.named.svg))
    let names = elements.filter { $0.name == "text" && $0.classes.last == "ends" }
    #expect(names.map(\.text) == (0..<12).map { "answer \($0)" })
    let heights = names.map { $0.number("y") }.sorted()
    for (height, next) in zip(heights, heights.dropFirst()) { #expect(next - height > 9) }
  }

  @Test func `Names of lines that end together at the edge stay beside the plot`() throws {
    for end in [0.0, 9] {
      let figure = Figure(
        name: "n", caption: "",
        marks: (0..<9).map {
          .series(Figure.Series("answer \($0)", x: [0, 1], y: [Double($0), end], colour: "#000000"))
        }, x: Figure.Axis("x"), y: Figure.Axis("y"), legend: false)
      let elements = try #require(SVGReader.elements(figure.svg))
      let plot = try #require(elements.first { $0.name == "rect" && $0.attributes["fill"] == nil })
      let heights = elements.filter { $0.name == "text" && $0.classes.last == "ends" }.map { $0.number("y") }
      // A line of ten pixels is in the middle of its own height.
      let edges = plot.number("y") - 3...plot.number("y") + plot.number("height") + 13
      #expect(heights.count == 9 && heights.allSatisfy(edges.contains))
    }
  }

  @Test func `Series are told apart without colours`() throws {
    func paths(_ mode: Figure.Series.Mode, _ name: String, _ key: String) throws -> Set<String> {
      let figure = Figure(
        name: "n", caption: "",
        marks: (0..<4).map { _ in
          .series(Figure.Series("s", x: [0, 1], y: [0, 1], mode: mode, colour: "#000000"))
        }, x: Figure.Axis("x"), y: Figure.Axis("y"))
      let elements = try #require(SVGReader.elements(figure.svg))
      return Set(elements.filter { $0.attributes["class"] == name }.map { $0.attributes[key] ?? "" })
    }
    #expect(try paths(.markers, "points", "d").count == 4)
    #expect(try paths(.lines, "line", "stroke-dasharray").count == 4)
  }

  @Test func `A hundred thousand points make a file of reasonable size`() throws {
    var random = RandomStream(seed: 1, for: .studyPool)
    let x = (0..<100_000).map { _ in random.uniform() }
    let y = (0..<100_000).map { _ in random.uniform() }
    let cloud = Figure.Cloud(x: x, y: y, values: x, scale: "x", texts: [])
    let series = Figure.Series("s", x: x.sorted(), y: y, mode: .lines, colour: "#000000")
    for mark in [Figure.Mark.cloud(cloud), .series(series)] {
      let figure = Figure(
        name: "n", caption: "", marks: [mark], x: Figure.Axis("x"), y: Figure.Axis("y"))
      #expect(figure.svg.utf8.count < 1_000_000)
    }
  }

  // MARK: Numbers

  @Test func `Rows of the numbers are the figure's, to the bit`() throws {
    let lines = Self.line.csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(lines[0] == ["series", "x", "y", "error"])
    #expect(lines.dropFirst().map { $0[0] } == ["first", "first", "first", "second", "second"])
    #expect(lines.dropFirst().map { Double($0[1]) } == [0, 1, 2, 0, 2])
    #expect(lines.dropFirst().map { Double($0[2]) } == [0.1, 0.3, -1 / 3, 1, 1])
    #expect(lines.dropFirst().map { Double($0[3]) } == [0.1, 0.2, 0, nil, nil])
    #expect(
      Self.bars.csv
        == "series,x,y,error\nbefore,a,2.0,0.5\nbefore,b,-1.0,0.0\nafter,a,4.0,\nafter,b,1.0,\nafter,c,3.0,\n"
    )
    #expect(
      Self.cloud.csv
        == "series,x,y,error,value,text\n,0.0,3.0,,-1.0,\"a\nb\"\n,1.0,1.0,,0.0,c\n,2.0,2.0,,0.5,d\n")
    #expect(Self.named.csv.hasPrefix("series,x,y,error\nanswer 0,standard,0.0,\nanswer 0,local,0.0,\n"))
    #expect(Self.notFinite.csv.contains("\ngaps,1.0,,1.0,\n"))
    #expect(Self.empty.csv == "series,x,y,error\n")
    let quoted = Figure(
      name: "q", caption: "",
      marks: [.bars(Figure.Bars("a,\"b\"", categories: ["c\nd"], values: [1], colour: "#000000"))],
      x: Figure.Axis("", .category), y: Figure.Axis(""))
    #expect(quoted.csv == "series,x,y,error\n\"a,\"\"b\"\"\",\"c\nd\",1.0,\n")
  }

  // MARK: Specifications

  @Test(arguments: all)
  func `A specification reads back as what it was, and holds numbers alone`(figure: Figure) throws {
    let text = figure.vegaLiteText
    let read = try JSONDecoder().decode(VegaLite.self, from: Data(text.utf8))
    #expect(read == figure.vegaLite)
    #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    for layer in read.layer {
      for row in layer.data.values {
        for case .number(let number)? in [row.x, row.y, row.x2, row.y2] { #expect(number.isFinite) }
      }
    }
    // Texts of the data are never expressions.
    #expect(!text.contains("\"expr\"") && !text.contains("labelExpr") && !text.contains("transform"))
  }

  @Test func `A specification has the points, errors and names of its figure`() throws {
    let layers = Self.line.vegaLite.layer
    #expect(layers.map(\.mark.type) == [.line, .rule, .point])
    #expect(layers[0].data.values.map(\.y) == [.number(0.1), .number(0.3), .number(-1.0 / 3)])
    // An error of 0 is no bar.
    #expect(layers[1].data.values.map(\.y2) == [.number(0.1 + 0.1), .number(0.3 + 0.2)])
    #expect(layers[2].data.values.count == 5)
    #expect(layers[2].encoding.color?.scale?.domain == [.name("first"), .name("second")])
    #expect(layers[2].encoding.y?.scale?.domain == [.number(-1), .number(2)])
    let gaps = Figure(
      name: "gaps", caption: "",
      marks: [
        .series(
          Figure.Series(
            "gaps", x: [0, 1, 2, .nan, 4, 5], y: [1, .infinity, 2, 3, 4, 5], mode: .lines, colour: "#000000"))
      ], x: Figure.Axis("x"), y: Figure.Axis("y"))
    let runs = gaps.vegaLite.layer[0].data.values.compactMap(\.run)
    #expect(runs.count == 4 && Set(runs).count == 3, "lines break where there is no number")
  }

  @Test func `Names on the vertical axis rise from the bottom, with errors to both sides`() throws {
    let dots = Figure(
      name: "dots", caption: "",
      marks: [
        .series(
          Figure.Series(
            "standard", x: [1, 2], y: [0, 1], mode: .markers, colour: "#c05621", xErrors: [0.5, 0.25]))
      ], x: Figure.Axis("reward"), y: Figure.Axis("", .named(["low", "high"])))
    let elements = try #require(SVGReader.elements(dots.svg))
    let names = elements.filter { $0.name == "text" && $0.classes.last == "y" }
    #expect(names.map(\.text) == ["low", "high"])
    #expect(names[0].number("y") > names[1].number("y"))
    let path = try #require(elements.first { $0.attributes["class"] == "errors" }?.attributes["d"])
    #expect(path.matches(of: /M[\d.]+ [\d.]+H[\d.]+/).count == 2)
    #expect(dots.csv == "series,x,y,error,xError\nstandard,1.0,low,,0.5\nstandard,2.0,high,,0.25\n")
    #expect(Figure(dots.json) == dots)
    let layers = dots.vegaLite.layer
    #expect(layers.map(\.mark.type) == [.rule, .point])
    #expect(layers[0].data.values.map(\.x2) == [.number(1.5), .number(2.25)])
    #expect(layers[0].encoding.y?.scale?.domain == [.name("high"), .name("low")])
  }

  // MARK: Pages

  @Test func `A page without a network shows its figures, and no two ids of it are equal`() throws {
    let page = HTMLPage(
      title: "t", introduction: [],
      sections: [
        HTMLPage.Section(title: "s", paragraphs: [], figures: [Self.line, Self.bars, Self.cloud, Self.cells])
      ]
    ).html()
    #expect(page.matches(of: #/<svg /#).count == 4)
    #expect(!page.contains("<?xml"))
    let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
    // The page's own two, a figure and a drawing with three each.
    #expect(ids.count == 2 + 4 + 3 * 4 && Set(ids).count == ids.count)
    // Each drawing refers to what is its own.
    for figure in ["line", "bars", "cloud", "cells"] { #expect(ids.contains("\(figure)-clip")) }
  }
}
