import CTesseraKernels

/// What bounds the distances of a search from below: products along how many axes, in which numbers.
///
/// Chosen by what a search would cost, told by some of the pairs: what a bound lets through is worked out in double precision from
/// the whole contexts, so that the choice changes nothing but the time.
struct SearchBound {
  /// Axes of a `PrincipalPrefix`; nil for all coordinates as they are.
  private(set) var width: Int?
  /// Whether products are those of `ByteRows`.
  private(set) var isOfBytes = false

  /// What a search asks: which pairs its bound must let through.
  enum Question {
    /// The nearest other context of each.
    case nearest
    /// All within a distance, in units of the search.
    case within(Double)
  }

  /// Contexts from their mean, in units of the search.
  struct Seen {
    let contexts: Contexts
    let mean: [Double]
    let scale: Double

    func rows(_ chosen: [Int]) -> [Double] {
      let d = contexts.dimension
      var rows = [Double](repeating: 0, count: chosen.count * d)
      for (place, i) in chosen.enumerated() {
        contexts.withRow(i) { k, value in rows[place * d + k] = (value - mean[k]) * scale }
      }
      return rows
    }
  }

  /// Below these a search is cheap as it is.
  private static let fewContexts = 4_096
  private static let fewCoordinates = 64
  /// A distance in double precision costs about as many products of a coordinate, for each of its own.
  private static let exactCost = 40.0
  /// Products of bytes that are made in the time of one, and what a pair costs beside them.
  private static let bytesAtOnce = 4.0
  private static let byteOverhead = 4.0

  /// Whether it is worth asking.
  static func isWorthwhile(for contexts: Contexts) -> Bool {
    contexts.count >= fewContexts && contexts.dimension > fewCoordinates
  }

  /// The cheapest by some pairs.
  ///
  /// - Parameters:
  ///   - axes: Those that a prefix could have.
  ///   - bytes: Whether products of bytes are fast here.
  init(_ seen: Seen, along axes: PrincipalPrefix.Axes?, for question: Question, bytes: Bool) {
    let sample = Sample(seen, axes, question)
    let d = seen.contexts.dimension
    var least = Double(d)
    func offer(_ cost: Double, _ width: Int?, _ isOfBytes: Bool) {
      guard cost < least else { return }
      (least, self.width, self.isOfBytes) = (cost, width, isOfBytes)
    }
    let exactly = Self.exactCost * Double(d)
    func offerBytes(
      _ squares: [Double], _ rows: (asking: [Float], asked: [Float]), _ columns: Int, _ width: Int?
    ) {
      guard bytes, columns <= ByteRows.mostCoordinates else { return }
      let share = sample.share(of: squares, less: sample.slack(rows.asking, rows.asked, columns))
      offer(Double(columns) / Self.bytesAtOnce + Self.byteOverhead + exactly * share, width, true)
    }
    offerBytes(sample.squares, (sample.asking.map { Float($0) }, sample.asked.map { Float($0) }), d, nil)
    guard let axes else { return }
    var between = Along(sample, axes)
    for width in [16, 32, 64, 128, 256, 512] where width <= axes.count {
      let squares = between.extended(to: width)
      offer(Double(width + 1) + exactly * sample.share(of: squares, less: nil), width, false)
      offerBytes(squares, between.rows(width), width + 1, width)
    }
  }

  /// Some contexts that ask, and others that are asked.
  private struct Sample {
    static let queries = 48
    static let others = 2_048
    let asking: [Double]
    let asked: [Double]
    /// Squared distances: queries x others.
    private(set) var squares: [Double]
    /// Squares that a pair must not be beyond, for each that asks.
    private let limits: [Double]

