/// Weights of answers whose comparisons stay inside one prompt: weights within each prompt, times a weight of the prompt.
public enum PromptWeights {
  /// - Parameters:
  ///   - contexts: m x d, the answers.
  ///   - prompts: The prompt of each answer, numbered from 0; every number up to the largest has an answer.
  ///   - promptWeights: One for each prompt, sum 1; nil for equal ones. `VoronoiWeights` of the prompts' contexts make
  ///     them robust to clones of prompts.
  ///   - scheme: How answers are weighed within a prompt; a prompt with one answer gives it all. A seed of its own for each
  ///     prompt, from `seed` on.
  /// - Throws: `WeightsError`, `SpaceError`, `Cancelled`.
  public static func weights(
    contexts: Contexts, prompts: [Int], promptWeights: [Double]? = nil, scheme: any WeightScheme = Voronoi(),
    seed: UInt64 = 0, work: Work = Work()
  ) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    precondition(prompts.count == contexts.count)
    var members = [[Int]](repeating: [], count: (prompts.max() ?? -1) + 1)
    for (i, prompt) in prompts.enumerated() { members[prompt].append(i) }
    if let empty = members.firstIndex(where: \.isEmpty) { throw WeightsError.emptyPrompt(number: empty) }
    if let promptWeights, promptWeights.count != members.count {
      throw WeightsError.promptWeights(found: promptWeights.count, prompts: members.count)
    }
    var values = [Double](repeating: 0, count: contexts.count)
    var errors = values
    var found: [Provenance] = []
    for (prompt, group) in members.enumerated() {
      try work.check()
      work.report(Double(prompt) / Double(members.count))
      let share = promptWeights.map { $0[prompt] } ?? 1 / Double(members.count)
      guard group.count > 1 else {
        values[group[0]] = share
        continue
      }
      let own = try scheme.reseeded(seed &+ UInt64(prompt)).weights(
        of: contexts.selecting(rows: group), work: work.silent)
      found.append(own.provenance)
      for (place, i) in group.enumerated() {
        values[i] = share * own.values[place]
        errors[i] = share * own.standardErrors[place]
      }
    }
    let sampled = found.count { $0.method == .sampled }
    var provenance = found.first ?? Provenance(scheme: scheme.name, method: .exact)
    provenance.method = sampled > 0 ? .sampled : .exact
    provenance.samples = found.map(\.samples).max() ?? 0
    provenance.outside = found.reduce(0) { $0 + $1.outside }
    provenance.seed = seed
    provenance.prompts = members.count
    // A horizon or a number of groups is another one in every prompt.
    (provenance.horizon, provenance.groups, provenance.bandwidth) = (nil, nil, nil)
    provenance.choice =
      "\(scheme.name) within each of \(members.count) prompts"
      + (sampled > 0 ? ", sampled in \(sampled) of them" : "")
    return AlternativeWeights(values: values, standardErrors: errors, provenance: provenance)
  }
}
