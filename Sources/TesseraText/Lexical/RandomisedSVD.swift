import Tessera

/// The leading right singular vectors of a sparse matrix, by subspace iteration from a random start (Halko, Martinsson
/// and Tropp, 2011, algorithm 5.1 with two power iterations).
///
/// Cost: six products with the matrix, and O((rows + columns) k^2).
enum RandomisedSVD {
  /// - Returns: `columns` x rank, row-major, orthonormal, largest singular value first, the entry of largest magnitude
  ///   in each vector positive; rank is `count` or less, where the matrix has no more.
  static func rightVectors(_ matrix: SparseRows, count: Int, seed: UInt64, _ work: Work) throws -> (
    vectors: [Double], rank: Int
  ) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    let width = min(count + 10, rows, columns)
    try MemoryNeed("the basis of the texts", rows: rows + columns, columns: width, copies: 2).require()
    let transposed = matrix.transposed()
    var start = [Double](repeating: 0, count: columns * width)
    var random = RandomStream(seed: seed, for: .randomisedSVD)
    for place in start.indices { start[place] = random.normal() }
    var basis = try orthonormal(
      matrix.times(start, width: width, work), rows: rows, width: width, work)
    for _ in 0..<2 {
      let back = try transposed.times(basis.values, width: basis.width, work)
      basis = try orthonormal(
        matrix.times(back, width: basis.width, work), rows: rows, width: basis.width,
        work)
    }
    let projected = try transposed.times(basis.values, width: basis.width, work)
    // The rows of the result are normalised anyway: once is enough for the large side.
    let vectors = try orthonormal(projected, rows: columns, width: basis.width, rounds: 1, work)
    let rank = min(count, vectors.width)
    var kept = [Double](repeating: 0, count: columns * rank)
    for k in 0..<rank {
      var largest = 0.0
      for column in 0..<columns {
        let value = vectors.values[column * vectors.width + k]
        if abs(value) > abs(largest) { largest = value }
      }
      for column in 0..<columns {
        let value = vectors.values[column * vectors.width + k]
        kept[column * rank + k] = largest < 0 ? -value : value
      }
    }
    return (kept, rank)
  }

  /// An orthonormal basis of the columns: eigenvectors of their inner products, largest first; directions that hold
  /// nothing are left out. Once squares the condition number, twice makes up for it.
  private static func orthonormal(
    _ values: [Double], rows: Int, width: Int, rounds: Int = 2, _ work: Work
  ) throws -> (values: [Double], width: Int) {
    var (result, size) = (values, width)
    for _ in 0..<rounds {
      let inner = try innerProducts(result, rows: rows, width: size, work)
      guard let (lengths, vectors) = LinearAlgebra.eigenvectors(inner, order: size) else {
        return (result, size)
      }
      let kept = lengths.prefix { $0 > 1e-14 * max(lengths[0], 1e-300) }.count
      // Columns are eigenvectors scaled to give length 1.
      var mix = [Double](repeating: 0, count: size * kept)
      for k in 0..<kept {
        let scale = 1 / lengths[k].squareRoot()
        for i in 0..<size { mix[i * kept + k] = scale * vectors[k * size + i] }
      }
      let parts = try blocks(rows, work) { [result, size, mix] range in
        LinearAlgebra.multiply(
          Array(result[range.lowerBound * size..<range.upperBound * size]), rows: range.count, mix,
          columns: kept, inner: size)
      }
      result = parts.flatMap { $0 }
      size = kept
    }
    return (result, size)
  }

  /// The columns' inner products, added up over blocks of rows in their order.
  private static func innerProducts(_ values: [Double], rows: Int, width: Int, _ work: Work) throws
    -> [Double]
  {
    let parts = try blocks(rows, work) { range in
      let block = Array(values[range.lowerBound * width..<range.upperBound * width])
      return LinearAlgebra.multiply(
        block, rows: width, block, columns: width, inner: range.count, transposeA: true)
    }
    var sum = [Double](repeating: 0, count: width * width)
    for part in parts { for place in sum.indices { sum[place] += part[place] } }
    return sum
  }

  /// Work on blocks of rows, at most 32, which depend on nothing but the number of rows.
  private static func blocks(_ rows: Int, _ work: Work, _ body: @Sendable (Range<Int>) -> [Double]) throws
    -> [[Double]]
  {
    let size = max((rows + 31) / 32, 512)
    let ranges = stride(from: 0, to: rows, by: size).map { $0..<min($0 + size, rows) }
    var results = [[Double]](repeating: [], count: ranges.count)
    // Each block writes its own place.
    try withPointers(&results) { results in
      try work.forEach(pieces: ranges.count) { place, _ in results[place] = body(ranges[place]) }
    }
    return results
  }
}
