import Tessera
import TesseraFormats
import TesseraServices
import TesseraText

extension ServedModel {
  /// Texts that a cache had, and those that it had not.
  struct CacheUse: Sendable, Equatable {
    var hits = 0
    var misses = 0
  }

  /// Scores what several requests ask for, together.
  ///
  /// - Returns: As many scores as there are items, in their order.
  /// - Throws: `ContextsError`, `ServiceError`.
  /// - Complexity: O(items x weights of the model), beside the making of contexts.
  func scores(of items: [ScoringItems], use: inout CacheUse) throws -> Scores {
    // Rows of vectors first, then those of texts; `places` says where each item's row went.
    var rows: [Float] = []
    var answers: [String] = []
    var places: [(isText: Bool, place: Int)] = []
    var vectors = 0
    for item in items {
      switch item {
      case .vectors(let matrix):
        rows += matrix.storage
        places += (vectors..<vectors + matrix.rows).map { (false, $0) }
        vectors += matrix.rows
      case .answers(let list):
        places += (answers.count..<answers.count + list.count).map { (true, $0) }
        answers += list.map { $0.seen(withPrompt: withPrompt) }
      }
    }
    if !answers.isEmpty {
      rows += try contexts(of: answers, use: &use).storage
    }
    let raw = try Contexts(Matrix(rows: vectors + answers.count, columns: dimension, storage: rows))
    // One core: other requests have the others.
    let work = Work(threads: 1)
    let (mean, deviation) = try ensemble.scores(of: transform?.apply(to: raw) ?? raw, work: work)
    let order = places.map { $0.isText ? vectors + $0.place : $0.place }
    return Scores(rewards: order.map { mean[$0] }, spreads: order.map { deviation[$0] })
  }

  private func contexts(of answers: [String], use: inout CacheUse) throws -> Matrix<Float> {
    switch texts {
    case .none: preconditionFailure("texts are refused before they come here")
    case .builtin(let embedder):
      return try embedder.contexts(of: answers, work: Work(threads: 1)).singlePrecision
    case .service(let service, let cache):
      var found = answers.map { cache.row(of: $0) }
      let missing = found.indices.filter { found[$0] == nil }
      use.hits += answers.count - missing.count
      use.misses += missing.count
      if !missing.isEmpty {
        let fetched = try service.contexts(of: missing.map { answers[$0] }, work: Work(threads: 1))
        guard fetched.dimension == dimension else {
          throw ServiceError.malformed(
            address: "the service of embeddings", found: "embeddings of \(fetched.dimension) numbers",
            expected: "\(dimension), as the model was trained with")
        }
        let matrix = fetched.singlePrecision
        for (row, place) in missing.enumerated() {
          found[place] = Array(matrix.row(row))
          cache.store(Array(matrix.row(row)), of: answers[place])
        }
      }
      return Matrix(
        rows: answers.count, columns: dimension, storage: found.flatMap { $0 ?? [] })
    }
  }
}
