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

  @Test func `A file that is replaced keeps its mode, and a link to nothing leads to the new one`() throws {
    let files = FileManager.default
    let path = try folder.write("old", to: "file")
    for mode in [0o600, 0o640, 0o755] {
      try files.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      try FileAccess.write(Array("new".utf8), to: path)
      #expect(try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
    }
    try files.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "target")
    try FileAccess.write(Array("new".utf8), to: folder.file("link"))
    #expect(try text("target") == "new")
    #expect(try files.destinationOfSymbolicLink(atPath: folder.file("link")) == "target")
  }

  @Test func `Parts have names that nobody foresees, and leftovers of killed writers go`() throws {
    let path = folder.file("out")
    var names: Set<String> = []
    for _ in 0..<3 {
      try FileAccess.write(to: path) { _ in names.formUnion(folder.names.filter { $0.hasSuffix(".part") }) }
    }
    #expect(names.count == 3 && folder.names == ["out"])
    // Nobody holds its lock: its writer is gone. A part of another file, and one of a user's own, stay.
    let stale = "out.\(names.first?.split(separator: ".")[1] ?? "").part"
    for name in [stale, "out.mine.part", "other.0123456789abcdef.part"] {
      _ = try folder.write("half", to: name)
    }
    try FileAccess.write(to: path) { append in
      try append(Array("a".utf8)[...])
      // What is under way belongs to its writer.
      let under = folder.names.filter {
        $0.hasPrefix("out.") && $0.hasSuffix(".part") && $0 != "out.mine.part"
      }
      #expect(under.count == 1)
      try FileAccess.write(Array("b".utf8), to: path)
      #expect(folder.names.contains(under[0]))
    }
    #expect(folder.names == ["other.0123456789abcdef.part", "out", "out.mine.part"])
    #expect(try text("out") == "a")
  }

  @Test func `What cannot be written is known before the work`() throws {
    func refusal(_ file: String) -> FormatError? {
      do { try FileAccess.requireWritable(file) } catch let error as FormatError { return error } catch {}
      return nil
    }
    #expect(refusal(folder.file("new")) == nil && refusal("-") == nil && refusal("/dev/null") == nil)
    #expect(refusal(folder.path) == .cannotWrite(file: folder.path, reason: "it is a folder"))
    let nowhere = folder.file("no/file")
    #expect(refusal(nowhere) == .cannotWrite(file: nowhere, reason: "No such file or directory"))
    #expect(folder.names.isEmpty)
  }

  @Test func `A transform whose numbers do not fit one another is refused`() throws {
    for (members, found) in [
      (#""axes":[[1.0],[1.0]],"mean":[0,0,0,0]"#, "an axis of 1 numbers beside a mean of 4"),
      (#""axes":[[1,1,1,1,1]],"mean":[0,0,0,0]"#, "an axis of 5 numbers beside a mean of 4"),
      (#""axes":[[1,1]],"mean":[]"#, "axes without a mean"),
    ] {
      let file = try folder.write("{\(members),\"normalizes\":false,\"variances\":[]}", to: "t.json")
      let error = #expect(throws: FormatError.self) { try ContextTransformFile.read(file) }
      #expect("\(try #require(error))".contains(found))
    }
    let odd = try folder.write(
      #"{"axes":[[1]],"mean":[0],"normalizes":false,"variances":[1,2]}"#, to: "t.json")
    #expect(throws: FormatError.self) { try ContextTransformFile.read(odd) }
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
