import Foundation
import Tessera

/// What a request asks a model to score, in its order.
public enum ScoringItems: Sendable {
  case answers([Answer])
  /// Contexts as the model was trained with, one a row.
  case vectors(Matrix<Float>)

  public var count: Int {
    switch self {
    case .answers(let answers): answers.count
    case .vectors(let rows): rows.rows
    }
  }
}

/// A text to be scored.
public struct Answer: Sendable, Equatable {
  /// What it answers; nil where the text is all there is.
  public let prompt: String?
  public let text: String

  public init(prompt: String? = nil, text: String) {
    self.prompt = prompt
    self.text = text
  }

  /// What a model reads: the answer, or the prompt and the answer where it was trained so.
  ///
  /// - Parameter withPrompt: A text without a prompt is taken for both.
  func seen(withPrompt: Bool) -> String {
    guard withPrompt, let prompt else { return text }
    return prompt + "\n" + text
  }
}

/// Rewards in the order of the items, the mean over a model's runs, and their standard deviation over the runs.
public struct Scores: Sendable, Equatable {
  public let rewards: [Double]
  public let spreads: [Double]

  public init(rewards: [Double], spreads: [Double]) {
    self.rewards = rewards
    self.spreads = spreads
  }

  /// The chance that an answer is preferred to one of reward 0: between 0 and 1, in the order of the rewards.
  public var shares: [Double] { rewards.map(Self.share) }

  static func share(_ reward: Double) -> Double {
    let small = exp(-abs(reward))
    return reward >= 0 ? 1 / (1 + small) : small / (1 + small)
  }
}
