import Tessera
import TesseraFormats
import TesseraText

/// Contexts for data that were read.
enum EmbedSettings {
  struct Builtin: Decodable {
    var dimensions: Int?
    var seed: UInt64?
    /// Whether the prompt is embedded together with the answer.
    var withPrompt: Bool?
  }

  struct Given: Decodable {
    /// Whether the contexts were made of answers alone, so that equal answers to two prompts must be moved apart.
    var apart: Bool?
  }
}

/// The built-in embedder on the texts. Subject: data that were read. Array out: `contexts`.
enum EmbedOperation {
  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(EmbedSettings.Builtin.self)
    let data = try request.subject(Data.self, "data that were read")
    let dimension = settings.dimensions ?? 256
    guard (1...4_096).contains(dimension) else {
      throw RequestError.setting("dimensions", found: "\(dimension)", expected: "1 to 4,096")
    }
    let withPrompt = settings.withPrompt ?? false
    let texts = try data.dataset.alternatives.map { alternative in
      guard let text = alternative.text else {
        throw RequestError.array(
          "texts", found: "none of \"\(alternative.id)\"", expected: "one for every alternative, or contexts")
      }
      guard withPrompt else { return text }
      return (alternative.prompt.map { data.prompts[$0] ?? $0 } ?? "") + "\n" + text
    }
    let embedder = LexicalEmbedder(dimension: dimension, seed: settings.seed ?? 0)
    let answers = try embedder.contexts(of: texts, work: work)
    let contexts = withPrompt ? answers : try answers.apart(byPrompt: data.dataset.alternatives.map(\.prompt))
    return Outcome(
      .object([("dimension", .integer(answers.dimension))]), value: try data.with(contexts))
  }
}

/// Contexts that the caller has. Subject: data that were read; array in: `contexts`, a row for every alternative in the order of
/// `ids`.
enum ContextsOperation {
  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(EmbedSettings.Given.self)
    let data = try request.subject(Data.self, "data that were read")
    var contexts = try request.required("contexts").contexts()
    guard contexts.count == data.dataset.alternatives.count else {
      throw RequestError.array(
        "contexts", found: "\(contexts.count) rows",
        expected: "\(data.dataset.alternatives.count), one for every alternative")
    }
    if settings.apart ?? false {
      contexts = try contexts.apart(byPrompt: data.dataset.alternatives.map(\.prompt))
    }
    return Outcome(.object([("dimension", .integer(contexts.dimension))]), value: try data.with(contexts))
  }
}
