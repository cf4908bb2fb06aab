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
    let dimension = settings.dimensions ?? LexicalEmbedder.dimension
    guard LexicalEmbedder.dimensions.contains(dimension) else {
      throw RequestError.setting("dimensions", found: "\(dimension)", expected: LexicalEmbedder.expectation)
    }
    let texts = try AnswerTexts(of: data.rows, withPrompt: settings.withPrompt ?? false)
    let embedder = LexicalEmbedder(dimension: dimension, seed: settings.seed ?? 0)
    let answers = try embedder.contexts(of: texts.texts, work: work)
    return Outcome(
      .object([("dimension", .integer(answers.dimension))]), value: try data.with(texts.placed(answers)))
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
