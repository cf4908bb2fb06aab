import Foundation
import Tessera

/// The key that requests must carry.
public struct AccessKey: Sendable {
  private let bytes: [UInt8]

  /// What is wrong with a key.
  public struct Problem: KindedError {
    public let description: String
    public var kind: ErrorKind { .option }
  }

  static let lengths = 16...512

  /// - Parameter text: Blanks and ends of lines around it are no part of it.
  /// - Throws: `Problem` for a key that is short, long or cannot stand in a header. The message does not quote it.
  public init(_ text: String) throws(Problem) {
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let bytes = Array(trimmed.utf8)
    guard Self.lengths.contains(bytes.count) else {
      throw Problem(
        description:
          "the key has \(bytes.count) characters, expected \(Self.lengths.lowerBound) to \(Self.lengths.upperBound)"
      )
    }
    guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Problem(description: "the key has a blank or another sign than those of ASCII, expected one word")
    }
    self.bytes = bytes
  }

  /// Whether a header `Authorization` carries the key: `Bearer KEY`, or `Basic` with the key as the password, which clients
  /// send for `http://any:KEY@host`.
  public func opens(_ header: String?) -> Bool {
    guard let header else { return false }
    let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    guard parts.count == 2 else { return false }
    switch parts[0].lowercased() {
    case "bearer": return isEqual(Array(parts[1].utf8))
    case "basic":
      guard let data = Data(base64Encoded: String(parts[1])), let colon = data.firstIndex(of: 0x3A) else {
        return false
      }
      return isEqual(Array(data[(colon + 1)...]))
    default: return false
    }
  }

  /// Takes as long for a wrong key as for the right one: how much of it is right cannot be measured.
  func isEqual(_ given: [UInt8]) -> Bool {
    var difference = UInt(bitPattern: given.count ^ bytes.count)
    for place in bytes.indices {
      difference |= UInt(bytes[place] ^ (given.isEmpty ? 0 : given[place % given.count]))
    }
    return difference == 0
  }
}
