import Foundation

/// Weights of compared pairs for sparse comparisons: no mass of the space is lost on pairs that were never compared.
///
/// Two points (x, y) are drawn from S x S, and their mass goes to the nearest compared pair {a, b}, by
/// min(|x - c_a|^2 + |y - c_b|^2, |x - c_b|^2 + |y - c_a|^2). A pair of an alternative with itself counts as compared, with
/// win rate 1/2. When every pair is compared, a pair's mass is 2 w_a w_b: Equation 2.
public struct PairSpaceWeights: Sendable, Equatable {
  /// Mass of each compared pair, for each entry of the win rates; both entries of a pair hold the pair's mass.
  public let pairMass: [Double]
  /// Mass of each alternative with itself.
  public let ownMass: [Double]
  /// Mass of each alternative over all its pairs, a pair's in halves: what its Voronoi weight is when all pairs are
  /// compared.
  public let alternatives: AlternativeWeights
  /// Samples drawn; the standard error of a mass v is sqrt(v (1 - v) / samples).
  public let samples: Int

  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i of `winRates`.
  ///   - space: nil for the bounding box.
  /// - Throws: `WeightsError`, `SpaceError`.
  /// - Complexity: O(samples (m d + pairs)).
  public init(
    contexts: Contexts, winRates: WinRates, space: (any AlternativeSpace)? = nil, samples: Int = 100_000,
    seed: UInt64 = 0, threads: Int? = nil
  ) throws {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    guard samples > 0 else { throw WeightsError.noSamples(found: samples) }
    precondition(contexts.count == winRates.alternatives)
    let region: any AlternativeSpace = try space ?? BoundingBox(around: contexts)
    let aligned = try region.aligned(contexts)
    let (m, d) = (aligned.count, region.dimension)
    let origin = region.origin
    // Pairs a < b with their two entries.
    var found: [(a: Int, b: Int, entry: Int)] = []
    for i in 0..<m {
      for entry in winRates.rowStarts[i]..<winRates.rowStarts[i + 1] where Int(winRates.opponents[entry]) > i
      {
        found.append((i, Int(winRates.opponents[entry]), entry))
      }
    }
    let pairs = found
    let groupSize = 512
    let groups = (samples + groupSize - 1) / groupSize
    // Counts of each group of samples, added in their order.
    let places = pairs.count + m
    let workers = max(1, min(threads ?? Parallel.defaultThreads, groups))
    var counts = [Int64](repeating: 0, count: places * workers)
    counts.withUnsafeMutableBufferPointer { buffer in
      // Whole numbers: the sum does not depend on who counted them. Every worker has places of its own.
      let counts = Shared(buffer)
      Parallel.forEach(pieces: groups, threads: workers) { group, worker in
        let own = counts[address: worker * places]
        let n = min(groupSize, samples - group * groupSize)
        var random = RandomStream(seed: seed, stream: 0x9A12 &+ UInt64(group))
        let offsets = UnsafeMutablePointer<Float>.allocate(capacity: max(2 * n * d, 1))
        defer { offsets.deallocate() }
        region.sampleOffsets(first: 2 * group * groupSize, count: 2 * n, into: offsets, using: &random)
        var squares = [Double](repeating: 0, count: 2 * m)
        for sample in 0..<n {
          for side in 0..<2 {
            let point = offsets + (2 * sample + side) * d
            for i in 0..<m {
              var sum = 0.0
              aligned.withRow(i) { k, value in
                let difference = value - origin[k] - Double(point[k])
                sum += difference * difference
              }
              squares[side * m + i] = sum
            }
          }
          var (best, place) = (Double.infinity, 0)
          for i in 0..<m where squares[i] + squares[m + i] < best {
            (best, place) = (squares[i] + squares[m + i], pairs.count + i)
          }
          for (number, pair) in pairs.enumerated() {
            let distance = min(
              squares[pair.a] + squares[m + pair.b], squares[pair.b] + squares[m + pair.a])
            if distance < best { (best, place) = (distance, number) }
          }
          own[place] += 1
        }
      }
    }
    var mass = [Double](repeating: 0, count: places)
    for worker in 0..<workers {
      for place in 0..<places { mass[place] += Double(counts[worker * places + place]) }
    }
    for place in 0..<places { mass[place] /= Double(samples) }
    var pairMass = [Double](repeating: 0, count: winRates.opponents.count)
    var values = Array(mass[pairs.count...])
    ownMass = values
    for (number, pair) in pairs.enumerated() {
      pairMass[pair.entry] = mass[number]
      let row = winRates.rowStarts[pair.b]..<winRates.rowStarts[pair.b + 1]
      if let mirror = row.first(where: { Int(winRates.opponents[$0]) == pair.a }) {
        pairMass[mirror] = mass[number]
      }
      values[pair.a] += mass[number] / 2
      values[pair.b] += mass[number] / 2
    }
    self.pairMass = pairMass
    self.samples = samples
    alternatives = AlternativeWeights(
      values: values,
      standardErrors: values.map { ($0 * (1 - $0) / Double(samples)).squareRoot() },
      origin: WeightOrigin(
        scheme: .voronoi, method: .sampled, space: region.name, samples: samples, seed: seed))
  }

  /// k_ij for `BradleyTerry` with the weights of `alternatives`: a pair's mass over 2 w_i w_j, so that its term in the
  /// objective carries half its mass, as w_i w_j does where all pairs are compared. A pair without mass gets 0.
  public func factors(_ winRates: WinRates) -> [Double] {
    var factors = pairMass
    for i in 0..<winRates.alternatives {
      for entry in winRates.rowStarts[i]..<winRates.rowStarts[i + 1] {
        let product = 2 * alternatives.values[i] * alternatives.values[Int(winRates.opponents[entry])]
        factors[entry] = product > 0 ? pairMass[entry] / product : 0
      }
    }
    return factors
  }
}
