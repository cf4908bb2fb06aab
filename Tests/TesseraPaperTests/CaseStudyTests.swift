import Foundation
import Synchronization
import Tessera
import TesseraPaper
import TesseraServices
import TestSupport
import Testing

@Suite struct CaseStudyTests {
  typealias Topic = ParisDescriptions.Topic

  @Test func `Descriptions rarely repeat and stay on their topic`() {
    var writer = ParisDescriptions(seed: 1)
    for topic in Topic.allCases {
      let texts = (0..<700).map { _ in writer.describe(topic) }
      #expect(Set(texts).count > 690, "\(topic)")
      #expect(texts.allSatisfy { !$0.contains("<") && !$0.contains(">") && $0.hasSuffix(".") })
      #expect(texts.allSatisfy { $0.first?.isUppercase == true })
    }
    var again = ParisDescriptions(seed: 1)
    var other = ParisDescriptions(seed: 2)
    let first = again.describe(.food)
    #expect(
      first
        == {
          var w = ParisDescriptions(seed: 1)
          return w.describe(.food)
        }())
    #expect(first != other.describe(.food))
  }

  @Test func `Annotators follow Table 4`() throws {
    let p = AnnotatorType.probability
    #expect(abs(p(.romance, .art, AnnotatorType.table4) - 0.7) < 1e-12)
    #expect(abs(p(.art, .restaurants, AnnotatorType.table4) - 0.7) < 1e-12)
    #expect(abs(p(.food, .romance, AnnotatorType.table4) - 0.6) < 1e-12)
    #expect(p(.food, .restaurants, AnnotatorType.table4) == 0.5)
    // 3,000 simulated comparisons of romance and art: share within four standard errors of 0.7.
    let data = try StudyData(
      topics: [.romance, .art], annotators: AnnotatorType.table4, comparisons: 6_000, source: .simulated,
      seed: 5)
    var (won, met) = (0.0, 0.0)
    for comparison in data.comparisons {
      let (a, b) = (data.topics[Int(comparison.a)], data.topics[Int(comparison.b)])
      guard a != b else { continue }
      met += 1
      won += a == .romance ? comparison.outcome : 1 - comparison.outcome
    }
    #expect(abs(won / met - 0.7) < 4 * (0.21 / met).squareRoot())
  }

  /// The way of real models, with stubs in their place: a writer that knows the topics, a judge that follows the system
  /// prompt, an embedder.
  @Test func `The study runs on services`() throws {
    let asked = Mutex(0)
    let llm = try StubServer { request in
      let messages = request.json["messages"] as? [[String: String]] ?? []
      let user = messages.last?["content"] ?? ""
      if messages.count == 1 {
        let number = asked.withLock { count in
          count += 1
          return count
        }
        if number % 17 == 0 { return .status(429, headers: ["Retry-After": "0.01"]) }
        let topic = Topic.originals.first { user.contains("its \($0.rawValue)") } ?? .food
        var writer = ParisDescriptions(seed: UInt64(number))
        return StubServer.chat("\(topic.rawValue) \(writer.describe(topic))")
      }
      // Prefers what the system prompt says is really liked.
      let system = messages[0]["content"] ?? ""
      let liked = Topic.originals.first {
        system.contains("really like \($0 == .food ? "food and places" : $0.rawValue)")
      }
      let parts = user.components(separatedBy: "\n\n")
      let first = parts[0].hasPrefix("A: \(liked?.rawValue ?? "")")
      return StubServer.chat(first ? "A" : "B.")
    }
    let embedder = try StubServer { request in
      let inputs = request.json["input"] as? [String] ?? []
      let entries = inputs.enumerated().map { place, text in
        let corner = Topic.originals.firstIndex { text.hasPrefix($0.rawValue) } ?? 3
        let wobble = Double(text.utf8.reduce(0) { ($0 * 31 + Int($1)) % 997 }) / 5_000
        let row = (0..<4).map { $0 == corner ? 1 + wobble : wobble / Double($0 + 1) }
        return "{\"index\": \(place), \"embedding\": \(row)}"
      }
      return .json("{\"data\": [\(entries.joined(separator: ", "))]}")
    }
    let folder = try TemporaryFolder()
    let cache = try ReplyCache(file: folder.file("replies.sqlite"))
    var service = try OpenAIService(base: llm.address, key: nil)
    service.retry.firstDelay = 0.01
    var settings = Reproduction.Settings()
    var study = StudySettings()
    study.comparisons = 60
    study.runs = 2
    study.repeats = 1
    study.source = .model(ChatService(service, model: "stub", cache: cache))
    study.embedder = EmbeddingService(
      try OpenAIService(base: embedder.address, key: nil), model: "stub", cache: cache)
    settings.study = study
    var result = Reproduction(settings)
    try result.compute(["7"])
    #expect(result.sections[0].paragraphs[0].contains("the language model stub"))
    let requests = (llm.requests, embedder.requests)
    // Two data sets of 120 answers and 60 judgements, and the refused ones again.
    #expect(requests.0 >= 360 && requests.0 < 400)
    var again = Reproduction(settings)
    try again.compute(["7"])
    #expect(again.json == result.json)
    #expect((llm.requests, embedder.requests) == requests, "the second time nothing is asked")
  }
}

@Suite struct StudyPromptsTests {
  /// Quotes of an article are the prompts that are sent, word for word.
  @Test func `The documentation shows what a language model is asked`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let article = try String(
      contentsOf: root.appending(path: "Sources/Tessera/Documentation.docc/ReproducingThePaper.md"),
      encoding: .utf8)
    let quotes = article.replacing("\n> ", with: " ").replacing("\n", with: " ")
    let written = try #require(StudyPrompts.descriptions([.food], seed: 0).first)
    #expect(quotes.contains(written.user))
    let choice = StudyPrompts.choice(AnnotatorType.table4[0], "", "", sample: 0)
    #expect(quotes.contains(try #require(choice.system)))
    #expect(quotes.contains(choice.user.replacing("A: \n\nB: \n\n", with: "")))
  }
}
