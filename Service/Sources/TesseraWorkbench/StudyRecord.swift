import Foundation
import GRDB
import TesseraFormats

/// A study as the store keeps it.
public struct StudyRecord: Codable, FetchableRecord, PersistableRecord, Sendable, Equatable {
  public static let databaseTableName = "study"

  public enum State: String, Codable, Sendable, CaseIterable { case preparing, ready, failed }

  /// 32 hexadecimal digits.
  public let id: String
  /// As whoever uploaded it calls the file; never a path.
  public var name: String
  var format: String
  var layout: String?
  /// Seconds since 1970.
  public let created: Double
  /// Of all files.
  public var bytes: Int
  public var state: State
  /// Why it failed, in words.
  public var problem: String?
  /// The endings of the files of alternatives and contexts, from a list of ours; nil where there is none.
  var alternatives: String?
  var contexts: String?
  /// How many times its files have changed: what was made from earlier ones is not taken for it.
  var revision = 0
  /// Families as they were declared, a list of pairs in JSON.
  var families: String?

  static func isID(_ text: String) -> Bool {
    text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  static func newID() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(random.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// What a list shows.
  public var brief: [(key: String, value: JSONValue)] {
    [
      ("id", .string(id)), ("name", .string(name)), ("state", .string(state.rawValue)),
      ("problem", problem.map { .string($0) } ?? .null), ("created", .number(created)),
      ("bytes", .integer(bytes)),
    ]
  }
}
