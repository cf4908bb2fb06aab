import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The JSON document of `duplicates`: every member of every group of near-duplicates, with what to do with it.
///
/// Keys are a contract: those of earlier versions stay. Four members of a row have the names and definitions of Cleanlab's
/// tables: `is_near_duplicate_issue`, `near_duplicate_score`, `near_duplicate_sets`, `distance_to_nearest_neighbor`.
public struct DuplicatesDocument: Sendable, Equatable, Codable {
  /// The answer in a sentence, and what near means.
  public var answer: String
  public var meaning: String
  public var alternatives: Int
  /// Alternatives in groups, and how many groups there are.
  public var nearDuplicates: Int
  public var groups: Int
  public var keep: Int
  public var review: Int
  public var drop: Int
  /// Outside all groups, but near a member of one.
  public var besides: Int
  /// What was asked for.
  public var within: String
  /// The same as a distance, as a share of the median distance of nearest neighbours (null where that is 0), and as a cosine
  /// (null where contexts have different lengths).
  public var distance: Double
  @Null public var shareOfMedian: Double?
  @Null public var cosine: Double?
  public var medianDistance: Double
  /// The same where near-duplicates share one vote, and whether they are so many that shares are shares of this.
  public var localScale: Double
  public var isFlooded: Bool
  /// Whether only answers to one prompt were compared.
  public var withinPrompts: Bool
  /// Whether the largest groups may be parts of larger ones.
  public var isCoarse: Bool
  public var rows: [Row]

  public struct Row: Sendable, Equatable, Codable {
    /// Place among the alternatives, from 0: the row of the contexts.
    public var row: Int
    /// Line in the alternatives file, from 1; null where there is none.
    @Null public var line: Int?
    public var id: String
    @Null public var prompt: String?
    @Null public var model: String?
    @Null public var text: String?
    /// From 1, the largest first; null outside all groups.
    @Null public var group: Int?
    public var groupSize: Int
    public var decision: DuplicateDecisions.Decision
    public var reason: String
    /// The nearest other member, or outside all groups the nearest other alternative; null where there is none.
    @Null public var nearest: String?
    @Null public var distance: Double?
    @Null public var cosine: Double?
    /// 1 / members of the group.
    public var share: Double
    /// null where no comparisons are known.
    @Null public var comparisons: Double?
    /// Comparisons won, ties as halves.
    @Null public var wins: Double?
    /// Share of the mass of local comparison weights; all of them add up to 1.
    @Null public var comparisonWeight: Double?
    public var isNearDuplicateIssue: Bool
    public var nearDuplicateScore: Double
    public var nearDuplicateSets: [Int]
    @Null public var distanceToNearestNeighbor: Double?

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case row, line, id, prompt, model, text, group, groupSize, decision, reason, nearest, distance, cosine
      case share, comparisons, wins, comparisonWeight
      case isNearDuplicateIssue = "is_near_duplicate_issue"
      case nearDuplicateScore = "near_duplicate_score"
      case nearDuplicateSets = "near_duplicate_sets"
      case distanceToNearestNeighbor = "distance_to_nearest_neighbor"
    }

