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
  /// - Complexity: O(m^2 d) time, O(m d) memory.
  public init(_ contexts: Contexts, sizes: [Double]? = nil, spreads: [Double]? = nil, threads: Int? = nil) {
    let (m, d) = (contexts.count, contexts.dimension)
    count = m
    let mean = contexts.moments(threads: threads).mean
    var centres = [Float](repeating: 0, count: m * d)
    for i in 0..<m { contexts.withRow(i) { k, value in centres[i * d + k] = Float(value - mean[k]) } }
    var size = sizes ?? Array(repeating: 1, count: m)
    var spread = spreads ?? Array(repeating: 0, count: m)
    // Active groups stand packed at the front, each known by a member.
    var active = Array(0..<m)
    var joins: [Join] = []
    var chain: [Int] = []
    var distances = [Double](repeating: 0, count: m)
    while active.count > 1 {
      if chain.isEmpty { chain.append(active[0]) }
      while true {
        let tip = chain[chain.count - 1]
        let before = chain.count > 1 ? chain[chain.count - 2] : -1
        Self.squares(from: tip, to: active, centres, spread, d, &distances, threads)
        // The one before wins ties, or the chain would not end.
        var (best, least) = (before, Double.infinity)
        for (place, other) in active.enumerated() where other != tip {
          if distances[place] < least || (distances[place] == least && other == before) {
            (best, least) = (other, distances[place])
          }
        }
        if best == before || best < 0 {
          let (a, b) = (min(tip, before), max(tip, before))
          joins.append(Join(a: a, b: b, distance: max(least, 0).squareRoot()))
          Self.merge(b, into: a, &centres, &size, &spread, d)
          active.remove(at: active.firstIndex(of: b) ?? 0)
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

  private static func squares(
    from tip: Int, to active: [Int], _ centres: [Float], _ spread: [Double], _ d: Int,
    _ distances: inout [Double], _ threads: Int?
  ) {
    let piece = 256
    distances.withUnsafeMutableBufferPointer { distances in
      centres.withUnsafeBufferPointer { centres in
        // Every piece writes its own places.
        let (distances, centres) = (Shared(distances), SharedInput(centres))
        Parallel.forEach(pieces: (active.count + piece - 1) / piece, threads: threads) { number, _ in
          let own = centres[address: tip * d]
          for place in number * piece..<min((number + 1) * piece, active.count) {
            let other = centres[address: active[place] * d]
            var sum = SIMD16<Float>.zero
            var k = 0
            while k + 16 <= d {
              let difference =
                UnsafeRawPointer(own + k).loadUnaligned(as: SIMD16<Float>.self)
                - UnsafeRawPointer(other + k).loadUnaligned(as: SIMD16<Float>.self)
              sum += difference * difference
              k += 16
            }
            var rest = Double(sum.sum())
            while k < d {
              let difference = Double(own[k] - other[k])
              rest += difference * difference
              k += 1
            }
            distances[place] = rest + spread[tip] + spread[active[place]]
          }
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
  public func groups(within distance: Double) -> DuplicateGroups {
    cut(joins.prefix { $0.distance <= distance })
  }

  /// The last moment at which there were so many groups.
  public func groups(count wanted: Int) -> DuplicateGroups {
    cut(joins.prefix(max(count - wanted, 0)))
  }

  private func cut(_ joins: ArraySlice<Join>) -> DuplicateGroups {
    var parts = DisjointSets(count: count)
    for join in joins { _ = parts.join(join.a, join.b) }
    return parts.groups(count: count)
  }
}
