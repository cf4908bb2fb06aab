import Foundation
import Tessera
import TesseraText

/// Clones where a reworded text lands: every tenth word replaced, in the space of the built-in embedder, which is fitted once
/// to the texts of the originals.
struct ParaphraseStudy {
  let shifts: ShiftStudy
  /// Of a reworded text from its original, in median neighbour distances: ascending, one for each alternative with a text.
  private let distances: [Double]

  /// - Parameter data: With texts.
  init?(_ data: PreferenceDataset, targets: Int, seeds: Int) throws {
    let texts = data.alternatives.map { $0.text ?? "" }
    let fitted = try LexicalEmbedder().fit(texts)
    let contexts = try fitted.contexts(of: texts)
    let seen = try data.replacing(contexts: contexts)
    let words = texts.flatMap { $0.split(separator: " ").prefix(40) }.map(String.init)
    @Sendable func reworded(_ text: String, _ random: inout RandomStream) -> String {
      let own = text.split(separator: " ")
      let first = Int(random.uniform() * 10)
      return own.enumerated().map { place, word in
        place % 10 == first
          ? words[min(Int(random.uniform() * Double(words.count)), words.count - 1)] : String(word)
      }.joined(separator: " ")
    }
    let median = try contexts.medianNeighbourDistance()
    var random = RandomStream(seed: 5, for: .cloneDirections)
    let moved = try fitted.contexts(of: texts.map { reworded($0, &random) })
    distances = texts.indices.map { i in
      zip(contexts.row(i), moved.row(i)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        / median
    }.sorted()
    let placement = ShiftStudy.Placement(name: "reworded", seeds: seeds) { target, clones, record, seed in
      let attacked = try CloneInjection(
        into: seen, of: target, count: clones, distance: 0, record: record, seed: seed
      ).dataset
      var random = RandomStream(seed: seed, for: .cloneDirections, number: 1)
      let copies = (0..<clones).map { _ in reworded(texts[target], &random) }
      return try attacked.replacing(
        contexts: fitted.contexts(of: texts + copies, work: Work(threads: 1)))
    }
    guard let shifts = try ShiftStudy(seen, targets: targets, [placement]) else { return nil }
    self.shifts = shifts
  }

  func printTable(_ name: String) {
    let quantiles = [0.1, 0.5, 0.9].map { share in
      String(format: "%.2f", distances[min(Int(share * Double(distances.count)), distances.count - 1)])
    }
    shifts.printTable(
      "\(name): clones placed as paraphrases land",
      "Every tenth word replaced by one of another answer, all texts in the space of the built-in embedder, fitted once to the originals. A reworded text lies at \(quantiles[1]) median neighbour distances (a tenth nearer than \(quantiles[0]), a tenth beyond \(quantiles[2]))."
    )
  }
}
