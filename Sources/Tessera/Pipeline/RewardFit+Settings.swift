/// Which weights a fit uses.
public enum WeightChoice: Sendable, Hashable {
  /// What the data satisfy decides: `RewardFit.Choice`.
  case automatic
  /// The paper's cells where contexts are known, none where they are not.
  case paper
  case scheme(SchemeSpecification)

  /// As it is spelled.
  public var name: String {
    switch self {
    case .automatic: "auto"
    case .paper: "paper"
    case .scheme(let scheme): scheme.name
    }
  }

  /// Reads a name; nil for one that is none.
  public init?(name: String) {
    switch name {
    case "auto": self = .automatic
    case "paper": self = .paper
    default:
      guard let scheme = SchemeSpecification(name: name) else { return nil }
      self = .scheme(scheme)
    }
  }

  /// What names there are, for help and messages.
  public static let spellings = "auto, paper, \(SchemeSpecification.spellings)"

  public var needsContexts: Bool {
    switch self {
    case .automatic, .paper, .scheme(.uniform), .scheme(.families): false
    case .scheme: true
    }
  }
}

extension WeightChoice: Codable, Spelled {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .automatic
      return
    }
    try self.init(spelled: container.decode(String.self), in: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

/// How strong the regularisation is.
public enum LambdaChoice: Sendable, Hashable, ExpressibleByFloatLiteral {
  /// What predicts best what is held out: `LambdaCurve`.
  case automatic
  case value(Double)

  public init(floatLiteral value: Double) { self = .value(value) }

  /// As it is spelled.
  public var name: String {
    switch self {
    case .automatic: "auto"
    case .value(let value): "\(value)"
    }
  }

  /// Reads "auto" or a number; nil for anything else.
  public init?(name: String) {
    if name == "auto" {
      self = .automatic
    } else if let value = Double(name) {
      self = .value(value)
    } else {
      return nil
    }
  }

  /// The number, where one was given.
  public var value: Double? { if case .value(let value) = self { value } else { nil } }
}

extension LambdaChoice: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Double.self) {
      self = .value(value)
    } else if let name = try? container.decode(String.self), name == "auto" {
      self = .automatic
    } else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "found neither; expected a positive number or \"auto\""))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .automatic: try container.encode("auto")
    case .value(let value): try container.encode(value)
    }
  }
}

/// How pairs count, or what the data satisfy decides.
public enum PairChoice: String, Sendable, CaseIterable, Codable {
  case automatic = "auto"
  case proportion, count

  public init(_ convention: PairConvention) { self = convention == .count ? .count : .proportion }
}

extension RewardFit {
  /// What a fit is asked for; every default stands here.
  public struct Settings: Sendable, Equatable {
    public var weights = WeightChoice.automatic
    /// The alternative space, for schemes that measure cells.
    public var space = SpaceSpecification.boundingBox()
    public var method = VoronoiWeights.Method.automatic
    /// Points drawn where the weights are sampled.
    public var samples = 100_000
    /// Sample until the largest standard error of a weight is below this; nil for a fixed number.
    public var targetError: Double?
    /// Whether the target error is a share of each weight above 1/(10 m).
    public var relative = false
    public var seed: UInt64 = 0
    /// Whether contexts are scaled to length 1.
    public var normalize = false
    /// Whether the mean of the contexts, in which clones count as one, is subtracted.
    public var center = false
    /// Principal axes to keep; nil for all coordinates.
    public var pca: Int?
    /// Strength of the regularisation.
    public var lambda = LambdaChoice.automatic
    public var lambdaConvention = LambdaConvention.local
    public var pairs = PairChoice.automatic
    /// Whether alternatives with equal contexts become one, with their comparisons pooled.
    public var mergeDuplicates = false
    /// Whether answers are weighed within each prompt, and prompts count alike.
    public var perPrompt = false
    /// Whether compared pairs are weighed in the space of pairs, so that sparse comparisons lose no mass.
    public var pairSpace = false
    /// Whether profiles of win rates are the contexts, where no others are known: for leaderboards.
    public var profiles = false

    public init() {}

