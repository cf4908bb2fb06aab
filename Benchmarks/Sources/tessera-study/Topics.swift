import Foundation
import Tessera
import TesseraPaper
import TesseraText

// Are topics found where they are, and left alone where they are not? The rule of `Topics` on answers that it was not
// chosen on: the grammar of the case study in the space of the built-in embedder, and clouds. Prints a Markdown table.

typealias Topic = ParisDescriptions.Topic

/// A kind of answers that topics are sought in.
struct TopicCase {
  let name: String
  /// Shares of the topics; empty for answers that are no texts.
  var shares: [(topic: Topic, share: Double)] = []
  var answers = 2_000
  var dimension = 256
  /// Share of the answers that go on about another topic.
  var blended = 0.0
  /// Answers that are copies of one answer but for a hundredth of a typical distance.
  var nearCopies = 0
  /// Answers scattered far from all others, each by itself.
  var outliers = 0
  /// Of a cloud, how much longer it is one way than the others.
  var stretched = 1.0

  static let repetitions = 20

  static var all: [TopicCase] {
    func equal(_ topics: [Topic]) -> [(Topic, Double)] { topics.map { ($0, 1 / Double(topics.count)) } }
    let three = equal(Topic.originals)
    let four = equal(Topic.originals + [.restaurants])
    let flooded: [(Topic, Double)] = [
      (.food, 1 / 6), (.restaurants, 1 / 2), (.art, 1 / 6), (.romance, 1 / 6),
    ]
    let threeClones: [Topic] = [.restaurants, .cafes, .markets]
    return [
      TopicCase(name: "food, art, romance", shares: three),
      TopicCase(name: "and restaurants (food 50 %)", shares: four),
      TopicCase(name: "restaurants three times as many (food 67 %)", shares: flooded),
      TopicCase(
        name: "restaurants, cafes, markets (food 67 %)", shares: equal(Topic.originals + threeClones)),
      TopicCase(name: "8 clone topics (food 82 %)", shares: equal(Topic.allCases)),
      TopicCase(
        name: "romance 5 %", shares: [(.food, 0.475), (.art, 0.475), (.romance, 0.05)]),
      TopicCase(name: "and restaurants, 30 % blended", shares: four, blended: 0.3),
      TopicCase(name: "and restaurants, 48 numbers", shares: four, dimension: 48),
      TopicCase(name: "and restaurants, 300 answers", shares: four, answers: 300),
      TopicCase(name: "and restaurants, 8,000 answers", shares: four, answers: 8_000),
      TopicCase(
        name: "three topics, and 2,000 near copies of one answer about food", shares: three, nearCopies: 2_000
      ),
      TopicCase(name: "three topics, and 20 outliers", shares: three, outliers: 20),
      TopicCase(name: "a stretched cloud, 10 numbers", dimension: 10, stretched: 5),
      TopicCase(name: "food alone", shares: [(.food, 1)]),
      TopicCase(name: "art alone", shares: [(.art, 1)]),
      TopicCase(name: "a Gaussian cloud"), TopicCase(name: "a Gaussian cloud, 10 numbers", dimension: 10),
    ]
  }

  struct Answers {
    let contexts: Contexts
    let topics: [Topic]
  }

  /// - Parameter embedder: Fitted to other answers; nil for clouds.
  func draw(_ seed: UInt64, _ embedder: (any Embedder)?) throws -> Answers {
    var random = RandomStream(seed: seed, for: .studyPool, number: 1 << 40)
    guard let embedder else {
      let rows = (0..<answers).map { _ in
        (0..<dimension).map { k in Float(random.normal() * (k == 0 ? stretched : 1)) }
      }
      return Answers(contexts: try Contexts(Matrix(rows)), topics: rows.map { _ in .food })
    }
    var writer = ParisDescriptions(seed: seed)
    func topic() -> Topic {
      var rest = random.uniform()
      for (topic, share) in shares {
        rest -= share
        if rest < 0 { return topic }
      }
      return shares[0].topic
    }
    var topics: [Topic] = []
    let texts = (0..<answers).map { _ in
      let own = topic()
      topics.append(own)
      let text = writer.describe(own)
      // A blended answer is liked for what it begins with.
      return random.uniform() < blended ? text + " " + writer.describe(topic()) : text
    }
    let contexts = try embedder.contexts(of: texts)
    guard nearCopies + outliers > 0 else { return Answers(contexts: contexts, topics: topics) }
    var rows = (0..<contexts.count).map { contexts.row($0) }
    let d = contexts.dimension
    if let original = topics.firstIndex(of: .food) {
      for _ in 0..<nearCopies {
        // Contexts have length 1: a hundredth in a random direction.
        rows.append(rows[original].map { $0 + 0.01 * random.normal() / Double(d).squareRoot() })
        topics.append(.food)
      }
    }
    for _ in 0..<outliers {
      rows.append((0..<d).map { _ in 3 * random.normal() / Double(d).squareRoot() })
      topics.append(.food)
    }
    return Answers(contexts: try Contexts(Matrix(rows)), topics: topics)
  }
}

