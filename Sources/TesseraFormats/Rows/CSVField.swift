/// A field of CSV output, in quotation marks where it needs them (RFC 4180).
package func csvField(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }) else {
    return text
  }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
