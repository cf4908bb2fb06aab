import CTesseraKernels

/// A tree of groups joined at growing mean distance: average linkage on squared Euclidean distances.
///
/// The distance of two groups is the root mean square distance between a member of one and a member of the other. It
/// follows from their centres and spreads, |c_A - c_B|^2 + s_A + s_B, so no matrix of distances is kept.
public struct AverageLinkage: Sendable, Equatable {
  public struct Join: Sendable, Equatable {
    /// A member of each of the two groups.
    public let a: Int
    public let b: Int
    /// Root mean square distance between the two groups.
    public let distance: Double
  }

  public let count: Int
  /// count - 1 joins in order of distance.
  public let joins: [Join]

  /// Joins rows, each standing for `sizes` members that spread by `spreads` about it.
  ///
  /// By chains of nearest neighbours (Murtagh, 1983), which is exact here, since joining two groups never brings a
  /// third closer to them than the nearer of the two was.
  ///
  /// - Parameters:
  ///   - contexts: m x d.
  ///   - sizes: Members behind each row; nil for one each.
  ///   - spreads: Mean squared distance of the members from the row; nil for zero.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 d) time, O(m d) memory.
  public init(_ contexts: Contexts, sizes: [Double]? = nil, spreads: [Double]? = nil, work: Work = Work())
    throws
  {
    let (m, d) = (contexts.count, contexts.dimension)
    count = m
    let packed = try PackedContexts(contexts, work: work)
    var centres = packed.rows(work: work)
    var size = sizes ?? Array(repeating: 1, count: m)
    var spread = (spreads ?? Array(repeating: 0, count: m)).map { $0 * packed.scale * packed.scale }
    // Active groups stand packed at the front, each known by a member.
    var active = (0..<Int32(m)).map { $0 }
    var joins: [Join] = []
    var chain: [Int] = []
    var distances = [Double](repeating: 0, count: m)
    while active.count > 1 {
      try work.check()
      if chain.isEmpty { chain.append(Int(active[0])) }
      while true {
        let tip = chain[chain.count - 1]
        let before = chain.count > 1 ? chain[chain.count - 2] : -1
        Self.squares(from: tip, to: active, centres, spread, d, &distances, work)
        // The one before wins ties, or the chain would not end.
        var (best, least) = (before, Double.infinity)
        for (place, other) in active.enumerated() where other != Int32(tip) {
          let other = Int(other)
          if distances[place] < least || (distances[place] == least && other == before) {
            (best, least) = (other, distances[place])
          }
        }
        if best == before || best < 0 {
          let (a, b) = (min(tip, before), max(tip, before))
          joins.append(Join(a: a, b: b, distance: max(least, 0).squareRoot() / packed.scale))
          Self.merge(b, into: a, &centres, &size, &spread, d)
          active.remove(at: active.firstIndex(of: Int32(b)) ?? 0)
          chain.removeLast(2)
          break
        }
        chain.append(best)
      }
    }
    self.joins = joins.enumerated().sorted {
      ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
    }
    .map(\.element)
  }

  /// Squared distances of one group from the active ones.
  ///
  /// From differences of the centres rather than by the products of `Distances`: every join moves a centre, and groups
  /// that join early lie so close that products in single precision have lost their distance.
  private static func squares(
    from tip: Int, to active: [Int32], _ centres: [Float], _ spread: [Double], _ d: Int,
    _ distances: inout [Double], _ work: Work
  ) {
    let piece = 256
    withPointers(&distances) { distances in
      withInputs(centres, active, spread) { centres, others, spread in
        // Every piece writes its own places.
        work.forEachWithoutPause(pieces: (active.count + piece - 1) / piece) { number, _ in
          let range = number * piece..<min((number + 1) * piece, active.count)
          tessera_squares_float(
            centres[address: tip * d], centres[address: 0], others[address: range.lowerBound], range.count,
            Int32(d),
            1, distances[address: range.lowerBound])
          for place in range { distances[place] += spread[tip] + spread[Int(others[place])] }
        }
      }
    }
  }

  private static func merge(
    _ b: Int, into a: Int, _ centres: inout [Float], _ size: inout [Double], _ spread: inout [Double],
    _ d: Int
  ) {
    let total = size[a] + size[b]
    let (u, v) = (size[a] / total, size[b] / total)
    var apart = 0.0
    for k in 0..<d {
      let (x, y) = (Double(centres[a * d + k]), Double(centres[b * d + k]))
      apart += (x - y) * (x - y)
      centres[a * d + k] = Float(u * x + v * y)
    }
    spread[a] = u * spread[a] + v * spread[b] + u * v * apart
    size[a] = total
  }

  /// The groups that have formed at a distance.
  public func groups(within distance: Double) -> Partition {
    cut(joins.prefix { $0.distance <= distance })
  }

  /// The last moment at which there were so many groups.
  public func groups(count wanted: Int) -> Partition {
    cut(joins.prefix(max(count - wanted, 0)))
  }

  private func cut(_ joins: ArraySlice<Join>) -> Partition {
    var parts = DisjointSets(count: count)
    for join in joins { _ = parts.join(join.a, join.b) }
    return parts.groups(count: count)
  }
}
