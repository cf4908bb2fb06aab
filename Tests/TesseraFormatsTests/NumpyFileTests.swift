import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct NumpyFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func npy(_ header: String, _ payload: [UInt8], version: UInt8 = 1) throws -> String {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    let length = header.utf8.count
    bytes +=
      version == 1
      ? [UInt8(length & 255), UInt8(length >> 8)] : [UInt8(length & 255), UInt8(length >> 8), 0, 0]
    return try folder.write(bytes + Array(header.utf8) + payload, to: "x.npy")
  }

  func failure(_ file: String) -> String {
    do {
      _ = try NumpyFile.readContexts(file)
      return "no error"
    } catch { return "\(error)".replacingOccurrences(of: folder.path + "/", with: "") }
  }

  func payload(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  @Test func whatIsWrittenReadsBack() throws {
    let single = Matrix<Float>([[1, 2.5, -3], [0.1, 1e-30, 7]])
    try NumpyFile.write(single, to: folder.file("s.npy"))
    let contexts = try NumpyFile.readContexts(folder.file("s.npy"))
    #expect(contexts.count == 2 && contexts.dimension == 3)
    #expect(contexts.row(1) == [Double(Float(0.1)), Double(Float(1e-30)), 7])
    let double = Matrix<Double>([[0.1], [0.2]])
    try NumpyFile.write(double, to: folder.file("d.npy"))
    #expect(try NumpyFile.readContexts(folder.file("d.npy"))[1, 0] == 0.2)
  }

  @Test func bothHeaderVersionsAreRead() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n"
    for version: UInt8 in [1, 2] {
      let contexts = try NumpyFile.readContexts(try npy(header, payload([1, 2]), version: version))
      #expect(contexts.row(0) == [1, 2])
    }
  }

  @Test func otherArraysAreRefusedByName() throws {
    func header(_ type: String = "<f4", fortran: String = "False", shape: String = "(2, 2)") -> String {
      "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
    }
    let good = payload([1, 2, 3, 4])
    #expect(failure(try npy(header(), good)) == "no error")
    #expect(
      failure(try npy(header(), Array(good.dropLast(5)))).contains("found 11 bytes of numbers, expected 16"))
    #expect(failure(try npy(header(fortran: "True"), good)).contains("found Fortran order"))
    #expect(failure(try npy(header("<i8"), good)).contains("found the type <i8"))
    #expect(failure(try npy(header(">f4"), good)).contains("found the type >f4"))
    #expect(failure(try npy(header(shape: "(2, 1, 2)"), good)).contains("found 3 dimensions"))
    #expect(failure(try npy(header(shape: "(4,)"), good)).contains("found 1 dimension,"))
    #expect(failure(try npy(header(shape: "(0, 4)"), [])).contains("at least one alternative"))
    #expect(failure(try npy(header(shape: "(99999999999, 99999999999)"), good)).contains("fits memory"))
    #expect(failure(try npy(header(shape: "(99999999, 1000)"), good)).contains("cut short"))
    #expect(failure(try npy(header(), payload([1, 2, .nan, 4]))).contains("row 1, column 0"))
    #expect(failure(try npy(header(), payload([1, .infinity, 3, 4]))).contains("row 0, column 1"))
    #expect(failure(try folder.write("", to: "empty.npy")).contains("an empty file"))
    #expect(failure(try folder.write("PK\u{3}\u{4} not an array", to: "zip.npy")).contains("other bytes"))
    #expect(failure(folder.file("missing.npy")).contains("no such file"))
    #expect(failure(folder.path).contains("a folder"))
  }

  @Test func `A header is read once from front to end, and is what NumPy writes`() throws {
    let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"
    // Minutes for a search that begins anew at every bracket.
    let deep = "{'descr': '<f4', 'fortran_order': False, " + String(repeating: "'shape':(", count: 7_000)
    for bad in [
      deep, good + "x", good.replacing("'shape'", with: "'descr'"),
      good.replacing("'shape': (1, 2), ", with: ""),
      good.replacing("}", with: "'more': 1}"), good.replacing("<f4", with: "<\u{1}f4"), "",
    ] {
      #expect(
        failure(try npy(bad, payload([1, 2]))).contains("a header of something else"), "\(bad.prefix(80))")
    }
    let tight = "{'shape':(1,2),\"fortran_order\":False,'descr':'<f4'}"
    #expect(try NumpyFile.readContexts(try npy(tight, payload([1, 2]))).row(0) == [1, 2])
    #expect(
      failure(try npy(good.replacing("'<f4'", with: "[('x', '<f4', (2,))]"), [])).contains("of a structure"))
    for version: UInt8 in [0, 4, 9] {
      #expect(
        failure(try npy(good, payload([1, 2]), version: version)).contains("found version \(version).0"))
    }
    let long = try folder.write([0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255, 1], to: "l.npy")
    #expect(failure(long).contains("4294967295 bytes of header"))
  }

  @Test func `A pipe that promises more than it holds takes no memory for it`() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (140737488355327, 1), }"
    let bytes = Data(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        + payload([1, 2]))
    let pipe = folder.file("pipe.npy")
    try #require(mkfifo(pipe, 0o600) == 0)
    let writer = Thread { try? bytes.write(to: URL(fileURLWithPath: pipe)) }
    writer.start()
    #expect(failure(pipe).contains("found 8 bytes of numbers"))
  }

  @Test func alternativesWithContexts() throws {
    let file = try folder.write(
      """
      {"id": "x", "context": [0, 1.5], "text": "long", "model": "m"}
      {"context": [-1e-3, 2], "id": 7}
      """, to: "a.jsonl")
    let read = try AlternativesReader.read(file)
    #expect(read.alternatives.map(\.id) == ["x", "7"])
    #expect(read.alternatives[0].model == "m")
    #expect(read.alternatives[0].text == nil)
    #expect(read.contexts?.row(1) == [-0.001, 2])
    #expect(try AlternativesReader.read(file, texts: .all).alternatives[0].text == "long")
    #expect(try AlternativesReader.read(file, texts: .withoutContext).alternatives[0].text == nil)
  }

  @Test func badAlternativesAreNamed() throws {
    func failure(_ text: String) throws -> String {
      do {
        _ = try AlternativesReader.read(try folder.write(text, to: "a.jsonl"))
        return "no error"
      } catch { return "\(error)".replacingOccurrences(of: folder.path + "/", with: "") }
    }
    let first = #"{"id": "x", "context": [0, 1]}"# + "\n"
    #expect(try failure("").contains("no alternatives"))
    #expect(
      try failure(first + #"{"id": "x", "context": [0, 2]}"#)
        == #"a.jsonl:2: field "id": found "x" a second time, expected a unique name"#)
    #expect(
      try failure(first + #"{"id": "y"}"#)
        == #"a.jsonl:2: field "context": found nothing, expected 2 numbers, as on line 1"#)
    #expect(
      try failure(first + #"{"id": "y", "context": [1]}"#).contains("found 1 numbers, expected 2 numbers"))
    #expect(try failure(first + #"{"id": "y", "context": [1, "a"]}"#).contains("finite numbers"))
    #expect(try failure(first + #"{"id": "y", "context": [1, 1e999]}"#).contains("finite numbers"))
    #expect(try failure(first + #"{"id": "y", "context": 3}"#).contains("an array of numbers"))
    #expect(try failure(#"{"text": "y"}"#).contains(#"field "id": found nothing"#))
    #expect(try failure(#"{"id": "y", "context": []}"#).contains("an empty array"))
  }

  @Test func aFileAppearsWholeOrNotAtAll() throws {
    struct Stop: Error {}
    let file = try folder.write("before", to: "out.txt")
    #expect(throws: Stop.self) {
      try FileAccess.write(to: file) { append in
        try append([1, 2, 3])
        throw Stop()
      }
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "before")
    try FileAccess.write(Array("after".utf8), to: file)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "after")
    #expect(folder.names == ["out.txt"])
    #expect(throws: FormatError.self) { try FileAccess.write([1], to: folder.file("no/such/folder.txt")) }
    #expect(throws: FormatError.self) { try FileAccess.write([1], to: folder.path) }
  }
}
