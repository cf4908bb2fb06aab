import Foundation
import ServiceFuzz
import Tessera
import TestSupport
import Testing

/// The corpus of the fuzzer, and mutations of it by a fixed seed: a trap here ends the test run.
@Suite struct CorpusTests {
  static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fuzz/corpus")

  @Test(arguments: [(ServiceFuzzTarget.scoring, 300), (.questions, 150), (.uploads, 60)])
  func `Every request of the corpus is answered, and every mutation of it is refused or answered`(
    target: ServiceFuzzTarget, rounds: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let bench = try await ServiceFuzzBench(in: folder.path)
    let files = try CorpusFile.all(in: Self.corpus.appending(path: target.rawValue))
    try #require(!files.isEmpty)
    var random = RandomStream(seed: 17)
    var (refused, tried) = (0, 0)
    for file in files {
      if !file.isFinding {
        #expect(await target.run(file.bytes, at: bench), "\(target.rawValue)/\(file.name)")
      }
      for _ in 0..<rounds {
        tried += 1
        if !(await target.run(file.mutated(files, &random), at: bench)) { refused += 1 }
      }
    }
    #expect(refused * 10 > tried, "a service that answers nearly all looks at nothing")
  }
}
