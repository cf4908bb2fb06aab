/// The fields of one record of CSV (RFC 4180), or of the same with tabs.
struct CSVFields {
  private let separator: UInt8
  private let storage = ByteScratch()
  private var ranges: [Range<Int>] = []

  /// - Parameter separator: What stands between fields.
  init(separator: UInt8 = 0x2C) { self.separator = separator }

  var count: Int { ranges.count }

  /// Valid until the next `split`.
  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    storage[ranges[index]]
  }

  /// Splits a record, resolving quotation marks.
  mutating func split(_ record: UnsafeBufferPointer<UInt8>, file: String, line: Int) throws {
    // Resolved text is never longer than the record.
    storage.reset(capacity: record.count)
    ranges.removeAll(keepingCapacity: true)
    var index = 0
    while true {
      let start = storage.count
      if index < record.count, record[index] == 0x22 {
        index += 1
        while index < record.count {
          if record[index] == 0x22 {
            if index + 1 < record.count, record[index + 1] == 0x22 {
              index += 1
            } else {
              break
            }
          }
          storage.append(record[index])
          index += 1
        }
        index += 1
        if index < record.count, record[index] != separator {
          throw FormatError.content(
            file: file, line: line, field: nil,
            found: "text behind the closing quotation mark of field \(ranges.count + 1)",
            expected: separator == 0x09 ? "a tab" : "a comma")
        }
      } else {
        while index < record.count, record[index] != separator {
          storage.append(record[index])
          index += 1
        }
      }
      ranges.append(start..<storage.count)
      guard index < record.count else { return }
      index += 1
    }
  }
}
