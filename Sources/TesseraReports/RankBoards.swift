import Tessera
import TesseraFormats

/// A leaderboard of votes, with one of its own for each value of a column where that is asked for: from votes to the document.
///
///     let boards = try RankBoards(RankRequest(), of: data, file: file)
///     RankTable(boards.document).text()
///
/// The tool, C and Python all go this way.
public struct RankBoards: Sendable {
  public let document: RankDocument
  /// What a reader of the board should know, in the order in which it was found.
  public let warnings: [String]

  /// Up to this many alternatives, models of ties are compared without being asked for.
  static let tieAdviceLimit = 300

  /// - Parameters:
  ///   - file: What the data were read from: it knows which ties were both bad, families that rows name, and categories.
  ///   - families: Where families are declared; nil for none.
  ///   - category: The column of the votes that `file` was read by; nil for one board.
  /// - Throws: `ReportProblem`, `RankError`, `TieModelError`, `FormatError` of a file of families; as `RewardFit.run`.
  public init(
    _ request: RankRequest, of data: PreferenceDataset, file: ComparisonFile,
    families: FamilyDeclaration? = nil, by category: String? = nil, work: Work = Work()
  ) throws {
    try request.check()
    if request.fit.profiles, families != nil {
      throw ReportProblem.setting("families", "tell the weights, and so do profiles; expected one of them")
    }
    var own = Board(request: request, families: families)
    var document = try own.document(data, file.bothBad, file.families, work)
    guard let category else {
      (self.document, warnings) = (document, own.warnings)
      return
    }
    let categories = try VoteCategories(file)
    if categories.without > 0 {
      own.warnings.append(
        "\(Spell.plural(categories.without, "comparison")) without \(category) stand in no table of their own"
      )
    }
    document.by = category
    document.categories = try categories.datasets.map { name, data in
      RankDocument.Category(
        name: name,
        board: try own.document(
          data, nil, data.alternatives.map { file.family(of: $0.id) }, work.silent, category: name))
    }
    (self.document, warnings) = (document, own.warnings)
  }

  /// Families that names suggest, and prompts where votes have them: to be corrected and declared.
  ///
  /// - Throws: `EstimationError`, `Cancelled`.
  public func suggestion(_ data: PreferenceDataset) throws -> FamilySuggestion {
    let rewards = document.alternatives.map { $0.standard?.reward ?? 0 }
    let agreement = data.prompts.isEmpty ? nil : try Agreement(data, rewards: rewards)
    return FamilySuggestion(names: data.alternatives.map(\.id), agreement: agreement)
  }
}

/// One board, and what there is to say of it.
private struct Board {
  let request: RankRequest
  let families: FamilyDeclaration?
  var warnings: [String] = []

  /// - Parameters:
  ///   - bothBad: Of each alternative, comparisons in which both were bad; nil where that is not known.
  ///   - inRows: Of each alternative, the family that rows name.
  ///   - category: The value of the column whose votes these are; nil for all votes.
  mutating func document(
    _ data: PreferenceDataset, _ bothBad: [Double]?, _ inRows: [String?], _ work: Work,
    category: String? = nil
  ) throws -> RankDocument {
    let ids = data.alternatives.map(\.id)
    // A category has some of the alternatives that a file of families names.
    let declared = try families.map {
      try $0.read(ids, inRows: inRows, passesOverOthers: category != nil)
    }
    var scale = request.scale
    if let category, let id = scale.anchor?.id, !ids.contains(where: { Array($0.utf8) == Array(id.utf8) }) {
      warnings.append("\"\(id)\" has no votes in \(category): scores there hang at their mean")
      scale = RatingScale(scale.unit)
    }
    let result = try RewardFit(request.fit).run(
      data, aids: RewardFit.Aids(families: declared?.families), work: work.part(0...0.7, "estimates"))
    for (name, estimate) in [("standard", result.standard), ("weighted", result.weighted)] {
      if case .stopped(let why)? = estimate?.fit.outcome {
        warnings.append("the \(name) estimate is NOT A MINIMUM: \(why)")
      }
    }
    let seed = request.fit.seed
    let comparison =
      request.ties == .automatic || ids.count <= RankBoards.tieAdviceLimit
      ? try TieModelComparison(
        result.fittedDataset, result.best.pairs, lambda: result.best.fit.lambda, pairs: result.choice.pairs,
        lambdaConvention: result.settings.lambdaConvention,
        groups: result.weighted == nil ? nil : result.families,
        seed: seed, work: work.silent) : nil
    var model = (request.ties == .automatic ? comparison?.best ?? .half : request.ties).model
    if let category, let asked = model, data.ties == 0 {
      warnings.append(
        "\(category) has no ties: the \(asked.rawValue) model has nothing to fit there, and is left out")
      model = nil
    }
    let board = try Leaderboard(
      result, scale: scale, level: request.level, ties: model, seed: seed, work: work.part(0.7...1, "ranks"))
    var document = RankDocument(
      board, seed: seed, ties: comparison, bothBad: bothBad, why: WhyWords.lines(result)
    ) { place in
      declared.flatMap { $0.names[$0.families.groupOf[place]] }
    }
    document.answer = RankWords.sentences(document)
    return document
  }
}
