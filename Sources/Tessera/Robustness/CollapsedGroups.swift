/// The estimate in which every group is one answer, against the one with all members.
struct CollapsedGroups {
  let shifts: [CloneVerdict.Shift]
  let leaders: [CloneVerdict.LeaderChange]
  let componentsWithGroups: Int
  /// How much of the shifts the weighted estimate undoes; nil without one, or without shifts.
  let undone: Double?

  /// nil where there is no group, or too little is left without them.
  init?(
    _ dataset: PreferenceDataset, _ groups: [[Int]], _ standard: WeightedEstimate, _ errors: StandardErrors,
    _ weighted: WeightedEstimate?, _ components: Components, _ fit: RewardFit, _ work: Work
  ) throws {
    let m = dataset.alternatives.count
    guard !groups.isEmpty else { return nil }
    var labels = Array(0..<m)
    var isMember = [Bool](repeating: false, count: m)
    for group in groups { for i in group { (labels[i], isMember[i]) = (group[0], true) } }
    let partition = Partition(numbering: labels)
    let places = partition.groupOf
    guard partition.count >= 2,
      dataset.comparisons.contains(where: { places[Int($0.a)] != places[Int($0.b)] })
    else { return nil }
    let merged = try MergedDuplicates(dataset, groups: partition)
    var start = [Double](repeating: 0, count: partition.count)
    for (i, place) in places.enumerated() where partition.representatives[place] == i {
      start[place] = standard.rewards[i]
    }
    let after = try fit.estimate(merged, lambda: standard.lambda, start: start, work: work)
    let noise = try PairedNoise(
      (standard.fit, dataset.pairCounts, standard.pairs), (after.fit, merged.dataset.pairCounts, after.pairs),
      places: places, comparisons: dataset.comparisons, seed: fit.settings.seed, work: work)

    let unknown = Set(standard.fit.undetermined)
    let lost = Set(after.fit.undetermined)
    var others = [[Int]](repeating: [], count: components.count)
    var all = others
    var hasGroup = [Bool](repeating: false, count: components.count)
    for i in 0..<m where !unknown.contains(i) && !lost.contains(places[i]) {
      all[components.of[i]].append(i)
      if isMember[i] { hasGroup[components.of[i]] = true } else { others[components.of[i]].append(i) }
    }
    // Rewards compare within a component, and one other alone has nothing to move against.
    let kept = others.indices.filter { hasGroup[$0] && others[$0].count > 1 }.map { others[$0] }
    let changes = kept.flatMap { members in
      let raw = members.map { after.rewards[places[$0]] - standard.rewards[$0] }
      let level = raw.reduce(0, +) / Double(raw.count)
      return zip(members, raw).map { ($0, $1 - level) }
    }
    let shiftErrors = noise.errors(count: changes.count) { first, second in
      kept.flatMap { members in
        let raw = members.map { second[places[$0]] - first[$0] }
        let level = raw.reduce(.zero, +) * (1 / Double(raw.count))
        return raw.map { $0 - level }
      }
    }
    shifts = zip(changes, shiftErrors).map { change, error in
      // What the searches leave open is no change.
      CloneVerdict.Shift(
        alternative: change.0, change: abs(change.1) < 1e-9 ? 0 : change.1, error: error,
        rewardError: errors.values[change.0])
    }
    func square(_ rewards: [Double]) -> Double {
      kept.reduce(0) { sum, members in
        let raw = members.map { after.rewards[places[$0]] - rewards[$0] }
        let level = raw.reduce(0, +) / Double(raw.count)
        return sum + raw.reduce(0) { $0 + ($1 - level) * ($1 - level) }
      }
    }
    let whole = square(standard.rewards)
    undone = whole > 0 ? weighted.map { 1 - (square($0.rewards) / whole).squareRoot() } : nil
    leaders = all.indices.compactMap { component -> CloneVerdict.LeaderChange? in
      let members = all[component]
      guard hasGroup[component], members.count > 1 else { return nil }
      func best(_ value: (Int) -> Double) -> Int {
        members.min { (value($1), $0) < (value($0), $1) } ?? members[0]
      }
      let from = best { standard.rewards[$0] }
      let to = best { after.rewards[places[$0]] }
      guard places[from] != places[to], after.rewards[places[to]] > after.rewards[places[from]] + 1e-9 else {
        return nil
      }
      // The second's best member stands for it.
      let own = members.filter { places[$0] == places[to] }.min {
        (standard.rewards[$1], $0) < (standard.rewards[$0], $1)
      }
      let other = own ?? to
      // Who shared the first place before takes nobody's.
      guard !RewardEstimate.areTied(standard.rewards[from], standard.rewards[other]) else { return nil }
      let change =
        after.rewards[places[to]] - after.rewards[places[from]] - standard.rewards[other]
        + standard.rewards[from]
      return CloneVerdict.LeaderChange(
        from: from, to: other, change: change,
        error: noise.error { first, second in
          second[places[to]] - second[places[from]] - first[other] + first[from]
        }, differenceError: noise.error { first, _ in first[other] - first[from] })
    }.sorted { $0.change > $1.change }
    componentsWithGroups = hasGroup.count { $0 }
  }
}

extension RewardFit {
  /// The standard estimate of merged alternatives: pairs count by the mean over their members' pairs.
  fileprivate func estimate(_ merged: MergedDuplicates, lambda: Double, start: [Double], work: Work) throws
    -> (fit: RewardEstimate, rewards: [Double], pairs: PairWeights)
  {
    let counts = merged.dataset.pairCounts
    let pairs = try PairWeights(
      uniform: counts, pairs: choice(for: merged.dataset).pairs, lambda: settings.lambdaConvention,
      pooledPairs: merged.pooledPairs)
    let scale = lambdaScale(isStandard: true, merged.dataset)
    let fit = try BradleyTerry(lambda: lambda * scale).fit(counts, pairs, start: start, work: work.silent)
    return (fit, fit.rewards, pairs)
  }
}
