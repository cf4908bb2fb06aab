/// Reads the pages of one leaf, one entry after another, through one row group.
///
/// In memory: one page, and the dictionary. What it hands out is valid until the next entry is asked for.
final class ParquetLeafReader {
  let leaf: ParquetLeafColumn
  private let file: UnsafeRawBufferPointer
  private let zstd = ZstdContext()

  // MARK: the chunk
  private var codec = ParquetCodec.none
  private var position = 0
  private var chunkEnd = 0
  private var uncompressedLeft = 0
  private var entriesInChunk = 0

  // MARK: the page. Read for every entry, written here alone: no two accesses can meet.
  @exclusivity(unchecked) private var entriesInPage = 0
  @exclusivity(unchecked) private var definitions: RunLengths
  @exclusivity(unchecked) private var repetitions: RunLengths
  @exclusivity(unchecked) private var encoding = Encoding.plain
  @exclusivity(unchecked) private var indices: RunLengths
  // Invariant: at <= end, both in the unpacked page.
  @exclusivity(unchecked) private var at: UnsafeRawPointer
  @exclusivity(unchecked) private var end: UnsafeRawPointer
  @exclusivity(unchecked) private var bit = 0
  private var page = PageMemory()

  // MARK: the dictionary
  private var dictionaryMemory = PageMemory()
  @exclusivity(unchecked) private var dictionary: [UnsafeRawBufferPointer] = []
  private var hasDictionary = false
  /// Whether every entry of the dictionary is UTF-8: then its values need no check.
  private var dictionaryIsText = false

  // MARK: the entry that stands at the front
  @exclusivity(unchecked) private var isLoaded = false
  @exclusivity(unchecked) private(set) var definition = 0
  @exclusivity(unchecked) private(set) var repetition = 0

  private enum Encoding { case plain, dictionary, booleanRuns }

  init(_ leaf: ParquetLeafColumn, file: UnsafeRawBufferPointer) throws {
    self.leaf = leaf
    self.file = file
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    definitions = try RunLengths(none, width: 0)
    repetitions = definitions
    indices = definitions
    at = UnsafeRawPointer(Self.truths.utf8Start)
    end = at
  }

  private static let truths: StaticString = "\u{0}\u{1}"

  /// Goes to the first entry of a chunk.
  func open(_ chunk: ParquetMetadata.Chunk, rows: Int) throws {
    guard !chunk.encrypted else {
      throw ParquetProblem.unsupported(found: "an encrypted column", expected: "a column without encryption")
    }
    guard !chunk.otherFile else {
      throw ParquetProblem.unsupported(found: "a column that stands in another file", expected: "one file")
    }
    if case .unsupported(let what) = leaf.leaf {
      throw ParquetProblem.unsupported(
        found: what, expected: "text, numbers, booleans, dates, decimals, lists and structs of them")
    }
    codec = try ParquetCodec(number: chunk.codec)
    guard chunk.physicalType == leaf.physicalType else {
      throw ParquetProblem.damaged(
        found: "type \(chunk.physicalType) in the pages' description",
        expected: "\(leaf.physicalType), as in the schema")
    }
    guard chunk.values >= 0, leaf.maxRepetition > 0 ? chunk.values >= rows : chunk.values == rows else {
      throw ParquetProblem.damaged(
        found: "\(chunk.values) values for \(rows) rows", expected: "one for every row")
    }
    guard chunk.size >= 0, chunk.uncompressedSize >= 0, chunk.start >= 4, chunk.start <= file.count,
      chunk.size <= file.count - chunk.start
    else {
      throw ParquetProblem.damaged(
        found: "pages at byte \(chunk.start), \(chunk.size) bytes long", expected: "a place inside the file")
    }
    position = chunk.start
    chunkEnd = chunk.start + chunk.size
    uncompressedLeft = chunk.uncompressedSize
    entriesInChunk = chunk.values
    entriesInPage = 0
    hasDictionary = false
    dictionary.removeAll(keepingCapacity: true)
    isLoaded = false
  }

