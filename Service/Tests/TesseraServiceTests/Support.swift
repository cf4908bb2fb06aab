import Foundation
import Tessera
import TesseraFormats
import TesseraService
import TesseraText

/// Models and texts that tests serve, made once.
enum Fixture {
  static let texts = [
    "Paris is the capital of France.", "The capital of France is Paris.", "I do not know.",
    "Paris, which lies on the Seine, is France's capital.", "Lyon is the capital of France.",
    "As a language model I cannot say.", "The answer is Paris.", "It is Berlin.",
  ]

  static let embedder: FittedLexicalEmbedder = {
    do { return try LexicalEmbedder(dimension: 6, seed: 3).fit(texts) } catch { fatalError("\(error)") }
  }()

  /// Five runs over texts, by the built-in embedder.
  static let textModel = RewardModelFile(
    ensemble: RewardEnsemble(
      models: (0..<5).map { RewardModel(dimension: embedder.dimension, hidden: [8], seed: UInt64($0)) }),
    transform: ContextTransform(
      normalizes: false, mean: (0..<embedder.dimension).map { Double($0) / 100 }, axes: []),
    notes: ["embedder": "builtin", "with_prompt": "false", "weights": "local", "lambda": "0.1"],
    embedder: embedder.tensors)

  /// The same with prompts.
  static let promptModel = RewardModelFile(
    ensemble: textModel.ensemble, transform: textModel.transform,
    notes: ["embedder": "builtin", "with_prompt": "true"], embedder: embedder.tensors)

  /// One run over vectors of three numbers, scaled to length 1.
  static let vectorModel = RewardModelFile(
    ensemble: RewardEnsemble(models: [RewardModel(dimension: 3, hidden: [4], seed: 9)]),
    transform: ContextTransform(normalizes: true, mean: [], axes: []))

  static func model(_ name: String, _ file: RewardModelFile) throws -> ServedModel {
    try ServedModel(name: name, file, of: "\(name).safetensors")
  }

  /// What `tessera score` computes, step by step.
  static func scores(_ texts: [String], _ file: RewardModelFile) throws -> (
    mean: [Double], deviation: [Double]
  ) {
    let raw = try FittedLexicalEmbedder(tensors: file.embedder, of: "").contexts(of: texts)
    return try file.ensemble.scores(of: file.transform?.apply(to: raw) ?? raw)
  }

  static func service(
    key: AccessKey? = nil, limits: Limits = Limits(), specialTokens: [String] = []
  ) throws -> RewardService {
    try RewardService(
      [model("texts", textModel), model("prompts", promptModel), model("vectors", vectorModel)], key: key,
      limits: limits, specialTokens: specialTokens)
  }
}

extension RewardService {
  /// One request from head to answer, without a network.
  func ask(
    _ method: String, _ path: String, _ body: String = "", query: [String: String] = [:],
    type: String? = "application/json", authorization: String? = nil, host: String? = "localhost:8080"
  ) async -> (status: Int, value: JSONValue, text: String) {
    var head = Head(method: method, path: path)
    (head.query, head.contentType, head.authorization, head.host) = (query, type, authorization, host)
    head.contentLength = body.utf8.count
    var reply: Reply
    do {
      let route = try route(for: head)
      let pending = try Array(body.utf8).withUnsafeBufferPointer { try self.reply(to: route, head, body: $0) }
      reply = try await pending()
    } catch let refusal as Refusal {
      reply = Reply(refusal)
    } catch {
      fatalError("\(error)")
    }
    return (reply.status, (try? JSONReader.value(of: Array(reply.text.utf8))) ?? .null, reply.text)
  }
}

extension JSONValue {
  subscript(name: String) -> JSONValue {
    if case .object(let members) = self { members.first { $0.key == name }?.value ?? .null } else { .null }
  }

  subscript(place: Int) -> JSONValue {
    if case .array(let elements) = self, elements.indices.contains(place) { elements[place] } else { .null }
  }

  var count: Int { if case .array(let elements) = self { elements.count } else { -1 } }
  var text: String? { if case .string(let text) = self { text } else { nil } }

  var number: Double {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: .nan
    }
  }

  var numbers: [Double] { if case .array(let elements) = self { elements.map(\.number) } else { [] } }
}

/// Numbers that went through batches of other sizes: BLAS adds up in another order, which moves the last bits of the transform.
func isNear(_ left: [Double], _ right: [Double]) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-5 }
}

/// A JSON list of texts.
func quoted(_ texts: [String]) -> String { JSONValue.array(texts.map { .string($0) }).compact() }
