import Foundation
import Tessera
import TesseraReports
import TesseraText

/// The yardstick of section 7: how often the leader, romance in the paper, stays first where the topics are known.
///
/// Weights of answers are judged by rewards that are the same for all answers of a topic, so that nothing but the weights
/// and the votes can err: on the annotators' exact win rates, on the data set's own votes, and on four times as many.
struct KnownTopics {
  private typealias Topic = ParisDescriptions.Topic

  /// Votes about the same answers for each of the data set's own.
  static let moreVotes = 4

  private let annotators: [AnnotatorType]
  private let leader: ParisDescriptions.Topic

  init(_ annotators: [AnnotatorType]) {
    self.annotators = annotators
    leader = ExpectedOrder(annotators).leader
  }

  /// The leader was first, by the name of the weights: on exact win rates, on the data set's votes, on more of them.
  private var first: [String: [[Int]]] = [:]
  private var names: [String] = []
  private var sets = [0, 0]
  /// Stable topics found: how many sets had so many, without and with the clones.
  private var found: [[Int: Int]] = [[:], [:]]

  static let topicWeights = "topics"
  static let knownWeights = "known topics"

  /// - Parameters:
  ///   - weights: What was tried, by name; topics and known topics are added.
  ///   - place: 0 without the clones, 1 with them.
  mutating func add(
    _ data: StudyData, contexts: Contexts, weights: [(name: String, values: [Double])], place: Int,
    seed: UInt64,
    work: Work
  ) throws {
    let topics = try TopicScheme(seed: seed).weights(of: contexts, work: work)
    if let count = topics.provenance.groups { found[place][count, default: 0] += 1 }
    sets[place] += 1
    var random = RandomStream(seed: seed, for: .studyData, number: 1)
    let m = data.topics.count
    func answer() -> Int { min(Int(random.uniform() * Double(m)), m - 1) }
    let more = (0..<Self.moreVotes * data.comparisons.count).map { _ in
      let (a, b) = (answer(), answer())
      let judge = AnnotatorType.draw(annotators, using: &random)
      let (x, y) = (judge.attitude(data.topics[a]).rawValue, judge.attitude(data.topics[b]).rawValue)
      return Comparison(a: a, b: b, outcome: x == y ? 0.5 : x > y ? 1 : 0)
    }
    let all = weights + [(Self.topicWeights, topics.values), (Self.knownWeights, Self.known(data.topics))]
    for (name, values) in all {
      if first[name] == nil {
        first[name] = [[0, 0, 0], [0, 0, 0]]
        names.append(name)
      }
      for (column, votes) in [nil, data.comparisons, more].enumerated()
      where try Self.winner(data.topics, values, votes, annotators) == leader {
        first[name]?[place][column] += 1
      }
    }
  }

  /// Food, art and romance weigh alike, clone topics being food.
  static func known(_ topics: [ParisDescriptions.Topic]) -> [Double] {
    let present = Set(topics.map(\.original))
    let sizes = Dictionary(grouping: topics, by: \.original).mapValues { Double($0.count) }
    return topics.map { 1 / (Double(present.count) * (sizes[$0.original] ?? 1)) }
  }

  /// The best of food, art and romance.
  ///
  /// - Parameter votes: nil for the annotators' exact win rates. Votes between two topics count by the product of their
  ///   answers' weights; topics that never met are taken to be even.
  static func winner(
    _ topics: [ParisDescriptions.Topic], _ weights: [Double], _ votes: [Comparison]? = nil,
    _ annotators: [AnnotatorType] = AnnotatorType.table4
  ) throws -> ParisDescriptions.Topic? {
    let present = Topic.allCases.filter(Set(topics).contains)
    let place = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    let number = topics.map { place[$0] ?? 0 }
    var mass = [Double](repeating: 0, count: present.count)
    for (topic, weight) in zip(number, weights) { mass[topic] += weight }
    var rates = present.map { a in
      present.map { AnnotatorType.probability(a, over: $0, annotators) }
    }
    if let votes {
      let none = present.map { _ in present.map { _ in 0.0 } }
      var (won, met) = (none, none)
      for vote in votes {
        let (a, b) = (Int(vote.a), Int(vote.b))
        let (x, y) = (number[a], number[b])
        guard x != y else { continue }
        let weight = weights[a] * weights[b]
        won[x][y] += weight * vote.outcome
        won[y][x] += weight * (1 - vote.outcome)
        met[x][y] += weight
        met[y][x] += weight
      }
      rates = present.indices.map { x in
        present.indices.map { y in met[x][y] > 0 ? won[x][y] / met[x][y] : 0.5 }
      }
    }
    let rewards = try rewards(PairCounts(complete: rates), weights: mass)
    return present.indices.filter { Topic.originals.contains(present[$0]) }
      .max { rewards[$0] < rewards[$1] }.map { present[$0] }
  }