  /// Brings the next entry to the front: its levels can then be read.
  ///
  /// - Returns: false at the end of the chunk.
  @inline(__always)
  func load() throws -> Bool {
    if isLoaded { return true }
    while entriesInPage == 0 {
      guard entriesInChunk > 0 else { return false }
      try nextPage()
    }
    if leaf.maxRepetition > 0 {
      repetition = Int(try repetitions.next())
      guard repetition <= leaf.maxRepetition else { throw badLevel(repetition, leaf.maxRepetition) }
    }
    if leaf.maxDefinition > 0 {
      definition = Int(try definitions.next())
      guard definition <= leaf.maxDefinition else { throw badLevel(definition, leaf.maxDefinition) }
    }
    isLoaded = true
    return true
  }

  private func badLevel(_ found: Int, _ highest: Int) -> ParquetProblem {
    .damaged(found: "a level of \(found)", expected: "0 to \(highest)")
  }

  /// Consumes the entry at the front, which holds no value.
  @inline(__always)
  func consume() {
    isLoaded = false
    entriesInPage -= 1
    entriesInChunk -= 1
  }

  /// Consumes the entry at the front, which holds a value, and hands out its bytes: little-endian for numbers, 0 or 1 for
  /// booleans, the text for text.
  ///
  /// - Parameter checksText: Whether bytes must be UTF-8.
  @inline(__always)
  func value(checksText: Bool) throws -> UnsafeRawBufferPointer {
    consume()
    switch encoding {
    case .plain:
      if leaf.width > 0 {
        if leaf.physicalType == ParquetLeafColumn.Physical.boolean { return try plainBoolean() }
        guard end - at >= leaf.width else { throw ParquetProblem.early("a page") }
        defer { at += leaf.width }
        return UnsafeRawBufferPointer(start: at, count: leaf.width)
      }
      guard end - at >= 4 else { throw ParquetProblem.early("a page") }
      let length = Int(UInt32(littleEndian: at.loadUnaligned(as: UInt32.self)))
      guard length <= end - at - 4 else { throw ParquetProblem.early("a page") }
      let text = UnsafeRawBufferPointer(start: at + 4, count: length)
      at += 4 + length
      if checksText { try checkText(text) }
      return text
    case .dictionary:
      let index = Int(try indices.next())
      guard index < dictionary.count else {
        throw ParquetProblem.damaged(
          found: "entry \(index) of a dictionary", expected: "one of its \(dictionary.count), counted from 0")
      }
      let value = dictionary[index]
      if checksText, !dictionaryIsText { try checkText(value) }
      return value
    case .booleanRuns: return Self.truth(Int(try indices.next()))
    }
  }

  private func checkText(_ bytes: UnsafeRawBufferPointer) throws {
    guard UTF8Check.isValid(bytes) else {
      throw ParquetProblem.unsupported(found: "bytes that are not UTF-8", expected: "text in UTF-8")
    }
  }

  private func plainBoolean() throws -> UnsafeRawBufferPointer {
    guard bit >> 3 < end - at else { throw ParquetProblem.early("a page") }
    defer { bit += 1 }
    return Self.truth(Int(at.load(fromByteOffset: bit >> 3, as: UInt8.self) >> UInt8(bit & 7)) & 1)
  }

