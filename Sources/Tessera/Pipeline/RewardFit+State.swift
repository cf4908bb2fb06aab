extension RewardFit {
  /// What a fit leaves behind for the next one: the votes, the weights with the print of their contexts, the rewards, and
  /// the settings.
  ///
  ///     let today = try RewardFit(settings).run(data)
  ///     let tomorrow = try RewardFit(settings).run(today.state.dataset().merging(newVotes), from: today.state)
  ///
  /// A fit from a state is the fit of all votes: only the road to it is shorter.
  public struct State: Sendable, Equatable, Codable {
    public let version: Int
    public let settings: Settings
    /// Name of the scheme that weighed, where it was none of the settings'.
    public let scheme: String?
    public let ids: [String]
    public let votes: Votes
    public let standardRewards: [Double?]
    public let weightedRewards: [Double?]?
    /// Weights of the alternatives; nil where there were none, or where they belong to the pairs of that day.
    public let weights: KeptWeights?
    /// Family of each id, where they were declared.
    public var families: [Int]?
    /// Which comparisons are near one another, where those were weighed; it grows by those to come.
    public var forest: KeptForest?

    /// Different comparisons, column by column.
    public struct Votes: Sendable, Equatable, Codable {
      public let a: [Int32]
      public let b: [Int32]
      public let outcome: [Double]
      public let count: [Double]
      /// Numbers of annotators and prompts, -1 where unknown; empty where none is known.
      public let annotator: [Int32]
      public let prompt: [Int32]
      public let annotators: [String]
      public let prompts: [String]
    }

    public struct KeptWeights: Sendable, Equatable, Codable {
      /// Of the contexts that were weighed, and of these weights.
      public let fingerprint: String
      public let values: [Double]
      public let standardErrors: [Double]
      public let provenance: Provenance

      fileprivate static func fingerprint(_ contexts: Contexts, _ values: [Double], _ errors: [Double])
        -> String
      {
        var print = Fingerprint()
        print.add(contexts)
        print.add(values)
        print.add(errors)
        return print.text
      }
    }

    /// What `ComparisonForest` knows, in numbers of `ids`.
    public struct KeptForest: Sendable, Equatable, Codable {
      /// Of the contexts of those alternatives, and of this forest.
      public let fingerprint: String
      public let radius: Double
      public let a: [Int32]
      public let b: [Int32]
      public let joins: [ComparisonForest.Join]
    }

    public static let currentVersion = 1

    /// - Parameter keys: The settings that have to agree.
    /// - Throws: `RewardFitError.otherSettings` where the settings differ from those of the state.
    public func check(
      _ other: Settings, scheme: (any WeightScheme)?,
      only keys: Set<Settings.Key> = Set(Settings.Key.allCases)
    ) throws {
      guard version == Self.currentVersion else {
        throw RewardFitError.otherSettings(
          setting: "version", found: "\(version)", expected: "\(Self.currentVersion)")
      }
      for key in Settings.Key.allCases where keys.contains(key) {
        let (found, expected) = (settings.spelled(key), other.spelled(key))
        if found != expected {
          throw RewardFitError.otherSettings(setting: key.rawValue, found: found, expected: expected)
        }
      }
      if self.scheme != scheme?.name {
        throw RewardFitError.otherSettings(
          setting: "the scheme", found: self.scheme ?? "of the settings",
          expected: scheme?.name ?? "of the settings")
      }
    }

    /// The votes as a dataset, without contexts.
    ///
    /// - Throws: `DatasetError` where the state was damaged.
    public func dataset() throws -> PreferenceDataset {
      var table = ComparisonTable()
      let n = votes.a.count
      guard votes.b.count == n, votes.outcome.count == n, votes.count.count == n,
        votes.annotator.isEmpty || votes.annotator.count == n, votes.prompt.isEmpty || votes.prompt.count == n
      else { throw DatasetError.columns }
      for k in 0..<n {
        try table.add(
          Comparison(
            a: votes.a[k], b: votes.b[k], outcome: votes.outcome[k], count: votes.count[k],
            annotator: votes.annotator.isEmpty ? -1 : votes.annotator[k],
            prompt: votes.prompt.isEmpty ? -1 : votes.prompt[k]))
      }
      return try PreferenceDataset(
        alternatives: ids.map { Alternative(id: $0) }, annotators: votes.annotators, prompts: votes.prompts,
        comparisons: table)
    }

    /// Rewards to start from: those of the same ids, the rest at their middle.
    func start(_ data: PreferenceDataset, _ rewards: [Double?]) -> [Double] {
      let places = IdentifierTable(ids)
      return data.alternatives.map { alternative in
        places[alternative.id].flatMap { $0 < rewards.count ? rewards[$0] : nil } ?? 0
      }
    }

    /// Families as they were declared, where these alternatives are all known or new: those stand alone.
    func families(of data: PreferenceDataset) -> Partition? {
      guard let families, families.count == ids.count else { return nil }
      let places = IdentifierTable(ids)
      return Partition(
        names: data.alternatives.map { alternative in places[alternative.id].map { "\(families[$0])" } })
    }

    /// The forest in numbers of these data, where they know its alternatives by the same contexts; nil elsewhere.
    func forest(for data: PreferenceDataset) -> ComparisonForest? {
      guard let forest, let contexts = data.contexts, forest.a.count == forest.b.count else { return nil }
      let places = IdentifierTable(data.alternatives.map(\.id))
      var numbers: [Int32] = []
      for id in ids {
        guard let place = places[id] else { return nil }
        numbers.append(Int32(place))
      }
      let own = ComparisonForest(
        points: zip(forest.a, forest.b).map { SIMD2($0, $1) }, radius: forest.radius, joins: forest.joins)
      guard forest.fingerprint == KeptForest.fingerprint(contexts, numbers, own) else { return nil }
      return ComparisonForest(
        points: own.points.map { SIMD2(numbers[Int($0.x)], numbers[Int($0.y)]) }, radius: own.radius,
        joins: own.joins)
    }

    /// The weights, where they are of these very contexts and as they were stored.
    func weights(of contexts: Contexts) -> AlternativeWeights? {
      guard let weights, weights.values.count == contexts.count,
        weights.standardErrors.count == contexts.count,
        weights.fingerprint == KeptWeights.fingerprint(contexts, weights.values, weights.standardErrors)
      else { return nil }
      return AlternativeWeights(
        values: weights.values, standardErrors: weights.standardErrors, provenance: weights.provenance)
    }
  }
}

