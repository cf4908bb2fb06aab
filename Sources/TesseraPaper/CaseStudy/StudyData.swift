import Foundation
import Tessera
import TesseraServices

/// One data set of the case study: answers about topics, and who preferred what.
public struct StudyData: Sendable {
  /// Topic of each answer.
  public let topics: [ParisDescriptions.Topic]
  public let texts: [String]
  public let comparisons: [Comparison]

  /// Who writes the answers and who judges them.
  public enum Source: Sendable {
    /// `ParisDescriptions`, and annotators who follow their attitudes without error.
    case simulated
    /// A language model in both parts.
    case model(ChatService)
  }

  /// Draws two topics with replacement for each comparison, one new answer each, and an annotator who chooses.
  public init(
    topics available: [ParisDescriptions.Topic], annotators: [AnnotatorType], comparisons count: Int,
    source: Source, seed: UInt64, work: Work = Work()
  ) throws {
    var random = RandomStream(seed: seed, for: .studyData)
    func draw() -> ParisDescriptions.Topic {
      available[min(Int(random.uniform() * Double(available.count)), available.count - 1)]
    }
    let chosen = (0..<2 * count).map { _ in draw() }
    let judges = (0..<count).map { _ in AnnotatorType.draw(annotators, using: &random) }
    topics = chosen
    let first: [Bool]
    switch source {
    case .simulated:
      var writer = ParisDescriptions(seed: seed)
      texts = chosen.map { writer.describe($0) }
      first = judges.indices.map { i in
        let (a, b) = (judges[i].attitude(chosen[2 * i]), judges[i].attitude(chosen[2 * i + 1]))
        return a == b ? random.uniform() < 0.5 : a.rawValue > b.rawValue
      }
    case .model(let chat):
      let written = try chat.replies(
        to: StudyPrompts.descriptions(chosen, seed: seed), work: work.part(0...0.6))
      texts = written
      let questions = judges.indices.map { i in
        StudyPrompts.choice(judges[i], written[2 * i], written[2 * i + 1], sample: i)
      }
      first = try chat.replies(
        to: questions, accept: { StudyPrompts.choseFirst($0) != nil }, expected: "the letter A or B",
        work: work.part(0.6...1)
      ).map { StudyPrompts.choseFirst($0) ?? true }
    }
    comparisons = first.indices.map { Comparison(a: 2 * $0, b: 2 * $0 + 1, outcome: first[$0] ? 1 : 0) }
  }

  init(topics: [ParisDescriptions.Topic], texts: [String], comparisons: [Comparison]) {
    self.topics = topics
    self.texts = texts
    self.comparisons = comparisons
  }

  func dataset(contexts: Contexts) throws -> PreferenceDataset {
    try PreferenceDataset(
      alternatives: texts.indices.map(String.init), contexts: contexts, comparisons: comparisons)
  }
}

/// What a language model is asked: to describe Paris by a topic, and to choose as an annotator of a type.
package enum StudyPrompts {
  package static func descriptions(_ topics: [ParisDescriptions.Topic], seed: UInt64) -> [ChatService
    .Question]
  {
    topics.enumerated().map { place, topic in
      ChatService.Question(
        user:
          "Describe Paris in two or three sentences. Talk about its \(topic.rawValue) and about nothing else. Answer with the description alone.",
        // Each answer is a new one, and two seeds do not share answers.
        sample: Int(truncatingIfNeeded: seed &* 1_000_003) &+ place)
    }
  }

  package static func choice(_ annotator: AnnotatorType, _ a: String, _ b: String, sample: Int)
    -> ChatService.Question
  {
    let likes = ParisDescriptions.Topic.originals.reversed().map {
      "you \(annotator.attitude($0).words) \($0 == .food ? "food and places to eat" : $0.rawValue)"
    }
    return ChatService.Question(
      system:
        "You are reading descriptions of Paris. About yourself: \(likes.joined(separator: ", ")). You prefer descriptions of what you like.",
      user: "A: \(a)\n\nB: \(b)\n\nWhich description do you prefer? Answer with one letter, A or B.",
      sample: sample)
  }

  /// nil for a reply that is neither A nor B.
  static func choseFirst(_ reply: String) -> Bool? {
    let letters = reply.uppercased().split { !$0.isLetter && !$0.isNumber }
    guard let first = letters.first(where: { $0 == "A" || $0 == "B" }) else { return nil }
    let both = Set(letters.filter { $0 == "A" || $0 == "B" })
    return both.count == 1 ? first == "A" : nil
  }
}
