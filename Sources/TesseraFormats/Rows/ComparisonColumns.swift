/// Which column of a comparisons file plays which part.
public struct ComparisonColumns: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    case a, b, outcome, preference
    case preferenceB = "preference_b"
    case count, annotator, prompt
  }

  /// Names that were given for a part; parts without one are recognised by their usual names.
  public private(set) var names: [Role: String] = [:]

  public init() {}

  /// - Parameter names: Foreign names, such as `[.a: "left"]`.
  public init(names: [Role: String]) { self.names = names }

  /// Usual names, best first. `a` and `b` are taken from the same place in their lists.
  static let usual: [Role: [String]] = [
    .a: ["a", "model_a", "left"], .b: ["b", "model_b", "right"], .outcome: ["winner", "outcome"],
    .preference: ["preference"], .preferenceB: ["preference_b"], .count: ["count"],
    .annotator: ["annotator", "worker"], .prompt: ["prompt"],
  ]

  /// Names to look for, best first.
  func candidates(_ role: Role) -> [String] {
    if let name = names[role] { return [name] }
    // Where one way of giving the outcome is named, the others are not looked for.
    let outcomes: [Role] = [.preference, .preferenceB, .outcome]
    if outcomes.contains(role), outcomes.contains(where: { names[$0] != nil }) { return [] }
    return Self.usual[role] ?? []
  }
}
