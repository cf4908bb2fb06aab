import Foundation

/// Radius-graph weights: distances only, no alternative space (Berriaud and Wattenhofer, 2026).
///
/// For a radius t alternatives at distance t or less are neighbours; those with the same closed neighbourhood form a
/// class; each class gets an equal share, which its members split evenly; the shares are averaged over t, evenly from 0
/// to the largest distance. Copies count once and share: an even split among all members would give a copied member of a
/// large class more than it had. Among many points every radius is close to some distance, so near clones are soon told
/// apart: see the table of axioms.
public enum RadiusGraphWeights {
  /// Neighbourhoods are known by 64-bit sums of random numbers of their members: two that differ have equal sums with
  /// a probability of 2^-64.
  ///
  /// - Parameters:
  ///   - radii: Radii from 0 to the diagonal of the contexts' bounding box; those above the largest distance, where all
  ///     would be one class, are left out.
  ///   - seed: Of the random numbers; it changes nothing but that probability.
  /// - Throws: `WeightsError`.
  /// - Complexity: O(m^2 d) time, O(m (d + radii)) memory.
  public static func weights(contexts: Contexts, radii: Int = 256, seed: UInt64 = 0, threads: Int? = nil)
    throws
    -> AlternativeWeights
  {
    let copies = contexts.duplicates()
    if copies.hasDuplicates {
      return try weights(
        contexts: contexts.selecting(rows: copies.representatives), radii: radii, seed: seed, threads: threads
      ).shared(among: copies)
    }
    let m = contexts.count
    guard m > 0 else { throw WeightsError.noContexts }
    guard radii >= 1 else { throw WeightsError.groupCount(found: radii) }
    func result(_ values: [Double], _ choice: String) -> AlternativeWeights {
      AlternativeWeights(
        values: values, standardErrors: Array(repeating: 0, count: m),
        origin: WeightOrigin(scheme: .radiusGraph, method: .exact, choice: choice))
    }
    let (lower, upper) = contexts.bounds()
    let diagonal = zip(lower, upper).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
    guard diagonal > 0 else {
      return result(Array(repeating: 1 / Double(m), count: m), "all contexts are equal")
    }
    var random = RandomStream(seed: seed, stream: 0x3AD)
    let names = (0..<m).map { _ in random.next() }
    // marks[i * radii + k]: sum of the names of those who become neighbours of i at radius (k + 1/2) steps.
    var marks = [UInt64](repeating: 0, count: m * radii)
    var largest = [Int](repeating: 0, count: m)
    let steps = Float(Double(radii) / diagonal)
    let search = NeighbourSearch(contexts, threads: threads)
    var none: [Int] = []
    var noneEither: [Int] = []
    withPointers(&marks, &largest, &none, &noneEither) { marks, largest, _, _ in
      names.withUnsafeBufferPointer { names in
        let names = SharedInput(names)
        search.pairs { _ in
          ()
        } visit: { _, tile, own in
          for (row, i) in tile.queries.enumerated() {
            // Each query has places of its own.
            let mark = marks[address: i * radii]
            var most = largest[i]
            for j in 0..<min(tile.width, m - tile.first) {
              let square = 2 * (own[row] + tile.norms[j] - tile.products[row * tile.stride + j])
              let k = min(max(Int((max(square, 0).squareRoot() * steps + 0.5)), 0), radii - 1)
              most = max(most, k)
              mark[k] &+= names[tile.first + j]
            }
            largest[i] = most
          }
        } finish: { _, _ in
        }
        Parallel.forEach(pieces: m, threads: threads) { i, _ in
          for k in 1..<max(radii, 1) { marks[i * radii + k] &+= marks[i * radii + k - 1] }
        }
      }
    }
    // At the radius of the largest distance all are one class: the average stops before.
    let used = max(largest.max() ?? 1, 1)
    var values = [Double](repeating: 0, count: m)
    for k in 0..<used {
      var sizes: [UInt64: Int] = [:]
      sizes.reserveCapacity(m)
      for i in 0..<m { sizes[marks[i * radii + k], default: 0] += 1 }
      let share = 1 / Double(sizes.count) / Double(used)
      for i in 0..<m { values[i] += share / Double(sizes[marks[i * radii + k]] ?? 1) }
    }
    return result(values, "\(used) radii")
  }
}
