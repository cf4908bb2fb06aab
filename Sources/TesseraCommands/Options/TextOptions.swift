import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraServices
import TesseraText

/// How texts become contexts.
struct EmbedderOptions: ParsableArguments {
  enum Kind: String, CaseIterable, ExpressibleByArgument { case builtin, openai, none }

  @Option(
    name: .customLong("embedder"),
    help:
      "builtin (the default: what words and characters texts share; no download), openai (a service with OpenAI's /v1/embeddings) or none (texts are alike when they are equal)."
  )
  var chosen: Kind?

  var embedder: Kind { chosen ?? .builtin }

  /// Whether the texts are to be embedded however many there are.
  var isAskedFor: Bool { chosen != nil || fittedEmbedder != nil }

  @Option(help: "Numbers of a context, for the built-in embedder.")
  var dimensions: Int = LexicalEmbedder.dimension

  @Option(
    help: ArgumentHelp("A built-in embedder stored by tessera embed --save-embedder.", valueName: "file"))
  var fittedEmbedder: String?

  @OptionGroup(title: "Service of embeddings") var service: ServiceOptions

  func validate() throws {
    guard LexicalEmbedder.dimensions.contains(dimensions) else {
      throw ValidationError("--dimensions is \(dimensions); expected \(LexicalEmbedder.expectation).")
    }
    if service.baseUrl != nil, embedder == .builtin {
      throw ValidationError(
        "--base-url names a service, and the built-in embedder asks none: give --embedder openai.")
    }
    if embedder != .openai, let name = service.requests.given {
      throw ValidationError("\(name) has no effect here: no service is asked.")
    }
    if fittedEmbedder != nil, embedder != .builtin {
      throw ValidationError("--fitted-embedder is for the built-in embedder.")
    }
  }

  /// Contexts of texts, and the embedder where it was fitted to them.
  func contexts(of texts: [String], model: String?, seed: UInt64, threads: Int?) throws -> (
    contexts: Contexts, fitted: FittedLexicalEmbedder?
  ) {
    let work = Console.work("embedding", threads: threads)
    defer { work.report(1) }
    switch embedder {
    case .builtin:
      let fitted: FittedLexicalEmbedder
      if let fittedEmbedder {
        fitted = try FittedLexicalEmbedder(readingFrom: fittedEmbedder)
      } else {
        fitted = try LexicalEmbedder(dimension: dimensions, seed: seed).fit(texts, work: work.part(0...0.9))
      }
      return (try fitted.contexts(of: texts, work: work.part(0.9...1)), fitted)
    case .none:
      throw ValidationError("--embedder none makes no contexts; expected builtin or openai here.")
    case .openai:
      guard let model else {
        throw ValidationError("--embedder openai needs the name of a model.")
      }
      let service = try EmbeddingService(
        self.service.service(), model: model, batchSize: self.service.requests.requestSize,
        cache: self.service.requests.openCache())
      return (try service.contexts(of: texts, work: work), nil)
    }
  }
}

/// A service that speaks OpenAI's JSON.
struct ServiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Address of the service (default: OPENAI_BASE_URL from the environment, or OpenAI's).", valueName: "url"
    ))
  var baseUrl: String?

  @OptionGroup var requests: RequestOptions

  func service() throws -> OpenAIService {
    try requests.service(
      at: baseUrl ?? RequestOptions.environment("OPENAI_BASE_URL") ?? "https://api.openai.com/v1")
  }
}

/// How services are asked, and where their replies are kept.
struct RequestOptions: ParsableArguments {
  private enum Usual {
    static let (key, size, atOnce, attempts, timeout) = ("OPENAI_API_KEY", 64, 4, 6, 600.0)
  }

  @Option(help: "Environment variable that holds the key, where the service wants one.")
  var keyVariable: String = Usual.key

  @Option(help: "Texts of one request, at most.")
  var requestSize: Int = Usual.size

  @Option(help: "Requests under way at once.")
  var requests: Int = Usual.atOnce

  @Option(help: "Attempts of a request before giving up.")
  var attempts: Int = Usual.attempts

  @Option(help: "Seconds without an answer until a request counts as failed.")
  var timeout: Double = Usual.timeout

  @Option(
    help: ArgumentHelp(
      "Where replies are kept, so that nothing is asked twice (default: ~/.cache/tessera/replies.sqlite).",
      valueName: "file"))
  var cache: String?

  @Flag(help: "Keep no replies.")
  var noCache = false

