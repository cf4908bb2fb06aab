import Foundation
import Tessera
import TesseraReports

/// Figures 1 and 2: Voronoi cells in the unit square, and what an added alternative does to them.
enum VoronoiFigures {
  static func section() throws -> PaperSection {
    let three = [[0.0, 0], [1, 0], [1, 1]]
    let four = three + [[0.9, 1]]
    let clones = three + [[1.0, 1]]
    return PaperSection(
      name: "1", title: "Voronoi weights (Definition 4.1, Figures 1 and 2)",
      paragraphs: [
        "The weight of an alternative is the share of the space that lies nearest to it. An alternative that is added close to another takes its weight from that one; the others keep theirs."
      ],
      claims: [
        .values(
          "Figure 1", "Weights of (0,0), (1,0), (1,1) in the unit square", paper: "0.375, 0.25, 0.375",
          expected: [0.375, 0.25, 0.375],
          found: try squareWeights(three), tolerance: 1e-12, digits: 6),
        .values(
          "Figure 2", "The same after (0.9, 1) is added", paper: "0.34, 0.239875, 0.025, 0.395125",
          expected: [0.34, 0.239875, 0.025, 0.395125],
          found: try squareWeights(four), tolerance: 1e-12, digits: 6),
        .values(
          "Definition 4.1", "An exact clone of (1,1) shares its cell evenly",
          expected: [0.375, 0.25, 0.1875, 0.1875],
          found: try squareWeights(clones), tolerance: 1e-12, digits: 6),
      ],
      figures: [
        try diagram("figure-1", "Cells of three alternatives, with their weights.", three),
        try comparison("figure-1-weights", three, printed: [0.375, 0.25, 0.375]),
        try diagram("figure-2", "The same with (0.9, 1).", four),
        try comparison("figure-2-weights", four, printed: [0.34, 0.239875, 0.025, 0.395125]),
      ])
  }

  /// The weights that the paper prints in its figure, beside ours.
  private static func comparison(_ name: String, _ rows: [[Double]], printed paper: [Double]) throws -> Figure
  {
    let points = rows.map { "(\(printed("%g", $0[0])), \(printed("%g", $0[1])))" }
    let ours = try squareWeights(rows)
    return Figure(
      name: name, caption: "The weights that the paper prints in its figure, and those computed here.",
      marks: [
        .bars(Figure.Bars("paper", categories: points, values: paper, colour: "#8a94a3")),
        .bars(Figure.Bars("here", categories: points, values: ours, colour: "#2b6cb0")),
      ], x: Figure.Axis("alternative", .category), y: Figure.Axis("weight"))
  }

  private static func diagram(_ name: String, _ caption: String, _ rows: [[Double]]) throws -> Figure {
    let contexts = try Contexts(Matrix(rows))
    let space = UnitCube(dimension: 2)
    let weights = try VoronoiWeights.weights(contexts: contexts, space: space, method: .exact).values
    let colours = ["#a9c8e8", "#f3c7a2", "#b9dfb4", "#d8bfe6"]
    let cells = try VoronoiWeights.planarCells(contexts: contexts, box: space.shape)
    let polygons = cells.enumerated().map { i, corners in
      Figure.Mark.polygon(
        Figure.Polygon(
          "cell of (\(printed("%g", rows[i][0])), \(printed("%g", rows[i][1]))), weight \(printed("%.6g", weights[i]))",
          corners: corners, colour: colours[i % colours.count]))
    }
    let labels = Figure.Labels(
      x: rows.map { $0[0] }, y: rows.map { $0[1] },
      texts: zip(rows, weights).map { String(format: "%.4g", $1) },
      positions: rows.map { $0[0] == 1 ? .right : $0[0] > 0.5 ? .bottomLeft : .topRight })
    return Figure(
      name: name, caption: caption, marks: polygons + [.labels(labels)],
      x: Figure.Axis("first coordinate", range: -0.1...1.25),
      y: Figure.Axis("second coordinate", range: -0.1...1.15), isSquare: true)
  }
}
