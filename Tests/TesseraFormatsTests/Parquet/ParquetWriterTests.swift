import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct ParquetWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes rows given as JSON arrays, in inferred columns, and reads them back.
  func roundTrip(_ names: [String], _ rows: [String]) throws -> (
    fields: [ParquetField], json: [String], rows: [[ShownValue?]]
  ) {
    var inference = ParquetSchemaInference(names)
    try each(rows) { inference.observe($0) }
    let file = folder.file("out.parquet")
    try ParquetWriter.write(to: file, fields: inference.fields) { writer in
      try each(rows) { try writer.append($0.map { ParquetCell($0) }) }
    }
    return (inference.fields, inference.columnsOfJSON, try parquetRows(file))
  }

  /// Calls `body` with the values of every row; a row is an object of one member for every column.
  func each(_ rows: [String], _ body: ([JSONScanner.Value?]) throws -> Void) throws {
    for row in rows {
      try Array(row.utf8).withUnsafeBufferPointer { bytes in
        var scanner = try JSONScanner(bytes)
        var values: [JSONScanner.Value?] = []
        while let (_, value) = try scanner.nextMember() {
          values.append(value.kind == .literal && value.bytes.first == 0x6E ? nil : value)
        }
        try body(values)
      }
    }
  }

  @Test(arguments: ["snappy.parquet", "duckdb.parquet", "polars.parquet", "empty.parquet"])
  func `A file that is read, written and read again holds the same`(name: String) throws {
    let source = ParquetFixtures.path(name)
    let rows = try ParquetRows(source)
    // Decimals and numbers of 64 bits without sign would change as double: they are text, tested below.
    let names = try #require(rows.header).filter { $0 != "long" && $0 != "wide" }
    var values = [JSONScanner.Value?](repeating: nil, count: names.count)
    var inference = ParquetSchemaInference(names)
    try rows.select(names)
    while try rows.next(&values) != nil { inference.observe(values) }
    let again = try ParquetRows(source)
    try again.select(names)
    let file = folder.file("copy.parquet")
    try ParquetWriter.write(to: file, fields: inference.fields) { writer in
      while try again.next(&values) != nil { try writer.append(values.map { ParquetCell($0) }) }
    }
    #expect(inference.columnsOfJSON == [])
    #expect(try ParquetRows(file).header == names)
    let (before, after) = (try parquetRows(source, names), try parquetRows(file))
    #expect(before.count == after.count)
    for (row, (old, new)) in zip(before, after).enumerated() {
      for (column, (a, b)) in zip(old, new).enumerated() {
        if let a, let b, a.means(b) { continue }
        #expect(a == b, "\(names[column]) in row \(row + 1)")
      }
    }
  }

  @Test func `Columns are the narrowest that hold all rows`() throws {
    let result = try roundTrip(
      ["n", "x", "mixed", "big", "flag", "text", "list", "struct", "empty", "none", "edge"],
      [
        #"{"n":1,"x":1,"mixed":"a\"b","big":1,"flag":true,"text":"\u00e9\n","list":[],"struct":{"a":null},"empty":{},"none":null,"edge":-9223372036854775808}"#,
        #"{"n":-5,"x":2.5,"mixed":[1,"x"],"big":18446744073709551615,"flag":null,"text":"","list":[[1],null,[]],"struct":{"b":[{"c":1.5}]},"empty":null,"none":null,"edge":9223372036854775807}"#,
        #"{"n":null,"x":-0,"mixed":7,"big":2.5,"flag":false,"text":null,"list":null,"struct":null,"empty":{},"none":null,"edge":0}"#,
      ])
    #expect(
      result.fields.map(\.kind) == [
        .int64, .double, .json, .json, .bool, .string, .list(.list(.int64)),
        .structure([
          ParquetField("a", .string), ParquetField("b", .list(.structure([ParquetField("c", .double)]))),
        ]), .json, .string, .int64,
      ])
    #expect(result.json == ["mixed", "big", "empty"])
    func column(_ place: Int) -> [String?] { result.rows.map { $0[place]?.text } }
    #expect(column(0) == ["1", "-5", nil])
    #expect(column(1) == ["1.0", "2.5", "-0.0"])
    #expect(column(2) == [#""a\"b""#, #"[1,"x"]"#, "7"])
    #expect(column(3) == ["1", "18446744073709551615", "2.5"])
    #expect(column(4) == ["true", nil, "false"])
    #expect(column(5) == ["é\n", "", nil])
    #expect(column(6) == ["[]", "[[1],null,[]]", nil])
    #expect(column(7) == [#"{"a":null,"b":null}"#, #"{"a":null,"b":[{"c":1.5}]}"#, nil])
    #expect(column(8) == ["{}", nil, "{}"])
    #expect(column(9) == [nil, nil, nil])
    #expect(column(10) == ["-9223372036854775808", "9223372036854775807", "0"])
  }

  @Test func `Many rows go into several groups and pages, with repeated and with new texts`() throws {
    var random = RandomStream(seed: 3)
    // More than one row group of 100,000 rows; a text that is repeated at first and then always new leaves its dictionary.
    let count = 130_000
    let words = (0..<300).map { "word \($0) \(random.next() % 1_000)" }
    let texts = (0..<count).map { $0 < 20_000 ? words[Int(random.next() % 300)] : "\($0) \(random.next())" }
    let file = folder.file("many.parquet")
    let fields = [
      ParquetField("text", .string), ParquetField("word", .string), ParquetField("number", .int64),
      ParquetField("flag", .bool), ParquetField("half", .double), ParquetField("single", .float),
    ]
    func cell(_ text: String, _ body: (ParquetCell) throws -> Void) throws {
      try Array(text.utf8).withUnsafeBufferPointer { try body(.text($0)) }
    }
    try ParquetWriter.write(to: file, fields: fields) { writer in
      for row in 0..<count {
        try cell(texts[row]) { text in
          try cell(words[row % 300]) { word in
            try writer.append([
              text, row % 7 == 0 ? .null : word, .integer(Int64(row)), .bool(row % 3 == 0),
              .number(Double(row) / 2),
              .number(Double(row) + 0.25),
            ])
          }
        }
      }
    }
    let rows = try ParquetRows(file)
    #expect(rows.count == count)
    try rows.select(fields.map(\.name))
    var values = [JSONScanner.Value?](repeating: nil, count: fields.count)
    var wrong = 0
    var row = 0
    while try rows.next(&values) != nil {
      let shown = values.map { $0.map { ShownValue($0).text } }
      let expected: [String?] = [
        texts[row], row % 7 == 0 ? nil : words[row % 300], "\(row)", row % 3 == 0 ? "true" : "false",
        "\(Double(row) / 2)", "\(Float(row) + 0.25)",
      ]
      if shown != expected { wrong += 1 }
      row += 1
    }
    #expect(row == count)
    #expect(wrong == 0)
    // 130,000 rows of about 60 bytes: repeated words cost next to nothing.
    let size = try #require(FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
    #expect(size < 130_000 * 40)
  }

  @Test func `The same rows give the same bytes, and none give a file without rows`() throws {
    func write(_ name: String, _ rows: Int) throws -> Data {
      try ParquetWriter.write(to: folder.file(name), fields: [ParquetField("x", .list(.double))]) { writer in
        try each((0..<rows).map { "{\"x\":[\($0), null, 2.5]}" }) {
          try writer.append($0.map { ParquetCell($0) })
        }
      }
      return try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
    }
    #expect(try write("a.parquet", 50) == write("b.parquet", 50))
    _ = try write("none.parquet", 0)
    let rows = try ParquetRows(folder.file("none.parquet"))
    #expect(rows.header == ["x"] && rows.count == 0)
    #expect(try rows.sample().isEmpty)
    #expect(try parquetRows(folder.file("none.parquet")).isEmpty)
  }

  @Test func `A cell that its column cannot hold is named, and no file appears`() throws {
    func failure(_ kind: ParquetField.Kind, _ value: String) -> String {
      parquetFailure {
        try ParquetWriter.write(to: folder.file("out.parquet"), fields: [ParquetField("x", kind)]) { writer in
          try writer.append([.null])
          try each(["{\"x\":\(value)}"]) { try writer.append($0.map { ParquetCell($0) }) }
        }
      }
    }
    #expect(
      failure(.int64, "1.5")
        == #"out.parquet: row 2: field "x": found a number, expected a whole number of 64 bits"#)
    #expect(failure(.int64, #""1""#).contains("found text, expected a whole number"))
    #expect(failure(.double, "true").contains("found true or false, expected a number"))
    #expect(failure(.string, "3").contains("found a number, expected text"))
    #expect(failure(.list(.int64), "{}").contains("found a struct, expected a list"))
    #expect(failure(.structure([ParquetField("a", .bool)]), #"{"b":1}"#).contains(#"found the member "b""#))
    #expect(
      failure(.structure([ParquetField("a", .bool)]), #"{"a":true,"a":true}"#).contains("a second time"))
    #expect(folder.names == [])
    #expect(
      parquetFailure {
        try ParquetWriter.write(
          to: folder.file("x"), fields: [ParquetField("a", .bool), ParquetField("a", .bool)]
        ) { _ in }
      }.contains("a name twice"))
  }
}
