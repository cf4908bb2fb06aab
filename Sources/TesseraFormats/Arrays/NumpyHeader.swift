/// The dictionary before the numbers of a .npy file, as NumPy writes it: three keys, each once, nothing else.
///
/// Read from front to end, one look at every byte: a header is no program, and no text to search.
struct NumpyHeader {
  /// Such as `<f4`; nil for a structure.
  private(set) var type: String?
  private(set) var isFortran = false
  private(set) var shape: [Int] = []

  /// More bytes than this are no header: NumPy itself reads 10,000.
  static let limit = 1 << 20

  private var rest: ArraySlice<UInt8>

  /// nil where the bytes are not such a dictionary.
  init?(_ bytes: [UInt8]) {
    rest = bytes[...]
    var seen: Set<String> = []
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = text(), take(":"), seen.insert(key).inserted else { return nil }
      switch key {
      case "descr":
        type = text()
        if type == nil, !skipList() { return nil }
      case "fortran_order":
        if take("True") { isFortran = true } else if !take("False") { return nil }
      case "shape":
        guard let numbers = tuple() else { return nil }
        shape = numbers
      default: return nil
      }
      if !take(",") {
        guard take("}") else { return nil }
        break
      }
    }
    skipSpace()
    guard rest.isEmpty, seen.count == 3 else { return nil }
  }

  private mutating func skipSpace() {
    while let byte = rest.first, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      rest.removeFirst()
    }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    skipSpace()
    let begins = word.withUTF8Buffer { word in rest.starts(with: word) }
    if begins { rest.removeFirst(word.utf8CodeUnitCount) }
    return begins
  }

  /// Between quotation marks of either kind: letters, digits and signs, nothing escaped.
  private mutating func text() -> String? {
    skipSpace()
    guard let mark = rest.first, mark == 0x27 || mark == 0x22 else { return nil }
    rest.removeFirst()
    guard let end = rest.firstIndex(of: mark),
      rest[..<end].allSatisfy({ $0 > 0x1F && $0 < 0x7F && $0 != 0x5C })
    else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  /// Numbers in brackets; -1 stands for one that is negative or beyond what `Int` holds.
  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var numbers: [Int] = []
    while !take(")") {
      skipSpace()
      let digits = rest.prefix { $0 == 0x2D || (0x30...0x39).contains($0) }
      // Python 2 wrote an L behind long numbers.
      guard !digits.isEmpty, numbers.count < 64 else { return nil }
      rest = rest[digits.endIndex...]
      _ = take("L")
      numbers.append(Int(String(decoding: digits, as: UTF8.self)) ?? -1)
      if !take(",") {
        guard take(")") else { return nil }
        break
      }
    }
    return numbers
  }

  /// A structure's list of fields, up to the bracket that closes it.
  private mutating func skipList() -> Bool {
    skipSpace()
    guard rest.first == 0x5B else { return false }
    var depth = 0
    while let byte = rest.popFirst() {
      if byte == 0x5B { depth += 1 }
      if byte == 0x5D { depth -= 1 }
      if depth == 0 { return true }
    }
    return false
  }
}
