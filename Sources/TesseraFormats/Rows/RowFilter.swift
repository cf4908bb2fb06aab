import Tessera

/// Which rows are read.
public struct RowFilter: Sendable, Equatable {
  /// A field must have, or must not have, a value.
  public struct Condition: Sendable, Equatable {
    public let field: String
    public let value: String
    public let isEqual: Bool

    public init(field: String, value: String, isEqual: Bool = true) {
      (self.field, self.value, self.isEqual) = (field, value, isEqual)
    }
  }

  /// All must hold.
  public var conditions: [Condition] = []
  /// Seconds since 1970; rows before `since` and from `until` on are left out.
  public var since: Double?
  public var until: Double?
  /// Outcomes that are left out: both_bad, tie.
  public var dropped: Set<String> = []
  /// Whether of rows that say the same the first alone is read: same alternatives, outcome, annotator and prompt.
  public var dropsRepeats = false
  /// Rows that pass, at most; nil for all.
  public var limit: Int?

  public init() {}

  static let times = ["tstamp", "timestamp", "created_at", "date", "time", "datetime"]

  /// Fields that are looked at.
  func fields(_ map: FieldMap) -> [String] {
    conditions.map(\.field) + (since == nil && until == nil ? [] : map.candidates("time", usual: Self.times))
  }

  /// - Parameter first: The slot of the first of `fields`.
  func passes(_ row: Row, from first: Int) throws -> Bool {
    for (place, condition) in conditions.enumerated() {
      let value = row[first + place]
      let text = value.map {
        String(decoding: $0.escaped ? JSONScanner.unescape($0.bytes) : Array($0.bytes), as: UTF8.self)
      }
      guard ((text ?? "") == condition.value) == condition.isEqual else { return false }
    }
    guard since != nil || until != nil else { return true }
    let slots = (first + conditions.count)..<row.names.count
    guard let slot = slots.first(where: { row[$0] != nil }), let value = row[slot] else {
      throw row.error(
        row.names[first + conditions.count], "no time",
        "one of the fields \(slots.map { row.names[$0] }.joined(separator: ", ")) (--map time=FIELD)")
    }
    guard let time = Self.seconds(String(decoding: try row.text(value, row.names[slot]), as: UTF8.self))
    else {
      throw row.error(
        row.names[slot], quoted(value.bytes), Self.time)
    }
    if let since, time < since { return false }
    if let until, time >= until { return false }
    return true
  }

  /// Seconds since 1970 of a date, a date and time (UTC where it names no other zone), or a number of seconds, milliseconds,
  /// microseconds or nanoseconds; nil for other texts, days that no month has, and days as eight digits, which are seconds as well.
  public static func seconds(_ text: String) -> Double? {
    if let number = Double(text) {
      guard number.isFinite, !isDigitsOfDay(text) else { return nil }
      // Seconds reach 1e11 in the year 5138; what is larger counts smaller units.
      var seconds = number
      while abs(seconds) >= 1e11 { seconds /= 1_000 }
      return seconds
    }
    let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " }).map(String.init)
    guard let day = parts.first, parts.count <= 3 else { return nil }
    let numbers = day.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 3, let year = numbers[0], let month = numbers[1], let date = numbers[2],
      isDay(year, month, date)
    else { return nil }
    var seconds = Double(days(year, month, date)) * 86_400
    guard parts.count > 1 else { return seconds }
    var clock = parts[1...].joined()
    var offset = 0.0
    if clock.hasSuffix("Z") || clock.hasSuffix("UTC") {
      clock.removeLast(clock.hasSuffix("Z") ? 1 : 3)
    } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let zone = clock[clock.index(after: sign)...].filter { $0 != ":" }
      guard zone.count == 4 || zone.count == 2, let hours = Int(zone.prefix(2)),
        let minutes = Int("0" + zone.dropFirst(2))
      else { return nil }
      offset = Double(hours * 3_600 + minutes * 60) * (clock[sign] == "+" ? 1 : -1)
      clock = String(clock[..<sign])
    }
    let units = clock.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard (2...3).contains(units.count), let hours = units[0], let minutes = units[1], hours < 25,
      minutes < 60,
      let rest = units.count == 3 ? units[2] : 0, rest < 61
    else { return nil }
    seconds += hours * 3_600 + minutes * 60 + rest - offset
    return seconds
  }

  private static func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return false }
    let (nextYear, nextMonth) = month == 12 ? (year + 1, 1) : (year, month + 1)
    return day <= days(nextYear, nextMonth, 1) - days(year, month, 1)
  }

  /// Whether a text can be meant as a day, as 20261127. Nobody voted in the seconds after 1970 that it is as a number.
  private static func isDigitsOfDay(_ text: String) -> Bool {
    guard text.utf8.count == 8, let number = Int(text), (19_000_000...21_999_999).contains(number) else {
      return false
    }
    return isDay(number / 10_000, number / 100 % 100, number % 100)
  }

  /// Days since 1970-01-01 in the Gregorian calendar.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    // Years that begin in March put the leap day at their end.
    let y = month > 2 ? year : year - 1
    let m = (month + 9) % 12
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * m + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
