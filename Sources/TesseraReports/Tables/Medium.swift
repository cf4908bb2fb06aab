/// Where text goes, as far as that changes how it looks.
package struct Medium: Equatable, Sendable {
  /// Columns that fit beside one another; nil where nothing limits them, as in files and pipes.
  package var width: Int?
  package var hasColours: Bool
  /// Whether tables are those of Markdown.
  package var isMarkdown: Bool

  package static let plain = Medium()

  package init(width: Int? = nil, hasColours: Bool = false, isMarkdown: Bool = false) {
    (self.width, self.hasColours, self.isMarkdown) = (width, hasColours, isMarkdown)
  }

  package func paint(_ text: String, _ colour: Colour?) -> String {
    guard hasColours, let colour, !text.isEmpty else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}

/// Colours by their code; each has one meaning.
package enum Colour: Int, Sendable {
  case header = 1
  case worse = 31
  case better = 32
  case warning = 33
}
