#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What random numbers are drawn for. Streams of one seed never meet: each purpose has 2^56 of its own.
public enum RandomPurpose: UInt64, Sendable, CaseIterable {
  /// Points of an alternative space, a stream for every point or group of points.
  case spacePoints = 0
  case pairSpacePoints, kMeansStart, radiusGraphNames, heldOutSplit, bootstrap, cloneDirections, weightAxioms
  case modelStart, trainingBatches, standardErrors, weightNoise, randomisedSVD
  case paperInstances, paperPopulations, studyData, studyTexts, studyPool
  case agreementPermutations, agreementHalves, agreementStudy
  case folds
  case topicHalves
  case rowSample
  case rankIntervals
  case trialRows
}

/// A random stream fixed by a seed and a stream number: xoshiro256++ (Blackman and Vigna, 2019).
///
/// Work that is split into numbered groups gives every group a stream of its own, so a result depends on
/// the seed alone and never on how many cores shared the groups.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  public init(seed: UInt64, stream: UInt64 = 0) {
    // SplitMix64 spreads seed and stream over the state; the stream enters through a second round, so that
    // (seed, stream) and (seed + 1, stream - 1) do not meet.
    var mixer = seed
    var state = RandomStream.splitMix(&mixer) ^ (stream &* 0xD2B7_4407_B1CE_6E93)
    s0 = RandomStream.splitMix(&state)
    s1 = RandomStream.splitMix(&state)
    s2 = RandomStream.splitMix(&state)
    s3 = RandomStream.splitMix(&state)
  }

  /// A stream of its own for every purpose, and for every number below 2^56 within it.
  public init(seed: UInt64, for purpose: RandomPurpose, number: UInt64 = 0) {
    self.init(seed: seed, stream: purpose.rawValue << 56 | (number & (1 << 56 - 1)))
  }

  /// SplitMix64 (Steele, Lea, Flood, 2014).
  static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  @inline(__always)
  public mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = ((sum << 23) | (sum >> 41)) &+ s0
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = (s3 << 45) | (s3 >> 19)
    return result
  }

  /// Uniform on [0, 1), 53 bits.
  @inline(__always)
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Two independent uniforms on (-1, 1) for the price of one draw, 24 bits each.
  ///
  /// The values are the odd multiples of 2^-24, so they are symmetric about 0 and never 0.
  @inline(__always)
  public mutating func symmetricPair() -> (Float, Float) {
    let bits = next()
    let a = Int32(truncatingIfNeeded: bits) >> 8
    let b = Int32(truncatingIfNeeded: bits >> 32) >> 8
    return ((Float(a) + 0.5) * 0x1p-23, (Float(b) + 0.5) * 0x1p-23)
  }

  /// A standard normal number, by the polar method.
  public mutating func normal() -> Double {
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0, s < 1 { return u * _logRatio(s) }
    }
  }

  private func _logRatio(_ s: Double) -> Double { (-2 * log(s) / s).squareRoot() }
}
