/// A field of CSV output, in quotation marks where it needs them (RFC 4180).
package func csvField(_ text: String) -> String {
  guard
    text.utf8.contains(where: {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    })
  else {
    return text
  }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
