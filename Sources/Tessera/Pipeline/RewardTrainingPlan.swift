/// A training of reward models before its steps: contexts as the models read them, what is held out, what weighs, and how strong
/// the regularisation is.
///
///     let plan = try RewardTrainingPlan(data, fit: RewardFit(), settings: RewardTraining(), heldOut: 0.1)
///     let weights = try plan.measure(Local())
///     let lambda = try plan.estimate("weighted", weights).lambda
public struct RewardTrainingPlan: Sendable {
  public let fit: RewardFit
  public let settings: RewardTraining
  /// What is done to contexts before a model reads them; nil for nothing.
  public let transform: ContextTransform?
  /// Contexts of the pool, where the space is one, with the same done to them.
  public let pool: Contexts?
  /// What models are trained on. A model reads answers, so these are the contexts.
  public let training: PreferenceDataset
  /// What stops a run early; empty where no run is stopped.
  public let stopping: [Comparison]
  /// What is held out to judge by; nil for nothing.
  public let test: HeldOutSplit?
  /// Whether contexts came apart by their prompts.
  private let separatesPrompts: Bool

  /// An estimate with its weights and its strength of the regularisation.
  public struct Estimate: Sendable {
    public let name: String
    public let weights: MeasuredWeights
    public let lambda: Double
    /// What it was chosen by; nil where it was given, or there was too little to choose it by.
    public let curve: LambdaCurve?
  }

  /// - Parameters:
  ///   - heldOut: Share of the prompts to judge by; nothing is held out where all comparisons belong to one.
  ///   - aids: A pool, a stored transform, where the settings name them.
  /// - Throws: `RewardTraining.Problem`, `ContextsError`, `DatasetError`, `Cancelled`.
  public init(
    _ data: PreferenceDataset, fit: RewardFit, settings: RewardTraining, heldOut: Double = 0,
    aids: RewardFit.Aids = RewardFit.Aids(), work: Work = Work()
  ) throws {
    guard let contexts = data.contexts else { throw RewardTraining.Problem.noContexts }
    self.fit = fit
    self.settings = settings
    separatesPrompts = contexts.promptColumns > 0
    let answers = contexts.answers
    let transform = try fit.transform(of: answers, aids, work)
    pool = try aids.pool.map { try transform?.apply(to: $0) ?? $0 }
    self.transform = transform
    var rest = try data.replacing(contexts: transform?.apply(to: answers) ?? answers)
    test = heldOut > 0 ? HeldOutSplit(rest, share: heldOut, seed: settings.seed) : nil
    rest = test?.training ?? rest
    if settings.patience != nil {
      // Judging by what has chosen the model would flatter it, so early stopping has a part of its own.
      guard let second = HeldOutSplit(rest, share: max(heldOut, 0.1), seed: settings.seed &+ 1) else {
        throw RewardTraining.Problem.noStoppingComparisons
      }
      stopping = second.heldOut.comparisons
      rest = second.training
    } else {
      stopping = []
    }
    training = rest
  }

  /// What a scheme says of the alternatives: which of them are copies is a question within their prompts.
  ///
  /// - Throws: `WeightsError`, `SpaceError`, `ContextsError`, `Cancelled`.
  public func measure(_ scheme: any WeightScheme, work: Work = Work()) throws -> MeasuredWeights {
    guard separatesPrompts, let answers = training.contexts else {
      return try scheme.measure(training, work: work)
    }
    let prompts = training.alternatives.map(\.prompt)
    return try scheme.measure(training.replacing(contexts: answers.apart(byPrompt: prompts)), work: work)
  }

  /// An estimate with the lambda of the settings, or the one that predicts best with a linear reward.
  ///
  /// - Parameter weights: nil for the standard estimate.
  /// - Throws: `EstimationError`, `ContextsError`, `Cancelled`.
  public func estimate(_ name: String, _ weights: MeasuredWeights?, work: Work = Work()) throws -> Estimate {
    let own = weights ?? MeasuredWeights(.uniform(alternatives: training.alternatives.count))
    if let lambda = fit.settings.lambda.value {
      return Estimate(name: name, weights: own, lambda: lambda, curve: nil)
    }
    let curve = try fit.linearCurve(training, weights, work: work)
    return Estimate(name: name, weights: own, lambda: curve?.chosen ?? LambdaCurve.fixed, curve: curve)
  }
}