  private static let columns = ["exact win rates", "the data sets' own votes", "four times as many votes"]

  private func spell(_ name: String, _ column: Int) -> String {
    [0, 1].map { "\(first[name]?[$0][column] ?? 0) of \(sets[$0])" }.joined(separator: ", ")
  }

  /// Claims where the yardstick can carry them: known topics keep the winner on exact win rates, and nearly always with
  /// many votes. With few votes chance decides, whatever the weights are.
  var claims: [Claim] {
    let source = "Beyond the paper"
    let exact = (0...1).allSatisfy { first[Self.knownWeights]?[$0][0] == sets[$0] }
    return [
      Claim(
        source: source,
        statement:
          "Known topics weigh alike, exact win rates: \(leader.rawValue) is first without and with the clones, in data sets",
        expected: "all", found: spell(Self.knownWeights, 0),
        verdict: Claim.Kind.mathematics.verdict(exact)),
      asGood(0, source), asGood(2, source),
    ]
  }

  /// Whether weights by topics keep the winner as often as known topics do, but for one data set in ten.
  private func asGood(_ column: Int, _ source: String) -> Claim {
    let close = (0...1).allSatisfy { place in
      guard let topics = first[Self.topicWeights], let known = first[Self.knownWeights] else { return false }
      return sets[place] > 1 && 10 * (known[place][column] - topics[place][column]) <= sets[place]
    }
    return Claim(
      source: source,
      statement:
        "Weighted by topics that half samples confirm, \(Self.columns[column]): \(leader.rawValue) is first as often as with known topics, without and with the clones",
      expected: "\(spell(Self.knownWeights, column)), less a tenth at most",
      found: spell(Self.topicWeights, column),
      verdict: Claim.Kind.setting.verdict(close))
  }

  var paragraph: String {
    let lead = ExpectedOrder(annotators).leadInBordaCount
    let own = [0, 1].map { "\(first[Self.knownWeights]?[$0][1] ?? 0) of \(sets[$0])" }
    let counts = found.map { counts in
      counts.isEmpty
        ? "none"
        : counts.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value) data sets" }.joined(
          separator: ", ")
    }
    return
      "How well could weights do at all? The last table has a yardstick: weights by known topics, food, art and romance a third each and restaurants part of food. Every answer of a topic has the topic's reward there, so no training errs. With the data sets' own votes even known topics have \(leader.rawValue) first in \(own[0]) data sets without the clones and \(own[1]) with them: a lead of \(lead) in Borda counts drowns in that many votes, and no weights could be blamed or praised for it. Claims rest on exact win rates, and on \(Self.moreVotes) times as many votes about the same answers. Weights by topics find the topics themselves (`--weights topics`). Stable topics without the clones: \(counts[0]); with them: \(counts[1])."
  }

  var table: HTMLPage.Table {
    HTMLPage.Table(
      header: ["Weights"] + Self.columns.map { "\(leader.rawValue.capitalized) first, \($0)" },
      rows: names.map { name in [name] + Self.columns.indices.map { spell(name, $0) } },
      caption:
        "Data sets in which \(leader.rawValue) is first among food, art and romance, without and with the clones, where all answers of a topic have one reward.",
      numeric: [1, 2, 3])
  }
}
