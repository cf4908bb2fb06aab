/// Comparisons kept away from a fit, to see how well it predicts them.
///
/// Whole prompts are held out: answers to one prompt are alike, and a fit that has seen some of them would look better
/// than it is. A comparison's prompt is its own, or the one that both alternatives answer; comparisons without a
/// prompt are split by pair of alternatives.
public struct HeldOutSplit: Sendable {
  public enum Unit: String, Sendable { case prompt, pair }

  /// All alternatives with the comparisons that remain.
  public let training: PreferenceDataset
  /// All alternatives with the comparisons held out.
  public let heldOut: PreferenceDataset
  /// What is kept together: prompts where every comparison has one.
  public let unit: Unit

  /// - Parameter share: Share of the groups to hold out, above 0 and below 1; at least one is held out and one remains.
  /// - Returns: nil where all comparisons belong to one group, so nothing can be split.
  public init?(_ dataset: PreferenceDataset, share: Double, seed: UInt64) {
    let (groups, unit) = Self.groups(of: dataset)
    let count = (groups.max() ?? -1) + 1
    guard count >= 2, share > 0, share < 1 else { return nil }
    var order = Array(0..<count)
    var random = RandomStream(seed: seed, for: .heldOutSplit)
    order.shuffle(using: &random)
    let chosen = Set(order.prefix(min(max(Int((share * Double(count)).rounded()), 1), count - 1)))
    var (kept, held): ([Comparison], [Comparison]) = ([], [])
    for (comparison, group) in zip(dataset.comparisons, groups) {
      if chosen.contains(group) { held.append(comparison) } else { kept.append(comparison) }
    }
    training = dataset.keeping(kept)
    heldOut = dataset.keeping(held)
    self.unit = unit
  }

  /// The group of each comparison, numbered in order of appearance.
  public static func groups(of dataset: PreferenceDataset) -> (groups: [Int], unit: Unit) {
    enum Key: Hashable {
      case prompt(PreferenceDataset.PromptKey)
      case pair(Int32, Int32)
    }
    var unit = Unit.prompt
    var numbers: [Key: Int] = [:]
    let groups = dataset.comparisons.map { comparison in
      let key: Key
      if let prompt = dataset.prompt(of: comparison) {
        key = .prompt(prompt)
      } else {
        key = .pair(comparison.a, comparison.b)
        unit = .pair
      }
      if let number = numbers[key] { return number }
      numbers[key] = numbers.count
      return numbers.count - 1
    }
    return (groups, unit)
  }
}
