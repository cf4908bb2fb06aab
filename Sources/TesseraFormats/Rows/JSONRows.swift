/// Objects of a JSONL file, one a line, or of one JSON array, however it is broken into lines.
final class JSONRows: RowSource {
  private var records: RecordReader
  private var members = JSONMembers([])
  private var rows = 0
  private var layout: RowsAhead.Layout?
  private var spans: [Int32] = []

  let file: String
  /// Lines say little of where an element of an array stands.
  var places: RowPlaces { records.isArray ? .rows : .lines }
  var header: [String]? { nil }
  var names: [String] { members.known }
  var progress: Double? { records.progress }

  /// - Throws: `FormatError`.
  init(file: String, limits: ReadLimits = ReadLimits()) throws {
    records = try RecordReader(file: file, framing: .json, limits: limits)
    self.file = records.file
  }

  func sample() throws -> [(name: String, value: JSONScanner.Value?)] {
    guard let (record, line) = try records.peek() else { return [] }
    let place = records.isArray ? rows + 1 : line
    do {
      return try JSONMembers.all(record)
    } catch let error as JSONScanner.SyntaxError {
      throw malformed(place, record, error)
    }
  }

  func select(_ names: [String]) { members = JSONMembers(names) }

  func next(_ values: inout [JSONScanner.Value?]) throws -> Int? {
    guard let (record, line) = try records.next() else { return nil }
    rows += 1
    let place = records.isArray ? rows : line
    do {
      // Members that nobody asks for are in rows that are written again.
      if try members.take(record, into: &values) || UTF8Check.isValid(UnsafeRawBufferPointer(record)) {
        return place
      }
    } catch let error as JSONScanner.SyntaxError {
      throw malformed(place, record, error)
    } catch let error as JSONMembers.Twice {
      throw self.error(place, error.name, "it twice in one object", "it once")
    }
    let member = try? JSONMembers.all(record).first {
      $0.value.map { !UTF8Check.isValid(UnsafeRawBufferPointer($0.bytes)) } ?? false
    }
    throw self.error(place, member?.name, "bytes that are not UTF-8", "UTF-8")
  }

  var layoutAhead: RowsAhead.Layout? {
    guard let shape = members.shape else { return nil }
    if let layout, layout.number == members.shapes { return layout }
    layout = RowsAhead.Layout(
      number: members.shapes, memberOfSlot: members.membersOfSlots(), isText: shape.isText)
    return layout
  }

  func withAhead<Result>(most: Int, _ body: (RowsAhead) throws -> Result) rethrows -> Result? {
    guard let shape = members.shape else { return nil }
    let (count, bytes, line) = records.ahead(shape, most: most, into: &spans)
    guard count > 0 else { return nil }
    return try spans.withUnsafeBufferPointer { spans in
      try body(
        RowsAhead(
          count: count, place: line, text: bytes, spans: spans, stride: shape.places))
    }
  }

  func skip(ahead count: Int) {
    guard let shape = members.shape, count > 0 else { return }
    records.skip(lines: count, bytes: Int(spans[count * shape.places - 1]))
    members.count(alike: count)
    rows += count
  }

  private func malformed(
    _ line: Int, _ record: UnsafeBufferPointer<UInt8>, _ error: JSONScanner.SyntaxError
  ) -> FormatError {
    let place =
      record.contains(0x0A)
      ? "character \(error.column) of the object" : "column \(error.column)"
    return self.error(line, nil, "malformed JSON at \(place)", error.expected)
  }
}
