import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct ParquetReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: try ParquetFixtures.names)
  func `Every cell of a file is what its writer was given`(name: String) throws {
    let fixtures = try ParquetFixtures.load()
    let file = try #require(fixtures.files[name])
    let rows = try ParquetRows(ParquetFixtures.path(name))
    #expect(rows.header == file.columns)
    #expect(rows.count == file.rows)
    let found = try parquetRows(ParquetFixtures.path(name))
    #expect(found.count == file.rows)
    for (column, title) in file.columns.enumerated() {
      let cells = try #require(fixtures.columns[title])
      for (row, values) in found.enumerated() {
        let expected = cells[row].map { ShownValue($0[0], $0[1]) }
        if let expected, let value = values[column], value.means(expected) { continue }
        #expect(values[column] == expected, "\(title) in row \(row + 1)")
      }
    }
  }

  @Test func `Columns come in the order asked for, and what is not there is nil`() throws {
    let file = ParquetFixtures.path("snappy.parquet")
    let rows = try parquetRows(file, ["turns", "no such", "chosen", "turns"])
    let alone = try parquetRows(file, ["chosen"])
    #expect(rows.count == alone.count)
    for (row, one) in zip(rows, alone) {
      #expect(row[1] == nil)
      #expect(row[2] == one[0])
      #expect(row[0] == row[3] && row[0] != nil)
    }
  }

  @Test func `The sample is the first row and consumes nothing`() throws {
    for name in try ParquetFixtures.names {
      let rows = try ParquetRows(ParquetFixtures.path(name))
      let sample = try rows.sample().map { ($0.name, $0.value.map { ShownValue($0) }) }
      let first = try parquetRows(ParquetFixtures.path(name)).first
      #expect(sample.map(\.1) == first ?? [])
      #expect(sample.map(\.0) == (first == nil ? [] : rows.header ?? []))
      try rows.select([])
      var none: [JSONScanner.Value?] = []
      #expect(try rows.next(&none) == (first == nil ? nil : 1))
    }
  }

  @Test func `What is no Parquet file is named`() throws {
    func failure(_ bytes: [UInt8]) throws -> String {
      let file = try folder.write(bytes, to: "x.parquet")
      return parquetFailure { _ = try ParquetRows(file) }
    }
    #expect(try failure([]).hasPrefix("x.parquet: found an empty file, expected a Parquet file"))
    #expect(
      try failure(Array("a,b\n1,2\n3,4\n5,6\n".utf8)).contains("found other bytes, expected a Parquet file"))
    #expect(try failure(Array("PAR1abcdefgh".utf8)).contains("found an end without PAR1"))
    #expect(try failure(Array("PAR1\u{7f}\0\0\0PAR1".utf8)).contains("found a footer of 127 bytes"))
    #expect(try failure(Array("PARE\0\0\0\0PARE".utf8)).contains("found an encrypted footer"))
    #expect(parquetFailure { _ = try ParquetRows(folder.file("none")) } == "none: no such file")
    #expect(parquetFailure { _ = try ParquetRows(folder.path) }.contains("it is a folder"))
    #expect(parquetFailure { _ = try ParquetRows("-") }.contains("give a file"))
  }

  @Test func `What Parquet allows and is not read here is named with its column`() throws {
    func failure(_ column: String) -> String {
      parquetFailure { _ = try parquetRows(ParquetFixtures.path("other/unread.parquet"), [column]) }
    }
    #expect(
      failure("delta")
        == #"unread.parquet: row 1: field "delta": found the encoding DELTA_BINARY_PACKED, expected PLAIN or dictionary encoding: re-write the file with them"#
    )
    #expect(failure("brotli").contains(#"row 1: field "brotli": found compression Brotli, expected zstd"#))
    #expect(failure("old").contains(#"field "old": found INT96 time stamps"#))
    #expect(
      failure("bytes").contains(#"row 2: field "bytes": found bytes that are not UTF-8, expected text"#))
    #expect(failure("fixed").contains(#"field "fixed": found FIXED_LEN_BYTE_ARRAY values of 3 bytes"#))
    // A column that nobody asks for is in nobody's way.
    let rows = try ParquetRows(ParquetFixtures.path("other/unread.parquet"))
    let sample = try rows.sample().map { ($0.name, $0.value.map { ShownValue($0) }) }
    #expect(sample.map(\.0) == ["delta", "brotli", "old", "bytes", "fixed", "text", "numbers"])
    #expect(sample.map { $0.1?.text } == [nil, nil, nil, "a", nil, "read", "NaN"])
    #expect(
      try parquetRows(ParquetFixtures.path("other/unread.parquet"), ["text"])[1] == [
        ShownValue("string", "me")
      ])
  }

  @Test func `Numbers that are not finite are shown by name, and no reader takes them for numbers`() throws {
    let rows = try parquetRows(ParquetFixtures.path("other/unread.parquet"), ["numbers"])
    #expect(rows.map { $0[0] } == ["NaN", "-Infinity", "Infinity"].map { ShownValue("number", $0) })
    for row in rows {
      let text = try #require(row[0]).text
      let value = Array(text.utf8).withUnsafeBufferPointer { Number.parse($0) }
      #expect(value.map { !$0.isFinite } == true)
    }
  }
}
