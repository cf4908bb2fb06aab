import CTesseraKernels
import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a file or standard input record by record, in a buffer that grows only with the longest record.
///
/// A record is a line; for CSV, a line and the following ones while a quotation mark is open; for JSON that begins with [,
/// an element of that array. A byte-order mark is skipped, CRLF is read as LF, blank lines are passed over.
struct RecordReader: ~Copyable {
  /// What ends a record.
  enum Framing { case line, quotedLine, json }

  private let stream: ByteStream
  private let limits: ReadLimits
  private let quotes: Bool
  private let framing: Framing
  /// Whether records are the elements of an array.
  private(set) var isArray = false
  private var isBehindElement = false
  private var isClosed = false
  private var buffer: UnsafeMutableBufferPointer<UInt8>
  private var start = 0
  private var end = 0
  private var startOfLast = 0
  private var atEnd = false
  private var fills = 0
  private var line = 0
  private var linesInRecord = 1

  /// - Parameters:
  ///   - file: A path, or `-` for standard input.
  ///   - framing: Whether quotation marks can hide line ends, and whether there can be an array.
  init(file: String, framing: Framing, limits: ReadLimits = ReadLimits()) throws {
    (self.framing, self.limits) = (framing, limits)
    quotes = framing == .quotedLine
    stream = try ByteStream(file: file, limits: limits)
    buffer = Self.allocated(1 << 20)
  }

