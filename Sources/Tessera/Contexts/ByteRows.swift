import CTesseraKernels

/// Contexts as bytes: products of theirs bound those of the contexts from above, at a quarter of the multiplications and of the
/// memory.
///
///     <x, y> <= s t <p, q> + |x - s p| |y| + |x| |y - t q|
///
/// x is seen as s p, with whole numbers p of -127 to 127 and the largest coordinate at 127; y as t q. The products of bytes are
/// exact, and a share of 2^-20 of |x| |y| covers the rounding of the rest. Of coordinates that spread alike, what is off is
/// about a hundredth of |x| |y|; one coordinate that is far larger than the others coarsens them all.
struct ByteRows: Sendable {
  /// Panels of `TESSERA_PANEL` contexts, as the kernel reads them.
  let panels: [UInt8]
  let scales, rests, lengths: [Float]

  /// Where sums of products still fit.
  static let mostCoordinates = (1 << 17) - 4

  /// Whether this machine multiplies bytes faster than numbers of single precision.
  static var isFast: Bool { tessera_has_byte_bounds() }

  /// Rows of bytes with what they leave.
  struct Quantised {
    let columns: Int
    let bytes: [Int8]
    let rows: [tessera_byte_row]

    init(_ values: [Float], columns: Int) {
      self.columns = columns
      let count = columns > 0 ? values.count / columns : 0
      let padded = ByteRows.padded(columns)
      var rows: [tessera_byte_row] = []
      bytes = [Int8](unsafeUninitializedCapacity: count * padded) { buffer, initialized in
        initialized = buffer.count
        let bytes = Shared(buffer)
        rows = (0..<count).map { i in
          values.withUnsafeBufferPointer {
            tessera_to_bytes(
              SharedInput($0)[address: i * columns], Int32(columns), bytes[address: i * padded])
          }
        }
      }
      self.rows = rows
    }
  }

  /// Bytes of a row: coordinates go by fours.
  static func padded(_ columns: Int) -> Int { (columns + 3) / 4 * 4 }

  /// - Complexity: O(m d) time on all cores, m d bytes.
  init(_ packed: PackedContexts, work: Work) {
    let (m, d) = (packed.count, packed.dimension)
    let panel = Int(TESSERA_PANEL)
    let (count, padded) = ((m + panel - 1) / panel, Self.padded(d))
    var scales = [Float](repeating: 0, count: count * panel)
    var (rests, lengths) = (scales, scales)
    panels = withPointers(&scales, &rests, &lengths) { scales, rests, lengths in
      [UInt8](unsafeUninitializedCapacity: count * panel * padded) { buffer, initialized in
        initialized = buffer.count
        let panels = Shared(buffer)
        work.forEachWithoutPause(pieces: count) { number, _ in
          let range = number * panel..<min((number + 1) * panel, m)
          var values = [Float](repeating: 0, count: range.count * d)
          withPointers(&values) { values in
            for (place, i) in range.enumerated() {
              packed.write(packed.contexts, i, to: values[address: place * d])
            }
          }
          let quantised = Quantised(values, columns: d)
          for (place, row) in quantised.rows.enumerated() {
            scales[range.lowerBound + place] = row.scale
            rests[range.lowerBound + place] = row.rest
            lengths[range.lowerBound + place] = row.length
          }
          quantised.bytes.withUnsafeBufferPointer {
            guard let bytes = $0.baseAddress else { return }
            tessera_panel_of_bytes(
              bytes, Int32(range.count), Int32(d), panels[address: number * panel * padded])
          }
        }
      }
    }
    (self.scales, self.rests, self.lengths) = (scales, rests, lengths)
  }

  /// Writes bounds of the products of queries with the contexts of some panels.
  func multiply(
    _ queries: Quantised, panels range: Range<Int>, into products: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let panel = Int(TESSERA_PANEL)
    let columns = Int32(queries.columns)
    let first = range.lowerBound * panel
    withInputs(panels, scales, rests, lengths) { panels, scales, rests, lengths in
      withInputs(queries.bytes, queries.rows) { bytes, rows in
        tessera_byte_bounds(
          bytes[address: 0], rows[address: 0], Int32(queries.rows.count), columns,
          panels[address: first * Self.padded(queries.columns)], scales[address: first],
          rests[address: first],
          lengths[address: first], range.count, products, stride)
      }
    }
  }
}
