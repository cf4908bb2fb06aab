import CZstd

/// Collects the entries of one leaf and packs them into pages of about 1 MiB.
///
/// Text goes through a dictionary as long as values repeat; once they do not, the rest of the row group is PLAIN.
final class ParquetLeafWriter {
  let names: [String]
  let kind: ParquetField.Kind
  let maxDefinition: Int
  let maxRepetition: Int

  // Read and written by its own methods alone, none of which calls back.
  // MARK: the page
  @exclusivity(unchecked) private var definitions: [UInt8] = []
  @exclusivity(unchecked) private var repetitions: [UInt8] = []
  /// PLAIN, while there is no dictionary.
  @exclusivity(unchecked) private var values: [UInt8] = []
  @exclusivity(unchecked) private var valueCount = 0
  @exclusivity(unchecked) private var indices: [UInt32] = []
  @exclusivity(unchecked) private var textBytes = 0

  // MARK: the chunk
  private var pages: [UInt8] = []
  @exclusivity(unchecked) private var entries = 0
  @exclusivity(unchecked) private var uncompressedSize = 0
  @exclusivity(unchecked) private var dictionary: StringTable?
  @exclusivity(unchecked) private var dictionarySize = 0
  private var hasIndexedPages = false
  private var hasPlainPages = false
  private let context = ZSTD_createCCtx()
  private let text = JSONText()

  init(names: [String], kind: ParquetField.Kind, maxDefinition: Int, maxRepetition: Int) {
    (self.names, self.kind) = (names, kind)
    (self.maxDefinition, self.maxRepetition) = (maxDefinition, maxRepetition)
    beginChunk()
  }

  deinit { ZSTD_freeCCtx(context) }

  var physicalType: Int {
    switch kind {
    case .bool: ParquetLeafColumn.Physical.boolean
    case .int64: ParquetLeafColumn.Physical.int64
    case .float: ParquetLeafColumn.Physical.float
    case .double: ParquetLeafColumn.Physical.double
    default: ParquetLeafColumn.Physical.bytes
    }
  }

  private var isText: Bool { kind == .string || kind == .json }

  /// What the chunk has come to, before compression.
  var size: Int { uncompressedSize + pageSize }

  private var pageSize: Int { values.count + textBytes + definitions.count + repetitions.count }

  // MARK: Entries

  private func appendLevels(_ repetition: Int, _ definition: Int) {
    // Levels are at most three times the depth of fields, which is capped far below 85.
    definitions.append(UInt8(definition))
    if maxRepetition > 0 { repetitions.append(UInt8(repetition)) }
    entries += 1
  }

  /// An entry without a value.
  func appendNothing(repetition: Int, definition: Int) { appendLevels(repetition, definition) }

  /// An entry with a value.
  func append(_ cell: ParquetCell, repetition: Int) throws {
    switch kind {
    case .bool:
      let value: UInt8 = try ParquetCells.bool(cell) ? 1 : 0
      if valueCount & 7 == 0 { values.append(0) }
      values[values.count - 1] |= value << UInt8(valueCount & 7)
      valueCount += 1
    case .int64: append(bytesOf: try ParquetCells.int64(cell).littleEndian)
    case .double: append(bytesOf: try ParquetCells.double(cell).bitPattern.littleEndian)
    case .float: append(bytesOf: Float(try ParquetCells.double(cell)).bitPattern.littleEndian)
    case .string: try ParquetCells.text(cell) { try append(text: $0) }
    default:
      text.reset()
      try ParquetCells.appendJSON(cell, to: text)
      try append(text: UnsafeRawBufferPointer(text.bytes))
    }
    appendLevels(repetition, maxDefinition)
  }

  private func append(bytesOf value: some FixedWidthInteger) {
    withUnsafeBytes(of: value) { values.append(contentsOf: $0) }
    valueCount += 1
  }

  private func append(text bytes: UnsafeRawBufferPointer) throws {
    guard UTF8Check.isValid(bytes) else {
      throw ParquetProblem.unsupported(found: "bytes that are not UTF-8", expected: "text in UTF-8")
    }
    guard bytes.count < 1 << 30 else {
      throw ParquetProblem.unsupported(found: "\(bytes.count) bytes of text", expected: "less than 1 GiB")
    }
    valueCount += 1
    if dictionary != nil {
      let known = dictionary?.count ?? 0
      // Long texts hardly repeat, and looking them up costs more than packing them.
      let index = bytes.count <= 256 ? dictionary?.intern(bytes.bindMemory(to: UInt8.self)) : nil
      if let index {
        indices.append(UInt32(index))
        textBytes += 4
        if index < known { return }
        dictionarySize += 4 + bytes.count
        // More than 128 KiB, or mostly new texts: no dictionary.
        if dictionarySize <= 1 << 17, known < 512 || known < entries / 2 { return }
        return leaveDictionary()
      }
      leaveDictionary()
    }
    Self.append(plain: bytes, to: &values)
  }

  private static func append(plain text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: UInt32(text.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: text)
  }

  /// Writes out the texts of this page, and all further ones of the row group.
  private func leaveDictionary() {
    guard let table = dictionary else { return }
    for index in indices {
      var string = table.strings[Int(index)]
      string.withUTF8 { Self.append(plain: UnsafeRawBufferPointer($0), to: &values) }
    }
    indices.removeAll(keepingCapacity: true)
    textBytes = 0
    // Pages that are packed already still need it.
    leftDictionary = hasIndexedPages ? table : nil
    dictionary = nil
  }

