import Tessera
import TesseraFormats

/// A part of the samples of Voronoi weights, for work that is shared among machines.
///
/// `tally part`: array in `contexts`; settings: those of a fit, `first` and `count` besides. The document is a tally: whole numbers,
/// so that parts add up to the same bytes in any order. `tally merge`: settings `parts`, a list of such documents.
/// `tally weights`: settings `part`, the whole; arrays out `values`, `standard errors`.
enum TallyOperation {
  struct PartSettings: Decodable {
    var space: SpaceSpecification?
    var samples: Int?
    var method: VoronoiWeights.Method?
    var seed: UInt64?
    var first: Int
    var count: Int
  }

  struct Parts: Decodable {
    var parts: [VoronoiTally]
  }

  struct Whole: Decodable {
    var part: VoronoiTally
  }

  static func part(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(PartSettings.self)
    let contexts = try request.required("contexts").contexts()
    let space = try (settings.space ?? .boundingBox()).space(around: contexts, work: work.silent)
    guard settings.count >= 1, settings.first >= 0, settings.first < 1 << 50, settings.count < 1 << 50 else {
      throw RequestError.setting(
        "count", found: "\(settings.count) from \(settings.first)", expected: "a range of samples")
    }
    let tally = try VoronoiTally(
      counting: settings.first..<settings.first + settings.count, contexts: contexts, space: space,
      samples: settings.samples ?? 100_000, method: settings.method ?? .automatic, seed: settings.seed ?? 0,
      work: work)
    return Outcome(try DocumentEncoder.json(tally))
  }

  static func merge(_ request: Request, _ work: Work) throws -> Outcome {
    Outcome(try DocumentEncoder.json(VoronoiTally.merge(try request.settings(Parts.self).parts)))
  }

  static func weights(_ request: Request, _ work: Work) throws -> Outcome {
    try WeightsOperation.outcome(request.settings(Whole.self).part.weights())
  }

  /// How many samples a part must begin at a multiple of.
  static func unit(_ request: Request, _ work: Work) throws -> Outcome {
    Outcome(.object([("unit", .integer(VoronoiTally.unit))]))
  }
}
