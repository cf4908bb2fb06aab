/// What the marks of a figure need of its axes.
struct FigureContents {
  enum Direction { case x, y }

  private let marks: [Figure.Mark]
  /// The names that stand at 0, 1, 2 on the horizontal axis; nil where it has numbers.
  let names: [String]?
  /// The same of the vertical axis.
  let yNames: [String]?
  /// Places of the bars' categories on it.
  private let places: [String: Int]
  /// Marks whose bars stand side by side.
  let barMarks: Int
  /// What colours mean and their range; nil where there is no cloud.
  let scale: (title: String, range: ClosedRange<Double>)?

  init(_ figure: Figure) {
    marks = figure.marks
    let bars = figure.marks.compactMap { if case .bars(let bars) = $0 { bars } else { nil } }
    barMarks = bars.count
    var names: [String] = []
    if case .named(let given) = figure.x.kind { names = given }
    var places: [String: Int] = [:]
    for (place, name) in names.enumerated() where places[name] == nil { places[name] = place }
    for name in bars.flatMap(\.categories) where places[name] == nil {
      places[name] = names.count
      names.append(name)
    }
    let hasNames =
      switch figure.x.kind {
      case .category, .named: true
      case .linear, .logarithmic: !bars.isEmpty
      }
    self.names = hasNames ? names : nil
    if case .named(let given) = figure.y.kind { yNames = given } else { yNames = nil }
    self.places = places
    let clouds = figure.marks.compactMap { if case .cloud(let cloud) = $0 { cloud } else { nil } }
    scale = clouds.first.map { cloud in
      let values = clouds.flatMap(\.values).filter(\.isFinite)
      guard let low = values.min(), let high = values.max(), low < high else {
        return (cloud.scale, FigureScale.range(of: values, given: nil, isLogarithmic: false))
      }
      return (cloud.scale, low...high)
    }
  }

  /// Whether no mark has a number to show.
  var isEmpty: Bool { marks.allSatisfy { values(of: $0, .y).allSatisfy { !$0.isFinite } } }

  func place(of category: String) -> Int? { places[category] }

  /// What an axis shows.
  func range(of axis: Figure.Axis, _ direction: Direction) -> ClosedRange<Double> {
    if direction == .x, let names {
      let all = -0.5...max(Double(names.count), 1) - 0.5
      // Bars stand at their places, whatever else was asked for.
      return barMarks > 0 ? all : FigureScale.range(of: [], given: axis.range ?? all, isLogarithmic: false)
    }
    if direction == .y, let yNames {
      return FigureScale.range(
        of: [], given: axis.range ?? (-0.5...max(Double(yNames.count), 1) - 0.5), isLogarithmic: false)
    }
    return FigureScale.range(
      of: marks.flatMap { values(of: $0, direction) }, given: axis.range,
      isLogarithmic: axis.kind == .logarithmic, anchored: direction == .y && barMarks > 0)
  }

  /// The numbers of a mark, and the ends of its error bars.
  private func values(of mark: Figure.Mark, _ direction: Direction) -> [Double] {
    func reach(_ values: [Double], _ errors: [Double]?) -> [Double] {
      guard let errors else { return values }
      return values + zip(values, errors).flatMap { [$0 - $1, $0 + $1] }
    }
    // A point without one coordinate is not drawn, and asks for no room on the other axis.
    func drawn(_ x: [Double], _ y: [Double]) -> [Double] {
      zip(x, y).filter { $0.isFinite && $1.isFinite }.map { direction == .x ? $0 : $1 }
    }
    switch mark {
    case .series(let series):
      guard let errors = direction == .y ? series.errors : series.xErrors else {
        return drawn(series.x, series.y)
      }
      let (own, other) = direction == .y ? (series.y, series.x) : (series.x, series.y)
      let known = zip(zip(own, other), errors).filter { $0.0.1.isFinite }
      return drawn(series.x, series.y) + reach(known.map(\.0.0), known.map(\.1))
    case .bars(let bars): return direction == .x ? [] : reach(bars.values, bars.errors)
    case .polygon(let polygon): return drawn(polygon.x, polygon.y)
    case .labels(let labels): return drawn(labels.x, labels.y)
    case .cloud(let cloud): return drawn(cloud.x, cloud.y)
    }
  }
}