  func validate() throws {
    for (name, value) in [
      ("--request-size", requestSize), ("--requests", requests), ("--attempts", attempts),
    ]
    where !(1...2_048).contains(value) {
      throw ValidationError("\(name) is \(value); expected 1 to 2,048.")
    }
    guard timeout > 0, timeout.isFinite else {
      throw ValidationError("--timeout is \(timeout); expected a positive number of seconds.")
    }
    if noCache, cache != nil { throw ValidationError("--no-cache and --cache exclude each other.") }
  }

  /// The first option that was given another value than its own.
  var given: String? {
    [
      ("--request-size", requestSize != Usual.size), ("--requests", requests != Usual.atOnce),
      ("--attempts", attempts != Usual.attempts), ("--timeout", timeout != Usual.timeout),
      ("--cache", cache != nil), ("--key-variable", keyVariable != Usual.key),
    ].first(where: \.1)?.0
  }

  static func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  func service(at address: String) throws -> OpenAIService {
    var service = try OpenAIService(base: address, key: Self.environment(keyVariable))
    service.concurrency = requests
    service.timeout = timeout
    service.retry.attempts = attempts
    if service.sendsSecretsInTheOpen {
      Console.warn(
        "the key goes to \(service.name) over plain http, which anybody on the way can read; use https")
    }
    return service
  }

  func openCache() throws -> ReplyCache? {
    noCache ? nil : try ReplyCache(file: cache ?? ReplyCache.defaultFile)
  }
}

/// Texts in place of contexts, for commands that need contexts.
struct TextOptions: ParsableArguments {
  @OptionGroup var embedder: EmbedderOptions

  @Option(help: "Model of the service, with --embedder openai.")
  var embeddingModel: String?

  @Flag(help: "Embed the prompt together with the answer.")
  var withPrompt = false

  func validate() throws {
    if embedder.embedder == .builtin, embeddingModel != nil {
      throw ValidationError("--embedding-model names a service's model: give --embedder openai.")
    }
    if embedder.embedder == .openai, embeddingModel == nil {
      throw ValidationError("--embedder openai needs the name of a model: give --embedding-model.")
    }
  }

  /// - Parameter file: What is weighed or scored.
  /// - Throws: where an option says how texts become contexts, and the file is an array of numbers.
  func refuseBesideArrays(_ file: String) throws {
    let path = ContextsFile.place(file).path.lowercased()
    guard [".npy", ".npz", ".safetensors"].contains(where: path.hasSuffix) else { return }
    for (name, isGiven) in [
      ("--fitted-embedder", embedder.fittedEmbedder != nil), ("--embedder", embedder.chosen != nil),
      ("--embedding-model", embeddingModel != nil), ("--with-prompt", withPrompt),
    ] where isGiven {
      throw ValidationError("\(name) has no effect here: \(file) holds numbers, and no texts.")
    }
  }

  /// - Throws: where an option says how texts become contexts, and none do.
  func refuseWithoutUse(_ why: String) throws {
    for (name, isGiven) in [
      ("--fitted-embedder", embedder.fittedEmbedder != nil), ("--embedding-model", embeddingModel != nil),
      ("--with-prompt", withPrompt), ("--dimensions", embedder.dimensions != LexicalEmbedder.dimension),
    ] where isGiven {
      throw ValidationError("\(name) has no effect here: \(why).")
    }
  }

  /// Contexts of alternatives that have texts, and the texts, which can place them; nil where no alternative has one.
  ///
  /// - Parameters:
  ///   - prompts: Texts of prompts by their names; a name that has none is its own text.
  ///   - file: Where they come from, for messages.
  func contexts(
    of alternatives: [Alternative], prompts: [String: String] = [:], file: String, seed: UInt64, threads: Int?
  ) throws -> (texts: AnswerTexts, contexts: Contexts, fitted: FittedLexicalEmbedder?)? {
    guard embedder.embedder != .none, alternatives.contains(where: { $0.text != nil }) else { return nil }
    let texts = try AnswerTexts(of: alternatives, prompts: prompts, withPrompt: withPrompt, file: file)
    let result = try embedder.contexts(of: texts.texts, model: embeddingModel, seed: seed, threads: threads)
    let maker =
      embedder.embedder == .builtin ? "the built-in embedder (words, not meaning)" : embeddingModel ?? ""
    Console.error(
      "tessera: contexts of \(Spell.plural(result.contexts.dimension, "number")) from the texts, by \(maker)")
    return (texts, result.contexts, result.fitted)
  }
}