  /// Room for so many bytes, with as many more behind it as may be read beside them.
  private static func allocated(_ capacity: Int) -> UnsafeMutableBufferPointer<UInt8> {
    let whole = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity + Int(TESSERA_SLACK))
    whole[capacity...].initialize(repeating: 0)
    return UnsafeMutableBufferPointer(rebasing: whole[..<capacity])
  }

  deinit { buffer.deallocate() }

  /// How messages call the file.
  var file: String { stream.name }

  /// Share of the file that was read; nil where its size is not known.
  var progress: Double? { stream.size.map { $0 > 0 ? Double(stream.consumed) / Double($0) : 1 } }

  /// The next record without going on.
  mutating func peek() throws -> (record: UnsafeBufferPointer<UInt8>, line: Int)? {
    let behind = isBehindElement
    guard let found = try next() else { return nil }
    isBehindElement = behind
    // Nothing was moved since: the record still stands in front of what is left.
    start = startOfLast
    line = found.line - 1
    return found
  }

  /// The next record and the number of its first line; nil at the end. Valid until the next call.
  mutating func next() throws -> (record: UnsafeBufferPointer<UInt8>, line: Int)? {
    while true {
      if line == 0, !isArray {
        try skipByteOrderMark()
        if framing == .json { try openArray() }
      }
      if isArray { return try nextElement() }
      guard let length = try recordLength() else { return nil }
      let first = line + 1
      try limits.check(record: length, file: file, line: first)
      var content = length
      line += linesInRecord
      if content > 0, buffer[start + content - 1] == 0x0A { content -= 1 }
      if content > 0, buffer[start + content - 1] == 0x0D { content -= 1 }
      let record = UnsafeBufferPointer(rebasing: buffer[start..<start + content])
      startOfLast = start
      start += length
      if !record.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return (record, first) }
    }
  }

  /// Lines of a shape that follow and are all there, at most `most`: how many, where they stand, and the number of the first.
  /// Nothing is taken; valid until the next call.
  func ahead(_ shape: RepeatedShape, most: Int, into spans: inout [Int32]) -> (
    count: Int, bytes: UnsafeBufferPointer<UInt8>, line: Int
  ) {
    let bytes = UnsafeBufferPointer(rebasing: buffer[start..<min(end, start + (1 << 30))])
    // Before the first record it is not known what the bytes are.
    guard line > 0, !isArray, !quotes else { return (0, bytes, line + 1) }
    return (shape.scan(bytes, longest: limits.recordBytes, most: most, into: &spans), bytes, line + 1)
  }

  /// Takes lines that were looked at, so many bytes of them.
  mutating func skip(lines: Int, bytes: Int) {
    start += bytes
    line += lines
  }

  private mutating func skipByteOrderMark() throws {
    while end - start < ForeignBytes.count, !atEnd { try fill() }
    if end - start >= 3, buffer[start] == 0xEF, buffer[start + 1] == 0xBB, buffer[start + 2] == 0xBF {
      start += 3
    } else {
      try ForeignBytes.refuse(buffer[start..<min(end, start + ForeignBytes.count)], file: stream.name)
    }
  }

  // MARK: Arrays

  /// The next byte that is no space, nothing taken; nil at the end. Counts lines on the way.
  private mutating func nextVisible() throws -> UInt8? {
    while true {
      while start < end {
        let byte = buffer[start]
        guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return byte }
        if byte == 0x0A { line += 1 }
        start += 1
      }
      if atEnd { return nil }
      try fill()
    }
  }

  private func arrayError(_ found: String, _ expected: String) -> FormatError {
    .content(file: stream.name, line: line + 1, field: nil, found: found, expected: expected)
  }

  private mutating func openArray() throws {
    let before = line
    guard try nextVisible() == 0x5B else {
      line = before
      return
    }
    start += 1
    isArray = true
  }

  private mutating func nextElement() throws -> (record: UnsafeBufferPointer<UInt8>, line: Int)? {
    var byte = try nextVisible()
    let isBehindComma = byte == 0x2C && isBehindElement
    if isBehindComma {
      start += 1
      byte = try nextVisible()
      guard byte == 0x7B else { throw arrayError("no object behind a comma", "an object, { ... }") }
    }
    switch byte {
    case 0x7B where isBehindElement && !isBehindComma:
      throw arrayError("two objects without a comma between them", "a comma")
    case 0x7B: break
    case 0x5D:
      start += 1
      guard try nextVisible() == nil else { throw arrayError("more behind the array", "nothing") }
      isClosed = true
      return nil
    case nil where isClosed: return nil
    case nil: throw arrayError("the end of the file inside the array", "]")
    default: throw arrayError("no object in the array", "objects, { ... }, with commas between them")
    }
    let first = line + 1
    let length = try elementLength()
    try limits.check(record: length, file: file, line: first)
    let record = UnsafeBufferPointer(rebasing: buffer[start..<start + length])
    startOfLast = start
    start += length
    isBehindElement = true
    return (record, first)
  }

  /// Bytes up to and with the bracket that closes the object at `start`. Lines inside are counted.
  private mutating func elementLength() throws -> Int {
    var (length, depth) = (0, 0)
    var (isText, isEscaped) = (false, false)
    while true {
      while start + length < end {
        let byte = buffer[start + length]
        length += 1
        if byte == 0x0A { line += 1 }
        if isText {
          if isEscaped {
            isEscaped = false
          } else if byte == 0x5C {
            isEscaped = true
          } else if byte == 0x22 {
            isText = false
          }
          continue
        }
        switch byte {
        case 0x22: isText = true
        case 0x7B, 0x5B: depth += 1
        case 0x7D, 0x5D:
          depth -= 1
          if depth == 0 { return length }
        default: break
        }
      }
      if atEnd { throw arrayError("the end of the file inside an object", "}") }
      try fill()
    }
  }

  // MARK: Lines

  /// Bytes up to and with the line end that closes the record; nil when nothing is left.
  private mutating func recordLength() throws -> Int? {
    var searched = 0
    var openQuote = false
    linesInRecord = 1
    while true {
      while let base = buffer.baseAddress,
        let found = memchr(base + start + searched, 0x0A, end - start - searched)
      {
        let position = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - UnsafePointer(base) - start
        if quotes {
          for index in start + searched..<start + position where buffer[index] == 0x22 { openQuote.toggle() }
        }
        searched = position + 1
        if !openQuote { return searched }
        linesInRecord += 1
      }
      if atEnd {
        if end == start { return nil }
        if quotes {
          for index in start + searched..<end where buffer[index] == 0x22 { openQuote.toggle() }
          if openQuote {
            throw FormatError.content(
              file: stream.name, line: line + 1, field: nil, found: "a quotation mark that is never closed",
              expected: "a second one (two in a row stand for one)")
          }
        }
        return end - start
      }
      if quotes {
        for index in start + searched..<end where buffer[index] == 0x22 { openQuote.toggle() }
      }
      searched = end - start
      try fill()
    }
  }

  private mutating func fill() throws {
    if start > 0 {
      if let base = buffer.baseAddress { memmove(base, base + start, end - start) }
      end -= start
      start = 0
    }
    fills += 1
    // What rows leave behind grows with them: a limit is felt on the way.
    if fills % 16 == 0 { try MemoryNeed("more rows of \(file)", bytes: 2 * buffer.count).require() }
    // Before there is room for more of it.
    try limits.check(record: end, file: file, line: line + 1)
    if end == buffer.count {
      try MemoryNeed("a line of \(file)", bytes: 2 * buffer.count).require()
      let larger = Self.allocated(buffer.count * 2)
      _ = larger.moveInitialize(fromContentsOf: buffer[0..<end])
      buffer.deallocate()
      buffer = larger
    }
    let count = try stream.read(into: UnsafeMutableBufferPointer(rebasing: buffer[end...]))
    if count == 0 { atEnd = true }
    end += count
  }
}
