import Synchronization

/// The contexts of texts that a service was asked for lately, so that nothing is paid for twice in a row.
///
/// The oldest go first. Texts are held as they are, in memory alone.
final class EmbeddingCache: Sendable {
  private struct Held {
    var rows: [String: [Float]] = [:]
    var order: [String] = []
    /// Where the oldest stands in `order`.
    var oldest = 0
  }

  private let capacity: Int
  private let held = Mutex(Held())

  /// - Parameter capacity: Texts, at least 1.
  init(capacity: Int) { self.capacity = max(capacity, 1) }

  func row(of text: String) -> [Float]? { held.withLock { $0.rows[text] } }

  func store(_ row: [Float], of text: String) {
    held.withLock { held in
      guard held.rows.updateValue(row, forKey: text) == nil else { return }
      held.order.append(text)
      if held.rows.count > capacity {
        held.rows[held.order[held.oldest]] = nil
        held.oldest += 1
      }
      if held.oldest > capacity {
        held.order.removeFirst(held.oldest)
        held.oldest = 0
      }
    }
  }
}
