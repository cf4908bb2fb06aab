import Tessera

/// What a dry run says: which methods work would use, and about what it would cost.
public struct DryRunDocument: Sendable, Equatable, Codable {
  /// "tessera dry run": what tells this document from others.
  public var kind: String
  /// In the order of the work.
  public var stages: [Stage]
  public var seconds: Double
  /// Of memory at its most, as the system counts it; left out where it does not tell.
  public var bytes: Double?

  public struct Stage: Sendable, Equatable, Codable {
    public var stage: String
    /// What is worked on, and how.
    public var words: [String]
    public var seconds: Double
    /// Of memory: of reading its most, of the others what comes to it; left out where the system does not tell.
    public var bytes: Double?
    /// Whether it was done; what was not is estimated by parts of it.
    public var isMeasured: Bool
    /// The parts that were done, and what they took; none of reading.
    public var trials: [Trial]
  }

  public struct Trial: Sendable, Equatable, Codable {
    /// Comparisons, alternatives or samples.
    public var size: Int
    public var seconds: Double
    public var bytes: Double?
  }

  public static let kind = "tessera dry run"

  /// - Parameters:
  ///   - reading: Seconds that it took to read what the work begins with.
  ///   - read: What was read, in words.
  ///   - peak: The most of memory until then; nil where the system does not tell.
  ///   - used: Bytes in use after it.
  package init(
    reading: Double, _ read: [String], peak: Double?, used: Double?, _ stages: [(String, [String], CostTrial)]
  ) {
    kind = Self.kind
    self.stages =
      [Stage(stage: "reading", words: read, seconds: reading, bytes: peak, isMeasured: true, trials: [])]
      + stages.map { name, words, trial in
        Stage(
          stage: name, words: words, seconds: trial.seconds, bytes: trial.bytes, isMeasured: trial.isMeasured,
          trials: trial.parts.map { Trial(size: $0.size, seconds: $0.seconds, bytes: $0.bytes) })
      }
    seconds = self.stages.reduce(0) { $0 + $1.seconds }
    let most = stages.compactMap(\.2.bytes)
    bytes =
      if let peak, let used, most.count == stages.count { max(peak, used + (most.max() ?? 0)) } else { nil }
  }

  /// For people.
  package var text: String {
    let width = (stages.map(\.stage.count) + [6]).max() ?? 6
    func padded(_ text: String) -> String { text + String(repeating: " ", count: width - text.count) }
    var text = "Dry run: files were read, nothing is written.\n\n"
    for stage in stages {
      let cost = (stage.isMeasured ? "" : "about ") + Self.words(seconds: stage.seconds)
      text += "\(padded(stage.stage))  \(cost)\n"
      for words in stage.words { text += "\(padded(""))  \(words)\n" }
    }
    let memory = bytes.map { ", \(MemoryLimit.words(Int($0))) of memory at the most" } ?? ""
    return text + "\(padded("in all"))  about \(Self.words(seconds: seconds))\(memory)\n"
  }

  static func words(seconds: Double) -> String {
    switch seconds {
    case ..<0.01: "below 0.01 s"
    case ..<10: "\(printed("%.2f", seconds)) s"
    case ..<120: "\(printed("%.0f", seconds)) s"
    case ..<7_200: "\(printed("%.0f", seconds / 60)) minutes"
    default: "\(printed("%.1f", seconds / 3_600)) hours"
    }
  }
}

/// Decisions of forecasts in words.
package enum ForecastWords {
  package static func read(_ data: PreferenceDataset) -> [String] {
    var words = [
      "\(Spell.plural(data.alternatives.count, "alternative")), \(Spell.plural(data.totalComparisons, "comparison")) of \(Spell.plural(data.pairCounts.pairCount, "pair"))"
    ]
    if let contexts = data.contexts { words.append(Self.contexts(contexts)) }
    return words
  }

  package static func contexts(_ contexts: Contexts) -> String {
    "contexts of \(Spell.plural(contexts.dimension - contexts.promptColumns, "number"))"
  }

  package static func weights(_ forecast: RewardFit.Forecast) -> String {
    "\(forecast.choice.weights.name)\(cells(forecast.cells))"
  }

  package static func estimates(_ forecast: RewardFit.Forecast, lambda: LambdaChoice) -> [String] {
    var words = forecast.weighing == nil ? ["weights \(weights(forecast))"] : []
    if let value = lambda.value {
      words.append("lambda \(value)")
    } else if let folds = forecast.folds {
      words.append(
        "lambda by \(Spell.count(folds * LambdaCurve.grid.count)) fits to \(folds) folds for each estimate")
    } else {
      words.append("lambda \(LambdaCurve.fixed), since there is too little to choose it by")
    }
    let noise = forecast.hasAnnotators ? ", the comparisons of an annotator together" : ""
    words.append(
      forecast.errors == .exact ? "standard errors worked out\(noise)" : "standard errors simulated\(noise)")
    return words
  }

  package static func cells(_ cells: CellForecast?) -> String {
    guard let cells else { return "" }
    let samples = cells.samples.map { ", \(Spell.plural($0, "sample"))" } ?? ""
    return ": \(cells.why)\(samples)"
  }
}
