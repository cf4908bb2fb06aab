import Tessera

extension Alternative {
  /// What a person knows it by: its id, and how its text begins where that is known.
  public var label: String {
    func visible(_ text: String) -> String {
      String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.steersDisplay }))
    }
    let id = visible(id)
    // Texts can be long; the first words are enough.
    var (words, rest, shown) = ([Substring](), (text ?? "")[...], 0)
    while shown <= 40, let start = rest.firstIndex(where: { !$0.isWhitespace }) {
      let end = rest[start...].firstIndex(where: \.isWhitespace) ?? rest.endIndex
      words.append(rest[start..<end])
      shown += visible(String(rest[start..<end])).count
      rest = rest[end...]
    }
    let line = visible(words.joined(separator: " "))
    guard !line.isEmpty else { return id }
    return line.count > 32 ? "\(id) (\(line.prefix(29))...)" : "\(id) (\(line))"
  }
}

extension Unicode.Scalar {
  /// Whether it moves what is shown instead of being shown: control characters, and those that turn the direction of text.
  package var steersDisplay: Bool { properties.generalCategory == .control || properties.isBidiControl }
}
