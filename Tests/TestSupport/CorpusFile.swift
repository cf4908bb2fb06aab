import Foundation
import Tessera

/// A file of a fuzzer's corpus, and what can be made of it by small damage.
public struct CorpusFile: Sendable {
  public let name: String
  public let bytes: [UInt8]

  /// The files of a folder in the order of their names.
  public static func all(in folder: URL) throws -> [CorpusFile] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      CorpusFile(name: $0, bytes: [UInt8](try Data(contentsOf: folder.appendingPathComponent($0))))
    }
  }

  /// Names that begin so are findings of the past, which need not be accepted.
  public var isFinding: Bool { name.hasPrefix("bad-") }

  /// One to four changes: bytes set, flipped, cut, repeated, put in from another file, and numbers of the text made extreme.
  public func mutated(_ files: [CorpusFile], _ random: inout RandomStream) -> [UInt8] {
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(limit, 1))) }
    var bytes = bytes
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