    /// The paper's own choices in one word: Voronoi cells in the unit cube, win rates as proportions, its lambda and what it
    /// means there.
    public static var paper: Settings {
      var settings = Settings()
      (settings.weights, settings.space) = (.paper, .unitCube)
      (settings.pairs, settings.lambda, settings.lambdaConvention) = (
        .proportion, .value(LambdaCurve.fixed), .paper
      )
      return settings
    }

    /// Where settings of cells were asked for and no weights, cells were meant: the weights that these settings are about.
    ///
    /// - Parameter given: What somebody asked for.
    public func implied(by given: Set<Key>) -> Settings {
      var settings = self
      let cells: Set<Key> = [.space, .method, .samples, .targetError, .relative]
      if weights == .automatic, !cells.isDisjoint(with: given) || lambdaConvention != .local {
        settings.weights = .paper
      }
      return settings
    }

    /// Whether lambda is one of another convention than the weights of comparisons, each of which carries its own ridge.
    var refusesConvention: Bool {
      if case .scheme(.local) = weights { lambdaConvention != .local } else { false }
    }

    /// The settings by name, as configuration files spell them.
    public enum Key: String, CodingKey, CaseIterable, Sendable {
      case weights, space, method, samples, targetError, relative, seed, normalize, center, pca, lambda
      case lambdaConvention, pairs, mergeDuplicates, perPrompt, pairSpace, profiles
    }

    /// - Throws: `RewardFitError.setting` for a value that cannot be, or two that exclude each other.
    public func check() throws {
      func require(_ holds: Bool, _ key: Key, _ found: String, _ expected: String) throws {
        if !holds { throw RewardFitError.setting(key, found: found, expected: expected) }
      }
      if let lambda = lambda.value {
        try require(lambda > 0 && lambda.isFinite, .lambda, "\(lambda)", "auto or a positive number")
      }
      try require(
        !refusesConvention, .lambdaConvention, lambdaConvention.rawValue,
        "local, since comparisons that are weighed carry their own ridge")
      try require(samples >= 1, .samples, "\(samples)", "at least 1")
      if let targetError {
        try require(
          targetError > 0 && targetError.isFinite, .targetError, "\(targetError)", "a positive number")
      }
      try require(
        method != .exact || targetError == nil, .targetError, "\(targetError ?? 0)",
        "none beside the method exact, whose weights have no error")
      try require(!relative || targetError != nil, .relative, "true", "a target error that it is about")
      if let pca { try require(pca >= 1, .pca, "\(pca)", "at least 1") }
      if pairSpace {
        try require(
          !perPrompt, .perPrompt, "true", "false, since pairs are weighed in one space of all pairs")
        try require(
          weights == .automatic || weights == .paper || weights == .scheme(.voronoi), .weights, weights.name,
          "voronoi, since pairs are weighed by cells in the space of pairs")
        try require(method != .exact, .method, "exact", "auto or sampled: cells of pairs are sampled")
        try require(targetError == nil, .targetError, "\(targetError ?? 0)", "a number of samples instead")
      }
    }

    /// How cells are measured under these settings.
    public func sampling(pool: Contexts? = nil) throws -> Sampling {
      Sampling(
        space: space, pool: pool, method: method, samples: samples,
        target: try targetError.map { try TargetError($0, isRelative: relative) }, seed: seed)
    }

    /// Of the settings that somebody gave, those that change nothing, each with the reason.
    ///
    /// - Parameter schemes: What weighs: the scheme that was chosen, or those of an audit.
    public func unused(_ given: Set<Key>, hasContexts: Bool, schemes all: [any WeightScheme]) -> [(
      key: Key, why: String
    )] {
      let uses = all.reduce(SchemeSettings()) { $0.union($1.uses) }
      let names = all.map(\.name).joined(separator: ", ")
      let weighs = hasContexts && !all.allSatisfy(\.isUniform)
      let reason =
        !hasContexts
        ? "there are no contexts that it could be about" : "the weights \(names) look at no contexts"
      let cells = "the weights \(names) use none"
      let fitsTransform = weighs && (center || pca != nil)
      func because(_ key: Key) -> String? {
        switch key {
        case .space: return !weighs ? reason : uses.contains(.space) ? nil : cells
        case .method: return !weighs ? reason : uses.contains(.method) ? nil : cells
        case .samples: return !weighs ? reason : uses.contains(.samples) || fitsTransform ? nil : cells
        case .targetError, .relative: return !weighs ? reason : uses.contains(.targetError) ? nil : cells
        case .normalize, .center, .pca: return weighs || (hasContexts && mergeDuplicates) ? nil : reason
        default: return nil
        }
      }
      return Key.allCases.filter(given.contains).compactMap { key in because(key).map { (key, $0) } }
    }
  }
}

