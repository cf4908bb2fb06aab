/// The fields of one CSV record (RFC 4180).
struct CSVFields {
  private let storage = ByteScratch()
  private var ranges: [Range<Int>] = []

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
        if index < record.count, record[index] != 0x2C {
          throw FormatError.content(
            file: file, line: line, field: nil,
            found: "text behind the closing quotation mark of field \(ranges.count + 1)", expected: "a comma")
        }
      } else {
        while index < record.count, record[index] != 0x2C {
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
