import CTesseraKernels
import Tessera
import Testing

@Suite struct ManyReflectionsTests {
  /// Numbers on (-1, 1) that begin at a multiple of 64 bytes, as the library hands them over.
  private func numbers(_ count: Int, seed: UInt64) -> UnsafeMutablePointer<Float> {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
    let numbers = bytes.bindMemory(to: Float.self, capacity: count)
    var random = RandomStream(seed: seed)
    for i in 0..<count { numbers[i] = Float(2 * random.uniform() - 1) }
    return numbers
  }

  @Test(arguments: [16, 32, 64])
  func `The smallest score of every reflection, to the last bit`(blocks: Int) {
    // Groups of points and tiles of alternatives that are not full, and rows of padding.
    let (width, points, alternatives, padding) = (7, 7, 39, 1)
    let length = blocks * width
    let rows = numbers((alternatives + padding) * length, seed: 1)
    let drawn = numbers(points * length, seed: 2)
    defer {
      UnsafeMutableRawPointer(rows).deallocate()
      UnsafeMutableRawPointer(drawn).deallocate()
    }
    // Copies tie: the first one stays.
    for place in 0..<length { rows[30 * length + place] = rows[3 * length + place] }
    var norms = (0..<alternatives).map { Float($0 % 5) / 4 } + [.infinity]
    norms[30] = norms[3]
    var best = [Float](repeating: .infinity, count: points * 2 * blocks)
    var place = [Int32](repeating: 0, count: best.count)
    tessera_many_reflections(
      drawn, points, rows, norms, alternatives + padding, Int32(blocks), Int32(width), 1_000, &best, &place)

    let isFused = tessera_vector_bits() >= 256
    for point in 0..<points {
      var least = [Float](repeating: .infinity, count: 2 * blocks)
      var found = [Int32](repeating: 0, count: 2 * blocks)
      for i in 0..<alternatives {
        var sums = (0..<blocks).map { block in
          (0..<width).reduce(Float(0)) { sum, k in
            let spot =
              (block / Int(TESSERA_SLICE) * width + k) * Int(TESSERA_SLICE) + block % Int(TESSERA_SLICE)
            let (u, c) = (drawn[point * length + spot], rows[i * length + spot])
            return isFused ? sum.addingProduct(u, c) : sum + u * c
          }
        }
        var step = 1
        while step < blocks {
          for low in 0..<blocks where low & step == 0 {
            (sums[low], sums[low + step]) = (sums[low] + sums[low + step], sums[low] - sums[low + step])
          }
          step *= 2
        }
        for block in 0..<blocks {
          for (pattern, score) in [(block, norms[i] - sums[block]), (block + blocks, norms[i] + sums[block])]
          where score < least[pattern] {
            (least[pattern], found[pattern]) = (score, Int32(1_000 + i))
          }
        }
      }
      let mine = point * 2 * blocks..<(point + 1) * 2 * blocks
      #expect(Array(best[mine]) == least)
      #expect(Array(place[mine]) == found)
      // Row b of the Hadamard matrix: the signs are the parity of the bits that b and the block have in common.
      let sign = { (a: Int, b: Int) -> Float in (a & b).nonzeroBitCount % 2 == 0 ? 1 : -1 }
      let pattern = 11
      let scores = (0..<alternatives).map { i -> Float in
        norms[i]
          - (0..<length).reduce(Float(0)) { sum, spot in
            let block =
              spot / Int(TESSERA_SLICE) / width * Int(TESSERA_SLICE) + spot % Int(TESSERA_SLICE)
            return sum + sign(pattern, block) * drawn[point * length + spot] * rows[i * length + spot]
          }
      }
      #expect(abs((scores.min() ?? .nan) - least[pattern]) < 1e-4)
    }
  }
}
