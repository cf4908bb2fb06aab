import Foundation
import Tessera
import TesseraFormats

/// What `tessera fit` works out, before any of it is spelled.
struct Fit {
  struct Estimate {
    let rewards: [Double]
    let errors: RewardErrors
    let certificate: Double
    let iterations: Int
    /// The lambda of the objective, in the normalized convention.
    let lambda: Double
  }

  let dataset: PreferenceDataset
  let merged: MergedDuplicates?
  let components: Components
  let lambda: Double
  let lambdaConvention: LambdaConvention
  let pairs: PairConvention
  let weights: AlternativeWeights
  let standard: Estimate
  /// nil when nothing is known that could tell the weights.
  let weighted: Estimate?
  let winRates: [Double]
  let weightedWinRates: [Double]?
  /// Comparisons that each alternative took part in.
  let comparisons: [Double]
  /// Pairs of alternatives that were compared.
  let comparedPairs: Int

  init(dataset: PreferenceDataset, request: FitCommand) throws {
    self.dataset = dataset
    lambda = request.lambda
    lambdaConvention = request.lambdaConvention
    pairs = request.pairs
    merged = request.mergeDuplicates ? try MergedDuplicates(dataset) : nil
    let fitted = merged?.dataset ?? dataset
    let graph = fitted.winRates
    let m = fitted.alternatives.count
    let groups = merged?.groups
    func spread<Value>(_ values: [Value]) -> [Value] {
      groups.map { $0.groupOf.map { values[$0] } } ?? values
    }

    let ownGraph = merged == nil ? graph : dataset.winRates
    comparisons = (0..<dataset.alternatives.count).map { ownGraph.comparisons(of: $0) }
    comparedPairs = graph.pairs
    let fittedComponents = Components(graph)
    components = groups.map { fittedComponents.spread(among: $0) } ?? fittedComponents

    let scheme = request.weights.chosen(hasContexts: fitted.contexts != nil)
    let fittedWeights: AlternativeWeights
    var pairFactors: [Double]?
    if let contexts = fitted.contexts, scheme != .uniform {
      let (prepared, transform) = try request.space.transformed(contexts)
      if request.pairSpace {
        let region = try request.space.space.space(
          around: prepared, transform: transform, samples: request.space.samples, seed: request.space.seed,
          threads: request.space.threads)
        let pairs = try PairSpaceWeights(
          contexts: prepared, winRates: graph, space: region, samples: request.space.samples,
          seed: request.space.seed, threads: request.space.threads)
        fittedWeights = pairs.alternatives
        pairFactors = pairs.factors(graph)
      } else if request.perPrompt {
        fittedWeights = try PromptWeights.weights(
          contexts: prepared,
          prompts: Self.prompts(of: fitted, file: request.alternatives.alternatives ?? ""),
          scheme: scheme, samples: request.space.samples, seed: request.space.seed,
          threads: request.space.threads)
      } else {
        fittedWeights = try request.space.weights(scheme, ofTransformed: prepared, transform)
      }
    } else {
      fittedWeights = .uniform(alternatives: m)
    }
    weights = groups.map { fittedWeights.shared(among: $0) } ?? fittedWeights

    func estimate(_ values: [Double], lambda: Double, label: String, factors: [Double]? = nil) throws
      -> Estimate
    {
      let problem = try BradleyTerry(
        winRates: graph, weights: values, lambda: lambda, pairs: request.pairs, pairFactors: factors)
      let progress = Progress(label)
      var solver = NewtonSolver()
      solver.threads = request.space.threads
      let result = try solver.solve(problem) { certificate in
        // The certificate shrinks faster and faster; its exponent tells roughly how far along the solver is.
        progress.update(min(0.95, max(0.05, -log10(max(certificate, 1e-10)) / 10)))
      }
      let errors =
        RewardErrors(
          annotatorsOf: fitted.comparisons, estimate: result, of: problem, seed: request.space.seed,
          threads: request.space.threads)
        ?? RewardErrors(
          independent: result, of: problem, seed: request.space.seed, threads: request.space.threads)
      progress.finish()
      return Estimate(
        rewards: spread(result.rewards), errors: errors.mapped(spread), certificate: result.certificate,
        iterations: result.iterations, lambda: lambda)
    }
    standard = try estimate(
      AlternativeWeights.uniform(alternatives: m).values,
      lambda: lambdaConvention.standardLambda(lambda, alternatives: m), label: "standard estimate")
    winRates = spread(graph.averages())
    if scheme != .uniform {
      weighted = try estimate(
        fittedWeights.values, lambda: lambda, label: "weighted estimate", factors: pairFactors)
      weightedWinRates = spread(graph.averages(weights: fittedWeights.values))
    } else if request.weights == .scheme(.uniform) {
      // Uniform weights were asked for: the weighted estimate is the standard one.
      weighted = standard
      weightedWinRates = winRates
    } else {
      weighted = nil
      weightedWinRates = nil
    }
  }

  /// The prompt of each alternative, numbered by first appearance.
  private static func prompts(of dataset: PreferenceDataset, file: String) throws -> [Int] {
    var numbers: [String: Int] = [:]
    return try dataset.alternatives.map { alternative in
      guard let prompt = alternative.prompt else {
        throw FormatError.content(
          file: file, line: nil, field: "prompt", found: "no prompt of \"\(alternative.id)\"",
          expected: "one for every alternative, for --per-prompt")
      }
      let number = numbers[prompt] ?? numbers.count
      numbers[prompt] = number
      return number
    }
  }

  /// Place of every alternative among those it can be compared with.
  func ranks(_ rewards: [Double]) -> [Int] {
    guard components.count > 1 else { return RewardEstimate.ranks(of: rewards) }
    var members = [[Int]](repeating: [], count: components.count)
    for (i, component) in components.of.enumerated() { members[component].append(i) }
    var ranks = [Int](repeating: 1, count: rewards.count)
    for group in members {
      for (i, rank) in zip(group, RewardEstimate.ranks(of: group.map { rewards[$0] })) { ranks[i] = rank }
    }
    return ranks
  }
}
