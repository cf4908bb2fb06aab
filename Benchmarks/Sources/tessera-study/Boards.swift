import Foundation
import Tessera
import TesseraFormats

/// What clones, luck and single votes do to leaderboards, on simulated boards whose families are known: Markdown tables.
///
///     Benchmarks/study --boards [--llmfao FOLDER]
struct BoardStudy {
  /// 58 models, 44 of them in twelve families.
  static let families: [Int] = {
    let sizes = [8, 6, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2]
    let members = sizes.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    return members + (members.count..<58).map { sizes.count + $0 - members.count }
  }()
  static let clones = 10
  static let lambda = 0.1
  /// Every pair counts by its votes.
  static let fit: RewardFit = {
    var settings = RewardFit.Settings()
    (settings.pairs, settings.lambda) = (.count, .value(lambda))
    return RewardFit(settings)
  }()

  /// A truth: how good each model is on each prompt, how often it wins there against a common opponent, and against the others.
  struct Truth {
    let outcomes: [[Double]]
    /// p_ij over all prompts.
    let rates: [[Double]]

    /// Quality: strength, what a family has in common on a prompt, what is the model's own there, and a taste that all share.
    init(prompts: Int, by random: inout RandomStream) {
      let families = BoardStudy.families
      let m = families.count
      let common = (0..<m).map { _ in 0.8 * random.normal() }
      let strength = families.map { common[$0] + 0.5 * random.normal() }
      let taste = (0..<m).map { _ in 0.7 * random.normal() }
      var quality = [[Double]](repeating: [], count: m)
      var outcomes = quality
      for _ in 0..<prompts {
        let (difficulty, subject) = (random.normal(), random.normal())
        let shared = (0..<m).map { _ in 0.8 * random.normal() }
        for i in 0..<m {
          let q = strength[i] + shared[families[i]] + 1.5 * random.normal() + taste[i] * subject
          quality[i].append(q)
          outcomes[i].append(logistic(1.5 * (q - difficulty)))
        }
      }
      self.outcomes = outcomes
      var rates = [[Double]](repeating: Array(repeating: 0.5, count: m), count: m)
      for i in 0..<m {
        for j in 0..<i {
          let p =
            zip(quality[i], quality[j]).reduce(0) { $0 + logistic($1.0 - $1.1) } / Double(prompts)
          (rates[i][j], rates[j][i]) = (p, 1 - p)
        }
      }
      self.rates = rates
    }
  }

  /// Votes on every pair; those of a smaller board are kept.
  static func votes(
    _ rates: [[Double]], each n: Int, keeping old: [PairCounts.Pair] = [], by random: inout RandomStream
  ) -> [PairCounts.Pair] {
    var known: [Int: PairCounts.Pair] = [:]
    for pair in old { known[pair.a << 32 | pair.b] = pair }
    var pairs: [PairCounts.Pair] = []
    for a in rates.indices {
      for b in a + 1..<rates.count {
        if let pair = known[a << 32 | b] {
          pairs.append(pair)
          continue
        }
        let wins = (0..<n).count { _ in random.uniform() < rates[a][b] }
        pairs.append(PairCounts.Pair(a: a, b: b, wins: Double(wins), losses: Double(n - wins)))
      }
    }
    return pairs
  }

  /// The rates of a board with clones of one model.
  static func cloned(_ rates: [[Double]], _ target: Int, _ clones: Int) -> [[Double]] {
    let source = Array(rates.indices) + Array(repeating: target, count: clones)
    return source.map { i in source.map { rates[i][$0] } }
  }

  /// Votes as a dataset, without prompts.
  static func dataset(_ m: Int, _ pairs: [PairCounts.Pair]) throws -> PreferenceDataset {
    try PreferenceDataset(
      alternatives: (0..<m).map { "model \($0)" },
      comparisons: pairs.flatMap { pair in
        [
          Comparison(a: pair.a, b: pair.b, outcome: 1, count: pair.wins),
          Comparison(a: pair.a, b: pair.b, outcome: 0, count: pair.losses),
        ].filter { $0.count > 0 }
      })
  }

  /// Outcomes against a common opponent, the last alternative, as comparisons with prompts.
  ///
  /// - Parameter rounds: Of judgements: in each, for each model an outcome on every prompt.
  static func evidence(_ rounds: [[[Double]]]) throws -> PreferenceDataset {
    let m = rounds[0].count
    return try PreferenceDataset(
      alternatives: (0...m).map { "model \($0)" },
      prompts: (0..<rounds[0][0].count).map { "prompt \($0)" },
      comparisons: rounds.flatMap { outcomes in
        (0..<m).flatMap { i in
          outcomes[i].enumerated().map { Comparison(a: i, b: m, outcome: $0.element, prompt: $0.offset) }
        }
      })
  }

