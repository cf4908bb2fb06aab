import Foundation
import Tessera
import Testing

@Suite struct PredictionQualityTests {
  @Test func `The quality of a known prediction`() {
    // Probabilities 0.75 for the first of each: right, right, wrong, and a tie.
    let difference = log(3.0)
    let comparisons = [1, 1, 0, 0.5].enumerated().map {
      Comparison(a: 2 * $0.offset, b: 2 * $0.offset + 1, outcome: $0.element)
    }
    let rewards = (0..<8).map { $0 % 2 == 0 ? difference : 0 }
    let quality = PredictionQuality(of: comparisons, rewards: rewards, groups: [0, 1, 2, 3])
    #expect(abs(quality.accuracy - 2.0 / 3) < 1e-12)
    #expect(quality.decided == 3)
    let tie = -0.5 * log(0.75) - 0.5 * log(0.25)
    #expect(abs(quality.logLoss - (-2 * log(0.75) - log(0.25) + tie) / 4) < 1e-12)
    // One bin: predicted 0.75, won 2.5 of 4.
    #expect(abs(quality.calibrationError - (0.75 - 2.5 / 4)) < 1e-12)
    // sqrt(g / (g - 1) * sum (hit - accuracy)^2) / decided over the groups; the tie adds nothing.
    let expected = (4.0 / 3 * (1.0 / 9 + 1.0 / 9 + 4.0 / 9)).squareRoot() / 3
    #expect(abs(quality.accuracyError - expected) < 1e-12)
    let blind = PredictionQuality(
      of: comparisons, rewards: Array(repeating: 0, count: 8), groups: [0, 1, 2, 3])
    #expect(abs(blind.logLoss - log(2)) < 1e-12)
    #expect(blind.accuracy == 0.5)
    #expect(blind.calibrationError == 0)
  }
}
