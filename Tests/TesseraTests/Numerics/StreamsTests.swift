import Tessera
import Testing

@Suite struct StreamsTests {
  @Test func `Streams of different purposes never meet`() {
    // The first two numbers tell streams apart: two of some 300,000 agree in 128 bits by chance once in 10^27 runs. Long
    // runs of points reach high numbers, so those are looked at as well.
    var seen = Set<SIMD2<UInt64>>()
    var count = 0
    for purpose in RandomPurpose.allCases {
      let first = purpose == .spacePoints ? 100_000 : 10_000
      let numbers = Set((0..<first).map(UInt64.init) + [19_997, 0x9A415, 1 << 32, 1 << 40, 1 << 56 - 1])
      for number in numbers {
        var random = RandomStream(seed: 7, for: purpose, number: number)
        seen.insert(SIMD2(random.next(), random.next()))
      }
      count += numbers.count
    }
    #expect(seen.count == count)
  }

  @Test func `Purposes have numbers of their own`() {
    #expect(Set(RandomPurpose.allCases.map(\.rawValue)).count == RandomPurpose.allCases.count)
    // 2^56 streams each: the purpose has the upper eight bits.
    #expect(RandomPurpose.allCases.allSatisfy { $0.rawValue < 256 })
  }

  @Test func `A stream is fixed by seed, purpose and number`() {
    func first(_ seed: UInt64, _ purpose: RandomPurpose, _ number: UInt64) -> UInt64 {
      var random = RandomStream(seed: seed, for: purpose, number: number)
      return random.next()
    }
    #expect(first(1, .bootstrap, 3) == first(1, .bootstrap, 3))
    #expect(first(1, .bootstrap, 3) != first(2, .bootstrap, 3))
    // A seed more and a stream less is another stream.
    #expect(first(2, .bootstrap, 2) != first(1, .bootstrap, 3))
  }

  @Test func `Uniform and normal numbers have their moments`() {
    var random = RandomStream(seed: 3)
    let n = 100_000.0
    let uniform = (0..<Int(n)).map { _ in random.uniform() }
    let normal = (0..<Int(n)).map { _ in random.normal() }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    // Four standard errors: 1/sqrt(12 n) and 1/sqrt(n) of the means, sqrt(2 / n) of the normal variance.
    #expect(abs(uniform.reduce(0, +) / n - 0.5) < 4 / (12 * n).squareRoot())
    #expect(abs(normal.reduce(0, +) / n) < 4 / n.squareRoot())
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / n - 1) < 4 * (2 / n).squareRoot())
  }
}
