/// Cells of CSV that programs for spreadsheets run: ids are written as they are, so that they read back as they are.
enum FormulaCells {
  /// The first cell that begins as a formula does and is no number; nil where none does.
  static func first(in csv: String) -> String? {
    var csv = csv
    return csv.withUTF8(first)
  }

  private static func first(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
    var isQuoted = false
    var isStart = true
    for (place, byte) in bytes.enumerated() {
      let sign = UnicodeScalar(byte)
      if isStart, byte != UInt8(ascii: "\"") {
        isStart = false
        if "=+-@\t".unicodeScalars.contains(sign) {
          let cell = bytes[place...].prefix { !(isQuoted ? "\"" : ",\n").utf8.contains($0) }
          if !isDecimal(cell.dropFirst()) {
            let text = String(decoding: cell, as: UTF8.self)
            if Double(text) == nil { return text }
          }
        }
      }
      switch sign {
      case "\"": isQuoted.toggle()
      case ",", "\n": if !isQuoted { isStart = true }
      default: break
      }
    }
    return nil
  }

  /// Whether it is what most such cells are, the digits of a negative number.
  private static func isDecimal(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let isDigit = { (byte: UInt8) in byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    let whole = bytes.prefix(while: isDigit)
    let rest = bytes[whole.endIndex...]
    guard !whole.isEmpty, rest.first == UInt8(ascii: ".") else { return !whole.isEmpty && rest.isEmpty }
    return rest.dropFirst().allSatisfy(isDigit)
  }

  static func warn(_ csv: String) {
    guard let cell = first(in: csv) else { return }
    Console.warn("the cell \"\(cell)\" begins as a formula: import the file as text into a spreadsheet")
  }
}
