/// Values of leaves as JSON shows them.
enum ParquetText {
  /// What kind of JSON value a leaf becomes.
  static func kind(_ leaf: ParquetLeaf) -> JSONScanner.Kind {
    switch leaf {
    case .boolean: .literal
    case .text, .date, .time, .timestamp, .uuid, .unsupported: .string
    default: .number
    }
  }

  /// Appends a value. Text goes without quotation marks and unescaped unless `quoted`.
  ///
  /// Numbers have the shortest digits that read back the same, as `Double` or as `Float` where that is their type; what is not
  /// finite is NaN, Infinity or -Infinity, which JSON does not know and readers of numbers refuse by name.
  static func append(_ value: UnsafeRawBufferPointer, _ leaf: ParquetLeaf, to text: JSONText, quoted: Bool)
    throws
  {
    func load<T: FixedWidthInteger>(_ type: T.Type) -> T { T(littleEndian: value.loadUnaligned(as: type)) }
    let marks = quoted && kind(leaf) == .string && leaf != .text
    if marks { try text.append(0x22) }
    switch leaf {
    case .boolean: try text.append(value[0] == 0 ? "false" as StaticString : "true")
    case .signed32: try text.append(digits: load(Int32.self))
    case .signed64: try text.append(digits: load(Int64.self))
    case .unsigned32: try text.append(digits: load(UInt32.self))
    case .unsigned64: try text.append(digits: load(UInt64.self))
    case .half: try append(Float(halfPrecision: load(UInt16.self)), to: text)
    case .float: try append(Float(bitPattern: load(UInt32.self)), to: text)
    case .double: try append(Double(bitPattern: load(UInt64.self)), to: text)
    case .text: try quoted ? text.quote(value) : text.append(value)
    case .date: try append(days: Int(load(Int32.self)), to: text)
    case .time(let unit, let width):
      let count = width == 4 ? Int(load(Int32.self)) : Int(load(Int64.self))
      // A day has fewer; what is outside stays a number of hours.
      try append(time: count, unit, to: text)
    case .timestamp(let unit, let utc):
      let day = 86_400 * unit.perSecond
      let count = Int(load(Int64.self))
      let days = Int((Double(count) / Double(day)).rounded(.down))
      // The quotient in double precision can be one off: settle it in whole numbers.
      var (whole, rest) = (days, count &- days &* day)
      if rest < 0 { (whole, rest) = (whole - 1, rest + day) }
      if rest >= day { (whole, rest) = (whole + 1, rest - day) }
      try append(days: whole, to: text)
      try text.append(0x54)
      try append(time: rest, unit, to: text)
      if utc { try text.append(0x5A) }
    case .decimal(let scale, let width, let bigEndian):
      let number: Int128
      if bigEndian {
        var sum = Int128(Int8(bitPattern: value[0]))
        for byte in value.dropFirst() { sum = sum << 8 | Int128(byte) }
        number = sum
      } else {
        number = width == 4 ? Int128(load(Int32.self)) : Int128(load(Int64.self))
      }
      try append(decimal: number, scale: scale, to: text)
    case .uuid:
      for (index, byte) in value.enumerated() {
        if [4, 6, 8, 10].contains(index) { try text.append(0x2D) }
        for digit in [byte >> 4, byte & 15] { try text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
      }
    case .unsupported(let what): throw ParquetProblem.unsupported(found: what, expected: "another type")
    }
    if marks { try text.append(0x22) }
  }

  private static func append(
    _ number: some BinaryFloatingPoint & LosslessStringConvertible, to text: JSONText
  ) throws {
    if number.isFinite { return try text.append(number.description) }
    try text.append(number.isNaN ? "NaN" as StaticString : number < 0 ? "-Infinity" : "Infinity")
  }

  /// Year, month, day of a number of days since 1970, in the proleptic Gregorian calendar.
  ///
  /// - SeeAlso: Howard Hinnant, "chrono-compatible low-level date algorithms", for the method: years that begin in March.
  private static func append(days: Int, to text: JSONText) throws {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    try text.append(digits: yearOfEra + era * 400 + (month >= 10 ? 1 : 0), width: 4)
    try text.append(0x2D)
    try text.append(digits: month < 10 ? month + 3 : month - 9, width: 2)
    try text.append(0x2D)
    try text.append(digits: dayOfYear - (153 * month + 2) / 5 + 1, width: 2)
  }

  private static func append(time count: Int, _ unit: ParquetLeaf.Unit, to text: JSONText) throws {
    guard count >= 0 else {
      throw ParquetProblem.damaged(found: "a negative time of the day", expected: "0 to 24 hours")
    }
    let seconds = count / unit.perSecond
    var fraction = count % unit.perSecond
    try text.append(digits: seconds / 3_600, width: 2)
    try text.append(0x3A)
    try text.append(digits: seconds / 60 % 60, width: 2)
    try text.append(0x3A)
    try text.append(digits: seconds % 60, width: 2)
    guard fraction > 0 else { return }
    // Three digits, six or nine, as few as it takes: the same moment reads the same whatever its unit was.
    var width = 3 * unit.rawValue
    while fraction % 1_000 == 0 { (fraction, width) = (fraction / 1_000, width - 3) }
    try text.append(0x2E)
    try text.append(digits: fraction, width: width)
  }

  private static func append(decimal number: Int128, scale: Int, to text: JSONText) throws {
    guard scale > 0 else { return try text.append(digits: number) }
    if number < 0 { try text.append(0x2D) }
    let digits = String(number.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    try text.append(String(padded.dropLast(scale)))
    try text.append(0x2E)
    try text.append(String(padded.suffix(scale)))
  }
}
