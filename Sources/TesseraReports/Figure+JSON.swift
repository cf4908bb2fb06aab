import TesseraFormats

/// A figure as it is stored. Reading back what was written gives the same figure, to the bit.
extension Figure {
  public var json: JSONValue {
    .object([
      ("name", .string(name)), ("caption", .string(caption)), ("square", .bool(isSquare)),
      ("height", .storing(height)), ("legend", legend.map(JSONValue.bool) ?? .null),
      ("x", x.json), ("y", y.json), ("marks", .array(marks.map(\.json))),
    ])
  }

  /// nil for what is not a figure.
  public init?(_ json: JSONValue) {
    guard let name = json["name"]?.textValue, let caption = json["caption"]?.textValue,
      case .bool(let isSquare)? = json["square"], let height = json["height"]?.stored,
      let x = json["x"].flatMap({ Axis($0) }), let y = json["y"].flatMap({ Axis($0) }),
      let elements = json["marks"]?.elements
    else { return nil }
    let marks = elements.compactMap { Mark($0) }
    guard marks.count == elements.count else { return nil }
    let legend: Bool? = if case .bool(let shown)? = json["legend"] { shown } else { nil }
    self.init(
      name: name, caption: caption, marks: marks, x: x, y: y, isSquare: isSquare, height: height,
      legend: legend)
  }
}

extension Figure.Axis {
  var json: JSONValue {
    let (word, names): (String, [String]?) =
      switch kind {
      case .linear: ("linear", nil)
      case .logarithmic: ("logarithmic", nil)
      case .category: ("category", nil)
      case .named(let names): ("named", names)
      }
    return .object(
      [("title", .string(title)), ("kind", .string(word))]
        + (names.map { [("names", .array($0.map(JSONValue.string)))] } ?? [])
        + (range.map { [("range", .storing([$0.lowerBound, $0.upperBound]))] } ?? []))
  }

  init?(_ json: JSONValue) {
    guard let title = json["title"]?.textValue, let word = json["kind"]?.textValue else { return nil }
    let kind: Kind
    switch word {
    case "linear": kind = .linear
    case "logarithmic": kind = .logarithmic
    case "category": kind = .category
    case "named":
      guard let names = json["names"]?.storedTexts else { return nil }
      kind = .named(names)
    default: return nil
    }
    guard let bounds = json["range"] else {
      self.init(title, kind)
      return
    }
    guard let ends = bounds.storedNumbers, ends.count == 2, ends[0] <= ends[1] else { return nil }
    self.init(title, kind, range: ends[0]...ends[1])
  }
}

extension Figure.Mark {
  var json: JSONValue {
    switch self {
    case .series(let series):
      .object(
        [
          ("kind", .string("series")), ("name", .string(series.name)),
          ("mode", .string(series.mode.rawValue)),
          ("colour", .string(series.colour)), ("dash", .string(series.dash.rawValue)),
          ("x", .storing(series.x)), ("y", .storing(series.y)),
        ] + Self.errors(series.errors) + (series.xErrors.map { [("xErrors", .storing($0))] } ?? []))
    case .bars(let bars):
      .object(
        [
          ("kind", .string("bars")), ("name", .string(bars.name)), ("colour", .string(bars.colour)),
          ("categories", .array(bars.categories.map(JSONValue.string))), ("values", .storing(bars.values)),
        ] + Self.errors(bars.errors))
    case .polygon(let polygon):
      .object([
        ("kind", .string("polygon")), ("name", .string(polygon.name)), ("colour", .string(polygon.colour)),
        ("x", .storing(polygon.x)), ("y", .storing(polygon.y)),
      ])
    case .labels(let labels):
      .object([
        ("kind", .string("labels")), ("x", .storing(labels.x)), ("y", .storing(labels.y)),
        ("texts", .array(labels.texts.map(JSONValue.string))),
        ("positions", .array(labels.positions.map { .string($0.rawValue) })),
      ])
    case .cloud(let cloud):
      .object([
        ("kind", .string("cloud")), ("scale", .string(cloud.scale)), ("x", .storing(cloud.x)),
        ("y", .storing(cloud.y)), ("values", .storing(cloud.values)),
        ("texts", .array(cloud.texts.map(JSONValue.string))),
      ])
    }
  }

