import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func whatIsWrittenReadsBack() throws {
    var file = SafetensorsFile()
    file.metadata = ["a \"note\"": "line\nbreak, 日本"]
    file.tensors["x"] = SafetensorsFile.Tensor(shape: [2, 3], values: .float32([1, 2, 3, 4, 5, -0.5]))
    file.tensors["y"] = SafetensorsFile.Tensor(shape: [2], values: .float64([1e-300, 0.1]))
    file.tensors["empty"] = SafetensorsFile.Tensor(shape: [0], values: .float32([]))
    try file.write(to: folder.file("f.safetensors"))
    #expect(try SafetensorsFile(readingFrom: folder.file("f.safetensors")) == file)
  }

  @Test func aModelReadsBackWithItsTransform() throws {
    var random = RandomStream(seed: 1)
    let contexts = try Contexts(Matrix((0..<30).map { _ in (0..<6).map { _ in random.normal() } }))
    let transform = try ContextTransform(fitting: contexts, normalizes: true, components: 4)
    let models = (0..<3).map { RewardModel(dimension: 4, hidden: [33, 2], seed: UInt64($0)) }
    let file = RewardModelFile(
      ensemble: RewardEnsemble(models: models), transform: transform, notes: ["lambda": "0.1"])
    try file.write(to: folder.file("m.safetensors"))
    let again = try RewardModelFile(readingFrom: folder.file("m.safetensors"))
    #expect(again.ensemble.models == models)
    #expect(again.notes["lambda"] == "0.1")
    let (a, b) = (
      try transform.apply(to: contexts), try #require(again.transform).apply(to: contexts)
    )
    #expect(try again.ensemble.scores(of: b).mean == RewardEnsemble(models: models).scores(of: a).mean)
  }

  private func bytes(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
  }

  @Test func `Every byte belongs to one tensor, as its shape says`() throws {
    func failure(_ header: String, _ data: Int) throws -> String {
      let file = try folder.write(bytes(header, [UInt8](repeating: 0, count: data)), to: "d.safetensors")
      do {
        _ = try SafetensorsFile(readingFrom: file)
        return "no error"
      } catch { return "\(error)" }
    }
    func entry(_ name: String, _ shape: String, _ start: Int, _ end: Int) -> String {
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(start),\(end)]}"
    }
    #expect(try failure("{\(entry("x", "[1]", 0, 4)),\(entry("y", "[2]", 4, 12))}", 12) == "no error")
    #expect(
      try failure("{\(entry("x", "[1]", 0, 4)),\(entry("y", "[1]", 0, 4))}", 4).contains("from byte 0 on"))
    #expect(
      try failure("{\(entry("x", "[1]", 0, 4)),\(entry("y", "[1]", 8, 12))}", 12).contains("from byte 8 on"))
    #expect(try failure("{\(entry("x", "[1]", 0, 4))}", 9).contains("found 9 bytes of numbers, expected 4"))
    // A type that is yet to come may stand beside others; what is no name of a type may not.
    for (type, isRead) in [("F9_E9", true), ("F3[", false), ("", false), ("f32", false)] {
      let other = entry("y", "[1]", 4, 8).replacingOccurrences(of: "F32", with: type)
      let file = try folder.write(
        bytes("{\(entry("x", "[1,1]", 0, 4)),\(other)}", [UInt8](repeating: 0, count: 8)), to: "t.safetensors"
      )
      #expect(((try? ContextsFile.read(file, member: "x")) != nil) == isRead, "\(type)")
    }
    // 2^64, which is 0 to arithmetic that drops what it cannot hold.
    #expect(try failure("{\(entry("x", "[33554432,549755813888]", 0, 0))}", 0).contains("found 0 bytes"))
    #expect(try failure("{\"__metadata__\":{\"a\":1}}", 0).contains("an object of texts"))
  }

  @Test func `A model's transform fits the model, or is refused`() throws {
    let model = RewardModel(dimension: 2, hidden: [], seed: 1)
    func failure(_ change: (inout SafetensorsFile) -> Void) throws -> String {
      let path = folder.file("t.safetensors")
      let transform = ContextTransform(normalizes: false, mean: [0, 0, 0], axes: [[1, 0, 0], [0, 1, 0]])
      try RewardModelFile(ensemble: RewardEnsemble(models: [model]), transform: transform).write(to: path)
      var file = try SafetensorsFile(readingFrom: path)
      change(&file)
      try file.write(to: path)
      do {
        _ = try RewardModelFile(readingFrom: path)
        return "no error"
      } catch { return "\(error)" }
    }
    typealias Tensor = SafetensorsFile.Tensor
    #expect(try failure { _ in } == "no error")
    #expect(try failure { $0.metadata["normalizes"] = "TRUE" }.contains("expected true or false"))
    #expect(try failure { $0.metadata["normalizes"] = nil }.contains("beside a mean or axes"))
    #expect(try failure { $0.tensors["transform.axes"] = nil }.contains("contexts of 3 numbers behind it"))
    #expect(try failure { $0.tensors["transform.mean"] = nil }.contains("as in transform.mean"))
    for shape in [[0, 3], [1 << 39, 0]] {
      let empty = Tensor(shape: shape, values: .float64([]))
      #expect(try failure { $0.tensors["transform.axes"] = empty }.contains("none of them empty"))
    }
    let single = Tensor(shape: [3], values: .float32([0, 0, 0]))
    #expect(try failure { $0.tensors["transform.mean"] = single }.contains("of type F64"))
    let three = Tensor(shape: [3, 3], values: .float64([1, 0, 0, 0, 1, 0, 0, 0, 1]))
    #expect(
      try failure { $0.tensors["transform.axes"] = three }.contains("expected 2, which the model reads"))
    let infinite = Tensor(shape: [3], values: .float64([0, .infinity, 0]))
    #expect(try failure { $0.tensors["transform.mean"] = infinite }.contains("not finite"))
  }

  @Test func `A checkpoint with a flipped bit is no checkpoint`() throws {
    let run = TrainingSnapshot.Run(
      layers: [[[1, 2], [0, 0], [0, 0]]], steps: 5, lastLoss: 1, best: [], bestLoss: .infinity,
      evaluationsSince: 0,
      hasStopped: false)
    let file = TrainingCheckpointFile(
      fingerprint: "f", sessions: ["standard": TrainingSnapshot(step: 5, runs: [run])])
    try file.write(to: folder.file("c"))
    #expect(try TrainingCheckpointFile(readingFrom: folder.file("c")) == file)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("c"))))
    var accepted = 0
    for place in 8..<whole.count {
      var damaged = whole
      damaged[place] ^= 1
      let path = try folder.write(damaged, to: "d")
      if let found = try? TrainingCheckpointFile(readingFrom: path) {
        // Space between the header's members says nothing.
        #expect(found == file)
        accepted += 1
      }
    }
    #expect(accepted < 16)
  }

  @Test func damagedFilesAreNamed() throws {
    func failure(_ bytes: [UInt8]) throws -> String {
      let path = try folder.write(bytes, to: "d.safetensors")
      do {
        _ = try RewardModelFile(readingFrom: path)
        return "no error"
      } catch { return "\(error)" }
    }
    func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
    }
    #expect(try failure([1, 2]).contains("2 bytes"))
    #expect(try failure([255, 255, 255, 255, 255, 255, 255, 255]).contains("a header of"))
    #expect(try failure(file("[]")).contains("not a JSON object"))
    #expect(try failure(file("{}")).contains("another kind"))
    #expect(
      try failure(file(#"{"x":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}"#, [0])).contains(
        "the type I8"))
    #expect(
      try failure(file(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0])).contains(
        "8 bytes inside"))
    #expect(
      try failure(
        file(
          #"{"x":{"dtype":"F32","shape":[1099511627775,1099511627775],"data_offsets":[0,4]}}"#, [0, 0, 0, 0])
      )
      .contains("field \"x\""))
    let metadata =
      #"{"__metadata__":{"format":"tessera-reward-model","version":"1","runs":"1","layers":"1"}}"#
    #expect(try failure(file(metadata)).contains("run.0.layer.0.weight"))
    // Every damaged byte of a good header gives an error or a model, never a crash.
    let model = RewardModelFile(
      ensemble: RewardEnsemble(models: [RewardModel(dimension: 2, hidden: [], seed: 1)]), transform: nil)
    try model.write(to: folder.file("m.safetensors"))
    let good = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("m.safetensors"))))
    for position in good.indices {
      var bytes = good
      bytes[position] = bytes[position] &+ 1
      _ = try failure(bytes)
    }
  }
}
