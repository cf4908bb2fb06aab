/// The names at the ends of lines, where a figure has many and no legend: paper has no pointer to ask with.
struct FigureEnds {
  static let size = 10.0
  private static let most = 30

  let entries: [(mark: Int, name: String)]
  /// Room to the right of the plot.
  let width: Double

  init(_ figure: Figure, _ legend: FigureLegend) {
    let series = FigureLegend.named(figure).filter {
      if case .series = figure.marks[$0.mark] { true } else { false }
    }
    guard legend.entries.isEmpty, figure.legend == false, series.count <= Self.most else {
      (entries, width) = ([], 0)
      return
    }
    entries = series.map { ($0.mark, SVGText.cut($0.name, to: 140, size: Self.size, end: 0.3)) }
    width = 26 + (entries.map { SVGText.width($0.name, size: Self.size) }.max() ?? 0)
  }

  /// Heights of texts that are as near as can be to where they belong, a line apart, between two bounds.
  static func spread(_ heights: [Double], apart: Double, within bounds: ClosedRange<Double>) -> [Double] {
    let order = heights.indices.sorted { (heights[$0], $0) < (heights[$1], $1) }
    var result = heights
    var last = bounds.lowerBound - apart
    for place in order {
      last = max(heights[place], last + apart)
      result[place] = last
    }
    // Those that were pushed over the lower edge push back.
    var next = bounds.upperBound + apart
    for place in order.reversed() {
      next = min(result[place], next - apart)
      result[place] = next
    }
    return result
  }
}