  private var leftDictionary: StringTable?

  /// Called between rows: packs the page where it is large enough.
  func endRow() throws { if pageSize >= 1 << 20 { try endPage() } }

  // MARK: Pages

  private func endPage() throws {
    guard !definitions.isEmpty else { return }
    var body: [UInt8] = []
    body.reserveCapacity(pageSize + 1_024)
    if maxRepetition > 0 { Self.append(levels: repetitions, highest: maxRepetition, to: &body) }
    Self.append(levels: definitions, highest: maxDefinition, to: &body)
    let isIndexed = dictionary != nil
    if let dictionary {
      let width = max(1, Int.bitWidth - max(0, dictionary.count - 1).leadingZeroBitCount)
      body.append(UInt8(width))
      RunLengthEncoder.append(indices, width: width, to: &body)
      hasIndexedPages = true
    } else {
      body.append(contentsOf: values)
      hasPlainPages = true
    }
    let count = definitions.count
    try append(page: body, to: &pages) { writer in
      writer.int32(1, 0)
    } details: { writer in
      writer.structure(5) {
        $0.int32(1, count)
        $0.int32(2, isIndexed ? 8 : 0)
        $0.int32(3, 3)
        $0.int32(4, 3)
      }
    }
    definitions.removeAll(keepingCapacity: true)
    repetitions.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    indices.removeAll(keepingCapacity: true)
    (valueCount, textBytes) = (0, 0)
  }

  private static func append(levels: [UInt8], highest: Int, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: [0, 0, 0, 0])
    RunLengthEncoder.append(levels, width: Int.bitWidth - highest.leadingZeroBitCount, to: &bytes)
    withUnsafeBytes(of: UInt32(bytes.count - start - 4).littleEndian) { length in
      for offset in 0..<4 { bytes[start + offset] = length[offset] }
    }
  }

  /// Compresses a page and appends it behind its header: kind, sizes, details.
  private func append(
    page: [UInt8], to target: inout [UInt8], kind: (inout ThriftWriter) -> Void,
    details: (inout ThriftWriter) -> Void
  ) throws {
    guard page.count < Int32.max else {
      throw ParquetProblem.unsupported(
        found: "a page of \(page.count) bytes", expected: "less than 2 GiB of one row")
    }
    var size = 0
    let packed = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(page.count)) { buffer, count in
      size = page.withUnsafeBytes {
        ZSTD_compressCCtx(context, buffer.baseAddress, buffer.count, $0.baseAddress, $0.count, 1)
      }
      count = ZSTD_isError(size) == 0 ? size : 0
    }
    guard ZSTD_isError(size) == 0, packed.count < Int32.max else {
      throw ParquetProblem.unsupported(found: "a page that zstd does not compress", expected: "memory for it")
    }
    var header = ThriftWriter()
    header.element {
      kind(&$0)
      $0.int32(2, page.count)
      $0.int32(3, packed.count)
      details(&$0)
    }
    uncompressedSize += header.bytes.count + page.count
    target.append(contentsOf: header.bytes)
    target.append(contentsOf: packed)
  }

  // MARK: Chunks

  /// A finished chunk: its bytes, and what the footer says of it but its place.
  struct Chunk {
    var bytes: [UInt8]
    let dictionaryBytes: Int?
    let encodings: [Int]
    let entries: Int
    let uncompressedSize: Int

    /// Without the bytes, once they are written.
    var described: Chunk {
      var result = self
      result.bytes = []
      return result
    }
  }

  /// Packs what is left and starts anew.
  func endChunk() throws -> Chunk {
    // A dictionary that only this page uses, and hardly: PLAIN is smaller.
    if let dictionary, !hasIndexedPages, dictionary.count * 2 > indices.count { leaveDictionary() }
    try endPage()
    var bytes: [UInt8] = []
    var dictionaryBytes: Int?
    if hasIndexedPages, let table = dictionary ?? leftDictionary {
      var body: [UInt8] = []
      for var string in table.strings {
        string.withUTF8 { Self.append(plain: UnsafeRawBufferPointer($0), to: &body) }
      }
      try append(page: body, to: &bytes) { writer in
        writer.int32(1, 2)
      } details: { writer in
        writer.structure(7) {
          $0.int32(1, table.count)
          $0.int32(2, 0)
        }
      }
      dictionaryBytes = bytes.count
    }
    bytes.append(contentsOf: pages)
    let encodings = [3] + (hasIndexedPages || hasPlainPages ? [0] : []) + (hasIndexedPages ? [8] : [])
    let chunk = Chunk(
      bytes: bytes, dictionaryBytes: dictionaryBytes, encodings: encodings, entries: entries,
      uncompressedSize: uncompressedSize)
    beginChunk()
    return chunk
  }

  private func beginChunk() {
    pages.removeAll(keepingCapacity: true)
    (entries, uncompressedSize, dictionarySize) = (0, 0, 0)
    (hasIndexedPages, hasPlainPages) = (false, false)
    dictionary = isText ? StringTable() : nil
    leftDictionary = nil
  }
}
