import Tessera
import TesseraFormats
import TesseraServices
import TesseraText

/// A reward model as `tessera train` wrote it, with what turns texts into its contexts.
public struct ServedModel: Sendable {
  /// How requests name it.
  public let name: String
  public let ensemble: RewardEnsemble
  public let transform: ContextTransform?
  /// What is known of its training.
  public let notes: [String: String]
  /// Whether it reads prompts with the answers.
  public let withPrompt: Bool
  let texts: TextSource

  /// What is wrong with a model that was asked for, said to who starts the service.
  public struct Problem: KindedError {
    public let description: String
    public var kind: ErrorKind { .option }
  }

  /// - Parameters:
  ///   - name: Letters, digits, `.`, `_`, `-` and `/`, up to 64.
  ///   - file: Written by `tessera train`.
  ///   - service: Makes contexts of texts for models that were trained with a service: for the name of the service's model.
  /// - Throws: `FormatError` for another kind of file, `Problem`.
  public init(
    name: String, readingFrom file: String, service: ((_ model: String) throws -> EmbeddingService)? = nil
  ) throws {
    try self.init(name: name, RewardModelFile(readingFrom: file), of: file, service: service)
  }

  public init(
    name: String, _ model: RewardModelFile, of file: String,
    service: ((_ model: String) throws -> EmbeddingService)? = nil
  ) throws {
    guard Self.isName(name) else {
      throw Problem(
        description:
          "a model is called \"\(name)\"; expected 1 to 64 letters, digits, dots, dashes and slashes")
    }
    self.name = name
    ensemble = model.ensemble
    transform = model.transform
    notes = model.notes
    withPrompt = model.notes["with_prompt"] == "true"
    if !model.embedder.isEmpty {
      let embedder = try FittedLexicalEmbedder(tensors: model.embedder, of: file)
      guard embedder.dimension == Self.dimension(model) else {
        throw FormatError.content(
          file: file, line: nil, field: "embedder.directions", found: "\(embedder.dimension) columns",
          expected: "\(Self.dimension(model)), as the model reads")
      }
      texts = .builtin(embedder)
    } else if let service, let wanted = model.notes["embedder"], wanted != "builtin" {
      texts = .service(try service(wanted), EmbeddingCache(capacity: 10_000))
    } else {
      texts = .none
    }
    if let transform,
      transform.axes.isEmpty
        ? !transform.mean.isEmpty && transform.mean.count != inner
        : transform.axes.count != inner
    {
      throw FormatError.content(
        file: file, line: nil, field: "transform", found: "another number of axes than the model reads",
        expected: "\(inner)")
    }
  }

  private var inner: Int { ensemble.models[0].dimension }

  /// Numbers of a vector, before the transform.
  public var dimension: Int {
    transform.flatMap { $0.mean.isEmpty ? nil : $0.mean.count } ?? inner
  }

  private static func dimension(_ model: RewardModelFile) -> Int {
    model.transform.flatMap { $0.mean.isEmpty ? nil : $0.mean.count } ?? model.ensemble.models[0].dimension
  }

  static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || [0x2E, 0x5F, 0x2D, 0x2F].contains($0)
      }
  }

  /// What makes contexts of texts.
  enum TextSource: Sendable {
    /// Nothing: the model scores vectors alone.
    case none
    case builtin(FittedLexicalEmbedder)
    case service(EmbeddingService, EmbeddingCache)
  }

  /// Whether it scores texts.
  public var scoresTexts: Bool { if case .none = texts { false } else { true } }

  /// The embedder as reports name it; `none` where it scores vectors alone.
  public var embedderName: String {
    switch texts {
    case .none: "none"
    case .builtin(let embedder): embedder.name
    case .service(let service, _): service.name
    }
  }

  /// Batches that may be under way at once: one keeps a core busy, a service waits most of the time.
  var workers: Int {
    if case .service(let service, _) = texts { service.service.concurrency } else { 1 }
  }
}
