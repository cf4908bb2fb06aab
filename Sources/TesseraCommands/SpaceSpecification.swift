import ArgumentParser
import Foundation
import Tessera

/// An alternative space as the command line names it; the contexts fill in the rest.
enum SpaceSpecification: Equatable {
  case unitCube
  case centeredCube(side: Double)
  case boundingBox(margin: Double)
  case box(lower: [Double], upper: [Double])

  func space(around contexts: Contexts) throws -> any AlternativeSpace {
    switch self {
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
