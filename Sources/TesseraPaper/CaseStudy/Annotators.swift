import Foundation
import Tessera

/// Annotators of one type: what they think of each topic (Table 4).
public struct AnnotatorType: Sendable, Equatable {
  public enum Attitude: Int, Sendable, CaseIterable {
    case veryUninterested, mildlyInterested, reallyLike

    /// As Table 4 names it, and files of annotators spell it.
    public var name: String {
      switch self {
      case .veryUninterested: "very uninterested"
      case .mildlyInterested: "mildly interested"
      case .reallyLike: "really like"
      }
    }

    var words: String {
      switch self {
      case .veryUninterested: "are very uninterested in"
      case .mildlyInterested: "are mildly interested in"
      case .reallyLike: "really like"
      }
    }
  }

  /// Share of all annotators.
  public let share: Double
  /// Attitude to food, art and romance; to a clone topic it is that to food.
  public let attitudes: [ParisDescriptions.Topic: Attitude]

  public init(share: Double, attitudes: [ParisDescriptions.Topic: Attitude]) {
    self.share = share
    self.attitudes = attitudes
  }

  public func attitude(_ topic: ParisDescriptions.Topic) -> Attitude {
    attitudes[topic.original] ?? .mildlyInterested
  }

  /// Table 4: 40, 30 and 30 percent.
  public static let table4 = [
    AnnotatorType(
      share: 0.4, attitudes: [.romance: .reallyLike, .art: .mildlyInterested, .food: .veryUninterested]),
    AnnotatorType(
      share: 0.3, attitudes: [.romance: .mildlyInterested, .art: .veryUninterested, .food: .reallyLike]),
    AnnotatorType(
      share: 0.3, attitudes: [.romance: .veryUninterested, .art: .reallyLike, .food: .mildlyInterested]),
  ]

  /// A population drawn at random: the six orders of the three topics with shares uniform on the simplex.
  static func random(using random: inout RandomStream) -> [AnnotatorType] {
    let orders: [[Attitude]] = [
      [.reallyLike, .mildlyInterested, .veryUninterested],
      [.reallyLike, .veryUninterested, .mildlyInterested],
      [.mildlyInterested, .reallyLike, .veryUninterested],
      [.veryUninterested, .reallyLike, .mildlyInterested],
      [.mildlyInterested, .veryUninterested, .reallyLike],
      [.veryUninterested, .mildlyInterested, .reallyLike],
    ]
    // Exponential numbers, scaled to sum 1.
    let raw = orders.map { _ in -log(1 - random.uniform()) }
    let total = raw.reduce(0, +)
    return zip(orders, raw).map { order, share in
      AnnotatorType(
        share: share / total,
        attitudes: Dictionary(uniqueKeysWithValues: zip(ParisDescriptions.Topic.originals, order)))
    }
  }

  /// Probability that a random annotator prefers one topic to another; equal attitudes toss a coin.
  public static func probability(
    _ a: ParisDescriptions.Topic, over b: ParisDescriptions.Topic, _ types: [AnnotatorType]
  ) -> Double {
    types.reduce(0) { sum, type in
      let (x, y) = (type.attitude(a).rawValue, type.attitude(b).rawValue)
      return sum + type.share * (x == y ? 0.5 : x > y ? 1 : 0)
    }
  }

  /// Borda counts of topics: the sum over the others of the probability to win.
  public static func bordaCounts(_ topics: [ParisDescriptions.Topic], _ types: [AnnotatorType]) -> [Double] {
    topics.indices.map { i in
      topics.indices.reduce(0) { $0 + (i == $1 ? 0 : probability(topics[i], over: topics[$1], types)) }
    }
  }

  static func draw(_ types: [AnnotatorType], using random: inout RandomStream) -> AnnotatorType {
    var rest = random.uniform() * types.reduce(0) { $0 + $1.share }
    for type in types {
      rest -= type.share
      if rest < 0 { return type }
    }
    return types[types.count - 1]
  }
}
