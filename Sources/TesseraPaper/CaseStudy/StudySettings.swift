import Tessera
import TesseraText

/// Sizes of the case study, who writes and judges, and what turns texts into contexts.
public struct StudySettings: Sendable {
  /// Comparisons of a data set.
  public var comparisons = 1_000
  /// Runs of each training; the reward is their mean.
  public var runs = 20
  /// Pairs of data sets; the first is drawn with every setting, all of them tell how far chance goes.
  public var repeats = 5
  /// Populations drawn at random in section 8.
  public var populations = 40
  /// Numbers of a context, for the built-in embedder.
  public var dimension = 384
  public var source = StudyData.Source.simulated
  /// nil for the built-in embedder.
  public var embedder: (any Embedder)?

  public init() {}

  func contexts(of texts: [String], seed: UInt64, progress: ((Double) -> Void)? = nil) throws -> Contexts {
    let chosen: any Embedder = embedder ?? LexicalEmbedder(dimension: dimension, seed: seed)
    return try chosen.contexts(of: texts, progress: progress)
  }

  var sourceWords: String {
    switch source {
    case .simulated: "Answers come from the built-in generator, judgements from simulated annotators"
    case .model(let chat): "Answers and judgements come from the language model \(chat.model)"
    }
  }
}
