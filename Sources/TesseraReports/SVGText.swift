/// Texts and numbers as SVG has them, and about how wide texts are.
package enum SVGText {
  /// What stands for itself in XML: no markup, and no character that XML forbids.
  package static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r", "\u{2028}", "\u{2029}": result += " "
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}": continue
      // XML forbids some of those that are no characters in any text.
      case _ where scalar.properties.isNoncharacterCodePoint: continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A name that is one in XML and in CSS: all but letters, digits and hyphens is spelt by its number.
  static func identifier(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      if scalar.isASCII, scalar.properties.isAlphabetic || scalar == "-" || ("0"..."9").contains(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "_" + String(scalar.value, radix: 16)
      }
    }
    // A name does not begin with a digit.
    return result.first?.isLetter == true ? result : "f" + result
  }

  /// A length in pixels, to a tenth.
  static func number(_ value: Double) -> String {
    let tenths = Int((min(max(value, -1e7), 1e7) * 10).rounded())
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
  }

  /// A colour, or black where it is none: what stands in an attribute must not end it.
  static func colour(_ colour: String) -> String {
    let isPlain =
      !colour.isEmpty
      && colour.unicodeScalars.allSatisfy {
        $0.isASCII && ($0 == "#" || $0.properties.isAlphabetic || ("0"..."9").contains($0))
      }
    return isPlain ? colour : "#000000"
  }

  // MARK: Widths

  /// Widths of Helvetica, Arial and Liberation Sans in thousandths of the size, from the space to the tilde.
  private static let widths: [Double] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
  ]

  /// About how wide a text is, in pixels. Other fonts are up to a tenth wider than the one that is measured.
  static func width(_ text: String, size: Double) -> Double {
    let thousandths = text.unicodeScalars.reduce(0.0) { sum, scalar in
      let place = Int(scalar.value) - 32
      if let width = widths.element(at: place) { return sum + width }
      if scalar.value < 32 || scalar.properties.generalCategory == .nonspacingMark { return sum }
      // Ideographs and emoji fill a square; what else there is, is about as wide as a capital.
      return sum + (scalar.value >= 0x1100 ? 1_000 : 667)
    }
    return 1.08 * size * thousandths / 1_000
  }

  /// A text of at most so many pixels; what is cut out is three dots.
  ///
  /// - Parameter end: Which share of the room the end of the text has: names often differ there.
  static func cut(_ text: String, to length: Double, size: Double, end: Double = 0) -> String {
    guard width(text, size: size) > length else { return text }
    let room = max(0, length - width("…", size: size))
    func part(_ characters: some Sequence<Character>, _ room: Double) -> [Character] {
      var used = 0.0
      return characters.prefix { character in
        used += width(String(character), size: size)
        return used <= room
      }
    }
    let tail = part(text.reversed(), end * room)
    return String(part(text, (1 - end) * room)) + "…" + String(tail.reversed())
  }
}
