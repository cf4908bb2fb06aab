import Tessera

/// Advice on weights in sentences: what is wrong, why, and which setting to try.
///
///     let words = WeightAdviceWords { "--\($0.rawValue)" }
///     words.sentences(weights.advice)  // "... try --space bounding-box."
public struct WeightAdviceWords: Sendable {
  /// How the reader calls a setting: `--target-error` on a command line, `targetError` in a configuration file.
  public typealias Spelling = @Sendable (RewardFit.Settings.Key) -> String

  private let spell: Spelling

  /// - Parameter spelling: Settings are called by their own names unless it says otherwise.
  public init(spelling: @escaping Spelling = { $0.rawValue }) { spell = spelling }

  /// Settings as options of the tool: `--target-error`.
  public static let commandLine = WeightAdviceWords { "--" + Spell.words(of: $0.rawValue, joined: "-") }

  /// One for each piece of advice.
  public func sentences(_ advice: [WeightAdvice]) -> [String] { advice.map(sentence) }

  public func sentence(_ advice: WeightAdvice) -> String {
    switch advice {
    case .outside(let zeroShare, let outsideShare, let space):
      return
        "\(percent(zeroShare)) of the alternatives have weight 0, since \(percent(outsideShare)) of the contexts lie outside the space \(space) and their cells hardly reach into it. Embeddings and principal components are centred near zero, a cube like [0, 1]^d is one corner of that; try \(spell(.space)) bounding-box."
    case .concentrated(let zeroShare, let effective, let alternatives, let space, let remedy):
      // Above a fifth of zeros they are the plainer sign.
      let state =
        zeroShare > 0.2
        ? "\(percent(zeroShare)) of the alternatives have weight 0"
        : "The weights are as concentrated as \(printed("%.1f", effective)) equal ones of \(alternatives)"
      return
        "\(state): a few alternatives lie nearest to most of the space \(space) and carry the estimate. \(sentence(remedy))"
    case .starved(let samples, let alternatives, let relativeError, let isPool):
      // 25 points for each alternative: an error of 1 / sqrt(25) in a weight of 1/m.
      let more =
        isPool
        ? "a pool of \(alternatives * 25) answers would leave a fifth"
        : "try \(spell(.samples)) \(alternatives * 25), or \(spell(.targetError)) with \(spell(.relative))"
      return
        "\(samples) samples for \(alternatives) alternatives leave an error of about \(percent(relativeError)) in a weight of 1/m; \(more)."
    }
  }

  private func sentence(_ remedy: WeightAdvice.Remedy) -> String {
    switch remedy {
    case .widerSpace:
      "In many dimensions a narrow space sees only the middle of the contexts: try \(spell(.space)) bounding-box, or fewer dimensions (\(spell(.pca)) 3)."
    case .otherContexts:
      "Contexts in few tight groups do that rightly. If that is not what the duplicates explain, try \(spell(.normalize)), \(spell(.space)) gaussian in few dimensions (\(spell(.pca)) 3), or a pool of unlabelled answers (\(spell(.space)) pool=FILE.npy)."
    case .boundingBox:
      "Try \(spell(.space)) bounding-box, or a pool of unlabelled answers (\(spell(.space)) pool=FILE.npy)."
    }
  }

  private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
}
