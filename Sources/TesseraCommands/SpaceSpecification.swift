import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

/// An alternative space as the command line names it; the contexts fill in the rest.
enum SpaceSpecification: Equatable {
  case unitCube
  case centeredCube(side: Double)
  case boundingBox(margin: Double)
  case box(lower: [Double], upper: [Double])
  case ball(radius: Double?)
  case gaussian
  case factorMixture(factor: Double)
  case factorProduct(factor: Double)
  case pool(file: String)

  /// - Parameter transform: What is done to the contexts is done to a pool as well.
  func space(
    around contexts: Contexts, transform: ContextTransform?, samples: Int, seed: UInt64, threads: Int?
  ) throws -> any AlternativeSpace {
    switch self {
    case .ball(let radius):
      return try radius.map { try Ball(centre: Array(repeating: 0, count: contexts.dimension), radius: $0) }
        ?? Ball(around: contexts)
    case .gaussian:
      return try Gaussian.fixedPoint(contexts, samples: samples, seed: seed, threads: threads)
    case .factorMixture(let factor):
      // Boxes drawn by weights that clones share.
      let weights = try VoronoiWeights.weights(
        contexts: contexts, space: BoundingBox(around: contexts), samples: samples, seed: seed,
        threads: threads)
      return try FactorMixture(around: contexts, weights: weights.values, factor: factor)
    case .factorProduct(let factor): return try FactorProduct(around: contexts, factor: factor)
    case .pool(let file):
      let pool = try NumpyFile.readContexts(file)
      return try ReferencePool(transform?.apply(to: pool) ?? pool, name: "pool=\(file)")
    case .unitCube: return UnitCube(dimension: contexts.dimension)
    case .centeredCube(let side): return try CenteredCube(dimension: contexts.dimension, side: side)
    case .boundingBox(let margin): return try BoundingBox(around: contexts, margin: margin)
    case .box(let lower, let upper):
      func spread(_ bounds: [Double]) -> [Double] {
        bounds.count == 1 ? Array(repeating: bounds[0], count: contexts.dimension) : bounds
      }
      return try Box(lower: spread(lower), upper: spread(upper))
    }
  }
}

extension SpaceSpecification: ExpressibleByArgument {
  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    let value = parts.count == 2 ? parts[1] : nil
    let number = value.flatMap(Double.init)
    switch (parts[0], value == nil) {
    case ("unit-cube", true): self = .unitCube
    case ("centered-cube", true): self = .centeredCube(side: 1)
    case ("centered-cube", false):
      guard let number, number > 0, number.isFinite else { return nil }
      self = .centeredCube(side: number)
    case ("bounding-box", true): self = .boundingBox(margin: 0)
    case ("bounding-box", false):
      guard let number, number >= 0, number.isFinite else { return nil }
      self = .boundingBox(margin: number)
    case ("ball", true): self = .ball(radius: nil)
    case ("ball", false):
      guard let number, number > 0, number.isFinite else { return nil }
      self = .ball(radius: number)
    case ("gaussian", true): self = .gaussian
    case ("factor-mixture", true): self = .factorMixture(factor: 2)
    case ("factor-product", true): self = .factorProduct(factor: 2)
    case ("factor-mixture", false), ("factor-product", false):
      guard let number, number > 1, number.isFinite else { return nil }
      self = parts[0] == "factor-mixture" ? .factorMixture(factor: number) : .factorProduct(factor: number)
    case ("pool", false):
      guard let value, !value.isEmpty else { return nil }
      self = .pool(file: value)
    case ("box", false):
      let bounds = (value ?? "").split(separator: ":", omittingEmptySubsequences: false).map { side in
        side.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      }
      guard bounds.count == 2 else { return nil }
      let (lower, upper) = (bounds[0].compactMap { $0 }, bounds[1].compactMap { $0 })
      guard lower.count == bounds[0].count, upper.count == bounds[1].count, !lower.isEmpty, !upper.isEmpty,
        lower.count == upper.count || lower.count == 1 || upper.count == 1,
        (lower + upper).allSatisfy(\.isFinite)
      else { return nil }
      self = .box(lower: lower, upper: upper)
    default: return nil
    }
  }

  var defaultValueDescription: String { self == .boundingBox(margin: 0) ? "bounding-box" : "\(self)" }
}