extension RewardFit.Settings: Codable {
  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Settings that are not named keep their defaults; names that are none are refused.
  public init(from decoder: any Decoder) throws {
    self.init()
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys where Key(rawValue: key.stringValue) == nil
    {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription:
            "found the setting \"\(key.stringValue)\", expected some of \(Key.allCases.map(\.rawValue).joined(separator: ", "))"
        ))
    }
    let c = try decoder.container(keyedBy: Key.self)
    func read<Value: Decodable>(_ key: Key, _ value: inout Value) throws {
      if let found = try c.decodeIfPresent(Value.self, forKey: key) { value = found }
    }
    try read(.weights, &weights)
    try read(.space, &space)
    try read(.method, &method)
    try read(.samples, &samples)
    targetError = try c.decodeIfPresent(Double.self, forKey: .targetError)
    try read(.relative, &relative)
    try read(.seed, &seed)
    try read(.normalize, &normalize)
    try read(.center, &center)
    pca = try c.decodeIfPresent(Int.self, forKey: .pca)
    try read(.lambda, &lambda)
    try read(.lambdaConvention, &lambdaConvention)
    try read(.pairs, &pairs)
    try read(.mergeDuplicates, &mergeDuplicates)
    try read(.perPrompt, &perPrompt)
    try read(.pairSpace, &pairSpace)
    try read(.profiles, &profiles)
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Key.self)
    try c.encode(weights, forKey: .weights)
    try c.encode(space, forKey: .space)
    try c.encode(method, forKey: .method)
    try c.encode(samples, forKey: .samples)
    try c.encode(targetError, forKey: .targetError)
    try c.encode(relative, forKey: .relative)
    try c.encode(seed, forKey: .seed)
    try c.encode(normalize, forKey: .normalize)
    try c.encode(center, forKey: .center)
    try c.encode(pca, forKey: .pca)
    try c.encode(lambda, forKey: .lambda)
    try c.encode(lambdaConvention, forKey: .lambdaConvention)
    try c.encode(pairs, forKey: .pairs)
    try c.encode(mergeDuplicates, forKey: .mergeDuplicates)
    try c.encode(perPrompt, forKey: .perPrompt)
    try c.encode(pairSpace, forKey: .pairSpace)
    try c.encode(profiles, forKey: .profiles)
  }
}

/// What a fit can object to.
public enum RewardFitError: KindedError, Equatable {
  case setting(RewardFit.Settings.Key, found: String, expected: String)
  case noContexts(neededFor: String)
  case noPrompt(alternative: String)
  case twoPrompts(alternative: String, String, String)
  case otherSettings(setting: String, found: String, expected: String)
  case unknownAlternative(id: String)

  public var kind: ErrorKind {
    switch self {
    case .setting, .otherSettings: .option
    case .noContexts, .noPrompt, .twoPrompts, .unknownAlternative: .data
    }
  }

  public var description: String {
    switch self {
    case .setting(let key, let found, let expected): "\(key.rawValue) is \(found); expected \(expected)"
    case .noContexts(let what): "there are no contexts; expected one for every alternative, for \(what)"
    case .noPrompt(let id):
      "there is no prompt of \"\(id)\"; expected one for every alternative, to weigh within prompts"
    case .twoPrompts(let id, let a, let b):
      "\"\(id)\" is compared under the prompts \"\(a)\" and \"\(b)\"; expected one prompt for every alternative, to weigh within prompts"
    case .otherSettings(let setting, let found, let expected):
      "the state was fitted with \(setting) \(found); expected \(expected), as asked for now"
    case .unknownAlternative(let id):
      "\"\(id)\" has votes and is not among the alternatives; expected all of them"
    }
  }
}
