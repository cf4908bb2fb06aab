import CTesseraKernels

/// Alternatives arranged for reflections in sixteen blocks and more: a row for each, with blocks side by side.
///
/// The products of sixteen blocks stand in one vector, where the Walsh-Hadamard transform finds them, and the smallest scores
/// of all reflections of a point stay in registers while alternatives go by. Panels, where alternatives stand side by side,
/// must store and load those scores for every alternative.
struct ReflectedRows: Sendable {
  private let numbers: AlignedNumbers
  /// |c|^2 / 2, less the same for all; infinite in rows of padding.
  private let norms: [Float]
  private let blocks: Int
  private let width: Int

  /// Whether a plan is for rows; fewer blocks than a vector has lanes are for panels.
  static func suit(_ plan: SamplingPlan) -> Bool {
    plan.kind == .reflections && plan.blocks >= Int(TESSERA_SLICE)
  }

  /// The rows of a range of alternatives.
  init(_ packed: PackedContexts, _ range: Range<Int>, work: Work) {
    let padding = Int(TESSERA_ROWS)
    let rows = (range.count + padding - 1) / padding * padding
    let length = packed.blocks * packed.blockWidth
    let (spots, mean, scale) = (Self.spots(packed), packed.packing.mean, packed.packing.scale)
    let numbers = AlignedNumbers(count: rows * length)
    let rowsAPiece = 32
    work.forEachWithoutPause(pieces: (rows + rowsAPiece - 1) / rowsAPiece) { piece, _ in
      for row in piece * rowsAPiece..<min((piece + 1) * rowsAPiece, rows) {
        let target = numbers.address + row * length
        target.initialize(repeating: 0, count: length)
        guard row < range.count else { continue }
        mean.withUnsafeBufferPointer { mean in
          spots.withUnsafeBufferPointer { spots in
            packed.contexts.withRow(range.lowerBound + row) { k, value in
              target[Int(spots[k])] = Float((value - mean[k]) * scale)
            }
          }
        }
      }
    }
    self.numbers = numbers
    norms =
      Array(packed.halfNorms[range]) + Array(repeating: .infinity, count: rows - range.count)
    (blocks, width) = (packed.blocks, packed.blockWidth)
  }

  /// Rows with those of padding.
  var count: Int { norms.count }

  /// Where each coordinate stands in a row.
  static func spots(_ packed: PackedContexts) -> [Int32] {
    let (width, slice) = (packed.blockWidth, Int(TESSERA_SLICE))
    return packed.packing.place.map { place in
      let (block, position) = (place / width, place % width)
      return Int32((block / slice * width + position) * slice + block % slice)
    }
  }

  /// Finds the best alternatives of points within a range of rows, which begins and ends at a multiple of `TESSERA_ROWS`.
  ///
  /// - Parameters:
  ///   - points: As rows.
  ///   - scores: For each point its reflections in turn, each followed by its negative.
  func nearest(
    _ rows: Range<Int>, points: UnsafePointer<Float>, count: Int, scores: UnsafeMutablePointer<Float>,
    indices: UnsafeMutablePointer<Int32>
  ) {
    let patterns = 2 * blocks
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count * patterns) { best in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * patterns) { place in
        guard let best = best.baseAddress, let place = place.baseAddress else { return }
        best.initialize(repeating: .infinity, count: count * patterns)
        place.initialize(repeating: 0, count: count * patterns)
        norms.withUnsafeBufferPointer { norms in
          guard let norms = norms.baseAddress else { return }
          tessera_many_reflections(
            points, count, numbers.address + rows.lowerBound * blocks * width, norms + rows.lowerBound,
            rows.count, Int32(blocks), Int32(width), Int32(rows.lowerBound), best, place)
        }
        for point in 0..<count {
          for block in 0..<blocks {
            let (from, to) = (point * patterns + block, point * patterns + 2 * block)
            (scores[to], scores[to + 1]) = (best[from], best[from + blocks])
            (indices[to], indices[to + 1]) = (place[from], place[from + blocks])
          }
        }
      }
    }
  }
}
