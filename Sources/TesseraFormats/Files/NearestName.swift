/// The name that somebody meant.
package enum NearestName {
  /// The one with the fewest letters to change; nil where all are far off.
  ///
  /// A third of the letters, one at least, may be wrong: `fti` is fit, `horizom` is horizon, `x` is nothing.
  package static func of(_ word: String, among names: [String]) -> String? {
    let limit = max(1, (word.count + 1) / 3)
    return names.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= limit && $0.distance < max(word.count, 2) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  /// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
  ///
  /// - Complexity: O(a b) for words of a and b letters.
  package static func distance(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first), Array(second))
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], before[j - 2] + 1)
        }
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }

  /// What is expected in place of a value that begins with a word and may go on after "=".
  ///
  /// - Parameters:
  ///   - value: What was found, such as horizom=3.
  ///   - spellings: Everything that it may be, such as horizon=DISTANCE.
  ///   - quantity: "one", or "some" where several may be named.
  package static func expectation(_ value: String, among spellings: [String], _ quantity: String = "one")
    -> String
  {
    func word(_ spelled: String) -> String { String(spelled.prefix { $0 != "=" }) }
    // The word is known: it is what follows it that is wrong.
    let same = spellings.filter { word($0) == word(value) }
    if !same.isEmpty { return "expected \(same.joined(separator: " or "))." }
    let all = "\(quantity) of \(spellings.joined(separator: ", "))."
    guard let near = of(word(value), among: Set(spellings.map(word)).sorted()) else {
      return "expected \(all)"
    }
    return "did you mean \(near)? Expected \(all)"
  }
}
