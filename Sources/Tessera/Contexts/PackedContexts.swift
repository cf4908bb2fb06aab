import CTesseraKernels

/// Contexts arranged for the kernels: coordinates dealt to blocks, alternatives padded to whole panels.
///
/// Everything is seen from the mean of the contexts. A shift of all contexts changes the score of every
/// alternative by the same amount, and small numbers lose less to rounding.
struct PackedContexts: Sendable {
  let contexts: Contexts
  var count: Int { contexts.count }
  var dimension: Int { contexts.dimension }
  let blocks: Int
  /// Coordinates of a block; the last places of a block may be empty, with zeros.
  let blockWidth: Int
  /// What a number is multiplied by: a power of two.
  let scale: Double
  /// Place of each coordinate: block * blockWidth + position.
  private let place: [Int]
  private let mean: [Double]
  /// |c|^2 / 2 of each alternative, seen from an origin, less the same for all.
  let halfNorms: [Float]
  /// What was taken off; it means nothing but between contexts and points that are seen from their mean.
  let meanHalfNorm: Double

  /// Numbers of the alternatives of a range, as the kernels read them.
  struct Panels: Sendable {
    /// Block, panel, coordinate of the block, place in the panel; zero in places beyond the range.
    let numbers: [Float]
    /// |c|^2 / 2, less the same for all; infinite in places beyond the range.
    let norms: [Float]

    /// Alternatives with those that fill the last panel.
    var width: Int { norms.count }
    /// Panels of `TESSERA_PANEL` alternatives.
    var count: Int { width / Int(TESSERA_PANEL) }
  }

  /// For points that are given as offsets from an origin, in the units of the contexts.
  ///
  /// - Parameters:
  ///   - scales: Half-widths of the space; the energy of a coordinate is its variance among the alternatives times
  ///     the square of its scale.
  ///   - blocks: Blocks of coordinates.
  init(_ contexts: Contexts, origin: [Double], scales: [Double], blocks: Int, work: Work) {
    let (mean, variance) = blocks == 1 ? (contexts.mean(work: work), []) : contexts.moments(work: work)
    self.init(contexts, mean: mean, origin: origin, scale: 1, blocks: blocks, work: work) {
      variance[$0] * scales[$0] * scales[$0]
    }
  }

  /// For distances between contexts: one block, seen from the mean, at a size of about 1.
  ///
  /// - Throws: `ContextsError.scale`.
  init(_ contexts: Contexts, work: Work) throws {
    let mean = contexts.mean(work: work)
    let scale = try contexts.unitScale(around: mean, work: work)
    self.init(contexts, mean: mean, origin: mean, scale: scale, blocks: 1, work: work) { _ in 0 }
  }

  private init(
    _ contexts: Contexts, mean: [Double], origin: [Double], scale: Double, blocks: Int, work: Work,
    energy weight: (Int) -> Double
  ) {
    self.contexts = contexts
    self.blocks = blocks
    self.mean = mean
    self.scale = scale
    let dimension = contexts.dimension
    blockWidth = (dimension + blocks - 1) / blocks
    place = blocks == 1 ? Array(0..<dimension) : Self.deal((0..<dimension).map(weight), blocks, blockWidth)
    let norms = contexts.halfSquaredDistances(from: origin, reference: mean, scale: scale, work: work)
    let meanHalfNorm = norms.reduce(0, +) / Double(max(contexts.count, 1))
    halfNorms = norms.map { Float($0 - meanHalfNorm) }
    self.meanHalfNorm = meanHalfNorm
  }

  /// Blocks of equal energy make the scores of different reflections uncorrelated: large ones first, each to the block
  /// that has least and is not full.
  private static func deal(_ weight: [Double], _ blocks: Int, _ width: Int) -> [Int] {
    var place = [Int](repeating: 0, count: weight.count)
    var energy = [Double](repeating: 0, count: blocks)
    var filled = [Int](repeating: 0, count: blocks)
    for k in weight.indices.sorted(by: { (weight[$1], $0) < (weight[$0], $1) }) {
      var block = -1
      for candidate in 0..<blocks where filled[candidate] < width {
        if block < 0 || energy[candidate] < energy[block] { block = candidate }
      }
      place[k] = block * width + filled[block]
      filled[block] += 1
      energy[block] += weight[k]
    }
    return place
  }

  /// The panels of a range of alternatives.
  func panels(_ range: Range<Int>, work: Work) -> Panels {
    let width = blockWidth
    let panel = Int(TESSERA_PANEL)
    let panels = (range.count + panel - 1) / panel
    let numbers = [Float](unsafeUninitializedCapacity: blocks * panels * width * panel) {
      buffer, initialized in
      initialized = buffer.count
      let packed = Shared(buffer)
      work.forEachWithoutPause(pieces: panels) { number, _ in
        for block in 0..<blocks where width > 0 {
          (packed[address: (block * panels + number) * width * panel]).initialize(
            repeating: 0, count: width * panel)
        }
        for row in number * panel..<min((number + 1) * panel, range.count) {
          contexts.withRow(range.lowerBound + row) { k, value in
            let (block, position) = (place[k] / width, place[k] % width)
            packed[((block * panels + number) * width + position) * panel + row % panel] = Float(
              (value - mean[k]) * scale)
          }
        }
      }
    }
    var norms = Array(halfNorms[range])
    norms.append(contentsOf: repeatElement(.infinity, count: panels * panel - range.count))
    return Panels(numbers: numbers, norms: norms)
  }

  /// The contexts as rows, seen from the mean: m x d numbers, of which there is at least one.
  func rows(work: Work) -> [Float] {
    let d = dimension
    var rows = [Float](repeating: 0, count: max(count * d, 1))
    let pieces = contexts.pieces()
    withPointers(&rows) { rows in
      work.forEachWithoutPause(pieces: pieces.count) { piece, _ in
        for i in pieces[piece] where d > 0 { write(contexts, i, to: rows[address: i * d]) }
      }
    }
    return rows
  }

  /// Writes a context, of these or of others, as it is seen from the mean of these.
  ///
  /// One that lies very far off is brought nearer on its ray, again by a power of two: its products with these contexts
  /// stay numbers, and at 2^40 times their size the products alone decide which of them is nearest.
  @inline(__always)
  func write(_ others: Contexts, _ i: Int, to target: UnsafeMutablePointer<Float>) {
    var size = 0.0
    others.withRow(i) { k, value in
      let x = (value - mean[k]) * scale
      size = max(size, abs(x))
      target[k] = Float(x)
    }
    guard size > 0x1p40 else { return }
    let nearer = Double(sign: .plus, exponent: 40 - size.exponent, significand: 1)
    others.withRow(i) { k, value in target[k] = Float((value - mean[k]) * nearer * scale) }
  }

  /// Deals the offsets of a point to the blocks: `dealt[block * stride + position]`.
  func deal(_ offsets: UnsafePointer<Float>, to dealt: UnsafeMutablePointer<Float>, stride: Int) {
    place.withUnsafeBufferPointer { place in
      for k in 0..<dimension {
        dealt[place[k] / blockWidth * stride + place[k] % blockWidth] = offsets[k]
      }
    }
  }
}