  private static func truth(_ value: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: truths.utf8Start + value, count: 1)
  }

  // MARK: Pages

  /// Goes to the next page with entries; there are some left in the chunk.
  private func nextPage() throws {
    while true {
      guard position < chunkEnd else {
        throw ParquetProblem.damaged(
          found: "pages that end \(entriesInChunk) values early",
          expected: "as many values as the footer says")
      }
      var reader = ThriftReader(UnsafeRawBufferPointer(rebasing: file[position..<chunkEnd]))
      let header = try ParquetPageHeader(&reader)
      position += reader.index
      guard header.size <= chunkEnd - position else { throw ParquetProblem.early("a page") }
      let body = UnsafeRawBufferPointer(rebasing: file[position..<position + header.size])
      position += header.size
      switch header.kind {
      case .dictionary: try readDictionary(header, body)
      case .data, .dataV2:
        guard header.values >= 0, header.values <= entriesInChunk else {
          throw ParquetProblem.damaged(
            found: "a page of \(header.values) values",
            expected: "at most the \(entriesInChunk) that are left")
        }
        try header.kind == .data ? readPage(header, body) : readPageV2(header, body)
        entriesInPage = header.values
        return
      // Index pages, and what later versions may add, carry no values.
      case .other: continue
      }
    }
  }

  /// Unpacks a page, or hands out the file's own bytes where nothing is packed.
  private func unpack(
    _ body: UnsafeRawBufferPointer, unpacked: Int, isCompressed: Bool, into memory: inout PageMemory
  ) throws -> UnsafeRawBufferPointer {
    guard isCompressed, codec != .none else {
      guard body.count == unpacked else {
        throw ParquetProblem.damaged(found: "a page of \(body.count) bytes", expected: "\(unpacked) bytes")
      }
      return body
    }
    guard unpacked <= uncompressedLeft else {
      throw ParquetProblem.damaged(
        found: "a page of \(unpacked) bytes",
        expected: "at most \(uncompressedLeft), what the footer leaves for it")
    }
    uncompressedLeft -= unpacked
    // Nothing may be left of nothing: some writers then write no bytes at all.
    if unpacked == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    try ParquetCodec.check(size: body.count, unpacked: unpacked)
    let target = memory.room(for: unpacked)
    try codec.unpack(body, into: target, zstd: zstd)
    return UnsafeRawBufferPointer(target)
  }

  private func readPage(_ header: ParquetPageHeader, _ body: UnsafeRawBufferPointer) throws {
    var rest = try unpack(body, unpacked: header.uncompressedSize, isCompressed: true, into: &page)
    func levels(_ highest: Int, _ encoding: Int) throws -> RunLengths {
      guard highest > 0 else { return try RunLengths(UnsafeRawBufferPointer(start: nil, count: 0), width: 0) }
      guard encoding == 3 else {
        throw ParquetProblem.unsupported(
          found: "levels in the encoding \(Self.name(encoding))", expected: "RLE: re-write the file")
      }
      let size = try Self.length(rest)
      let levels = try RunLengths(
        UnsafeRawBufferPointer(rebasing: rest[4..<4 + size]), width: Self.bits(highest))
      rest = UnsafeRawBufferPointer(rebasing: rest[(4 + size)...])
      return levels
    }
    repetitions = try levels(leaf.maxRepetition, header.repetitionEncoding)
    definitions = try levels(leaf.maxDefinition, header.definitionEncoding)
    try start(rest, header.encoding)
  }

  /// The length in front of some bytes that are all there.
  private static func length(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    guard bytes.count >= 4 else { throw ParquetProblem.early("a page") }
    let size = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
    guard size <= bytes.count - 4 else { throw ParquetProblem.early("a page") }
    return size
  }

  private func readPageV2(_ header: ParquetPageHeader, _ body: UnsafeRawBufferPointer) throws {
    let (first, second) = (header.repetitionBytes, header.definitionBytes)
    let levelBytes = first + second
    guard levelBytes <= body.count, levelBytes <= header.uncompressedSize else {
      throw ParquetProblem.early("a page")
    }
    repetitions = try RunLengths(
      UnsafeRawBufferPointer(rebasing: body[0..<first]), width: Self.bits(leaf.maxRepetition))
    definitions = try RunLengths(
      UnsafeRawBufferPointer(rebasing: body[first..<levelBytes]), width: Self.bits(leaf.maxDefinition))
    let values = try unpack(
      UnsafeRawBufferPointer(rebasing: body[levelBytes...]), unpacked: header.uncompressedSize - levelBytes,
      isCompressed: header.isCompressed, into: &page)
    try start(values, header.encoding)
  }

  /// Bits that hold 0 to `highest`.
  private static func bits(_ highest: Int) -> Int { Int.bitWidth - highest.leadingZeroBitCount }

  /// Starts at the values of a page.
  private func start(_ values: UnsafeRawBufferPointer, _ number: Int) throws {
    // An empty buffer has no address; nothing is read then.
    at = values.baseAddress ?? UnsafeRawPointer(Self.truths.utf8Start)
    end = at + values.count
    bit = 0
    let isBoolean = leaf.physicalType == ParquetLeafColumn.Physical.boolean
    switch number {
    case 0: encoding = .plain
    case 2, 8:
      guard hasDictionary else {
        throw ParquetProblem.damaged(
          found: "a page of entries of a dictionary", expected: "the dictionary before it")
      }
      encoding = .dictionary
      // A page of nulls alone may leave out even the width.
      indices = try RunLengths(
        values.isEmpty ? values : UnsafeRawBufferPointer(rebasing: values[1...]),
        width: Int(values.first ?? 0))
    case 3 where isBoolean:
      encoding = .booleanRuns
      guard !values.isEmpty else {
        indices = try RunLengths(values, width: 1)
        break
      }
      let size = try Self.length(values)
      indices = try RunLengths(UnsafeRawBufferPointer(rebasing: values[4..<4 + size]), width: 1)
    default:
      throw ParquetProblem.unsupported(
        found: "the encoding \(Self.name(number))",
        expected: "PLAIN or dictionary encoding: re-write the file with them")
    }
  }

  private static func name(_ encoding: Int) -> String {
    let names = [
      "PLAIN", "GROUP_VAR_INT", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED",
      "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "RLE_DICTIONARY", "BYTE_STREAM_SPLIT",
    ]
    return names.indices.contains(encoding) ? names[encoding] : "number \(encoding)"
  }

  private func readDictionary(_ header: ParquetPageHeader, _ body: UnsafeRawBufferPointer) throws {
    guard !hasDictionary else {
      throw ParquetProblem.damaged(found: "a second dictionary", expected: "one in front of the pages")
    }
    guard header.encoding == 0 || header.encoding == 2 else {
      throw ParquetProblem.unsupported(
        found: "a dictionary in the encoding \(Self.name(header.encoding))",
        expected: "PLAIN: re-write the file")
    }
    guard leaf.physicalType != ParquetLeafColumn.Physical.boolean else {
      throw ParquetProblem.damaged(found: "a dictionary of booleans", expected: "none")
    }
    let bytes = try unpack(
      body, unpacked: header.uncompressedSize, isCompressed: true, into: &dictionaryMemory)
    let smallest = leaf.width > 0 ? leaf.width : 4
    guard header.values >= 0, header.values <= bytes.count / smallest else {
      throw ParquetProblem.damaged(
        found: "a dictionary of \(header.values) entries in \(bytes.count) bytes",
        expected: "\(smallest) bytes an entry")
    }
    dictionary.reserveCapacity(header.values)
    var at = 0
    dictionaryIsText = true
    for _ in 0..<header.values {
      var length = leaf.width
      if length == 0 {
        length = try Self.length(UnsafeRawBufferPointer(rebasing: bytes[at...]))
        at += 4
      }
      guard length <= bytes.count - at else { throw ParquetProblem.early("a dictionary") }
      let entry = UnsafeRawBufferPointer(rebasing: bytes[at..<at + length])
      if leaf.width == 0, dictionaryIsText { dictionaryIsText = UTF8Check.isValid(entry) }
      dictionary.append(entry)
      at += length
    }
    hasDictionary = true
  }
}

/// Room for an unpacked page, kept for the next one.
private struct PageMemory: ~Copyable {
  private var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  mutating func room(for count: Int) -> UnsafeMutableRawBufferPointer {
    if buffer.count < count {
      buffer.deallocate()
      buffer = .allocate(byteCount: count, alignment: 16)
    }
    return UnsafeMutableRawBufferPointer(rebasing: buffer[0..<count])
  }

  deinit { buffer.deallocate() }
}
