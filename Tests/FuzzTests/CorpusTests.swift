import Foundation
import FuzzTargets
import Tessera
import TestSupport
import Testing

/// The corpus of the fuzzer, and mutations of it by a fixed seed: a trap here ends the test run.
@Suite struct CorpusTests {
  static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fuzz/corpus")

  @Test(arguments: FuzzTarget.allCases)
  func `Every file of the corpus is read, and every mutation of it is refused or read`(target: FuzzTarget)
    throws
  {
    let folder = try TemporaryFolder()
    let files = try CorpusFile.all(in: Self.corpus.appending(path: target.rawValue))
    try #require(!files.isEmpty)
    var random = RandomStream(seed: 17)
    var (refused, tried) = (0, 0)
    for file in files {
      if !file.isFinding {
        #expect(target.run(file.bytes, in: folder.path), "\(target.rawValue)/\(file.name)")
      }
      for _ in 0..<400 {
        tried += 1
        if !target.run(file.mutated(files, &random), in: folder.path) { refused += 1 }
      }
    }
    #expect(refused * 10 > tried, "a reader that accepts nearly all looks at nothing")
  }
}
