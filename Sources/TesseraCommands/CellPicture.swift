import Foundation
import Tessera
import TesseraFormats
import TesseraReports

/// A picture of a space of two dimensions: random points in the colour of their nearest alternative, and the
/// alternatives with their weights.
struct CellPicture {
  let space: any AlternativeSpace
  /// In the space's own coordinates, two of them.
  let contexts: Contexts
  let ids: [String]
  let weights: [Double]

  /// - Parameter points: Random points to draw; a list of points is drawn as it is.
  func svg(points: Int = 3_000, seed: UInt64) -> String {
    let sample = space.sample(count: min(points, space.pointCount ?? points), seed: seed)
    var (left, right, bottom, top) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    func see(_ x: Double, _ y: Double) {
      (left, right) = (min(left, x), max(right, x))
      (bottom, top) = (min(bottom, y), max(top, y))
    }
    for i in 0..<sample.rows { see(sample[i, 0], sample[i, 1]) }
    for i in 0..<contexts.count { see(contexts[i, 0], contexts[i, 1]) }
    let scale = 460 / max(right - left, top - bottom, .leastNormalMagnitude)
    func place(_ x: Double, _ y: Double) -> (String, String) {
      (Spell.decimals(20 + (x - left) * scale, 1), Spell.decimals(20 + (top - y) * scale, 1))
    }
    let width = Spell.decimals(40 + (right - left) * scale, 0)
    let height = Spell.decimals(40 + (top - bottom) * scale, 0)
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    // One path for each alternative: a dot is a line of no length with round ends.
    var dots = [String](repeating: "", count: contexts.count)
    for i in 0..<sample.rows {
      let (x, y) = place(sample[i, 0], sample[i, 1])
      dots[nearest(sample[i, 0], sample[i, 1])] += "M\(x) \(y)h0"
    }
    for (i, path) in dots.enumerated() where !path.isEmpty {
      text +=
        "<path d=\"\(path)\" stroke=\"\(Self.colour(i))\" stroke-width=\"5\" stroke-linecap=\"round\" fill=\"none\"/>\n"
    }
    for i in 0..<contexts.count {
      let (x, y) = place(contexts[i, 0], contexts[i, 1])
      text +=
        "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"5\" fill=\"#111111\" stroke=\"#ffffff\" stroke-width=\"1.5\"/>\n"
      if contexts.count <= 40 {
        text +=
          "<text x=\"\(x)\" y=\"\(y)\" dx=\"8\" dy=\"-6\" fill=\"#111111\" stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\">\(SVGText.escape(ids[i])) \(Spell.decimals(weights[i], 3))</text>\n"
      }
    }
    return text + "</svg>\n"
  }

  private func nearest(_ x: Double, _ y: Double) -> Int {
    var best = 0
    var least = Double.infinity
    for i in 0..<contexts.count {
      let (dx, dy) = (contexts[i, 0] - x, contexts[i, 1] - y)
      if dx * dx + dy * dy < least { (best, least) = (i, dx * dx + dy * dy) }
    }
    return best
  }

  /// Hues a golden section apart, so that neighbours in the list differ.
  private static func colour(_ i: Int) -> String {
    "hsl(\(Int((Double(i) * 222.49).truncatingRemainder(dividingBy: 360))),65%,72%)"
  }
}
