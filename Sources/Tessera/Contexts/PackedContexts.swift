import CTesseraKernels

/// Contexts arranged for the kernels: coordinates dealt to blocks, alternatives padded to whole panels.
///
/// Everything is seen from the mean of the contexts. A shift of all contexts changes the score of every
/// alternative by the same amount, and small numbers lose less to rounding.
struct PackedContexts: Sendable {
  let contexts: Contexts
  let packing: Packing
  var count: Int { contexts.count }
  var dimension: Int { contexts.dimension }
  var blocks: Int { packing.blocks }
  let blockWidth: Int
  /// What a number is multiplied by: a power of two.
  var scale: Double { packing.scale }
  /// |c|^2 / 2 of each alternative, seen from an origin, less the same for all.
  let halfNorms: [Float]
  /// What was taken off; it means nothing but between contexts and points that are seen from their mean.
  var meanHalfNorm: Double { packing.meanHalfNorm }

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
    self.init(
      whole: contexts,
      Packing(mean: mean, origin: origin, scale: 1, blocks: blocks) {
        variance[$0] * scales[$0] * scales[$0]
      },
      work: work)
  }

  /// For distances between contexts: one block, seen from the mean, at a size of about 1.
  ///
  /// - Throws: `ContextsError.scale`, `MemoryError`.
  init(_ contexts: Contexts, work: Work) throws {
    try MemoryNeed(
      "contexts packed for distances", rows: contexts.count, columns: contexts.dimension, width: 4
    ).require()
    let packing = try Packing(mean: contexts.mean(work: work), bounds: contexts.bounds(work: work))
    self.init(whole: contexts, packing, work: work)
  }

  /// All contexts, for distances between them, by a packing that nothing was taken off yet.
  init(_ contexts: Contexts, centring packing: Packing, work: Work) {
    self.init(whole: contexts, packing, work: work)
  }

  /// Some of the contexts that a packing was made for.
  init(_ contexts: Contexts, packing: Packing, work: Work) {
    self.init(contexts, packing, norms: packing.halfNorms(of: contexts, work: work))
  }

  /// All contexts: their norms say what is taken off them.
  private init(whole contexts: Contexts, _ packing: Packing, work: Work) {
    let norms = packing.halfNorms(of: contexts, work: work)
    let sum = PieceSums(of: norms, work: work).total[0]
    self.init(contexts, packing.centred(sum: sum, count: contexts.count), norms: norms)
  }

  private init(_ contexts: Contexts, _ packing: Packing, norms: [Double]) {
    precondition(contexts.dimension == packing.mean.count)
    (self.contexts, self.packing, blockWidth) = (contexts, packing, packing.blockWidth)
    halfNorms = norms.map { Float($0 - packing.meanHalfNorm) }
  }

  /// The panels of a range of alternatives.
  func panels(_ range: Range<Int>, work: Work) -> Panels {
    let width = blockWidth
    let panel = Int(TESSERA_PANEL)
    let panels = (range.count + panel - 1) / panel
    let (place, mean, scale) = (packing.place, packing.mean, packing.scale)
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
    return Panels(numbers: numbers, norms: paddedNorms(range))
  }

  /// Half norms of a range of alternatives, infinite in places beyond its last up to a whole panel.
  func paddedNorms(_ range: Range<Int>) -> [Float] {
    let panel = Int(TESSERA_PANEL)
    return Array(halfNorms[range])
      + repeatElement(.infinity, count: (range.count + panel - 1) / panel * panel - range.count)
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
    let (mean, scale) = (packing.mean, packing.scale)
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
    if blocks == 1 {
      dealt.update(from: offsets, count: dimension)
      return
    }
    packing.place.withUnsafeBufferPointer { place in
      for k in 0..<dimension {
        dealt[place[k] / blockWidth * stride + place[k] % blockWidth] = offsets[k]
      }
    }
  }
}
