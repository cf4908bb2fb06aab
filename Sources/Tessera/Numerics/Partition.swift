/// Which alternatives are exact copies of one another.
public struct Partition: Sendable, Equatable {
  /// Group of each alternative, numbered by first appearance.
  public let groupOf: [Int]
  /// First member of each group.
  public let representatives: [Int]

  public init(groupOf: [Int], representatives: [Int]) {
    self.groupOf = groupOf
    self.representatives = representatives
  }

  /// Groups of what has the same label, whatever the labels are.
  public init(numbering labels: [Int]) {
    var number: [Int: Int] = [:]
    var representatives: [Int] = []
    groupOf = labels.enumerated().map { i, label in
      if let group = number[label] { return group }
      number[label] = representatives.count
      representatives.append(i)
      return representatives.count - 1
    }
    self.representatives = representatives
  }

  /// Number of groups: alternatives that are really different.
  public var count: Int { representatives.count }

  public var hasDuplicates: Bool { count < groupOf.count }

  /// Members of each group.
  public func sizes() -> [Int] {
    var sizes = [Int](repeating: 0, count: count)
    for group in groupOf { sizes[group] += 1 }
    return sizes
  }
}