    /// The names of the columns of a table of rows.
    public static let columns = CodingKeys.allCases.map(\.rawValue)
  }

  /// - Parameters:
  ///   - lines: Of each alternative in its file; nil where there is none.
  ///   - comparisonWeights: Of each alternative; nil where none are known.
  ///   - all: Whether alternatives outside all groups have rows.
  public init(
    _ groups: DuplicateGroups, _ decisions: DuplicateDecisions, _ contexts: Contexts,
    _ alternatives: [Alternative], counts: PairCounts? = nil, comparisonWeights: [Double]? = nil,
    lines: [Int]? = nil, all: Bool
  ) {
    let ids = alternatives.map(\.id)
    let words = DuplicateWords(groups, decisions, ids: ids)
    (answer, meaning) = (words.answer, ([words.meaning, words.scope] + words.remarks).joined(separator: " "))
    self.alternatives = ids.count
    (nearDuplicates, self.groups) = (groups.members, groups.groups.count)
    (keep, review, drop) = (decisions.count(.keep), decisions.count(.review), decisions.count(.drop))
    besides = groups.besides
    (within, distance, medianDistance) = (groups.nearness.name, groups.distance, groups.median)
    shareOfMedian = groups.median > 0 ? groups.distance / groups.median : nil
    cosine = groups.cosine
    (localScale, isFlooded) = (groups.localScale, groups.isFlooded)
    (withinPrompts, isCoarse) = (groups.isWithinPrompts, groups.isCoarse)

    func row(_ i: Int, _ member: DuplicateDecisions.Member?) -> Row {
      let alternative = alternatives[i]
      let nearest = groups.nearest[i]
      let group = groups.groupOf[i]
      let scored = nearest.map {
        groups.median > 0 ? 1 - exp(-$0.distance / groups.median) : $0.distance > 0 ? 1 : 0
      }
      let comparisons = counts?.comparisons(of: i)
      let wins = counts.map { counts in
        (counts.rowStarts[i]..<counts.rowStarts[i + 1]).reduce(0) {
          $0 + counts.rates[$1] * counts.counts[$1]
        }
      }
      return Row(
        row: i, line: lines?[i], id: alternative.id, prompt: alternative.prompt, model: alternative.model,
        text: alternative.text, group: group.map { $0 + 1 },
        groupSize: group.map { groups.groups[$0].count } ?? 1, decision: member?.decision ?? .keep,
        reason: member.map { words.reason($0.reason) } ?? words.reasonAlone(i),
        nearest: (member?.nearestMember ?? nearest?.alternative).map { ids[$0] },
        distance: member?.distance ?? nearest?.distance,
        cosine: member.map(\.cosine) ?? nearest.flatMap { contexts.cosine(i, $0.alternative) },
        share: member?.share ?? 1, comparisons: comparisons, wins: wins,
        comparisonWeight: comparisonWeights?[i],
        isNearDuplicateIssue: nearest.map { $0.distance <= groups.distance } ?? false,
        nearDuplicateScore: scored ?? 1, nearDuplicateSets: groups.neighbours[i].map(Int.init),
        distanceToNearestNeighbor: nearest?.distance)
    }
    if all {
      var members = [DuplicateDecisions.Member?](repeating: nil, count: ids.count)
      for member in decisions.members.joined() { members[member.alternative] = member }
      rows = ids.indices.map { row($0, members[$0]) }
    } else {
      rows = decisions.members.joined().map { row($0.alternative, $0) }
    }
  }

  /// One line of JSON for each row.
  ///
  /// - Throws: `EncodingError`.
  public func jsonLines() throws -> String {
    var text = ""
    for row in rows { text += try DocumentEncoder.json(row).line() + "\n" }
    return text
  }

  /// A table with a header; lists in square brackets, as in JSON.
  ///
  /// - Parameter field: Puts a field into quotation marks where it needs them.
  /// - Throws: `EncodingError`.
  public func csv(_ field: (String) -> String) throws -> String {
    var text = Row.columns.joined(separator: ",") + "\n"
    for row in rows {
      guard case .object(let members) = try DocumentEncoder.json(row) else { continue }
      text += members.map { field($0.value.cell) }.joined(separator: ",") + "\n"
    }
    return text
  }
}

extension JSONValue {
  /// All on one line.
  package func line() -> String {
    switch self {
    case .array(let elements): "[" + elements.map { $0.line() }.joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { JSONValue.string($0.key).line() + ": " + $0.value.line() }.joined(separator: ", ")
        + "}"
    default: String(text().dropLast())
    }
  }

  /// As a table has it: texts without quotation marks, nothing for null.
  fileprivate var cell: String {
    switch self {
    case .null: ""
    case .string(let text): text
    default: line()
    }
  }
}
