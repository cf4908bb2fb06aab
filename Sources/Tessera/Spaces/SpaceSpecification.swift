/// An alternative space as it is written down; the contexts fill in the rest. Parsed, printed and coded here, once.
public enum SpaceSpecification: Sendable, Equatable {
  case unitCube
  case centeredCube(side: Double = 1)
  case boundingBox(margin: Double = 0)
  case box(lower: [Double], upper: [Double])
  /// nil for a ball around the contexts.
  case ball(radius: Double? = nil)
  case gaussian
  case factorMixture(factor: Double = 2)
  case factorProduct(factor: Double = 2)
  /// Contexts of unlabelled answers, by the name of where they are kept.
  case pool(name: String)

  /// As it is spelled, with its parameters.
  public var name: String {
    func spell(_ word: String, _ value: Double, usual: Double) -> String {
      value == usual ? word : "\(word)=\(value)"
    }
    switch self {
    case .unitCube: return "unit-cube"
    case .centeredCube(let side): return spell("centered-cube", side, usual: 1)
    case .boundingBox(let margin): return spell("bounding-box", margin, usual: 0)
    case .box(let lower, let upper):
      func list(_ bounds: [Double]) -> String { bounds.map { "\($0)" }.joined(separator: ",") }
      return "box=\(list(lower)):\(list(upper))"
    case .ball(let radius): return radius.map { "ball=\($0)" } ?? "ball"
    case .gaussian: return "gaussian"
    case .factorMixture(let factor): return spell("factor-mixture", factor, usual: 2)
    case .factorProduct(let factor): return spell("factor-product", factor, usual: 2)
    case .pool(let name): return "pool=\(name)"
    }
  }

  /// What names there are, for help and messages.
  public static let spellings =
    "bounding-box, bounding-box=MARGIN, unit-cube, centered-cube, centered-cube=SIDE, box=LO:HI, ball, ball=RADIUS, gaussian, factor-mixture, factor-mixture=FACTOR, factor-product, factor-product=FACTOR, pool=FILE"

  /// Reads a name; nil for one that is none.
  public init?(name: String) {
    let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let value = parts.count == 2 ? parts[1] : nil
    let number = value.flatMap(Double.init)
    switch (parts[0], value == nil) {
    case ("unit-cube", true): self = .unitCube
    case ("centered-cube", true): self = .centeredCube()
    case ("centered-cube", false):
      guard let number, number > 0, number.isFinite else { return nil }
      self = .centeredCube(side: number)
    case ("bounding-box", true): self = .boundingBox()
    case ("bounding-box", false):
      guard let number, number >= 0, number.isFinite else { return nil }
      self = .boundingBox(margin: number)
    case ("ball", true): self = .ball()
    case ("ball", false):
      guard let number, number > 0, number.isFinite else { return nil }
      self = .ball(radius: number)
    case ("gaussian", true): self = .gaussian
    case ("factor-mixture", true): self = .factorMixture()
    case ("factor-product", true): self = .factorProduct()
    case ("factor-mixture", false), ("factor-product", false):
      guard let number, number > 1, number.isFinite else { return nil }
      self = parts[0] == "factor-mixture" ? .factorMixture(factor: number) : .factorProduct(factor: number)
    case ("pool", false):
      guard let value, !value.isEmpty else { return nil }
      self = .pool(name: value)
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
}

extension SpaceSpecification: Codable, Spelled {
  public init(from decoder: any Decoder) throws {
    try self.init(spelled: decoder.singleValueContainer().decode(String.self), in: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