    init(_ seen: Seen, _ axes: PrincipalPrefix.Axes?, _ question: Question) {
      let (m, d) = (seen.contexts.count, seen.contexts.dimension)
      let (queries, others) = (Self.queries, Self.others)
      let asking = seen.rows((0..<queries).map { $0 * (m / queries) })
      // None of those that ask, which are multiples of an even stride where there are many.
      let asked = seen.rows((0..<others).map { $0 * (m / others) + (m / others > 1 ? 1 : 0) })
      var squares = [Double](repeating: 0, count: queries * others)
      withPointers(&squares) { squares in
        withInputs(asking, asked) { asking, asked in
          for i in 0..<queries {
            tessera_squares_double(
              asking[address: i * d], asked[address: 0], nil, others, Int32(d), 1,
              squares[address: i * others])
          }
        }
      }
      (self.asking, self.asked, self.squares) = (asking, asked, squares)
      limits = (0..<queries).map { i in
        switch question {
        case .within(let radius): radius * radius
        case .nearest: squares[i * others..<(i + 1) * others].lazy.filter { $0 > 0 }.min() ?? .infinity
        }
      }
    }

    /// The share of the pairs that a bound lets through: squares from below, less twice what their products may be off by.
    func share(of squares: [Double], less slack: [Double]?) -> Double {
      var passed = 0
      for i in 0..<Self.queries {
        for place in i * Self.others..<(i + 1) * Self.others
        where squares[place] - 2 * (slack?[place] ?? 0) <= limits[i] { passed += 1 }
      }
      return Double(passed) / Double(squares.count)
    }

    /// What the products of rows of bytes may be off by: queries x others.
    func slack(_ asking: [Float], _ asked: [Float], _ columns: Int) -> [Double] {
      let x = ByteRows.Quantised(asking, columns: columns).rows
      let y = ByteRows.Quantised(asked, columns: columns).rows
      return x.flatMap { x in y.map { y in Double(x.rest * y.length + x.length * y.rest) } }
    }
  }

  /// The pairs of a sample along more and more axes.
  private struct Along {
    private let sample: Sample
    private let axes: PrincipalPrefix.Axes
    private let x, y: [Double]
    private let wholeX, wholeY: [Double]
    /// Squares along the axes so far: of those that ask, of the asked, and of their differences.
    private var keptX, keptY, between: [Double]
    private var from = 0

    init(_ sample: Sample, _ axes: PrincipalPrefix.Axes) {
      (self.sample, self.axes) = (sample, axes)
      let (queries, others) = (Sample.queries, Sample.others)
      x = axes.project(sample.asking, count: queries)
      y = axes.project(sample.asked, count: others)
      func squares(_ rows: [Double], _ count: Int) -> [Double] {
        let d = axes.dimension
        return (0..<count).map { i in rows[i * d..<(i + 1) * d].reduce(0) { $0 + $1 * $1 } }
      }
      (wholeX, wholeY) = (squares(sample.asking, queries), squares(sample.asked, others))
      keptX = Array(repeating: 0, count: queries)
      keptY = Array(repeating: 0, count: others)
      between = Array(repeating: 0, count: queries * others)
    }

    private func rest(_ whole: Double, _ kept: Double) -> Double { max(whole - kept, 0).squareRoot() }

    /// Squares from below by so many axes and the lengths of the rests: queries x others.
    mutating func extended(to width: Int) -> [Double] {
      let (queries, others, stride) = (Sample.queries, Sample.others, axes.count)
      for i in 0..<queries {
        for k in from..<width { keptX[i] += x[i * stride + k] * x[i * stride + k] }
      }
      for j in 0..<others {
        for k in from..<width { keptY[j] += y[j * stride + k] * y[j * stride + k] }
      }
      var squares = between
      for i in 0..<queries {
        for j in 0..<others {
          for k in from..<width {
            let difference = x[i * stride + k] - y[j * stride + k]
            between[i * others + j] += difference * difference
          }
          let apart = rest(wholeX[i], keptX[i]) - rest(wholeY[j], keptY[j])
          squares[i * others + j] = between[i * others + j] + apart * apart
        }
      }
      from = width
      return squares
    }

    /// Both as a prefix has them, after `extended(to:)` the same width: along the axes, then the length of the rest.
    func rows(_ width: Int) -> (asking: [Float], asked: [Float]) {
      func rows(_ along: [Double], _ whole: [Double], _ kept: [Double]) -> [Float] {
        whole.indices.flatMap { i in
          along[i * axes.count..<i * axes.count + width].map { Float($0) } + [Float(rest(whole[i], kept[i]))]
        }
      }
      return (rows(x, wholeX, keptX), rows(y, wholeY, keptY))
    }
  }
}
