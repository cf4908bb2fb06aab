/// How the shares of cells are sampled: chosen by the shape of the problem alone, so that the same input gives the
/// same result on any machine.
public struct SamplingPlan: Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// A tree over the space whose leaves know the few alternatives that can be nearest.
    case cellTree = "cell tree"
    /// Random points with reflections that share their matrix products.
    case reflections
    /// Independent random points.
    case independent
  }

  public let kind: Kind
  /// Blocks B of coordinates; a random point stands for 2B reflections. 1 elsewhere.
  public let blocks: Int

  /// Samples that come from one random point: the independent groups of the error estimate.
  public var groupSize: Int { kind == .reflections ? 2 * blocks : 1 }

  /// Independent groups that an error estimate should rest on, at least.
  static let leastGroups = 64

  /// Chooses a plan.
  ///
  /// - Up to three dimensions, a tree finds the nearest alternative by looking at a handful, whatever
  ///   the number of alternatives; no product can compete. It also compares differences of coordinates, where
  ///   products would lose the digits that tell crowded alternatives apart.
  /// - In a space that is symmetric about its centre, a reflected point costs log2(B)/2 + 3 additions an
  ///   alternative instead of d multiplications. More blocks mean fewer products, but a wider transform; with
  ///   64 the transform no longer fits the registers of most machines, so it is used only where products
  ///   would dominate (d of 1,024 and more). There are no more blocks than half the coordinates, so
  ///   that blocks can carry similar energy, and no more than leave 64 independent groups, so that the error
  ///   estimate is sound.
  /// - Elsewhere points are independent.
  public init(
    alternatives m: Int, dimension d: Int, samples: Int, isReflectionSymmetric: Bool
  ) {
    if d <= 3 {
      (kind, blocks) = (.cellTree, 1)
      return
    }
    var blocks = d >= 1_024 ? 64 : 32
    while blocks > 1, 2 * blocks > d || samples / (2 * blocks) < Self.leastGroups { blocks /= 2 }
    if isReflectionSymmetric, samples / (2 * blocks) >= Self.leastGroups {
      (kind, self.blocks) = (.reflections, blocks)
    } else {
      (kind, self.blocks) = (.independent, 1)
    }
  }

  /// A plan by hand, for measurements.
  ///
  /// - Parameter blocks: A power of two up to 64.
  public init(kind: Kind, blocks: Int) {
    precondition(
      [1, 2, 4, 8, 16, 32, 64].contains(blocks), "\(blocks) blocks; expected a power of two up to 64")
    self.kind = kind
    self.blocks = kind == .reflections ? blocks : 1
  }
}

extension SamplingPlan: CustomStringConvertible {
  public var description: String {
    switch kind {
    case .cellTree: "nearest alternatives by a tree over the space"
    case .reflections: "points with \(groupSize) reflections in \(blocks) blocks"
    case .independent: "independent points"
    }
  }
}
