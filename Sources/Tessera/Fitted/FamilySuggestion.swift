/// Families that names or outcomes suggest, to be shown to someone who knows and given back as a declaration.
///
/// *Names*: two names that are the same but for a size (7B, 8x7B, mini), a length of context (16k), a version (v1.3), a date
/// (0613) or a word of publishing (preview, nightly). A number that stands alone is a generation and keeps names apart, as GPT 4 and
/// GPT 3.5. *Agreement*: alternatives that do well on the same prompts beyond how strong they are (`Agreement`), where
/// there is enough evidence. Equal strength alone suggests nothing.
///
///     let suggestion = FamilySuggestion(names: ids, agreement: agreement)
///     suggestion.families[0].members
///
/// Both can be wrong: a name can be taken over, and models of one family can differ as others do. Groups by names that an
/// agreement joins become one.
public struct FamilySuggestion: Sendable, Equatable {
  public enum Evidence: String, Sendable, Codable {
    case names, agreement
    case both = "names and agreement"
  }

  public struct Family: Sendable, Equatable {
    /// The common part of the names, or the first member's; unlike that of any other family.
    public let name: String
    /// Two or more, ascending.
    public let members: [Int]
    public let evidence: Evidence
  }

  /// In the order of their first members.
  public let families: [Family]

  /// - Parameter agreement: Of the same alternatives; nil where nothing is known of prompts.
  /// - Complexity: O(letters).
  public init(names: [String], agreement: Agreement? = nil) {
    let stems = names.map(NameStem.init)
    let byName = Partition(names: stems.map { $0.key })
    var sets = DisjointSets(count: names.count)
    for (i, group) in byName.groupOf.enumerated() { _ = sets.join(i, byName.representatives[group]) }
    let byAgreement = agreement.flatMap { $0.isEnough ? $0.families : nil }
    if let byAgreement {
      for (i, group) in byAgreement.groupOf.enumerated() {
        _ = sets.join(i, byAgreement.representatives[group])
      }
    }
    let joined = sets.groups(count: names.count)
    var members = [[Int]](repeating: [], count: joined.count)
    for (i, group) in joined.groupOf.enumerated() { members[group].append(i) }
    var taken: Set<String> = []
    families = members.filter { $0.count > 1 }.map { group in
      func isOne(_ partition: Partition?) -> Bool {
        guard let partition else { return false }
        return Set(group.map { partition.groupOf[$0] }).count == 1
      }
      let evidence: Evidence =
        isOne(byName) ? (isOne(byAgreement) ? .both : .names) : isOne(byAgreement) ? .agreement : .both
      let stem = stems[group[0]].text
      var name = stem
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(stem) \(number)"
        number += 1
      }
      return Family(name: name, members: group, evidence: evidence)
    }
  }
}

/// What a name is without sizes, versions, dates and words of publishing.
struct NameStem: Equatable {
  /// As it is spelled.
  let text: String
  /// Without capitals and marks.
  let key: String

  private static let words: Set<String> = [
    "preview", "latest", "beta", "alpha", "nightly", "snapshot", "hf", "gguf", "awq", "gptq", "fp16", "fp8",
    "bf16",
    "int4", "int8", "light", "lite", "mid", "ultra", "mini", "small", "medium", "large", "xl", "xxl", "nano",
    "tiny",
  ]

  init(_ name: String) {
    var kept: [Substring] = []
    var afterDate = false
    for token in Self.tokens(name) {
      let word = token.lowercased()
      let isDate = Self.isNumber(token) && [4, 6, 8].contains(token.count)
      let isPartOfDate = afterDate && Self.isNumber(token) && token.count <= 2
      afterDate = isDate || isPartOfDate
      if isDate || isPartOfDate || Self.words.contains(word) || Self.isSize(word) || Self.isVersion(word) {
        continue
      }
      kept.append(token)
    }
    let tokens = kept.isEmpty ? Self.tokens(name) : kept
    text = tokens.isEmpty ? name : tokens.joined(separator: " ")
    key = text.lowercased()
  }

  /// Letters and digits, with points between digits.
  private static func tokens(_ name: String) -> [Substring] {
    var tokens: [Substring] = []
    var start: String.Index?
    for index in name.indices {
      let letter = name[index]
      let next = name.index(after: index)
      let isPoint =
        letter == "." && start != nil && next < name.endIndex && name[next].isNumber
        && name[name.index(before: index)].isNumber
      if letter.isLetter || letter.isNumber || isPoint {
        start = start ?? index
      } else if let from = start {
        tokens.append(name[from..<index])
        start = nil
      }
    }
    if let start { tokens.append(name[start...]) }
    return tokens
  }

  private static func isNumber(_ token: some StringProtocol) -> Bool {
    !token.isEmpty && token.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// 3.5 and 13.
  private static func isDecimal(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return !parts.isEmpty && parts.allSatisfy { isNumber($0) }
  }

  /// 7b, 1.5b, 350m, 16k, 8x7b.
  private static func isSize(_ word: String) -> Bool {
    guard let unit = word.last, "bmk".contains(unit) else { return false }
    let parts = word.dropLast().split(separator: "x", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count) && parts.allSatisfy { isDecimal($0) }
  }

  /// v2, v1.3.
  private static func isVersion(_ word: String) -> Bool {
    word.first == "v" && word.count > 1 && isDecimal(word.dropFirst())
  }
}
