import Foundation
import FuzzTargets
import Tessera
import TestSupport
import Testing

/// The corpus of the fuzzer, and mutations of it by a fixed seed: a trap here ends the test run.
@Suite struct CorpusTests {
  static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fuzz/corpus")

  static func files(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
    let folder = corpus.appending(path: target.rawValue)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      ($0, [UInt8](try Data(contentsOf: folder.appending(path: $0))))
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `Every file of the corpus is read, and every mutation of it is refused or read`(target: FuzzTarget)
    throws
  {
    let folder = try TemporaryFolder()
    let files = try Self.files(target)
    try #require(!files.isEmpty)
    var random = RandomStream(seed: 17)
    var (refused, tried) = (0, 0)
    for file in files {
      // Names that begin so are findings of the past.
      if !file.name.hasPrefix("bad-") {
        #expect(target.run(file.bytes, in: folder.path), "\(target.rawValue)/\(file.name)")
      }
      for _ in 0..<400 {
        tried += 1
        if !target.run(Self.mutated(file.bytes, files, &random), in: folder.path) { refused += 1 }
      }
    }
    #expect(refused * 10 > tried, "a reader that accepts nearly all looks at nothing")
  }

  /// One to four changes: bytes set, flipped, cut, repeated, put in from another file, and numbers of the text made extreme.
  static func mutated(
    _ whole: [UInt8], _ files: [(name: String, bytes: [UInt8])], _ random: inout RandomStream
  ) -> [UInt8] {
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(limit, 1))) }
    var bytes = whole
    for _ in 0...below(4) {
      guard !bytes.isEmpty else { return bytes }
      let place = below(bytes.count)
      let end = min(place + 1 + below(16), bytes.count)
      switch below(7) {
      case 0: bytes[place] = [0, 0xFF, 0x7F, 0x80, 0x22, 0x2C, 0x5B, 0x7D, 0x2D, 0x39][below(10)]
      case 1: bytes[place] ^= 1 << UInt8(below(8))
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.removeSubrange(place...)
      case 5:
        let other = files[below(files.count)].bytes
        let start = below(other.count)
        bytes.insert(contentsOf: other[start..<min(start + 1 + below(64), other.count)], at: place)
      default:
        // A number somewhere behind the place.
        guard let digit = bytes[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else { continue }
        let numbers = [
          "-1", "1e309", "18446744073709551616", "549755813888", "0.5", "NaN", "9007199254740993",
        ]
        bytes.replaceSubrange(digit...digit, with: Array(numbers[below(numbers.count)].utf8))
      }
    }
    return bytes
  }
}