  private static func errors(_ errors: [Double]?) -> [(key: String, value: JSONValue)] {
    errors.map { [("errors", .storing($0))] } ?? []
  }

  init?(_ json: JSONValue) {
    switch json["kind"]?.textValue {
    case "series": self.init(series: json)
    case "bars": self.init(bars: json)
    case "polygon":
      guard let name = json["name"]?.textValue, let colour = json["colour"]?.textValue,
        let x = json["x"]?.storedNumbers, let y = json["y"]?.storedNumbers, x.count == y.count
      else { return nil }
      let corners = zip(x, y).map { (x: $0, y: $1) }
      self = .polygon(Figure.Polygon(name, corners: corners, colour: colour))
    case "labels":
      guard let x = json["x"]?.storedNumbers, let y = json["y"]?.storedNumbers,
        let texts = json["texts"]?.storedTexts, let words = json["positions"]?.storedTexts
      else { return nil }
      let positions = words.compactMap(Figure.Labels.Position.init(rawValue:))
      guard positions.count == words.count else { return nil }
      self = .labels(Figure.Labels(x: x, y: y, texts: texts, positions: positions))
    case "cloud":
      guard let scale = json["scale"]?.textValue, let x = json["x"]?.storedNumbers,
        let y = json["y"]?.storedNumbers, let values = json["values"]?.storedNumbers,
        let texts = json["texts"]?.storedTexts
      else { return nil }
      self = .cloud(Figure.Cloud(x: x, y: y, values: values, scale: scale, texts: texts))
    default: return nil
    }
  }

  private init?(series json: JSONValue) {
    guard let name = json["name"]?.textValue, let colour = json["colour"]?.textValue,
      let mode = json["mode"]?.textValue.flatMap(Figure.Series.Mode.init(rawValue:)),
      let dash = json["dash"]?.textValue.flatMap(Figure.Series.Dash.init(rawValue:)),
      let x = json["x"]?.storedNumbers, let y = json["y"]?.storedNumbers
    else { return nil }
    let errors = json["errors"]?.storedNumbers
    let xErrors = json["xErrors"]?.storedNumbers
    guard (errors == nil) == (json["errors"] == nil), (xErrors == nil) == (json["xErrors"] == nil) else {
      return nil
    }
    self = .series(
      Figure.Series(
        name, x: x, y: y, mode: mode, colour: colour, dash: dash, errors: errors, xErrors: xErrors))
  }

  private init?(bars json: JSONValue) {
    guard let name = json["name"]?.textValue, let colour = json["colour"]?.textValue,
      let categories = json["categories"]?.storedTexts, let values = json["values"]?.storedNumbers
    else { return nil }
    let errors = json["errors"]?.storedNumbers
    guard (errors == nil) == (json["errors"] == nil) else { return nil }
    self = .bars(Figure.Bars(name, categories: categories, values: values, errors: errors, colour: colour))
  }
}

extension JSONValue {
  /// A number, in words where JSON has none for it.
  fileprivate static func storing(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
  }

  fileprivate static func storing(_ values: [Double]) -> JSONValue { .array(values.map(storing)) }

  fileprivate var stored: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: nil
    }
  }

  /// nil where one element is no number.
  fileprivate var storedNumbers: [Double]? {
    guard let elements else { return nil }
    let numbers = elements.compactMap(\.stored)
    return numbers.count == elements.count ? numbers : nil
  }

  fileprivate var storedTexts: [String]? {
    guard let elements else { return nil }
    let texts = elements.compactMap(\.textValue)
    return texts.count == elements.count ? texts : nil
  }
}
