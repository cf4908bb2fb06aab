/// What a text is made of, as numbered buckets with counts: its words, pairs of neighbouring words, and runs of three to
/// five characters inside words.
struct TextFeatures: Sendable, Equatable {
  /// Buckets of a feature's hash. The lower half holds words, the upper half characters.
  static let buckets = 1 << 18

  /// Ascending.
  let buckets: [Int32]
  let counts: [Float]

  init(_ text: String) {
    var words = Self.words(text)
    // A text of signs alone is its own word, an empty one a word of its own kind.
    if words.isEmpty { words = [Array(text.unicodeScalars)] }
    var counts: [Int32: Float] = [:]
    var before: UInt64?
    for word in words {
      let hash = Self.hash(word[...], 1)
      counts[Self.bucket(hash, upper: false), default: 0] += 1
      if let before {
        counts[Self.bucket(before &* 0x9E37_79B9_7F4A_7C15 ^ hash, upper: false), default: 0] += 1
      }
      before = hash
      let marked = [" "] + word + [" "]
      for length in 3...5 where marked.count >= length {
        for start in 0...marked.count - length {
          let hash = Self.hash(marked[start..<start + length], UInt64(length))
          counts[Self.bucket(hash, upper: true), default: 0] += 1
        }
      }
    }
    let sorted = counts.sorted { $0.key < $1.key }
    buckets = sorted.map(\.key)
    self.counts = sorted.map(\.value)
  }

  /// Runs of letters, digits and marks, in lower case.
  static func words(_ text: String) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    for scalar in text.lowercased().unicodeScalars {
      let belongs =
        scalar.isASCII
        ? (scalar.value >= 97 && scalar.value <= 122) || (scalar.value >= 48 && scalar.value <= 57)
        : scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      if belongs {
        word.append(scalar)
      } else if !word.isEmpty {
        words.append(word)
        word = []
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// FNV-1a over the scalars, the same on every machine; Swift's own hash changes from run to run.
  private static func hash(_ scalars: ArraySlice<Unicode.Scalar>, _ kind: UInt64) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ kind
    for scalar in scalars {
      hash = (hash ^ UInt64(scalar.value)) &* 0x100_0000_01B3
      hash ^= hash >> 32
    }
    return hash
  }

  private static func bucket(_ hash: UInt64, upper: Bool) -> Int32 {
    let half = UInt64(buckets / 2)
    let mixed = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
    return Int32((mixed >> 20) % half + (upper ? half : 0))
  }
}