extension RewardFit.Settings {
  /// A setting as text, to compare and to show.
  package func spelled(_ key: Key) -> String {
    switch key {
    case .weights: weights.name
    case .space: space.name
    case .method: method.rawValue
    case .samples: "\(samples)"
    case .targetError: targetError.map { "\($0)" } ?? "none"
    case .relative: "\(relative)"
    case .seed: "\(seed)"
    case .normalize: "\(normalize)"
    case .center: "\(center)"
    case .pca: pca.map { "\($0)" } ?? "none"
    case .lambda: lambda.name
    case .lambdaConvention: lambdaConvention.rawValue
    case .pairs: pairs.rawValue
    case .mergeDuplicates: "\(mergeDuplicates)"
    case .perPrompt: "\(perPrompt)"
    case .pairSpace: "\(pairSpace)"
    case .profiles: "\(profiles)"
    }
  }
}

extension RewardFit.Result {
  /// What the next fit can start from.
  public var state: RewardFit.State {
    let rows = dataset.comparisons
    let annotated = rows.contains { $0.annotator >= 0 }
    let prompted = rows.contains { $0.prompt >= 0 }
    var kept: RewardFit.State.KeptWeights?
    var forest: RewardFit.State.KeptForest?
    if merged == nil, case .local(let local)? = fittedWeights.comparisons, let contexts = dataset.contexts {
      forest = RewardFit.State.KeptForest(
        fingerprint: RewardFit.State.KeptForest.fingerprint(
          contexts, Array(0..<Int32(contexts.count)), local.forest),
        radius: local.forest.radius, a: local.forest.points.map(\.x), b: local.forest.points.map(\.y),
        joins: local.forest.joins)
    }
    if weighted != nil, fittedWeights.comparisons == nil, let contexts = fittedDataset.contexts {
      let own = fittedWeights.alternatives
      kept = RewardFit.State.KeptWeights(
        fingerprint: RewardFit.State.KeptWeights.fingerprint(contexts, own.values, own.standardErrors),
        values: own.values, standardErrors: own.standardErrors, provenance: own.provenance)
    }
    return RewardFit.State(
      version: RewardFit.State.currentVersion, settings: settings, scheme: schemeName,
      ids: dataset.alternatives.map(\.id),
      votes: RewardFit.State.Votes(
        a: rows.map(\.a), b: rows.map(\.b), outcome: rows.map(\.outcome), count: rows.map(\.count),
        annotator: annotated ? rows.map(\.annotator) : [], prompt: prompted ? rows.map(\.prompt) : [],
        annotators: dataset.annotators, prompts: dataset.prompts),
      standardRewards: standard.rewards, weightedRewards: weighted?.rewards, weights: kept,
      families: families?.groupOf, forest: forest)
  }

  /// How an alternative's reward and place changed.
  public struct Move: Sendable, Equatable {
    public let id: String
    public let before: Double
    public let after: Double
    public let rankBefore: Int
    public let rankAfter: Int
  }

  /// What moved since a state, by the weighted estimate where both have one; largest change first. Alternatives that are
  /// new are left out. Places before are among the alternatives of one component of today.
  public func moves(since state: RewardFit.State) -> [Move] {
    let now = (state.weightedRewards == nil ? nil : weighted)?.rewards ?? standard.rewards
    let then = (weighted == nil ? nil : state.weightedRewards) ?? state.standardRewards
    let places = IdentifierTable(state.ids)
    let before = dataset.alternatives.map { alternative in
      places[alternative.id].flatMap { $0 < then.count ? then[$0] : nil }
    }
    let (ranksBefore, ranksAfter) = (ranks(before), ranks(now))
    return dataset.alternatives.indices.compactMap { i -> Move? in
      guard let old = before[i], let new = now[i], let from = ranksBefore[i], let to = ranksAfter[i] else {
        return nil
      }
      return Move(id: dataset.alternatives[i].id, before: old, after: new, rankBefore: from, rankAfter: to)
    }.sorted { abs($0.after - $0.before) > abs($1.after - $1.before) }
  }
}

extension RewardFit.State.KeptForest {
  fileprivate static func fingerprint(
    _ contexts: Contexts, _ rows: [Int32], _ forest: ComparisonForest
  ) -> String {
    var print = Fingerprint()
    print.add(contexts.selecting(rows: rows.map(Int.init)))
    print.add(forest.radius)
    print.add(forest.points.count)
    for point in forest.points {
      print.add(Int(point.x))
      print.add(Int(point.y))
    }
    print.add(forest.joins.count)
    for join in forest.joins {
      print.add(Int(join.a))
      print.add(Int(join.b))
      print.add(join.length)
    }
    return print.text
  }
}