  /// Families that agree on prompts.
  static func suggested(_ rounds: [[[Double]]], seed: UInt64) throws -> (Partition, isEnough: Bool) {
    let m = rounds[0].count
    let evidence = try evidence(rounds)
    var settings = Agreement.Settings()
    (settings.seed, settings.permutations) = (seed, 99)
    let rewards = try fit.estimate(evidence, by: Uniform()).rewards
    guard let found = try Agreement(evidence, rewards: rewards, settings: settings) else {
      return (Partition(names: Array(repeating: nil, count: m)), false)
    }
    return (Partition(names: found.families.groupOf.prefix(m).map { "\($0)" }), found.isEnough)
  }

  static func rewards(_ data: PreferenceDataset, families: Partition) throws -> [Double] {
    let pairs = try PairWeights(
      products: FamilyWeights(families).weights.values, data.pairCounts, pairs: .count, groups: families)
    return try BradleyTerry(lambda: lambda).fit(data.pairCounts, pairs).rewards
  }

  static func rewardsByProfiles(_ data: PreferenceDataset, areWeighted: Bool) throws -> [Double] {
    if areWeighted { return try BehaviourWeights(of: data, by: Horizon(), fit: fit).estimate.rewards }
    let standard = try fit.estimate(data, by: Uniform())
    let contexts = try BehaviourContexts.contexts(data.pairCounts, rewards: standard.rewards)
    return try fit.estimate(data.replacing(contexts: contexts), by: Horizon()).rewards
  }

  /// Largest shift of another reward, up to the common level, in standard deviations of the rewards before.
  static func shift(_ before: [Double], _ after: [Double], besides target: Int) -> Double {
    let others = before.indices.filter { $0 != target }
    let moves = others.map { after[$0] - before[$0] }
    let level = moves.reduce(0, +) / Double(moves.count)
    let mean = before.reduce(0, +) / Double(before.count)
    let deviation =
      (before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(before.count)).squareRoot()
    return (moves.map { abs($0 - level) }.max() ?? 0) / deviation
  }

