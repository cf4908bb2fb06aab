import Tessera
import TesseraFormats

/// All groups of near-duplicates. Subject: data that were read, with contexts. The document is that of `tessera duplicates`.
enum DuplicatesOperation {
  struct Settings: Decodable {
    var within: String?
    var acrossPrompts: Bool?
    var all: Bool?
  }

  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(Settings.self)
    let data = try request.subject(Data.self, "data that were read")
    guard let contexts = data.dataset.contexts?.answers else {
      throw RequestError.subject(expected: "data with contexts")
    }
    let name = settings.within ?? Nearness.standard.name
    guard let nearness = Nearness(name: name) else {
      throw RequestError.setting("within", found: name, expected: Nearness.spellings)
    }
    let known = data.dataset.alternatives
    let groups = try DuplicateGroups(
      contexts, ids: known.map(\.id),
      prompts: settings.acrossPrompts ?? false ? nil : NearDuplicateFrequency.prompts(of: data.dataset),
      within: nearness, work: work.part(0...0.8))
    let counts = data.dataset.pairCounts
    let decisions = try DuplicateDecisions(groups, contexts, known, counts: counts, work: work.silent)
    let weights = try LocalComparisonWeights.shares(data.dataset, work: work.part(0.8...1))
    return Outcome(
      try DocumentEncoder.json(
        DuplicatesDocument(
          groups, decisions, contexts, known, counts: counts, comparisonWeights: weights,
          lines: data.file.firstPlaces, all: settings.all ?? false)))
  }
}
