import ArgumentParser
import Tessera

/// What decides an estimate beside the weights.
struct EstimateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Strength of the regularisation: a number, or auto (the default), what predicts best what is held out.",
      valueName: "lambda"))
  var lambda: LambdaChoice?

  @OptionGroup(title: "Regularisation and pairs") var details: EstimateDetails

  func apply(to settings: inout RewardFit.Settings, _ given: inout Set<RewardFit.Settings.Key>) {
    settings = details.paper.applied(to: settings, given)
    if let lambda {
      settings.lambda = lambda
      given.insert(.lambda)
    }
    if let lambdaConvention = details.lambdaConvention {
      settings.lambdaConvention = lambdaConvention
      given.insert(.lambdaConvention)
    }
    if let pairs = details.pairs {
      settings.pairs = pairs
      given.insert(.pairs)
    }
  }
}

/// What lambda means, and how much a pair counts.
struct EstimateDetails: ParsableArguments {
  @Option(
    help:
      "local (the default): an alternative is held back by what it was compared with; normalized: by its whole weight; paper: Equation 1's lambda, m times as large in the standard estimate."
  )
  var lambdaConvention: LambdaConvention?

  @Option(
    help:
      "proportion: every compared pair counts once; count: in proportion to its comparisons; auto (the default): proportion with Voronoi cells, count elsewhere."
  )
  var pairs: PairChoice?

  @OptionGroup var paper: PaperOptions
}

/// The paper's choices in one word.
struct PaperOptions: ParsableArguments {
  @Flag(
    help:
      "The paper's own choices: Voronoi cells in the unit cube, win rates as proportions, lambda 0.1 in its convention. Options given beside it win."
  )
  var paper = false

  /// Settings with the paper's in place of defaults; what was given stays.
  func applied(to settings: RewardFit.Settings, _ given: Set<RewardFit.Settings.Key>) -> RewardFit.Settings {
    guard paper else { return settings }
    let own = RewardFit.Settings.paper
    var result = settings
    if !given.contains(.weights) { result.weights = own.weights }
    if !given.contains(.space) { result.space = own.space }
    if !given.contains(.pairs) { result.pairs = own.pairs }
    if !given.contains(.lambda) { result.lambda = own.lambda }
    if !given.contains(.lambdaConvention) { result.lambdaConvention = own.lambdaConvention }
    return result
  }
}

extension LambdaChoice: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}

extension PairChoice: ExpressibleByArgument {}
