/// The names of marks in rows below the plot.
struct FigureLegend {
  static let size = 12.0
  static let row = 20.0
  /// Room of the sample before a name.
  static let sample = 34.0
  /// More names than this are a table, and stand in the file of numbers.
  private static let most = 40

  struct Entry {
    /// Place among the marks.
    let mark: Int
    let name: String
    let whole: String
    /// Left edge, from that of the legend.
    let x: Double
    /// From 0.
    let row: Int
  }

  let entries: [Entry]
  /// How many names there are beside those that are shown.
  let omitted: Int
  private let rows: Int

  var height: Double { Double(rows) * Self.row }

  init(_ figure: Figure, width: Double) {
    let named = Self.named(figure)
    guard figure.legend ?? (named.count > 1) else {
      (entries, omitted, rows) = ([], 0, 0)
      return
    }
    var (x, row) = (0.0, 0)
    var entries: [Entry] = []
    for (mark, whole) in named.prefix(Self.most) {
      let name = SVGText.cut(whole, to: width - Self.sample, size: Self.size, end: 0.3)
      let length = Self.sample + SVGText.width(name, size: Self.size)
      if x > 0, x + length > width { (x, row) = (0, row + 1) }
      entries.append(Entry(mark: mark, name: name, whole: whole, x: x, row: row))
      x += length + 18
    }
    self.entries = entries
    omitted = named.count - entries.count
    rows = entries.isEmpty ? 0 : row + (omitted > 0 ? 2 : 1)
  }

  /// Marks that a legend can name, with their places.
  static func named(_ figure: Figure) -> [(mark: Int, name: String)] {
    figure.marks.enumerated().compactMap { place, mark in
      switch mark {
      case .series(let series): series.name.isEmpty ? nil : (place, series.name)
      case .bars(let bars): bars.name.isEmpty ? nil : (place, bars.name)
      case .polygon, .labels, .cloud: nil
      }
    }
  }
}
