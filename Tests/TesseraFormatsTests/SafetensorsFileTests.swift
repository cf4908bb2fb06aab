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
    let metadata = #"{"__metadata__":{"format":"tessera-reward-model","runs":"1","layers":"1"}}"#
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