/// The best of food, art and romance on exact win rates, where every answer of a topic has the reward of the topic: then
/// the weight of the topic as a whole is all that its answers' weights say.
func bestTopic(_ topics: [Topic], _ weights: [Double]) throws -> Topic? {
  let present = Topic.allCases.filter(Set(topics).contains)
  let total = present.map { topic in zip(topics, weights).reduce(0) { $0 + ($1.0 == topic ? $1.1 : 0) } }
  let rates = PairCounts(
    complete: present.map { a in present.map { AnnotatorType.probability(a, over: $0, AnnotatorType.table4) }
    })
  let rewards = try BradleyTerry().fit(rates, PairWeights(products: total, rates)).rewards
  return present.indices.filter { Topic.originals.contains(present[$0]) }.max { rewards[$0] < rewards[$1] }
    .map { present[$0] }
}

func topicsStudy() throws {
  let n = TopicCase.repetitions
  print("\n### Topics\n")
  print(
    "Descriptions of Paris from the grammar of the case study, contexts of the built-in embedder, fitted to 500 other answers of each topic; \(n) sets of answers with seeds of their own. Topics found: how often each number. Ratio and agreement: the median and the range. Same as the truth: adjusted Rand index with the topics as annotators see them, restaurants and the like being food; the median. Romance first: on exact win rates of Table 4, where romance wins when food, art and romance weigh alike; of \(n), under equal weights, under those of `--weights topics`, and where the topics are known.\n"
  )
  print(
    "| answers | topics found | ratio | agreement | stable | same as the truth | romance first: standard | topics | known |"
  )
  print("|---|---|---|---|---|---|---|---|---|")
  for (place, set) in TopicCase.all.enumerated() {
    var embedder: (any Embedder)?
    if !set.shares.isEmpty {
      var writer = ParisDescriptions(seed: UInt64(9_000 + place))
      let texts = set.shares.flatMap { topic in (0..<500).map { _ in writer.describe(topic.topic) } }
      embedder = try LexicalEmbedder(dimension: set.dimension, seed: UInt64(place)).fit(texts)
    }
    var found: [Topics] = []
    var truth: [Double] = []
    var first = [0, 0, 0]
    for repetition in 0..<n {
      let seed = UInt64(1_000 * (place + 1) + repetition)
      let answers = try set.draw(seed, embedder)
      let topics = try Topics(answers.contexts, seed: seed)
      found.append(topics)
      let seen = answers.topics.map(\.original)
      truth.append(
        AdjustedRandIndex(topics.groups.groupOf, seen.map { Topic.allCases.firstIndex(of: $0) ?? 0 }).value)
      let m = Double(seen.count)
      let known = seen.map { topic in 1 / Double(seen.count { $0 == topic }) }
      for (way, weights) in [
        seen.map { _ in 1 / m }, topics.weights().values, known.map { $0 / known.reduce(0, +) },
      ]
      .enumerated()
      where try bestTopic(answers.topics, weights) == .romance { first[way] += 1 }
    }
    func spell(_ values: [Double]) -> String {
      let sorted = values.sorted()
      return String(format: "%.2f (%.2f to %.2f)", sorted[n / 2], sorted[0], sorted[n - 1])
    }
    let counts = Dictionary(grouping: found) { $0.groups.count }.sorted { $0.key < $1.key }
    let hasTopics = Set(set.shares.map { $0.topic.original }).count > 1
    func of(_ count: Int) -> String { hasTopics ? "\(count)" : "-" }
    print(
      "| \(set.name) | \(counts.map { "\($0.key): \($0.value.count)" }.joined(separator: ", ")) | \(spell(found.map(\.ratio))) | \(spell(found.map(\.agreement))) | \(found.count { $0.isStable }) | \(hasTopics ? String(format: "%.2f", truth.sorted()[n / 2]) : "-") | \(of(first[0])) | \(of(first[1])) | \(of(first[2])) |"
    )
  }
}
