import Tessera

extension Alternative {
  /// What a person knows it by: its id, and how its text begins where that is known.
  public var label: String {
    guard let text else { return id }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let visible = words.unicodeScalars.filter { !$0.steersDisplay }
    let line = String(String.UnicodeScalarView(visible))
    return line.count > 32 ? "\(id) (\(line.prefix(29))...)" : "\(id) (\(line))"
  }
}

extension Unicode.Scalar {
  /// Whether it moves what is shown instead of being shown: control characters, and those that turn the direction of text.
  package var steersDisplay: Bool { properties.generalCategory == .control || properties.isBidiControl }
}
