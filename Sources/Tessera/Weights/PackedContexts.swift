import CTesseraKernels

/// Contexts arranged for the kernels: coordinates dealt to blocks, alternatives padded to whole chunks.
///
/// Everything is seen from the mean of the contexts. A shift of all contexts changes the score of every
/// alternative by the same amount, and small numbers lose less to rounding.
struct PackedContexts {
  let count: Int
  let dimension: Int
  let blocks: Int
  /// Coordinates of a block; the last places of a block may be empty, with zeros.
  let blockWidth: Int
  /// Place of each coordinate: block * blockWidth + position.
  let place: [Int]
  private let mean: [Double]
  /// |c|^2 / 2 of each alternative, seen from the space's origin, less the same for all.
  let halfNorms: [Float]

  /// - Parameter scales: Half-widths of the space; the energy of a coordinate is its variance among the
  ///   alternatives times the square of its scale.
  init(_ contexts: Contexts, origin: [Double], scales: [Double], blocks: Int, threads: Int?) {
    count = contexts.count
    dimension = contexts.dimension
    self.blocks = blocks
    let (mean, variance) = contexts.moments(threads: threads)
    self.mean = mean

    // Blocks of equal energy make the scores of different reflections uncorrelated: large ones first, each to
    // the block that has least and is not full.
    blockWidth = (dimension + blocks - 1) / blocks
    var place = [Int](repeating: 0, count: dimension)
    var energy = [Double](repeating: 0, count: blocks)
    var filled = [Int](repeating: 0, count: blocks)
    let weight = (0..<dimension).map { variance[$0] * scales[$0] * scales[$0] }
    for k in (0..<dimension).sorted(by: { (weight[$1], $0) < (weight[$0], $1) }) {
      var block = -1
      for candidate in 0..<blocks where filled[candidate] < blockWidth {
        if block < 0 || energy[candidate] < energy[block] { block = candidate }
      }
      place[k] = block * blockWidth + filled[block]
      filled[block] += 1
      energy[block] += weight[k]
    }
    self.place = place
    halfNorms = contexts.halfSquaredDistances(from: origin, reference: mean, threads: threads)
  }

  /// The contexts of a range of alternatives in panels: block, panel, coordinate of the block, place in the panel.
  ///
  /// Places beyond the range, up to the end of the last panel, are zero.
  func pack(_ contexts: Contexts, _ range: Range<Int>, threads: Int?) -> [Float] {
    let width = blockWidth
    let panel = Int(TESSERA_PANEL)
    let panels = (range.count + panel - 1) / panel
    return [Float](unsafeUninitializedCapacity: blocks * panels * width * panel) { buffer, initialized in
      initialized = buffer.count
      let packed = Shared(buffer)
      Parallel.forEach(pieces: panels, threads: threads) { number, _ in
        for block in 0..<blocks {
          (packed[address: (block * panels + number) * width * panel]).initialize(
            repeating: 0, count: width * panel)
        }
        for row in number * panel..<min((number + 1) * panel, range.count) {
          contexts.withRow(range.lowerBound + row) { k, value in
            let (block, position) = (place[k] / width, place[k] % width)
            packed[((block * panels + number) * width + position) * panel + row % panel] = Float(
              value - mean[k])
          }
        }
      }
    }
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
