import Foundation

/// Reads a file or standard input record by record, in a buffer that grows only with the longest record.
///
/// A record is a line, or, for CSV, a line and the following ones while a quotation mark is open. A byte-order
/// mark is skipped, CRLF is read as LF, blank lines are passed over.
struct RecordReader: ~Copyable {
  private let file: String
  private let descriptor: Int32
  private let quotes: Bool
  private var buffer: UnsafeMutableBufferPointer<UInt8>
  private var start = 0
  private var end = 0
  private var atEnd = false
  private var line = 0
  private var linesInRecord = 1
  /// Bytes consumed so far.
  private(set) var consumed = 0
  /// Size of the file; nil for streams.
  let size: Int?

  /// - Parameters:
  ///   - file: A path, or `-` for standard input.
  ///   - quotes: Whether quotation marks can hide line ends.
  init(file: String, quotes: Bool) throws {
    self.file = file == "-" ? "standard input" : file
    self.quotes = quotes
    descriptor = try FileAccess.openForReading(file)
    size = FileAccess.size(of: descriptor)
    buffer = .allocate(capacity: 1 << 20)
  }

  deinit {
    buffer.deallocate()
    if descriptor != 0 { _ = Foundation.close(descriptor) }
  }

  /// The next record and the number of its first line; nil at the end. Valid until the next call.
  mutating func next() throws -> (record: UnsafeBufferPointer<UInt8>, line: Int)? {
    while true {
      if line == 0 { try skipByteOrderMark() }
      guard let length = try recordLength() else { return nil }
      let first = line + 1
      var content = length
      line += linesInRecord
      if content > 0, buffer[start + content - 1] == 0x0A { content -= 1 }
      if content > 0, buffer[start + content - 1] == 0x0D { content -= 1 }
      let record = UnsafeBufferPointer(rebasing: buffer[start..<start + content])
      start += length
      consumed += length
      if !record.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return (record, first) }
    }
  }

  private mutating func skipByteOrderMark() throws {
    while end - start < 3, !atEnd { try fill() }
    if end - start >= 3, buffer[start] == 0xEF, buffer[start + 1] == 0xBB, buffer[start + 2] == 0xBF {
      start += 3
    }
  }

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
              file: file, line: line + 1, field: nil, found: "a quotation mark that is never closed",
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
    if end == buffer.count {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: buffer.count * 2)
      _ = larger.moveInitialize(fromContentsOf: buffer[0..<end])
      buffer.deallocate()
      buffer = larger
    }
    let count = read(descriptor, buffer.baseAddress.map { $0 + end }, buffer.count - end)
    if count < 0 {
      if errno == EINTR { return }
      throw FormatError.cannotRead(file: file, reason: String(cString: strerror(errno)))
    }
    if count == 0 { atEnd = true }
    end += count
  }
}
