import CTesseraKernels
import Foundation
import Tessera
import Testing

/// How noisy pairs are, by the kernel, against the formula of `PairNoise` written down plainly.
@Suite struct PairOutcomesTests {
  /// Rows of 0 to 20 opponents, all numbers random, some of the extremes.
  struct Instance {
    var starts = [0]
    var opponents: [Int32] = []
    var mass: [Double] = []
    var rates: [Double] = []
    var counts: [Double] = []
    var within: [Double] = []
    var leverage: [Double] = []
    var weights: [Double] = []
    var inverse: [Double] = []
    var share: [Double] = []
    var rewards: [Double] = []

    init() {
      var random = RandomStream(seed: 31)
      let m = 40
      for i in 0..<m {
        let above = (0..<m).filter { $0 != i && random.uniform() < Double(i % 21) / 40 }
        for j in above {
          opponents.append(Int32(j))
          mass.append(random.uniform() < 0.05 ? 0 : random.uniform())
          let u = random.uniform()
          rates.append(u < 0.2 ? 0 : u > 0.8 ? 1 : random.uniform())
          counts.append(1 + (9 * random.uniform()).rounded())
          within.append(random.uniform() / 4 - 0.02)
          leverage.append(1.1 * random.uniform())
        }
        starts.append(opponents.count)
        weights.append(i % 7 == 0 ? 0 : random.uniform())
        inverse.append(i % 11 == 0 ? 0 : random.uniform())
        share.append(weights[i] > 0 ? inverse[i] / weights[i] : 0)
        rewards.append(i == 3 ? 60 : i == 4 ? -800 : 2 * random.normal())
      }
    }

    /// Sums over pairs, and the variance of each entry.
    func plainly(phi: Double, pooled: Double, _ within: [Double]?, _ leverage: [Double]?) -> (
      [Double], [Double]
    ) {
      var sums = [0.0, 0]
      var variances: [Double] = []
      for i in 0..<rewards.count {
        for k in starts[i]..<starts[i + 1] {
          let j = Int(opponents[k])
          let difference = rewards[i] - rewards[j]
          let s = 1 / (1 + exp(-difference))
          let d = exp(-abs(difference)) / pow(1 + exp(-abs(difference)), 2)
          let own = mass[k] * d * (inverse[i] + weights[i] * share[j])
          let h = min(leverage?[k] ?? own, 0.999)
          let w = max(within?[k] ?? rates[k] * (1 - rates[k]), 0)
          let n = counts[k]
          let residual = n * w + pow(rates[k] - s, 2)
          let freedom = n - 1 + (1 - h) / n
          if j > i {
            sums[0] += residual
            sums[1] += freedom * d
          }
          variances.append((residual + pooled * phi * d) / ((freedom + pooled) * n))
        }
      }
      return (sums, variances)
    }
  }

  @Test(arguments: [false, true], [false, true])
  func `The kernel says what the formula says`(hasWithin: Bool, hasLeverage: Bool) {
    let instance = Instance()
    let m = instance.rewards.count
    let active = [Bool](repeating: true, count: m)
    let zeros = [Double](repeating: 0, count: m)
    var (sums, variances) = ([0.0, 0], [Double](repeating: -1, count: instance.opponents.count))
    instance.opponents.withUnsafeBufferPointer { opponents in
      instance.starts.withUnsafeBufferPointer { starts in
        instance.mass.withUnsafeBufferPointer { mass in
          instance.weights.withUnsafeBufferPointer { weights in
            zeros.withUnsafeBufferPointer { zeros in
              active.withUnsafeBufferPointer { active in
                var graph = tessera_graph(
                  row_starts: starts.baseAddress, opponents: opponents.baseAddress, mass: mass.baseAddress,
                  weights: weights.baseAddress, coverage: zeros.baseAddress, is_active: active.baseAddress,
                  ahead: 32)
                withOutcomes(instance, hasWithin: hasWithin, hasLeverage: hasLeverage) { outcomes in
                  tessera_pair_spread(&graph, outcomes, 0, m, &sums)
                  // In two runs of rows, as two cores would.
                  tessera_pair_variances(&graph, outcomes, 0.7, 4, 0, 17, &variances)
                  tessera_pair_variances(&graph, outcomes, 0.7, 4, 17, m, &variances)
                }
              }
            }
          }
        }
      }
    }
    let (expectedSums, expected) = instance.plainly(
      phi: 0.7, pooled: 4, hasWithin ? instance.within : nil, hasLeverage ? instance.leverage : nil)
    for (x, y) in zip(sums + variances, expectedSums + expected) {
      #expect(abs(x - y) <= 1e-13 * abs(y) + 1e-300)
    }
  }

  private func withOutcomes(
    _ instance: Instance, hasWithin: Bool, hasLeverage: Bool,
    _ body: (UnsafePointer<tessera_pair_outcomes>) -> Void
  ) {
    let arrays = [
      instance.rates, instance.counts, instance.within, instance.leverage, instance.inverse, instance.share,
      instance.rewards,
    ].map { array in
      let pointer = UnsafeMutableBufferPointer<Double>.allocate(capacity: array.count)
      _ = pointer.initialize(from: array)
      return pointer
    }
    defer { for array in arrays { array.deallocate() } }
    let pointers = arrays.map { UnsafePointer($0.baseAddress) }
    withUnsafePointer(
      to: tessera_pair_outcomes(
        rates: pointers[0], counts: pointers[1], within: hasWithin ? pointers[2] : nil,
        leverage: hasLeverage ? pointers[3] : nil, inverse: pointers[4], share: pointers[5],
        rewards: pointers[6]),
      body)
  }
}
