import Foundation

/// Weights inverse to the local density: the baseline that people reach for.
///
/// w_i is proportional to 1 / sum_j exp(-|c_i - c_j|^2 / (2 h^2)). A clone divides its original's weight, yet what lies
/// within the bandwidth of both loses as well, and all weights are rescaled: near clones are not what it was made for.
public enum LocalDensityWeights {
  /// - Parameters:
  ///   - contexts: m x d.
  ///   - bandwidth: h; nil for the median distance of an alternative to its nearest other one.
  /// - Throws: `WeightsError`.
  /// - Complexity: O(m^2 d) time, O(m d) memory.
  public static func weights(contexts: Contexts, bandwidth: Double? = nil, threads: Int? = nil) throws
    -> AlternativeWeights
  {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    if let bandwidth, !(bandwidth > 0 && bandwidth.isFinite) {
      throw WeightsError.resolution(found: bandwidth)
    }
    let width = bandwidth ?? contexts.medianNeighbourDistance(threads: threads)
    // Copies alone: density is how many there are.
    let m = contexts.count
    var values = [Double](repeating: 0, count: m)
    values.withUnsafeMutableBufferPointer { buffer in
      let values = Shared(buffer)
      Parallel.forEach(pieces: (m + 31) / 32, threads: threads) { piece, _ in
        for i in piece * 32..<min((piece + 1) * 32, m) {
          let own = contexts.row(i)
          var density = 0.0
          for j in 0..<m {
            var square = 0.0
            contexts.withRow(j) { k, value in square += (value - own[k]) * (value - own[k]) }
            density += width > 0 ? exp(-square / (2 * width * width)) : square == 0 ? 1 : 0
          }
          values[i] = 1 / density
        }
      }
    }
    let total = values.reduce(0, +)
    return AlternativeWeights(
      values: values.map { $0 / total }, standardErrors: Array(repeating: 0, count: m),
      origin: WeightOrigin(scheme: .density, method: .exact, choice: "bandwidth \(width)"))
  }
}

extension Contexts {
  /// The median distance of a context to the nearest other one; copies count once. 0 for fewer than two different
  /// contexts.
  public func medianNeighbourDistance(threads: Int? = nil) -> Double {
    let copies = duplicates()
    guard copies.count > 1 else { return 0 }
    let distinct = copies.hasDuplicates ? selecting(rows: copies.representatives) : self
    let search = NeighbourSearch(distinct, threads: threads)
    let nearest = search.nearest((0..<Int32(distinct.count)).map { $0 }, count: 1)
    let distances = nearest.enumerated().map { search.distance($0.offset, Int($0.element)) }.sorted()
    return distances[distances.count / 2]
  }
}
