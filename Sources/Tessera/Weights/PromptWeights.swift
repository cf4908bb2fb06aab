/// Weights of answers whose comparisons stay inside one prompt: weights within each prompt, times a weight of the prompt.
public enum PromptWeights {
  /// - Parameters:
  ///   - contexts: m x d, the answers.
  ///   - prompts: The prompt of each answer, numbered from 0; every number up to the largest has an answer.
  ///   - promptWeights: One for each prompt, sum 1; nil for equal ones. `VoronoiWeights` of the prompts' contexts make
  ///     them robust to clones of prompts.
  ///   - scheme: How answers are weighed within a prompt; a prompt with one answer gives it all.
  /// - Throws: `WeightsError`, `SpaceError`.
  public static func weights(
    contexts: Contexts, prompts: [Int], promptWeights: [Double]? = nil, scheme: WeightingScheme = .voronoi,
    samples: Int = 100_000, seed: UInt64 = 0, threads: Int? = nil
  ) throws -> AlternativeWeights {
    guard contexts.count > 0 else { throw WeightsError.noContexts }
    precondition(prompts.count == contexts.count)
    var members = [[Int]](repeating: [], count: (prompts.max() ?? -1) + 1)
    for (i, prompt) in prompts.enumerated() { members[prompt].append(i) }
    if let empty = members.firstIndex(where: \.isEmpty) { throw WeightsError.emptyPrompt(number: empty) }
    if let promptWeights, promptWeights.count != members.count {
      throw WeightsError.groupCount(found: promptWeights.count)
    }
    var values = [Double](repeating: 0, count: contexts.count)
    var errors = values
    for (prompt, group) in members.enumerated() {
      let share = promptWeights.map { $0[prompt] } ?? 1 / Double(members.count)
      guard group.count > 1 else {
        values[group[0]] = share
        continue
      }
      let own = try scheme.weights(
        of: contexts.selecting(rows: group), samples: samples, seed: seed &+ UInt64(prompt), threads: threads)
      for (place, i) in group.enumerated() {
        values[i] = share * own.values[place]
        errors[i] = share * own.standardErrors[place]
      }
    }
    return AlternativeWeights(
      values: values, standardErrors: errors,
      origin: WeightOrigin(
        scheme: .voronoi, method: .sampled, samples: samples, seed: seed,
        choice: "\(scheme.name) within each of \(members.count) prompts"))
  }
}
