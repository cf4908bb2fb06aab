/// A board from which votes are dropped: what is left of every pair, and the estimate of it.
struct VotesLeft {
  /// What a vote said: a pair's votes that say the same are one entry.
  fileprivate enum Kind: Int, CaseIterable { case win, loss, tie, soft }

  /// What a vote's price is measured by.
  enum Order: CaseIterable {
    /// What the next vote brings.
    case single
    /// What all equal votes of the pair bring, or as many as may still go, for each: a pair's win rate moves the faster the
    /// fewer votes are left.
    case block
  }

  /// Less than this is no vote: what subtraction leaves of fractional counts.
  static let smallest = 1e-9

  private let convention: PairConvention
  private let ridgeFollowsPairs: Bool
  private let remake: (PairCounts) throws -> PairWeights
  private let work: Work

  private var pairs: [PairCounts.Pair]
  private var counts: PairCounts
  private var weights: PairWeights
  private(set) var fit: RewardEstimate
  /// Pairs whose last vote holds the board together.
  private var kept: Set<Int> = []

  init(
    _ counts: PairCounts, _ weights: PairWeights, _ fit: RewardEstimate, convention: PairConvention,
    ridgeFollowsPairs: Bool, work: Work, remake: @escaping (PairCounts) throws -> PairWeights
  ) {
    pairs = counts.pairs
    (self.counts, self.weights, self.fit) = (counts, weights, fit)
    (self.convention, self.ridgeFollowsPairs, self.remake) = (convention, ridgeFollowsPairs, remake)
    self.work = work.silent
  }

  var votes: Double { pairs.reduce(0) { $0 + $1.count } }

  /// Counts that are gone.
  func dropped(from whole: VotesLeft) -> Double {
    zip(whole.pairs, pairs).reduce(0) { $0 + ($1.0.count - $1.1.count) }
  }

  func list(from whole: VotesLeft) -> [Fragility.Dropped] {
    var list: [Fragility.Dropped] = []
    for (old, new) in zip(whole.pairs, pairs) where old != new {
      for kind in Kind.allCases {
        let count = kind.count(old) - kind.count(new)
        guard count > Self.smallest else { continue }
        let outcome = kind.outcome(old)
        list.append(
          outcome >= 0.5
            ? Fragility.Dropped(winner: old.a, loser: old.b, outcome: outcome, count: count)
            : Fragility.Dropped(winner: old.b, loser: old.a, outcome: 1 - outcome, count: count))
      }
    }
    return list.sorted {
      ($1.count, $0.winner, $0.loser, $1.outcome) < ($0.count, $1.winner, $1.loser, $0.outcome)
    }
  }

  // MARK: Influence

  /// How the difference of leader and challenger answers to the residuals: the difference moves by sum_i slope_i dR_i.
  ///
  /// With R = 0 at the minimum, rewards move by H^-1 (w dR); one without weight by its own condition.
  func slopes(of leader: Int, against challengers: [Int]) throws -> [[Double]] {
    let problem = try Objective(counts, weights, lambda: fit.lambda)
    let here = try problem.evaluation(at: fit.rewards, work: work)
    let system = HessianSystem(problem, here, work: work)
    let active = problem.active
    let own = challengers.map { challenger -> (right: [Double], direct: [(Int, Double)]) in
      var right = [Double](repeating: 0, count: counts.alternatives)
      var direct: [(Int, Double)] = []
      for (i, sign) in [(leader, 1.0), (challenger, -1.0)] {
        guard !problem.isActive[i] else {
          right[i] += sign
          continue
        }
        let row = counts.rowStarts[i]..<counts.rowStarts[i + 1]
        let pulls = row.map { entry -> Double in
          let s = logistic(fit.rewards[i] - fit.rewards[Int(counts.opponents[entry])])
          return weights.opponentMass[entry] * s * (1 - s)
        }
        let diagonal = fit.lambda * weights.coverage[i] + pulls.reduce(0, +)
        guard diagonal > 0 else { continue }
        direct.append((i, sign / diagonal))
        for (entry, pull) in zip(row, pulls) where problem.isActive[Int(counts.opponents[entry])] {
          right[Int(counts.opponents[entry])] += sign * pull / diagonal
        }
      }
      return (right, direct)
    }
    var solutions: [[Double]] = []
    if active.count <= fit.settings.denseLimit {
      solutions = try own.map {
        try system.solveDensely($0.right, active) ?? system.solve($0.right, tolerance: 1e-8)
      }
    } else {
      for first in stride(from: 0, to: own.count, by: 8) {
        let lanes = first..<min(first + 8, own.count)
        var right = [SIMD8<Double>](repeating: .zero, count: counts.alternatives)
        for lane in lanes { for i in right.indices { right[i][lane - first] = own[lane].right[i] } }
        let solution = try system.solve(right, tolerance: 1e-8)
        for lane in lanes { solutions.append(solution.map { $0[lane - first] }) }
      }
    }
    return zip(own, solutions).map { own, solution in
      var slopes = zip(weights.weights, solution).map { $0 * $1 }
      for (i, slope) in own.direct { slopes[i] += slope }
      return slopes
    }
  }

