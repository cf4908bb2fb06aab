import Tessera

/// Names under which a file has the fields of a layout: ours to theirs, as in `chosen=better`.
public struct FieldMap: Sendable, Equatable {
  /// Theirs by ours.
  public private(set) var names: [String: String]

  /// - Parameter names: Theirs by ours; `winner` is another name for `outcome`, `worker` for `annotator`.
  public init(_ names: [String: String] = [:]) {
    self.names = [:]
    for (ours, theirs) in names { self.names[Self.own(ours)] = theirs }
  }

  /// One name for what has two.
  static func own(_ name: String) -> String { aliases[name] ?? name }

  static let aliases = ["winner": "outcome", "worker": "annotator"]

  /// Adds a name; false where the field has one already.
  public mutating func add(_ ours: String, _ theirs: String) -> Bool {
    names.updateValue(theirs, forKey: Self.own(ours)) == nil
  }

  /// Their name of a field of ours.
  subscript(ours: String) -> String { names[ours] ?? ours }

  /// Names to look for, best first: the one that was given, or the usual ones.
  func candidates(_ ours: String, usual: [String]) -> [String] { names[ours].map { [$0] } ?? usual }
}
