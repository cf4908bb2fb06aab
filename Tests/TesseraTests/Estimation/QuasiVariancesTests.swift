import Foundation
import Tessera
import Testing

@Suite struct QuasiVariancesTests {
  struct Reference: Decodable, CustomTestStringConvertible {
    let name: String
    let covariance: [[Double]]
    let quasiVariances: [Double]
    let worstRelativeError: Double
    var testDescription: String { name }
  }

  @Test(arguments: try References.cases("quasi.json", as: Reference.self))
  func `Quasi-variances are those of SciPy's least squares`(reference: Reference) throws {
    let found = QuasiVariances {
      reference.covariance[$0][$1]
    } of: {
      reference.covariance.count
    }
    // Theirs agree with a second search to 6e-9 of the largest; ours stop where the sum of squares falls no more, by 1e-14
    // of itself, which leaves half the digits of the solution.
    let size = reference.quasiVariances.map(abs).max() ?? 1
    #expect(largestDifference(found.values, reference.quasiVariances) < 1e-6 * size)
    #expect(abs(found.worstRelativeError - reference.worstRelativeError) < 1e-6)
  }
}
