import Foundation
import Tessera

/// Replies of a language model behind OpenAI's `POST /v1/chat/completions`.
public struct ChatService: Sendable {
  /// One question. Questions that differ in `sample` alone are asked anew: the model's own chance decides.
  public struct Question: Sendable, Hashable {
    public let system: String?
    public let user: String
    public let sample: Int

    public init(system: String? = nil, user: String, sample: Int = 0) {
      self.system = system
      self.user = user
      self.sample = sample
    }

    /// What the cache knows it by.
    fileprivate func key(_ temperature: Double) -> String {
      "\(sample)\n\(temperature)\n\(system?.utf8.count ?? -1)\n\(system ?? "")\n\(user)"
    }
  }

  public let service: OpenAIService
  public let model: String
  public let temperature: Double
  public let cache: ReplyCache?

  public init(_ service: OpenAIService, model: String, temperature: Double = 1, cache: ReplyCache?) {
    self.service = service
    self.model = model
    self.temperature = temperature
    self.cache = cache
  }

  /// A reply to each question, in the order given.
  ///
  /// - Parameter accept: Whether a reply can be used; what cannot is asked again as a further sample, three times at
  ///   most, and is then an error. nil accepts every reply.
  /// - Throws: `ServiceError`. What has arrived by then is in the cache.
  public func replies(
    to questions: [Question], accept: (@Sendable (String) -> Bool)? = nil, expected: String = "text",
    work: Work = Work()
  ) throws -> [String] {
    var replies = [String?](repeating: nil, count: questions.count)
    if let cache {
      for (place, question) in questions.enumerated() {
        let stored = try cache.reply(
          service: service.name, kind: "chat", model: model, request: question.key(temperature))
        replies[place] = stored.map { String(decoding: $0, as: UTF8.self) }
      }
    }
    let missing = replies.indices.filter { replies[$0] == nil }
    var done = questions.count - missing.count
    let (service, model, temperature) = (service, model, temperature)
    let address = "\(service.name)/chat/completions"
    if !missing.isEmpty { try cache?.requireWritable() }
    try service.forEach(missing) { place, connection in
      let question = questions[place]
      var messages: [[String: String]] = []
      if let system = question.system { messages.append(["role": "system", "content": system]) }
      messages.append(["role": "user", "content": question.user])
      var last = ""
      for _ in 0..<3 {
        last = try service.post(
          "chat/completions", ["model": model, "messages": messages, "temperature": temperature], connection,
          limit: Self.longestReply
        ) { try Self.read($0, address: address, quoted: service.quoted) }
        if accept?(last) ?? true { return last }
      }
      throw ServiceError.malformed(
        address: address, found: "\"\(service.quoted(String(last.prefix(80))))\" three times over",
        expected: expected)
    } received: { number, reply in
      let place = missing[number]
      try cache?.store(
        Data(reply.utf8), service: service.name, kind: "chat", model: model,
        request: questions[place].key(temperature))
      replies[place] = reply
      done += 1
      work.report(Double(done) / Double(questions.count))
      try work.check()
    }
    return replies.compactMap { $0 }
  }

  /// Bytes: an answer of some million words.
  static let longestReply = 16 << 20

  /// The text of a reply.
  package static func read(_ data: Data, address: String, quoted: (String) -> String) throws -> String {
    let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    let choice = (object?["choices"] as? [[String: Any]])?.first
    guard let text = (choice?["message"] as? [String: Any])?["content"] as? String else {
      throw ServiceError.malformed(
        address: address, found: "\"\(quoted(String(decoding: data.prefix(60), as: UTF8.self)))\"",
        expected: "choices[0].message.content, a text")
    }
    return text
  }
}
