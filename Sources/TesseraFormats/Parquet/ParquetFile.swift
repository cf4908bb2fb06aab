/// A Parquet file: its schema and the places of its pages.
///
/// Read are the encodings PLAIN, dictionary and RLE, pages of both versions, without compression or with snappy, gzip or zstd:
/// what pyarrow, pandas, datasets, Polars and DuckDB write unless they are told otherwise. Everything else is an error that
/// names it. The bytes are not trusted: a broken file gives an error, never more memory than its pages say, at most 1 GiB each.
///
/// - SeeAlso: apache/parquet-format.
final class ParquetFile {
  let name: String
  let metadata: ParquetMetadata
  let schema: ParquetSchema
  private let mapped: MappedFile

  /// All bytes of the file, valid as long as this object.
  var bytes: UnsafeRawBufferPointer { mapped.bytes }

  static let magic: [UInt8] = [0x50, 0x41, 0x52, 0x31]  // PAR1
  private static let encrypted: [UInt8] = [0x50, 0x41, 0x52, 0x45]  // PARE

  /// Reads the footer.
  ///
  /// - Throws: `FormatError` where the file is not there, is no Parquet file, is broken or encrypted.
  init(_ file: String) throws {
    name = file
    mapped = try MappedFile(file)
    do {
      metadata = try ParquetMetadata(try Self.footer(mapped.bytes))
      schema = try ParquetSchema(metadata.schema)
      for group in metadata.rowGroups where group.chunks.count != schema.leaves.count {
        throw ParquetProblem.damaged(
          found: "a row group of \(group.chunks.count) columns",
          expected: "\(schema.leaves.count), as in the schema")
      }
    } catch let problem as ParquetProblem {
      throw problem.error(file: file, row: nil, field: nil)
    }
  }

  /// The footer between the pages and its length.
  private static func footer(_ bytes: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
    guard bytes.count >= 12, bytes.starts(with: magic) || bytes.starts(with: encrypted) else {
      throw ParquetProblem.damaged(
        found: bytes.isEmpty ? "an empty file" : "other bytes",
        expected: "a Parquet file, which begins with PAR1")
    }
    let ending = bytes.suffix(4)
    guard !ending.elementsEqual(encrypted) else {
      throw ParquetProblem.unsupported(found: "an encrypted footer", expected: "a file without encryption")
    }
    guard ending.elementsEqual(magic) else {
      throw ParquetProblem.damaged(
        found: "an end without PAR1", expected: "a whole Parquet file: this one is cut short")
    }
    let length = Int(
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt32.self)))
    guard length <= bytes.count - 12 else {
      throw ParquetProblem.damaged(found: "a footer of \(length) bytes", expected: "one that fits the file")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[(bytes.count - 8 - length)..<(bytes.count - 8)])
  }

  /// The one column of a name; nil where there is none.
  ///
  /// - Throws: `FormatError` where several columns have the name.
  func column(_ name: String) throws -> ParquetNode? {
    let found = schema.columns.filter { $0.name == name }
    guard found.count <= 1 else {
      throw FormatError.content(
        file: self.name, line: nil, field: name, found: "\(found.count) columns of this name", expected: "one"
      )
    }
    return found.first
  }
}
