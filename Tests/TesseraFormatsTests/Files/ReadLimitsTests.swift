import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// What strangers send is bounded by what it unfolds to, not by its size.
@Suite struct ReadLimitsTests {
  private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz/corpus").path

  private func reader(unpacked: Int = .max, record: Int = .max) -> ComparisonReader {
    var reader = ComparisonReader()
    (reader.limits.unpackedBytes, reader.limits.recordBytes) = (unpacked, record)
    return reader
  }

  private static let row = #"{"a":"x","b":"y","preference":0.7}"# + "\n"

  @Test(arguments: ["gzip", "zstd"])
  func `A small file that unfolds to a large one is refused as soon as it is larger`(packer: String) throws {
    let folder = try TemporaryFolder()
    let rows = String(repeating: Self.row, count: 100_000)
    let path = try folder.write(rows, to: "votes.jsonl")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [packer, "-q", "-k", path]
    try process.run()
    process.waitUntilExit()
    let packed = path + (packer == "gzip" ? ".gz" : ".zst")
    #expect(try reader(unpacked: rows.utf8.count).read(packed, format: .jsonl).comparisons.total == 100_000)
    let error = #expect(throws: FormatError.self) {
      try reader(unpacked: 3_000_000).read(packed, format: .jsonl)
    }
    let words = error?.description ?? ""
    #expect(words.contains("found more than 3000000 bytes once it is unpacked"), "\(words)")
    // What is not packed counts as it is.
    #expect(throws: FormatError.self) { try reader(unpacked: 3_000_000).read(path, format: .jsonl) }
  }

  @Test(arguments: [100, 5_000_000])
  func `A record that is too long is named by its line, before all of it is read`(limit: Int) throws {
    let folder = try TemporaryFolder()
    let note = String(repeating: "n", count: 2 * limit)
    let long = #"{"a":"x","b":"y","preference":0.7,"note":"\#(note)"}"#
    for (name, format, text, line) in [
      ("lines.jsonl", .jsonl, Self.row + Self.row + long + "\n", 3),
      ("endless.jsonl", .jsonl, Self.row + String(repeating: " ", count: 2 * limit), 2),
      ("array.json", .json, "[\(Self.row),\n\(long)]", 3),
      ("quoted.csv", .csv, "a,b,winner\nx,y,x\nx,y,\"" + String(repeating: "n\n", count: limit) + "\"\n", 3),
      ("header.csv", .csv, String(repeating: "n", count: 2 * limit) + "\nx\n", 1),
    ] as [(String, RowFormat, String, Int)] {
      let path = try folder.write(text, to: name)
      let error = #expect(throws: FormatError.self, "\(name)") {
        try reader(record: limit).read(path, format: format)
      }
      let words = error?.description ?? ""
      #expect(words.contains("\(name):\(line): found a record of more than \(limit) bytes"), "\(words)")
    }
    let path = try folder.write(String(repeating: Self.row, count: 400_000), to: "short.jsonl")
    #expect(try reader(record: limit).read(path, format: .jsonl).comparisons.total == 400_000)
  }

  @Test func `Alternatives, Parquet files and archives of arrays are held to it too`() throws {
    let folder = try TemporaryFolder()
    var limits = ReadLimits()
    limits.unpackedBytes = 60
    let lines = (0..<5).map { #"{"id":"\#($0)","context":[1,2]}"# + "\n" }.joined()
    let path = try folder.write(lines, to: "alternatives.jsonl")
    #expect(throws: FormatError.self) { try AlternativesReader.read(path, limits: limits) }
    #expect(throws: FormatError.self) {
      try reader(unpacked: 60).read("\(Self.corpus)/parquet/pairs", format: .parquet)
    }
    for file in ["npz/packed", "parquet-contexts/vector"] {
      #expect(throws: FormatError.self, "\(file)") {
        try ContextsFile.read("\(Self.corpus)/\(file)", member: nil, limits: limits)
      }
      #expect(try ContextsFile.read("\(Self.corpus)/\(file)", member: nil).count > 0)
    }
  }
}
