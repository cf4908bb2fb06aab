/// Text without tabs and spaces, wide and thin ones too, at its ends; line ends stay.
package func trimmed(_ text: some StringProtocol) -> String {
  func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\t" || scalar == "\u{200B}" || scalar.properties.generalCategory == .spaceSeparator
  }
  let scalars = text.unicodeScalars
  guard let first = scalars.firstIndex(where: { !isSpace($0) }),
    let last = scalars.lastIndex(where: { !isSpace($0) })
  else { return "" }
  return String(String.UnicodeScalarView(scalars[first...last]))
}
