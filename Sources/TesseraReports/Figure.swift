/// A figure: what is drawn, on which axes. How it is drawn is a translation of it.
///
///     let figure = Figure(
///       name: "shift-curves", caption: "Largest shift against the number of clones.",
///       marks: [.series(Figure.Series("standard", x: counts, y: shifts, colour: "#c05621"))],
///       x: Figure.Axis("clones"), y: Figure.Axis("largest shift"))
///     figure.svg      // for a paper
///     figure.csv      // its numbers
///     figure.vegaLite // for a page, or a notebook
///     figure.json     // to be read back by `Figure(json)`
public struct Figure: Sendable {
  /// Name of the file and of the place in the page: letters, digits and hyphens.
  public let name: String
  /// What one sees, in a sentence.
  public let caption: String
  /// In the order in which they are drawn.
  public let marks: [Mark]
  public let x: Axis
  public let y: Axis
  /// Whether a unit of one axis is as long as a unit of the other.
  public let isSquare: Bool
  /// Of the whole figure on a page, in pixels.
  public let height: Double
  /// Whether the names of the marks are shown; nil where several named marks decide it.
  public let legend: Bool?

  public init(
    name: String, caption: String, marks: [Mark], x: Axis, y: Axis, isSquare: Bool = false,
    height: Double = 440, legend: Bool? = nil
  ) {
    (self.name, self.caption, self.marks) = (name, caption, marks)
    (self.x, self.y, self.isSquare) = (x, y, isSquare)
    (self.height, self.legend) = (height, legend)
  }
}

extension Figure: Equatable {
  /// What is stored alike is equal, so that a figure with a missing number equals itself.
  public static func == (left: Figure, right: Figure) -> Bool { left.json == right.json }
}

extension Figure {
  /// A kind of mark. Numbers that are not finite are places without a point: lines break there.
  public enum Mark: Sendable {
    case series(Series)
    case bars(Bars)
    case polygon(Polygon)
    case labels(Labels)
    case cloud(Cloud)
  }

  /// A line, points, or both.
  public struct Series: Sendable {
    public enum Mode: String, Sendable, CaseIterable {
      case lines, markers
      case both = "lines+markers"
    }

    public enum Dash: String, Sendable, CaseIterable {
      case solid, dash, dot
      case dashDot = "dashdot"
    }

    public let name: String
    public let x: [Double]
    public let y: [Double]
    public let mode: Mode
    /// As CSS spells it, with six digits: "#2b6cb0".
    public let colour: String
    public let dash: Dash
    /// Half-lengths of error bars, one for each point.
    public let errors: [Double]?
    /// The same of horizontal ones.
    public let xErrors: [Double]?

    public init(
      _ name: String, x: [Double], y: [Double], mode: Mode = .both, colour: String, dash: Dash = .solid,
      errors: [Double]? = nil, xErrors: [Double]? = nil
    ) {
      (self.name, self.x, self.y, self.mode) = (name, x, y, mode)
      (self.colour, self.dash, self.errors, self.xErrors) = (colour, dash, errors, xErrors)
    }
  }

  /// Bars, one for each category; those of several marks stand side by side.
  public struct Bars: Sendable {
    public let name: String
    public let categories: [String]
    public let values: [Double]
    /// Half-lengths of error bars, one for each category.
    public let errors: [Double]?
    public let colour: String

    public init(
      _ name: String, categories: [String], values: [Double], errors: [Double]? = nil, colour: String
    ) {
      (self.name, self.categories, self.values) = (name, categories, values)
      (self.errors, self.colour) = (errors, colour)
    }
  }

  /// A filled polygon with white borders.
  public struct Polygon: Sendable {
    public let name: String
    /// Of the corners, in their order around it; the first is not repeated.
    public let x: [Double]
    public let y: [Double]
    public let colour: String

    public init(_ name: String, corners: [(x: Double, y: Double)], colour: String) {
      (self.name, self.colour) = (name, colour)
      (x, y) = (corners.map(\.x), corners.map(\.y))
    }
  }

  /// Dark points with a text beside each.
  public struct Labels: Sendable {
    /// Where a text stands, seen from its point.
    public enum Position: String, Sendable, CaseIterable {
      case topLeft = "top left"
      case top = "top center"
      case topRight = "top right"
      case left = "middle left"
      case centre = "middle center"
      case right = "middle right"
      case bottomLeft = "bottom left"
      case bottom = "bottom center"
      case bottomRight = "bottom right"
    }

    public let x: [Double]
    public let y: [Double]
    public let texts: [String]
    public let positions: [Position]

    public init(x: [Double], y: [Double], texts: [String], positions: [Position]) {
      (self.x, self.y, self.texts, self.positions) = (x, y, texts, positions)
    }
  }

  /// Many points, coloured by a number.
  public struct Cloud: Sendable {
    public let x: [Double]
    public let y: [Double]
    /// What decides the colour, one for each point.
    public let values: [Double]
    /// What the colours mean.
    public let scale: String
    /// What is said of each point, on one or several lines.
    public let texts: [String]

    public init(x: [Double], y: [Double], values: [Double], scale: String, texts: [String]) {
      (self.x, self.y, self.values, self.scale, self.texts) = (x, y, values, scale, texts)
    }
  }

  public struct Axis: Sendable {
    public enum Kind: Sendable, Equatable {
      case linear
      case logarithmic
      /// Those of the bars, in the order in which they first appear.
      case category
      /// Numbers 0, 1, 2 and so on have these names; upwards on the vertical axis.
      case named([String])
    }

    public let title: String
    public let kind: Kind
    /// What is shown, in the numbers of the axis; nil for all that is there.
    public let range: ClosedRange<Double>?

    public init(_ title: String, _ kind: Kind = .linear, range: ClosedRange<Double>? = nil) {
      (self.title, self.kind, self.range) = (title, kind, range)
    }
  }
}
