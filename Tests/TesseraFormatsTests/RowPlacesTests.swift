import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Compressed files, folders and patterns: where rows come from.
@Suite struct RowPlacesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ command: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  static let rows = (0..<5_000).map { "{\"a\": \"x\($0 % 7)\", \"b\": \"y\($0 % 11)\", \"winner\": \"a\"}\n" }
    .joined()

  @Test func `Gzip is taken off, one member after another`() throws {
    let path = try folder.write(Self.rows, to: "c.jsonl")
    try run("gzip", "-k", path)
    let once = try ComparisonReader().read(path + ".gz", format: .jsonl)
    #expect(once.comparisons.total == 5_000)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
    try (bytes + bytes).write(to: URL(fileURLWithPath: folder.path + "/two.jsonl.gz"))
    #expect(
      try ComparisonReader().read(folder.path + "/two.jsonl.gz", format: .jsonl).comparisons.total == 10_000)
    // Cut and damaged ones are not read as far as they go.
    for (name, part) in [
      ("cut", bytes.prefix(bytes.count - 9)), ("bad", bytes.prefix(40) + Data(repeating: 7, count: 60)),
    ] {
      try Data(part).write(to: URL(fileURLWithPath: folder.path + "/\(name).jsonl.gz"))
      #expect(throws: FormatError.self) {
        try ComparisonReader().read(folder.path + "/\(name).jsonl.gz", format: .jsonl)
      }
    }
  }

  @Test func `Endings tell formats, compressed or not`() {
    #expect(RowFormat(file: "x/votes.CSV.gz") == .csv)
    #expect(RowFormat(file: "train-00000-of-00002.parquet") == .parquet)
    #expect(
      RowFormat(file: "a.jsonl.zst") == .jsonl && RowFormat(file: "a.tsv") == .tsv
        && RowFormat(file: "a.json") == .json)
    #expect(
      RowFormat(file: "csv") == nil && RowFormat(file: "a.gz") == nil && RowFormat(file: "a.txt") == nil)
  }

  @Test func `Tabs separate a TSV file, and commas stay text`() throws {
    let path = try folder.write("left\tright\twinner\nx, the first\ty\tleft\n", to: "c.tsv")
    #expect(try ComparisonReader().read(path, format: .tsv).ids == ["x, the first", "y"])
  }

  @Test func `Patterns and folders stand for their files, in order`() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/set/data", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/set/pairs", withIntermediateDirectories: true)
    for name in [
      "data/train-00001-of-00002.jsonl", "data/train-00000-of-00002.jsonl", "data/test.jsonl",
      "pairs/train-0.csv",
    ] {
      _ = try folder.write("x", to: "set/" + name)
    }
    let set = folder.path + "/set"
    func names(_ paths: [String]) -> [String] { paths.map { String($0.dropFirst(set.count + 1)) } }
    #expect(
      names(try RowPaths.expand([set + "/data/train-*.jsonl"])) == [
        "data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl",
      ])
    #expect(
      names(try RowPaths.expand([set])) == [
        "data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl",
      ])
    #expect(names(try RowPaths.expand([set], split: "test")) == ["data/test.jsonl"])
    #expect(names(try RowPaths.expand([set], subset: "pairs")) == ["pairs/train-0.csv"])
    #expect(throws: FormatError.self) { try RowPaths.expand([set], split: "validation") }
    #expect(throws: FormatError.self) { try RowPaths.expand([set + "/none-*.jsonl"]) }
    _ = try folder.write(
      """
      ---
      license: mit
      configs:
      - config_name: alternatives
        data_files:
        - split: train
          path: "data/test*"
      - config_name: pairs
        default: true
        data_files:
          - split: train
            path:
              - pairs/train-*.csv
              - 'data/train-00000*'
          - split: test
            path: data/test.jsonl
      tags:
      - x
      ---
      # Words
      configs: none of it
      """, to: "set/README.md")
    #expect(names(try RowPaths.expand([set])) == ["data/train-00000-of-00002.jsonl", "pairs/train-0.csv"])
    #expect(names(try RowPaths.expand([set], subset: "alternatives")) == ["data/test.jsonl"])
    #expect(names(try RowPaths.expand([set], subset: "pairs", split: "test")) == ["data/test.jsonl"])
    do {
      _ = try RowPaths.expand([set], subset: "other")
      Issue.record("a subset that is not there")
    } catch {
      #expect("\(error)".contains("the subsets alternatives, pairs"))
    }
  }
}
