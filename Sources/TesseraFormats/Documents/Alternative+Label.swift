import Tessera

extension Alternative {
  /// What a person knows it by: its id, and how its text begins where that is known.
  public var label: String {
    guard let text else { return id }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let visible = words.unicodeScalars.filter { $0.properties.generalCategory != .control }
    let line = String(String.UnicodeScalarView(visible))
    return line.count > 32 ? "\(id) (\(line.prefix(29))...)" : "\(id) (\(line))"
  }
}
