/// How contexts are seen by the kernels: from where, at what scale, with coordinates dealt to which blocks.
///
/// It follows from all contexts and is the same for every part of them, so that products of any parts are the products of the
/// whole to the last byte. Made in two steps: mean and blocks first, then the mean of the half norms, which needs both.
public struct Packing: Sendable, Equatable, Codable {
  /// What is taken off every context.
  public let mean: [Double]
  /// Where norms are seen from.
  public let origin: [Double]
  /// What a number is multiplied by: a power of two.
  public let scale: Double
  public let blocks: Int
  /// Place of each coordinate: block * blockWidth + position.
  let place: [Int]
  /// The mean of |c - origin|^2 / 2 - |mean - origin|^2 / 2, which is taken off the half norms.
  public private(set) var meanHalfNorm = 0.0

  /// Coordinates of a block; the last places of a block may be empty, with zeros.
  var blockWidth: Int { (mean.count + blocks - 1) / blocks }

  /// - Parameter energy: Of each coordinate, which decides the block it goes to; not read for one block.
  init(mean: [Double], origin: [Double], scale: Double, blocks: Int, energy: (Int) -> Double) {
    (self.mean, self.origin, self.scale, self.blocks) = (mean, origin, scale, blocks)
    place =
      blocks == 1
      ? Array(mean.indices) : Self.deal(mean.indices.map(energy), blocks, (mean.count + blocks - 1) / blocks)
  }

  /// For distances between contexts: one block, seen from the mean, at a size of about 1.
  ///
  /// - Parameter bounds: Of all contexts.
  /// - Throws: `ContextsError.scale`.
  public init(mean: [Double], bounds: (lower: [Double], upper: [Double])) throws {
    self.init(
      mean: mean, origin: mean, scale: try Contexts.unitScale(around: mean, bounds: bounds), blocks: 1
    ) { _ in 0 }
  }

  /// The same with the mean of the half norms.
  ///
  /// - Parameters:
  ///   - sum: Of the half norms of all contexts.
  ///   - count: Of contexts.
  public func centred(sum: Double, count: Int) -> Packing {
    var copy = self
    copy.meanHalfNorm = sum / Double(max(count, 1))
    return copy
  }

  /// Half norms of contexts, before their mean is taken off.
  func halfNorms(of contexts: Contexts, work: Work) -> [Double] {
    contexts.halfSquaredDistances(from: origin, reference: mean, scale: scale, work: work)
  }

  /// Blocks of equal energy make the scores of different reflections uncorrelated: large ones first, each to the block
  /// that has least and is not full.
  private static func deal(_ weight: [Double], _ blocks: Int, _ width: Int) -> [Int] {
    var place = [Int](repeating: 0, count: weight.count)
    var energy = [Double](repeating: 0, count: blocks)
    var filled = [Int](repeating: 0, count: blocks)
    for k in weight.indices.sorted(by: { (weight[$1], $0) < (weight[$0], $1) }) {
      var block = -1
      for candidate in 0..<blocks where filled[candidate] < width {
        if block < 0 || energy[candidate] < energy[block] { block = candidate }
      }
      place[k] = block * width + filled[block]
      filled[block] += 1
      energy[block] += weight[k]
    }
    return place
  }

  private enum CodingKeys: String, CodingKey { case mean, origin, scale, blocks, place, meanHalfNorm }

  /// - Throws: `DecodingError` for what no contexts have: kernels write to the places without looking.
  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: CodingKeys.self)
    mean = try c.decode([Double].self, forKey: .mean)
    origin = try c.decode([Double].self, forKey: .origin)
    scale = try c.decode(Double.self, forKey: .scale)
    blocks = try c.decode(Int.self, forKey: .blocks)
    place = try c.decode([Int].self, forKey: .place)
    meanHalfNorm = try c.decode(Double.self, forKey: .meanHalfNorm)
    let places = [1, 2, 4, 8, 16, 32, 64].contains(blocks) ? blocks * blockWidth : 0
    guard origin.count == mean.count, place.count == mean.count, scale > 0,
      place.allSatisfy((0..<places).contains), Set(place).count == place.count
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .place, in: c,
        debugDescription:
          "found places beyond \(blocks) blocks of \(mean.count) coordinates, expected a packing")
    }
  }
}
