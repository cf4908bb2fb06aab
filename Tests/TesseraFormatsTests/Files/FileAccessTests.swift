import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct FileAccessTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  @Test func `A link is written through, to where it leads`() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder.file("far"), withIntermediateDirectories: true)
    _ = try folder.write("old", to: "far/file")
    try files.createSymbolicLink(atPath: folder.file("far/link"), withDestinationPath: "file")
    try files.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "far/link")
    try FileAccess.write(Array("new".utf8), to: folder.file("link"))
    #expect(try text("far/file") == "new")
    #expect(try files.destinationOfSymbolicLink(atPath: folder.file("link")) == "far/link")
    #expect(try files.destinationOfSymbolicLink(atPath: folder.file("far/link")) == "file")
    #expect(folder.names == ["far", "link"])
    #expect(try files.contentsOfDirectory(atPath: folder.file("far")).sorted() == ["file", "link"])
  }

  @Test func `What cannot be written leaves what was there`() throws {
    _ = try folder.write("old", to: "file")
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try FileAccess.write(to: folder.file("file")) { append in
        try append(Array("new".utf8)[...])
        throw Stop()
      }
    }
    #expect(try text("file") == "old" && folder.names == ["file"])
    let full = #expect(throws: FormatError.self) { try FileAccess.write(Array("new".utf8), to: "/dev/full") }
    #expect(full == .cannotWrite(file: "/dev/full", reason: "No space left on device"))
    let above = #expect(throws: FormatError.self) { try FileAccess.write([1], to: folder.path) }
    #expect(above == .cannotWrite(file: folder.path, reason: "it is a folder"))
  }

  @Test func `A card tells its files however it is written`() throws {
    for (ends, mark) in [("\n", ""), ("\r\n", ""), ("\r\n", "\u{FEFF}")] {
      let lines = [
        "---", "configs:", "- config_name:\t\"one\"\u{A0} ", "  data_files:", "  - split:  train",
        "    path: 'a*.jsonl'", "---",
      ]
      _ = try folder.write(mark + lines.joined(separator: ends), to: "README.md")
      for name in ["a1.jsonl", "a2.jsonl", "b.jsonl"] { _ = try folder.write("{}", to: name) }
      #expect(
        try RowPaths.expand([folder.path], subset: "one") == [
          folder.file("a1.jsonl"), folder.file("a2.jsonl"),
        ])
    }
    _ = try folder.write([0x2D, 0xFF], to: "README.md")
    let card = folder.file("README.md")
    let error = #expect(throws: FormatError.self) { try RowPaths.expand([folder.path]) }
    #expect(error == .cannotRead(file: card, reason: "it is not UTF-8"))
  }

  @Test func `A transform is stored as earlier versions stored it`() throws {
    let transform = ContextTransform(
      normalizes: true, mean: [0.1, -2, 1e-7, 1e16, -0.0], axes: [[1, 0.5, 3, 4, 5], [0, 0, 0, 0, 1e300]],
      variances: [2, 0.25])
    try ContextTransformFile.write(transform, to: folder.file("t.json"))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try text("t.json") == String(decoding: encoder.encode(transform), as: UTF8.self))
    #expect(try ContextTransformFile.read(folder.file("t.json")) == transform)
    let error = #expect(throws: FormatError.self) {
      try ContextTransformFile.read(folder.write("{\"mean\": []}", to: "n.json"))
    }
    #expect("\(try #require(error))".contains("no transform of contexts"))
  }

  @Test func `Documents and models are read from pipes as well`() throws {
    var file = SafetensorsFile(metadata: ["a": "b"])
    file.tensors["x"] = SafetensorsFile.Tensor(
      shape: [300, 400], values: .float32(Array(repeating: 0.5, count: 120_000)))
    try file.write(to: folder.file("f"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("f")))
    let pipe = folder.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    // Longer than a pipe holds: the writer waits for the reader.
    let writer = Thread { try? bytes.write(to: URL(fileURLWithPath: pipe)) }
    writer.start()
    #expect(try SafetensorsFile(readingFrom: pipe) == file)
  }
}
