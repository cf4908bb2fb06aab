import Tessera

/// Turns texts into contexts.
public protocol Embedder: Sendable {
  /// What made the contexts, as reports name it.
  var name: String { get }

  /// A context for each text, in the order given; texts that are equal get equal contexts.
  ///
  /// - Throws: `Cancelled`; what was paid for by then stays in the cache.
  func contexts(of texts: [String], work: Work) throws -> Contexts
}

extension Embedder {
  public func contexts(of texts: [String]) throws -> Contexts { try contexts(of: texts, work: Work()) }
}

/// Texts without repetitions: nothing is worked out, or paid for, twice.
package struct DistinctTexts {
  package let texts: [String]
  /// Position in `texts` of each original text.
  package let places: [Int]

  package init(_ all: [String]) {
    var seen: [[UInt8]: Int] = [:]
    var texts: [String] = []
    places = all.map { text in
      // By bytes: equality of Swift's strings looks through Unicode normalisation.
      let key = Array(text.utf8)
      if let place = seen[key] { return place }
      seen[key] = texts.count
      texts.append(text)
      return texts.count - 1
    }
    self.texts = texts
  }
}