  /// What is known of a pair at the point of the last fit, for first-order prices.
  private struct Local {
    /// slope_i a_ij and -slope_j a_ji.
    let forward: Double
    let backward: Double
    /// s(r_a - r_b).
    let expected: Double
    /// What the ridge gives back when all of the pair goes.
    let ridge: Double
    /// n at the last fit.
    let count: Double
  }

  private func locals(_ slopes: [Double]) -> [Local?] {
    let rowMass = (0..<counts.alternatives).map { i in
      (counts.rowStarts[i]..<counts.rowStarts[i + 1]).reduce(0) { $0 + weights.opponentMass[$1] }
    }
    return pairs.map { pair in
      guard pair.count > Self.smallest, let there = counts.entry(pair.a, pair.b),
        let back = counts.entry(pair.b, pair.a)
      else { return nil }
      let (forward, backward) = (weights.opponentMass[there], weights.opponentMass[back])
      func ridge(_ i: Int, _ mass: Double) -> Double {
        guard ridgeFollowsPairs, rowMass[i] > 0 else { return 0 }
        return slopes[i] * fit.lambda * weights.coverage[i] * fit.rewards[i] * mass / rowMass[i]
      }
      return Local(
        forward: slopes[pair.a] * forward, backward: -slopes[pair.b] * backward,
        expected: logistic(fit.rewards[pair.a] - fit.rewards[pair.b]),
        ridge: ridge(pair.a, forward) + ridge(pair.b, backward), count: pair.count)
    }
  }

  /// By how much the leader's head start falls when votes go from a pair, to first order.
  private func gain(_ local: Local, _ kind: Kind, _ pair: PairCounts.Pair, _ votes: Double) -> Double {
    let outcome = kind.outcome(pair)
    let slope = local.forward + local.backward
    if convention == .count {
      return votes / local.count * (slope * (outcome - local.expected) - local.ridge)
    }
    let rate = (pair.wins + pair.ties / 2 + pair.softSum) / pair.count
    let left = pair.count - votes
    // The last vote takes the pair's mass with it.
    return left > Self.smallest
      ? -slope * (rate - outcome) * votes / left : slope * (rate - local.expected) - local.ridge
  }

  /// Entries by their rate, the highest first; of equal ones the first.
  private static var byRate: Heap<(rate: Double, entry: Int)> {
    Heap { ($1.rate, $0.entry) < ($0.rate, $1.entry) }
  }

  /// Votes to drop for a challenger to draw level, to first order; infinite where `most` do not suffice.
  func expectedVotes(_ slopes: [Double], _ leader: Int, _ challenger: Int, most: Double) -> Double {
    let locals = locals(slopes)
    var rest = fit.rewards[leader] - fit.rewards[challenger]
    var votes = 0.0
    var heap = Self.byRate
    for (place, local) in locals.enumerated() {
      guard let local else { continue }
      for kind in Kind.allCases {
        let available = kind.count(pairs[place])
        guard available > Self.smallest else { continue }
        let gain = gain(local, kind, pairs[place], available)
        if gain > 0 { heap.push((gain / available, 4 * place + kind.rawValue)) }
      }
    }
    while rest > 0, let (rate, entry) = heap.pop() {
      let available = Kind(rawValue: entry % 4)?.count(pairs[entry / 4]) ?? 0
      let used = min(available, rest / rate)
      rest -= used * rate
      votes += used
      if votes > most { return .infinity }
    }
    return rest > 0 ? .infinity : votes
  }

  // MARK: Dropping

  /// Drops votes until another one leads; the new leader, or nil where more than `most` would have to go.
  mutating func drop(_ order: Order, _ leader: Int, _ challenger: Int, most: Double) throws -> Int? {
    var gone = 0.0
    while gone <= most {
      try work.check()
      let slopes = try slopes(of: leader, against: [challenger])[0]
      let expected = min(expectedVotes(slopes, leader, challenger, most: .infinity), (most - gone) / 2)
      let before = self
      // An eighth of the way, then vote by vote.
      let here = take(order, slopes, max(1, (expected / 8).rounded(.down)), within: max(expected, 1))
      guard here > 0 else { return nil }
      if try refit() {
        let components = Components(counts)
        if components.of[leader] == components.of[challenger] {
          gone += here
          if gone <= most + Self.smallest, let now = newLeader(leader, components) { return now }
          continue
        }
      }
      // A split: the last votes of these pairs stay.
      let split = pairs.indices.filter {
        pairs[$0].count <= Self.smallest && before.pairs[$0].count > Self.smallest
      }
      self = before
      kept.formUnion(split)
    }
    return nil
  }

