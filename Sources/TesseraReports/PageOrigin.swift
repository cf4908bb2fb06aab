/// What made a page, for those who want to make it again. Nothing of it is looked up: the caller says it.
public struct PageOrigin: Sendable {
  /// As it is typed.
  public var command: String?
  public var version: String?
  /// "2026-11-27".
  public var date: String?
  /// Names of the files that were read, each with its SHA-256.
  public var sources: [(name: String, digest: String)] = []

  public init() {}

  /// What is known, in words.
  var rows: [[String]] {
    (version.map { [["tessera", $0]] } ?? []) + (date.map { [["date", $0]] } ?? [])
      + sources.map { ["SHA-256 of \($0.name)", $0.digest] }
  }
}
