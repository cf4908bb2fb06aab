import Tessera
import TesseraText

/// Sizes of the case study, who writes and judges, and what turns texts into contexts.
public struct StudySettings: Sendable {
  /// Comparisons of a data set.
  public var comparisons = 1_000
  /// Runs of each training of the first pair of data sets; the reward is their mean.
  public var runs = 20
  /// Pairs of data sets: all of them tell how far chance goes.
  public var repeats = 16
  /// Populations drawn at random in section 8.
  public var populations = 40
  /// Numbers of a context, for the built-in embedder.
  public var dimension = 256
  public var source = StudyData.Source.simulated
  /// Who judges in section 7.
  public var annotators = AnnotatorType.table4
  /// nil for the built-in embedder.
  public var embedder: (any Embedder)?

  public init() {}

  /// Runs where a study is repeated often: chance in the data is larger than that between runs, and the errors over
  /// repeats hold both.
  var runsOfRepeats: Int { max(runs / 10, 1) }

  /// The embedder for texts about some topics.
  ///
  /// The built-in one is fitted once, to answers of its own, and is then the same for every data set, as an embedding
  /// service is.
  func fittedEmbedder(
    _ topics: [ParisDescriptions.Topic], dimension: Int? = nil, perTopic: Int, seed: UInt64, work: Work
  ) throws -> any Embedder {
    if let embedder { return embedder }
    var writer = ParisDescriptions(seed: seed &+ 77)
    let texts = topics.flatMap { topic in (0..<perTopic).map { _ in writer.describe(topic) } }
    return try LexicalEmbedder(dimension: dimension ?? self.dimension, seed: seed).fit(texts, work: work)
  }

  var sourceWords: String {
    switch source {
    case .simulated: "Answers come from the built-in generator, judgements from simulated annotators"
    case .model(let chat): "Answers and judgements come from the language model \(chat.model)"
    }
  }
}