  /// Drops so many votes by their prices; how many were dropped.
  private mutating func take(_ order: Order, _ slopes: [Double], _ step: Double, within: Double) -> Double {
    let locals = locals(slopes)
    var heap = Self.byRate
    func offer(_ entry: Int) {
      let place = entry / 4
      guard let local = locals[place], let kind = Kind(rawValue: entry % 4) else { return }
      let spare = kept.contains(place) ? pairs[place].count - 1 : .infinity
      let available = min(kind.count(pairs[place]), spare)
      guard available > Self.smallest else { return }
      var rate = gain(local, kind, pairs[place], min(available, 1)) / min(available, 1)
      if order == .block {
        let all = min(available, max(within, 1))
        rate = max(rate, gain(local, kind, pairs[place], all) / all)
      }
      if rate > 0 { heap.push((rate, entry)) }
    }
    for entry in 0..<4 * pairs.count { offer(entry) }
    var taken = 0.0
    while taken < step - Self.smallest, let (_, entry) = heap.pop() {
      guard let kind = Kind(rawValue: entry % 4) else { continue }
      let spare = kept.contains(entry / 4) ? pairs[entry / 4].count - 1 : .infinity
      let vote = min(kind.count(pairs[entry / 4]), spare, 1)
      kind.remove(vote, from: &pairs[entry / 4])
      taken += vote
      offer(entry)
    }
    return taken
  }

  /// Fits what is left; false where nothing is.
  private mutating func refit() throws -> Bool {
    let kept = pairs.filter { $0.count > Self.smallest }
    guard !kept.isEmpty else { return false }
    counts = PairCounts(alternatives: counts.alternatives, pairs: kept)
    weights = try remake(counts)
    fit = try fit.settings.fit(counts, weights, start: fit.rewards, work: work)
    return true
  }

  /// Who leads in place of `leader` among those that still hang together with it.
  private func newLeader(_ leader: Int, _ components: Components) -> Int? {
    let unknown = Set(fit.undetermined)
    guard !unknown.contains(leader) else { return nil }
    let best = fit.rewards.indices.filter {
      components.of[$0] == components.of[leader] && !unknown.contains($0)
    }.max { (fit.rewards[$0], $1) < (fit.rewards[$1], $0) }
    guard let best, fit.rewards[best] > fit.rewards[leader] + Fragility.rounding else { return nil }
    return best
  }

  /// Entries for which a vote is tried to be given back.
  private static let tried = 64

  /// Gives back votes that were not needed: taken early, when their price looked better than it was.
  func givingBack(_ leader: Int, _ newLeader: Int, _ whole: VotesLeft) throws -> (
    left: VotesLeft, leader: Int
  ) {
    var best = (left: self, leader: newLeader)
    var tries = 0
    for place in pairs.indices where pairs[place] != whole.pairs[place] {
      for kind in Kind.allCases {
        while tries < Self.tried,
          kind.count(whole.pairs[place]) - kind.count(best.left.pairs[place]) > Self.smallest
        {
          tries += 1
          var other = best.left
          let back = min(kind.count(whole.pairs[place]) - kind.count(other.pairs[place]), 1)
          kind.remove(-back, from: &other.pairs[place], as: whole.pairs[place])
          guard try other.refit(), let now = other.newLeader(leader, Components(other.counts)) else { break }
          best = (other, now)
        }
      }
    }
    return best
  }
}

extension VotesLeft.Kind {
  func count(_ pair: PairCounts.Pair) -> Double {
    switch self {
    case .win: pair.wins
    case .loss: pair.losses
    case .tie: pair.ties
    case .soft: pair.soft
    }
  }

  /// Share of the pair's first alternative.
  func outcome(_ pair: PairCounts.Pair) -> Double {
    switch self {
    case .win: 1
    case .loss: 0
    case .tie: 0.5
    case .soft: pair.soft > 0 ? pair.softSum / pair.soft : 0.5
    }
  }

  /// Takes votes from a pair; soft labels at the mean of `model`, the pair itself where nil.
  func remove(_ votes: Double, from pair: inout PairCounts.Pair, as model: PairCounts.Pair? = nil) {
    let model = model ?? pair
    switch self {
    case .win: pair.wins = max(pair.wins - votes, 0)
    case .loss: pair.losses = max(pair.losses - votes, 0)
    case .tie: pair.ties = max(pair.ties - votes, 0)
    case .soft:
      let share = votes / max(model.soft, .leastNormalMagnitude)
      pair.soft = max(pair.soft - votes, 0)
      pair.softSum = max(pair.softSum - share * model.softSum, 0)
      pair.softSquares = max(pair.softSquares - share * model.softSquares, 0)
    }
  }
}
