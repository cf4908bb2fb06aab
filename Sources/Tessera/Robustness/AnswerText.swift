/// What of a text tells answers apart, and what does not.
///
///     AnswerText("Built in 1940, I think.").plain == AnswerText("built in 1940 I  think").plain
///
/// Two answers are the same in `plain` where they differ by case, white space and the marks of sentences alone. A mark between
/// two letters or digits stays: 1.5 is not 15, and `!x` is not `x`. Signs of formulas and code stay as well.
public struct AnswerText: Sendable {
  /// The text without case, marks of sentences and quotation marks, with one space for any white space.
  public let plain: String
  /// Numbers as they are written.
  public let numbers: Set<String>
  /// English words that turn a sentence into its opposite.
  public let negations: Int
  /// Words and numbers with how often they come.
  public let words: [String: Int]

  private static let marks: Set<Unicode.Scalar> = [".", ",", ";", ":", "!", "?", "…"]
  private static let quotes: Set<Unicode.Scalar> = ["\"", "“", "”", "„", "«", "»"]
  private static let negative: Set<String> = [
    "not", "no", "never", "none", "nobody", "nothing", "nowhere", "neither", "nor", "cannot", "without",
  ]

  /// - Complexity: O(length).
  public init(_ text: String) {
    let scalars = Array(text.lowercased().unicodeScalars)
    var plain = String.UnicodeScalarView()
    var isSpace = true
    for (place, scalar) in scalars.enumerated() {
      if scalar.properties.isWhitespace {
        if !isSpace { plain.append(" ") }
        isSpace = true
        continue
      }
      if Self.quotes.contains(scalar) || (Self.marks.contains(scalar) && Self.endsWord(scalars, place)) {
        continue
      }
      plain.append(scalar == "’" ? "'" : scalar)
      isSpace = false
    }
    while plain.last == " " { plain.removeLast() }
    self.plain = String(plain)

    var numbers: Set<String> = []
    var words: [String: Int] = [:]
    var negations = 0
    for piece in plain.split(whereSeparator: { !Self.isInside($0) }) {
      var word = piece
      // What hangs at the ends is no part of a word.
      while let last = word.last, !last.isWordCharacter { word.removeLast() }
      while let first = word.first, !first.isWordCharacter { word.removeFirst() }
      guard let first = word.first else { continue }
      let spelled = String(word)
      words[spelled, default: 0] += 1
      if first.properties.numericType != nil { numbers.insert(spelled) }
      if Self.negative.contains(spelled) || spelled.hasSuffix("n't") { negations += 1 }
    }
    (self.numbers, self.words, self.negations) = (numbers, words, negations)
  }

  /// Whether only marks, quotation marks and white space follow, up to the next white space.
  private static func endsWord(_ scalars: [Unicode.Scalar], _ place: Int) -> Bool {
    for scalar in scalars[(place + 1)...] {
      if scalar.properties.isWhitespace { return true }
      if !marks.contains(scalar) && !quotes.contains(scalar) { return false }
    }
    return true
  }

  private static func isInside(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isWordCharacter || scalar == "'" || scalar == "." || scalar == ","
  }

  /// Twice the words that both have over the words of both: 1 for the same words, 0 for none in common, or no words at all.
  public func sharedWords(with other: AnswerText) -> Double {
    let total = words.values.reduce(0, +) + other.words.values.reduce(0, +)
    let both = words.reduce(0) { $0 + min($1.value, other.words[$1.key] ?? 0) }
    return total > 0 ? 2 * Double(both) / Double(total) : 0
  }
}

extension Unicode.Scalar {
  fileprivate var isWordCharacter: Bool { properties.isAlphabetic || properties.numericType != nil }
}
