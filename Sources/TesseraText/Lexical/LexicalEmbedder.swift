import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The built-in embedder: what words and characters two texts share, without any download.
///
/// Each text becomes its words, pairs of neighbouring words and runs of three to five characters, counted as
/// 1 + log(count), weighed by how few texts have them (log inverse document frequency), scaled to length 1 and reduced to
/// the leading singular directions of all texts; the result is scaled to length 1 again, so that distances are those of
/// cosines. It knows nothing of meaning: good for near-duplicates, weak for paraphrases in other words.
///
/// Frequencies and directions are fitted to the texts, each different text counting once: exact copies do not move
/// them. Near-copies can, a little; a `FittedLexicalEmbedder` that was fitted before they came is not moved by them.
public struct LexicalEmbedder: Embedder {
  /// Numbers of a context, fewer where the texts do not differ in as many ways.
  public let dimension: Int
  public let seed: UInt64

  /// Numbers of a context unless others are asked for.
  public static let dimension = 256

  /// Numbers of a context that make sense.
  public static let dimensions = 1...4_096

  package static let expectation = "1 to 4,096"

  public init(dimension: Int = Self.dimension, seed: UInt64 = 0) {
    precondition(dimension >= 1)
    self.dimension = dimension
    self.seed = seed
  }

  public var name: String { "builtin" }

  public func contexts(of texts: [String], work: Work) throws -> Contexts {
    try fit(texts, work: work.part(0...0.9)).contexts(of: texts, work: work.part(0.9...1))
  }

  /// Fits frequencies and directions.
  ///
  /// - Parameter texts: At least one.
  /// - Throws: `Cancelled`.
  /// - Complexity: O(length of the texts x dimension) and O((texts + features) x dimension^2).
  public func fit(_ texts: [String], work: Work = Work()) throws -> FittedLexicalEmbedder {
    precondition(!texts.isEmpty)
    let features = try FittedLexicalEmbedder.features(DistinctTexts(texts).texts, work)
    work.report(0.2)
    var frequency = [Int32](repeating: 0, count: TextFeatures.buckets)
    for text in features { for bucket in text.buckets { frequency[Int(bucket)] += 1 } }
    // A feature of one text alone ties it to no other; it is kept only where the text has nothing else.
    var kept = frequency.map { $0 >= 2 }
    for text in features where !text.buckets.contains(where: { frequency[Int($0)] >= 2 }) {
      for bucket in text.buckets { kept[Int(bucket)] = true }
    }
    let buckets = kept.indices.filter { kept[$0] }
    let n = Double(features.count)
    let rarity = buckets.map { Float(1 + log((1 + n) / (1 + Double(frequency[$0])))) }
    let raw = FittedLexicalEmbedder(
      buckets: buckets, rarity: rarity, directions: Matrix(rows: buckets.count, columns: 0))
    let matrix = raw.rows(features)
    work.report(0.3)
    let (vectors, rank) = try RandomisedSVD.rightVectors(matrix, count: dimension, seed: seed, work)
    work.report(1)
    return FittedLexicalEmbedder(
      buckets: buckets, rarity: rarity,
      directions: Matrix(rows: buckets.count, columns: rank, storage: vectors.map { Float($0) }))
  }
}

/// A lexical embedder whose frequencies and directions are settled: new texts get contexts that fit the old ones.
public struct FittedLexicalEmbedder: Embedder, Equatable {
  /// Features that count, ascending.
  let buckets: [Int]
  /// Weight of each for being rare.
  let rarity: [Float]
  /// features x dimension
  let directions: Matrix<Float>
  /// Position of each bucket, -1 for those left out.
  private let place: [Int32]

  init(buckets: [Int], rarity: [Float], directions: Matrix<Float>) {
    self.buckets = buckets
    self.rarity = rarity
    self.directions = directions
    var place = [Int32](repeating: -1, count: TextFeatures.buckets)
    for (position, bucket) in buckets.enumerated() { place[bucket] = Int32(position) }
    self.place = place
  }

  public var name: String { "builtin" }
  public var dimension: Int { directions.columns }

  static func features(_ texts: [String], _ work: Work) throws -> [TextFeatures] {
    var result = [TextFeatures?](repeating: nil, count: texts.count)
    try withPointers(&result) { result in
      try work.forEach(pieces: texts.count) { place, _ in result[place] = TextFeatures(texts[place]) }
    }
    return result.compactMap { $0 }
  }

  /// Weighed features of length 1, one row a text; words and characters count half each.
  func rows(_ features: [TextFeatures]) -> SparseRows {
    var result = SparseRows(columns: buckets.count)
    for text in features {
      var row: [(place: Int32, value: Float)] = []
      var lengths: [Float] = [0, 0]
      for (bucket, count) in zip(text.buckets, text.counts) where place[Int(bucket)] >= 0 {
        let value = (1 + log(count)) * rarity[Int(place[Int(bucket)])]
        row.append((place[Int(bucket)], value))
        lengths[Int(bucket) >= TextFeatures.buckets / 2 ? 1 : 0] += value * value
      }
      let families = Float(lengths.count { $0 > 0 })
      let scales = lengths.map { $0 > 0 ? 1 / ($0 * families).squareRoot() : 0 }
      result.append(
        row.map { ($0.place, $0.value * scales[buckets[Int($0.place)] >= TextFeatures.buckets / 2 ? 1 : 0]) })
    }
    return result
  }

  public func contexts(of texts: [String], work: Work) throws -> Contexts {
    let distinct = DistinctTexts(texts)
    let matrix = try rows(Self.features(distinct.texts, work))
    let d = dimension
    // In double precision and as they are handed out.
    try MemoryNeed("contexts of texts", rows: texts.count, columns: d, width: 12).require()
    var values = try matrix.times(directions, work)
    for row in 0..<matrix.rows {
      let length = values[row * d..<(row + 1) * d].reduce(0) { $0 + $1 * $1 }.squareRoot()
      // A text without any known feature stays at zero.
      guard length > 0 else { continue }
      for k in row * d..<(row + 1) * d { values[k] /= length }
    }
    var all: [Float] = []
    all.reserveCapacity(texts.count * d)
    for place in distinct.places { for k in 0..<d { all.append(Float(values[place * d + k])) } }
    work.report(1)
    return try Contexts(Matrix(rows: texts.count, columns: d, storage: all))
  }
}
