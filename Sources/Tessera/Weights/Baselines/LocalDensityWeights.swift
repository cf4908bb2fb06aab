#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Weights inverse to the local density: the baseline that people reach for.
///
/// w_i is proportional to 1 / sum_j exp(-|c_i - c_j|^2 / (2 h^2)). A clone divides its original's weight, yet what lies
/// within the bandwidth of both loses as well, and all weights are rescaled: near clones are not what it was made for.
public enum LocalDensityWeights {
  /// - Parameters:
  ///   - contexts: m x d.
  ///   - bandwidth: h; nil for the median distance of an alternative to its nearest other one.
  /// - Throws: `WeightsError.noContexts`, `WeightsError.resolution` for a bandwidth that is not a positive number,
  ///   `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 d) time, O(m) memory.
  public static func weights(contexts: Contexts, bandwidth: Double? = nil, work: Work = Work()) throws
    -> AlternativeWeights
  {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    if let bandwidth, !(bandwidth > 0 && bandwidth.isFinite) {
      throw WeightsError.resolution(found: bandwidth)
    }
    let width = try bandwidth ?? contexts.medianNeighbourDistance(work: work)
    // In double precision: where the bandwidth is short beside the contexts, products in single precision have lost
    // the digits that the exponential needs.
    let distances = try ExactDistances(contexts, work: work)
    let h = width / distances.unit
    let m = contexts.count
    var values = [Double](repeating: 0, count: m)
    try withPointers(&values) { values in
      try work.forEach(pieces: (m + 31) / 32) { piece, _ in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: m) { buffer in
          let squares = Shared(buffer)
          for i in piece * 32..<min((piece + 1) * 32, m) {
            if work.isCancelled { return }
            distances.squares(from: i, to: 0..<m, into: squares[address: 0])
            var density = 0.0
            for j in 0..<m {
              let square = squares[j]
              // A bandwidth of nothing sees copies alone: density is how many there are. Divided twice, since the square
              // of a short bandwidth may be nothing.
              density += h > 0 ? exp(-square / h / h / 2) : square == 0 ? 1 : 0
            }
            values[i] = 1 / density
          }
        }
      }
    }
    let total = values.reduce(0, +)
    return AlternativeWeights(
      values: values.map { $0 / total },
      provenance: Provenance(
        scheme: "density", method: .exact, choice: "bandwidth \(width)", bandwidth: width))
  }
}