  struct Mean {
    var values: [Double] = []
    var mean: Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    var error: Double {
      let n = Double(values.count)
      return n > 1 ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1) / n).squareRoot() : .nan
    }
  }

  // MARK: Clones

  static func clones(boards: Int, targets: Int) throws {
    let runs = [(0, 1), (0.1, 1), (0.3, 1), (0.3, 2)]
    print("\n### Ten clones with votes of their own\n")
    print(
      "58 models, 44 of them in twelve families; \(boards) boards with \(targets) targets each. Clones have the target's win rates and votes of their own; their outcomes on prompts are the target's with noise of the given standard deviation (a preference lies in [0, 1]), drawn anew where a prompt is judged twice. All contexts and families are found anew with the clones in. Largest shift of another reward in standard deviations of the rewards, mean over boards and targets; for \"standard\" ± standard error. Known: the target and its clones as one family. Reached: (1 / shift by agreement) / (1 / shift by known families).\n"
    )
    print(
      "| prompts | votes a pair | standard | profiles | profiles, weighted columns | known | agreement, noise 0 | noise .1 | noise .3 | noise .3, judged twice | reached | nearest of the family | families found without clones |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for prompts in [805, 400, 100, 13] {
      for votesEach in [3, 30] {
        var (standard, profiles, weighted, known) = (Mean(), Mean(), Mean(), Mean())
        var agreement = runs.map { _ in Mean() }
        var hits = Mean()
        var groups = Mean()
        for board in 0..<boards {
          var random = RandomStream(
            seed: UInt64(board), for: .agreementStudy, number: UInt64(prompts * 100 + votesEach))
          let truth = Truth(prompts: prompts, by: &random)
          let m = families.count
          let pairs = votes(truth.rates, each: votesEach, by: &random)
          let before = try dataset(m, pairs)
          let alone = Partition(names: Array(repeating: nil, count: m))
          let (own, _) = try suggested([truth.outcomes], seed: UInt64(board))
          groups.values.append(Double(own.sizes().count { $0 > 1 }))
          hits.values.append(try nearestOfFamily(truth.outcomes))
          let plain = try rewards(before, families: alone)
          let byProfiles = try rewardsByProfiles(before, areWeighted: false)
          let byColumns = try rewardsByProfiles(before, areWeighted: true)
          let byAgreement = try rewards(before, families: own)
          for _ in 0..<targets {
            let target = min(Int(random.uniform() * Double(m)), m - 1)
            let more = votes(
              cloned(truth.rates, target, clones), each: votesEach, keeping: pairs, by: &random)
            let after = try dataset(m + clones, more)
            let names = (0..<m + clones).map { $0 == target || $0 >= m ? "cloned" : nil }
            let none = [String?](repeating: nil, count: m + clones)
            standard.values.append(
              shift(plain, try rewards(after, families: Partition(names: none)), besides: target))
            known.values.append(
              shift(plain, try rewards(after, families: Partition(names: names)), besides: target))
            profiles.values.append(
              shift(byProfiles, try rewardsByProfiles(after, areWeighted: false), besides: target))
            weighted.values.append(
              shift(byColumns, try rewardsByProfiles(after, areWeighted: true), besides: target))
            for (place, (noise, judgements)) in runs.enumerated() {
              let rounds = (0..<judgements).map { _ in
                truth.outcomes
                  + (0..<clones).map { _ in
                    truth.outcomes[target].map { min(max($0 + noise * random.normal(), 0), 1) }
                  }
              }
              let (found, _) = try suggested(rounds, seed: UInt64(board))
              agreement[place].values.append(
                shift(byAgreement, try rewards(after, families: found), besides: target))
            }
          }
        }
        let reached = agreement.map { String(format: "%.0f", 100 * known.mean / $0.mean) }
          .joined(separator: " / ")
        let figures = [profiles, weighted, known] + agreement
        print(
          "| \(prompts) | \(votesEach) | \(short(standard.mean)) ± \(short(standard.error)) | \(figures.map { short($0.mean) }.joined(separator: " | ")) | \(reached) % | \(String(format: "%.0f", 100 * hits.mean)) % | \(String(format: "%.1f", groups.mean)) |"
        )
      }
    }
  }

  /// Share of the models of families whose most agreeing model is of theirs.
  private static func nearestOfFamily(_ outcomes: [[Double]]) throws -> Double {
    let m = outcomes.count
    let evidence = try evidence([outcomes])
    var settings = Agreement.Settings()
    settings.permutations = 0
    guard let found = try Agreement(evidence, rewards: Array(repeating: 0, count: m + 1), settings: settings)
    else { return .nan }
    let members = (0..<m).filter { i in families.count { $0 == families[i] } > 1 }
    let hits = members.count { i in
      found.nearest(to: i).map { $0.other < m && families[$0.other] == families[i] } ?? false
    }
    return Double(hits) / Double(members.count)
  }

  // MARK: Luck

  static func luck(boards: Int, targets: Int) throws {
    print("\n### Best of eleven\n")
    print(
      "Ten clones of a model with equal true rewards and votes of their own. Places among the 57 others, by the true rewards, without clones, of the best of the eleven, and of their mean; mean over \(boards) boards with \(targets) targets each ± standard error.\n"
    )
    print(
      "| votes a pair | truth | without clones | best clone, standard | best clone, declared family | mean of the family |"
    )
    print("|---|---|---|---|---|---|")
    for votesEach in [3, 30] {
      var figures = [Mean](repeating: Mean(), count: 5)
      for board in 0..<boards {
        var random = RandomStream(seed: UInt64(board), for: .agreementStudy, number: UInt64(votesEach))
        let truth = Truth(prompts: 100, by: &random)
        let m = families.count
        let exact = PairCounts(complete: truth.rates)
        let known = try BradleyTerry(lambda: 1e-3).fit(exact, PairWeights(uniform: exact)).rewards
        let pairs = votes(truth.rates, each: votesEach, by: &random)
        let before = try dataset(m, pairs)
        let alone = try rewards(before, families: Partition(names: Array(repeating: nil, count: m)))
        for _ in 0..<targets {
          let target = min(Int(random.uniform() * Double(m)), m - 1)
          let after = try dataset(
            m + clones,
            votes(cloned(truth.rates, target, clones), each: votesEach, keeping: pairs, by: &random))
          let family = Partition(names: (0..<m + clones).map { $0 == target || $0 >= m ? "cloned" : nil })
          let standard = try rewards(
            after, families: Partition(names: Array(repeating: nil, count: m + clones)))
          let weighted = try rewards(after, families: family)
          let others = (0..<m).filter { $0 != target }
          func place(_ value: Double, _ rewards: [Double]) -> Double {
            Double(1 + others.count { rewards[$0] > value })
          }
          func best(_ rewards: [Double]) -> Double { max(rewards[target], rewards[m...].max() ?? -.infinity) }
          let ranking = FamilyRanking(
            family, rewards: weighted.map(Optional.some), components: Components(after.pairCounts))
          let mean = ranking.families.first { $0.number == family.groupOf[target] }?.mean ?? .nan
          for (k, value) in [
            place(known[target], known), place(alone[target], alone), place(best(standard), standard),
            place(best(weighted), weighted), place(mean, weighted),
          ].enumerated() {
            figures[k].values.append(value)
          }
        }
      }
      print(
        "| \(votesEach) | \(figures.map { String(format: "%.1f ± %.1f", $0.mean, $0.error) }.joined(separator: " | ")) |"
      )
    }
  }

  // MARK: Votes

  /// A million votes on few pairs.
  static func manyVotes() throws {
    var random = RandomStream(seed: 0, for: .agreementStudy, number: 1)
    let truth = Truth(prompts: 100, by: &random)
    let data = try dataset(families.count, votes(truth.rates, each: 605, by: &random))
    let estimate = try fit.estimate(data, by: Uniform())
    var found: Fragility?
    let time = try seconds { found = try Fragility(data, estimate, fit: fit) }
    print("\n### Votes that decide: a million\n")
    let votes = found.map { "\(String(format: "%.0f", $0.votes)) votes" } ?? "more than a tenth of the votes"
    print(
      "\(String(format: "%.0f", data.totalComparisons)) votes on \(data.pairCounts.pairCount) pairs: without \(votes) another model leads; found in \(short(time)) seconds."
    )
  }

  /// Fragility and agreement of llmfao's votes.
  static func llmfao(_ folder: String) throws {
    var reader = ComparisonReader()
    reader.keepsPrompts = true
    reader.map = FieldMap(["a": "left", "b": "right", "outcome": "winner"])
    let file = try reader.read(folder + "/votes.csv", format: .csv)
    let raw = try PreferenceDataset(
      alternatives: file.ids.map { Alternative(id: $0) }, annotators: file.annotators, prompts: file.prompts,
      comparisons: file.comparisons)
    print("\n### Votes that decide: llmfao\n")
    print(
      "\(String(format: "%.0f", raw.totalComparisons)) votes on \(raw.alternatives.count) models and \(file.prompts.count) prompts, lambda 0.1. Votes without which another model leads: an upper limit.\n"
    )
    print("| pairs | weights | leads | votes | share | leads without them | seconds |")
    print("|---|---|---|---|---|---|---|")
    for convention in PairConvention.allCases {
      var settings = RewardFit.Settings()
      (settings.pairs, settings.lambda) = (PairChoice(convention), .value(lambda))
      let fit = RewardFit(settings)
      let behaviour = try BehaviourWeights(of: raw, by: Horizon(), fit: fit)
      let data = try raw.replacing(contexts: behaviour.contexts)
      for scheme in [Uniform(), Horizon(), Voronoi(samples: 100_000)] as [any WeightScheme] {
        let estimate = try fit.estimate(data, by: scheme)
        var found: Fragility?
        let time = try seconds { found = try Fragility(data, estimate, fit: fit) }
        let name = scheme.isUniform ? "standard" : "\(scheme.name), profiles with weighted columns"
        guard let found else {
          print("| \(convention.rawValue) | \(name) | - | - | - | - | \(short(time)) |")
          continue
        }
        print(
          "| \(convention.rawValue) | \(name) | \(file.ids[found.leader]) | \(String(format: "%.0f", found.votes)) | \(String(format: "%.2f %%", 100 * found.share)) | \(file.ids[found.newLeader]) | \(short(time)) |"
        )
      }
    }
    let standard = try fit.estimate(raw, by: Uniform())
    guard let found = try Agreement(raw, rewards: standard.rewards) else { return }
    print(
      "\nAgreement on prompts: half of the pairs of models share \(found.medianShared) or fewer, p = \(String(format: "%.3f", found.pValue)): \(found.isEnough ? "enough" : "not enough") to suggest families."
    )
  }

  static func run(llmfao folder: String?) throws {
    try clones(boards: 4, targets: 6)
    try luck(boards: 10, targets: 8)
    try manyVotes()
    if let folder { try llmfao(folder) }
  }
}
