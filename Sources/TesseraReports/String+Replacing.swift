extension String {
  /// The text with another one in every place of a part.
  ///
  /// Bytes are compared: a "<" before a combining accent, which reads as one character, is a "<" to a browser too.
  ///
  /// - Parameter part: Not empty.
  /// - Complexity: O(bytes) where the part's first byte is rare.
  func replacing(every part: String, with other: String) -> String {
    let (text, wanted) = (Array(utf8), Array(part.utf8))
    guard let first = wanted.first else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      if text[place] == first, text[place...].starts(with: wanted) {
        result.append(contentsOf: other.utf8)
        place += wanted.count
      } else {
        result.append(text[place])
        place += 1
      }
    }
    // What was taken out and put in begins and ends whole characters of UTF-8.
    return String(decoding: result, as: UTF8.self)
  }
}
