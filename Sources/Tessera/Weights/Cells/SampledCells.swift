import CTesseraKernels

/// Voronoi shares by random points and their reflections.
///
/// Write a point as o + u, o the centre of the space, and split the coordinates into B blocks. With
/// z_b = u_b . c_b, the reflected point o + s u, s a sign for each block, has
///
///     |o + s u - c|^2 = const + |c|^2 - 2 o.c - 2 sum_b s_b z_b
///
/// so all reflections of a point share the products z_b: one matrix product for many samples. The signs are the
/// rows of a Hadamard matrix and their negatives, for which the fast Walsh-Hadamard transform adds up all
/// reflections in B log2 B additions an alternative. In a space that is symmetric about o every reflected
/// point is uniform, so the shares have no bias; the rows are orthogonal, so the scores of different
/// reflections are uncorrelated where the blocks carry equal energy. Measured against independent points at
/// equal numbers the variance is the same within a tenth. A point with its reflections is one group of the
/// error estimate.
///
/// Products, transform and minimum run tile by tile; the table of samples against alternatives never exists.
package struct SampledCells {
  /// Points (with their reflections) that meet a tile of alternatives together: as rows they should stay in the second-level
  /// cache, and for many alternatives go through memory as few times as that allows.
  private var batch: Int {
    usesRows ? max(4, min(256, (3 << 16) / (packed.blocks * packed.blockWidth) / 4 * 4)) : 32
  }
  /// Alternatives of a tile of panels, whose products with a batch should stay in the second-level cache; ranges of
  /// alternatives begin at multiples of it.
  private static let tile = 128
  /// Packed numbers that are held at once: all of contexts that have no more than the first, slabs of the second of those
  /// that have.
  private static let (wholeLimit, slabLimit) = (1 << 28, 1 << 26)

  /// What is held of the packed numbers of so many.
  package static func held(of numbers: Int) -> Int { numbers <= wholeLimit ? numbers : slabLimit }

  private let space: any AlternativeSpace
  private let plan: SamplingPlan
  private let packed: PackedContexts
  private let seed: UInt64
  /// Number of the first alternative, where these are some of them.
  private let first: Int
  private var work: Work
  private let slabs: [Range<Int>]
  /// All numbers, where they fit at once.
  private let only: Arrangement?
  /// Where a coordinate of a point goes in a row.
  private let spots: [Int32]
  private let usesRows: Bool

  /// Alternatives as the kernels read them.
  private enum Arrangement {
    case panels(PackedContexts.Panels)
    case rows(ReflectedRows)

    init(_ packed: PackedContexts, _ range: Range<Int>, asRows: Bool, work: Work) {
      self =
        asRows ? .rows(ReflectedRows(packed, range, work: work)) : .panels(packed.panels(range, work: work))
    }

    /// Alternatives with those of padding.
    var width: Int {
      switch self {
      case .panels(let panels): panels.width
      case .rows(let rows): rows.count
      }
    }
  }

  /// - Parameter held: What is held of the packed numbers of so many.
  package init(
    contexts: Contexts, space: any AlternativeSpace, plan: SamplingPlan, seed: UInt64, work: Work = Work(),
    held: (Int) -> Int = held(of:)
  ) {
    let packed = PackedContexts(
      contexts, origin: space.origin, scales: space.scales, blocks: plan.blocks, work: work)
    self.init(packed, first: 0, space: space, plan: plan, seed: seed, work: work, held: held)
  }

  /// - Parameter packed: All alternatives, or some of them in the packing of all.
  init(
    _ packed: PackedContexts, first: Int, space: any AlternativeSpace, plan: SamplingPlan, seed: UInt64,
    work: Work, held: (Int) -> Int = held(of:)
  ) {
    precondition(packed.blocks == plan.blocks)
    (self.packed, self.first, self.space, self.plan) = (packed, first, space, plan)
    (self.seed, self.work) = (seed, work)
    let width = max(1, packed.blocks * packed.blockWidth)
    let held = held(packed.count * width)
    let rows = held < packed.count * width ? max(1, held / width / 1_024) * 1_024 : max(1, packed.count)
    slabs = stride(from: 0, to: packed.count, by: rows).map { $0..<min($0 + rows, packed.count) }
    usesRows = ReflectedRows.suit(plan)
    spots = usesRows ? ReflectedRows.spots(packed) : []
    only = slabs.count == 1 ? Arrangement(packed, slabs[0], asRows: usesRows, work: work) : nil
  }

  /// The same for other work.
  func working(_ work: Work) -> SampledCells {
    var copy = self
    copy.work = work
    return copy
  }

  /// Whether contexts must be packed anew for every call of `nearest`: then few large calls are best.
  package var prefersLargeRuns: Bool { slabs.count > 1 }

  /// The nearest alternative of every sample of a run of points, with their reflections in turn.
  ///
  /// - Parameter samples: Samples wanted; fewer than all reflections of the last point are allowed.
  /// - Returns: Its number and its score: half the squared distance, less the same for all alternatives of a sample.
  package func nearest(firstPoint: Int, samples: Int) throws -> (indices: [Int32], scores: [Float]) {
    let patterns = plan.groupSize
    let points = (samples + patterns - 1) / patterns
    var bestScore = [Float](repeating: .infinity, count: points * patterns)
    var bestIndex = [Int32](repeating: 0, count: points * patterns)
    for (number, slab) in slabs.enumerated() {
      try search(
        only ?? Arrangement(packed, slab, asRows: usesRows, work: work), first: first + slab.lowerBound,
        firstPoint: firstPoint, points: points, &bestScore, &bestIndex)
      if slabs.count > 1 { work.report(Double(number + 1) / Double(slabs.count)) }
    }
    bestIndex.removeLast(points * patterns - samples)
    bestScore.removeLast(points * patterns - samples)
    return (bestIndex, bestScore)
  }

  /// Lowers the best scores by the alternatives of one slab.
  private func search(
    _ alternatives: Arrangement, first: Int, firstPoint: Int, points: Int, _ bestScore: inout [Float],
    _ bestIndex: inout [Int32]
  ) throws {
    let patterns = plan.groupSize
    let paddedCount = alternatives.width
    let batch = batch
    let batches = (points + batch - 1) / batch
    let tile = Self.tile
    let tiles = (paddedCount + tile - 1) / tile
    // Few points and many alternatives: split the alternatives as well. The split depends on the shape only.
    let ranges = max(1, min(tiles, (16 + batches - 1) / batches))
    var scores = [Float](repeating: .infinity, count: ranges * points * patterns)
    var indices = [Int32](repeating: 0, count: ranges * points * patterns)
    // Points that several ranges meet are drawn once. There are few of them.
    let length = plan.blocks * packed.blockWidth
    let drawn = usesRows && ranges > 1 ? AlignedNumbers(count: points * length) : nil
    if let drawn {
      let together = 16
      try work.forEach(pieces: (points + together - 1) / together) { piece, _ in
        let from = piece * together
        draw(
          firstPoint + from, min(together, points - from), into: drawn.address + from * length, length: length
        )
      }
    }
    try withPointers(&scores, &indices) { scores, indices in
      try work.forEach(pieces: batches * ranges) { piece, _ in
        let (number, range) = (piece / ranges, piece % ranges)
        let from = number * batch
        let count = min(batch, points - from)
        let part = tiles * range / ranges * tile..<min(tiles * (range + 1) / ranges * tile, paddedCount)
        let place = (range * points + from) * patterns
        switch alternatives {
        case .panels(let panels):
          searchBatch(
            panels, part, firstPoint: firstPoint + from, points: count, scores: scores[address: place],
            indices: indices[address: place])
        case .rows(let rows):
          let mine = drawn ?? AlignedNumbers(count: count * length)
          if drawn == nil { draw(firstPoint + from, count, into: mine.address, length: length) }
          withExtendedLifetime(mine) {
            rows.nearest(
              part, points: mine.address + (drawn == nil ? 0 : from * length), count: count,
              scores: scores[address: place], indices: indices[address: place])
          }
        }
      }
    }
    // Ranges in order, and only a smaller score replaces: the first of equal alternatives stays.
    for range in 0..<ranges {
      for sample in 0..<points * patterns where scores[range * points * patterns + sample] < bestScore[sample]
      {
        bestScore[sample] = scores[range * points * patterns + sample]
        bestIndex[sample] = indices[range * points * patterns + sample] + Int32(first)
      }
    }
  }

  /// Draws points as rows.
  private func draw(_ first: Int, _ count: Int, into rows: UnsafeMutablePointer<Float>, length: Int) {
    rows.initialize(repeating: 0, count: count * length)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: packed.dimension) { drawn in
      guard let drawn = drawn.baseAddress else { return }
      spots.withUnsafeBufferPointer { spots in
        for point in 0..<count {
          var random = RandomStream(seed: seed, for: .spacePoints, number: UInt64(first + point))
          space.sampleOffsets(first: first + point, count: 1, into: drawn, using: &random)
          let row = rows + point * length
          for k in 0..<spots.count { row[Int(spots[k])] = drawn[k] }
        }
      }
    }
  }

  /// Finds the best alternatives of a batch of points within a range of the alternatives of panels.
  private func searchBatch(
    _ panels: PackedContexts.Panels, _ tiles: Range<Int>, firstPoint: Int, points: Int,
    scores: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>
  ) {
    withInputs(panels.numbers, panels.norms) { numbers, norms in
      searchBatch(
        numbers, norms, panels.width, tiles: tiles, firstPoint: firstPoint, points: points, scores: scores,
        indices: indices)
    }
  }

  private func searchBatch(
    _ numbers: SharedInput<Float>, _ norms: SharedInput<Float>, _ paddedCount: Int, tiles: Range<Int>,
    firstPoint: Int, points: Int, scores: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>
  ) {
    let (blocks, width, patterns) = (packed.blocks, packed.blockWidth, plan.groupSize)
    let chunk = Int(TESSERA_CHUNK)
    let tile = Self.tile
    // Offsets [block][point][position], products [point][block][alternative], then the best score and the
    // chunk it was found in for each point, reflection and place in a chunk.
    let offsetCount = blocks * points * width
    let productCount = points * blocks * tile
    let stateCount = points * patterns * chunk
    let scratch = UnsafeMutablePointer<Float>.allocate(
      capacity: offsetCount + productCount + stateCount + packed.dimension)
    let whereFound = UnsafeMutablePointer<Int32>.allocate(capacity: stateCount)
    defer {
      scratch.deallocate()
      whereFound.deallocate()
    }
    let (offsets, products) = (scratch, scratch + offsetCount)
    let best = products + productCount
    let drawn = best + stateCount
    offsets.initialize(repeating: 0, count: offsetCount)
    best.initialize(repeating: .infinity, count: stateCount)
    whereFound.initialize(repeating: 0, count: stateCount)
    for point in 0..<points {
      var random = RandomStream(seed: seed, for: .spacePoints, number: UInt64(firstPoint + point))
      space.sampleOffsets(first: firstPoint + point, count: 1, into: drawn, using: &random)
      packed.deal(drawn, to: offsets + point * width, stride: points * width)
    }

    for start in stride(from: tiles.lowerBound, to: tiles.upperBound, by: tile) {
      let count = min(tile, tiles.upperBound - start)
      for block in 0..<blocks {
        tessera_products(
          offsets + block * points * width, Int32(points), Int32(width),
          numbers[address: (block * paddedCount + start) * width], count / Int(TESSERA_PANEL),
          products + block * tile, blocks * tile)
      }
      for point in 0..<points {
        let state = point * patterns * chunk
        if plan.kind == .reflections {
          tessera_reflections(
            products + point * blocks * tile, tile, norms[address: start], count, Int32(blocks), Int32(start),
            best + state, whereFound + state)
        } else {
          tessera_nearest(
            products + point * tile, norms[address: start], count, Int32(start), best + state,
            whereFound + state)
        }
      }
    }

    for row in 0..<points * patterns {
      var score = Float.infinity
      var index = Int32(0)
      for place in 0..<chunk {
        let candidate = best[row * chunk + place]
        let position = whereFound[row * chunk + place] + Int32(place)
        if candidate < score || (candidate == score && position < index) {
          score = candidate
          index = position
        }
      }
      scores[row] = score
      indices[row] = index
    }
  }
}
