import Tessera
import TesseraFormats

/// A part of the samples of Voronoi weights, for work that is shared among machines.
///
/// `tally prepare`: array in `contexts`; settings: those of a fit, `untilError` where a target error ends the work. The result is the
/// subject of `tally count`; its document says what all parts have in common, or that the cells are exact.
/// `tally count`: settings `first` and `count`; array out `tally`, the bytes of a part. Parts are whole numbers: they add up to the
/// same bytes in any order.
/// `tally join`: arrays in, under any names: parts that follow one another; subject, optional: one more, which was joined before.
/// Setting `whole`: whether all parts must be there. Array out `tally`, where `whole` is asked for.
/// `tally weights`: array in `tally`, the whole, or subject; settings `targetError` and `relative` for as many samples as it took.
/// Arrays out `values`, `standard errors`.
/// `tally round`, `tally error`: the schedule of a run until a target error, and how far it is.
enum TallyOperation {
  struct PrepareSettings: Decodable {
    var space: SpaceSpecification?
    var samples: Int?
    var method: VoronoiWeights.Method?
    var seed: UInt64?
    /// Whether there are as many samples as a target error takes.
    var untilError: Bool?
  }

  /// What was prepared: or why there is nothing to count.
  enum Prepared: Sendable {
    case sampler(VoronoiTally.Sampler)
    case exact(TallyError)
  }

  static func prepare(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(PrepareSettings.self)
    let contexts = try request.required("contexts").contexts()
    let space = try (settings.space ?? .boundingBox()).space(around: contexts, work: work.silent)
    do {
      let sampler = try VoronoiTally.Sampler(
        contexts: contexts, space: space,
        samples: settings.untilError == true ? nil : settings.samples ?? 100_000,
        method: settings.method ?? .automatic, seed: settings.seed ?? 0, work: work)
      return Outcome(
        .object([
          ("total", .integer(sampler.total)), ("fingerprint", .string(sampler.fingerprint)),
          ("alternatives", .integer(contexts.count)), ("dimension", .integer(contexts.dimension)),
        ]), value: Prepared.sampler(sampler))
    } catch let error as TallyError {
      guard case .exact(let why) = error else { throw error }
      return Outcome(.object([("exact", .string(why))]), value: Prepared.exact(error))
    }
  }

  struct Range: Decodable {
    var first: Int
    var count: Int
  }

  static func count(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(Range.self)
    guard settings.count >= 1, settings.first >= 0, settings.first < 1 << 50, settings.count < 1 << 50 else {
      throw RequestError.setting(
        "count", found: "\(settings.count) from \(settings.first)", expected: "a range of samples")
    }
    switch try request.subject(Prepared.self, "contexts that were prepared for counting") {
    case .exact(let error): throw error
    case .sampler(let sampler):
      let tally = try sampler.count(settings.first..<settings.first + settings.count, work: work)
      return Outcome(arrays: [("tally", .bytes(tally.bytes))], value: tally)
    }
  }

  struct Joining: Decodable {
    var whole: Bool?
  }

  static func join(_ request: Request, _ work: Work) throws -> Outcome {
    let isWhole = try request.settings(Joining.self).whole ?? true
    var parts = try request.arrays.map { try VoronoiTally(bytes: $0.elements(.bytes, UInt8.self)) }
    if request.subject != nil { parts.append(try request.subject(VoronoiTally.self, "a tally")) }
    guard isWhole else { return Outcome(value: try VoronoiTally.join(parts)) }
    let whole = try VoronoiTally.merge(parts)
    return Outcome(arrays: [("tally", .bytes(whole.bytes))], value: whole)
  }

  /// A tally that is the subject, or an array of this name.
  private static func tally(_ request: Request) throws -> VoronoiTally {
    if request.subject != nil { return try request.subject(VoronoiTally.self, "a tally") }
    return try VoronoiTally(bytes: request.required("tally").elements(.bytes, UInt8.self))
  }

  struct Target: Decodable {
    var targetError: Double?
    var relative: Bool?

    func target() throws -> TargetError? {
      try targetError.map { try TargetError($0, isRelative: relative ?? false) }
    }
  }

  static func weights(_ request: Request, _ work: Work) throws -> Outcome {
    let (target, tally) = (try request.settings(Target.self).target(), try tally(request))
    return try WeightsOperation.outcome(target.map { try tally.weights(until: $0) } ?? tally.weights())
  }

  /// How far a run until a target error is: the error after the samples of a tally, and whether it ends there.
  static func error(_ request: Request, _ work: Work) throws -> Outcome {
    guard let target = try request.settings(Target.self).target() else {
      throw RequestError.setting("targetError", found: "none", expected: "the error to reach")
    }
    let tally = try tally(request)
    let error = tally.error(target)
    return Outcome(
      .object([
        ("error", .number(error)), ("ends", .bool(error <= target.value || tally.count == tally.total)),
      ]))
  }

  struct Place: Decodable {
    var after: Int
  }

  /// What such a run draws next, before it looks at the error: `first` and `count`; nothing where it gives up.
  static func round(_ request: Request, _ work: Work) throws -> Outcome {
    let after = try request.settings(Place.self).after
    guard after >= 0, after < 1 << 50 else {
      throw RequestError.setting("after", found: "\(after)", expected: "a number of samples")
    }
    guard let next = VoronoiTally.round(after: after) else { return Outcome() }
    return Outcome(.object([("first", .integer(next.lowerBound)), ("count", .integer(next.count))]))
  }

  /// How many samples a part must begin at a multiple of.
  static func unit(_ request: Request, _ work: Work) throws -> Outcome {
    Outcome(.object([("unit", .integer(VoronoiTally.unit))]))
  }

  /// A tally in words: array in `tally`.
  static func document(_ request: Request, _ work: Work) throws -> Outcome {
    Outcome(try DocumentEncoder.json(tally(request)))
  }
}
