import Foundation
import Tessera
import Testing

@Suite struct LocalComparisonWeightsTests {
  /// Answers in a few clouds, some of them copies, and comparisons of some pairs.
  static func data(_ m: Int = 40, dimension d: Int = 6, pairs count: Int = 90, seed: UInt64 = 1) throws
    -> (rows: [[Double]], comparisons: [Comparison])
  {
    var random = RandomStream(seed: 400 + seed)
    let centres = (0..<8).map { _ in (0..<d).map { _ in random.normal() } }
    var rows: [[Double]] = (0..<m).map { i in
      let spread = i % 3 == 0 ? 0.02 : 0.3
      return centres[i % 8].map { $0 + spread * random.normal() }
    }
    (rows[m - 1], rows[m - 2]) = (rows[0], rows[3])
    var comparisons: [Comparison] = []
    for _ in 0..<count {
      let a = min(Int(random.uniform() * Double(m)), m - 1)
      let b = (a + 1 + min(Int(random.uniform() * Double(m - 1)), m - 2)) % m
      comparisons.append(Comparison(a: a, b: b, outcome: random.uniform() < 0.6 ? 1 : 0))
    }
    return (rows, comparisons)
  }

  static func dataset(_ rows: [[Double]], _ comparisons: [Comparison]) throws -> PreferenceDataset {
    try PreferenceDataset(
      alternatives: rows.indices.map { "answer \($0)" }, contexts: Contexts(Matrix(rows)),
      comparisons: comparisons)
  }

  static func weights(_ data: PreferenceDataset, scale: Double) throws -> LocalComparisonWeights {
    try LocalComparisonWeights(contexts: #require(data.contexts), counts: data.pairCounts, scale: scale)
  }

  /// A weight for every pair, from the definition: distances one by one, single linkage by joining the two closest groups
  /// until none are within H, resistances bottom up, currents top down.
  static func bySlowHand(_ rows: [[Double]], _ pairs: [PairCounts.Pair], _ d: Double, _ h: Double) -> [Double]
  {
    indirect enum Tree {
      case leaf(Int)
      case fork(Double, Tree, Tree)
    }
    func size(_ tree: Tree) -> Double {
      switch tree {
      case .leaf: 1
      case .fork(_, let a, let b): size(a) + size(b)
      }
    }
    func t(_ l: Double) -> Double { max(l - d, 0) + l / 200 }
    func height(_ tree: Tree) -> Double { if case .fork(let l, _, _) = tree { t(l) } else { 0 } }
    func wires(_ tree: Tree) -> (a: Double, b: Double, both: Double) {
      guard case .fork(_, let a, let b) = tree else { return (0, 0, 0) }
      let x = height(tree) - height(a) + wires(a).both
      let y = height(tree) - height(b) + wires(b).both
      return (x, y, x + y > 0 ? x * y / (x + y) : 0)
    }
    func square(_ i: Int, _ j: Int) -> Double {
      zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    func delta(_ p: PairCounts.Pair, _ q: PairCounts.Pair) -> Double {
      min(square(p.a, q.a) + square(p.b, q.b), square(p.a, q.b) + square(p.b, q.a)).squareRoot()
    }
    func leaves(_ tree: Tree) -> [Int] {
      switch tree {
      case .leaf(let i): [i]
      case .fork(_, let a, let b): leaves(a) + leaves(b)
      }
    }
    var trees = pairs.indices.map { Tree.leaf($0) }
    while true {
      var best = (h, -1, -1)
      for x in trees.indices {
        for y in 0..<x {
          for i in leaves(trees[x]) {
            for j in leaves(trees[y]) {
              let length = delta(pairs[i], pairs[j])
              if length < best.0 { best = (length, x, y) }
            }
          }
        }
      }
      guard best.1 >= 0 else { break }
      trees[best.2] = .fork(best.0, trees[best.1], trees[best.2])
      trees.remove(at: best.1)
    }
    var values = [Double](repeating: 0, count: pairs.count)
    func divide(_ tree: Tree, _ current: Double) {
      switch tree {
      case .leaf(let i): values[i] = current
      case .fork(_, let a, let b):
        let (x, y, _) = wires(tree)
        let share = x + y > 0 ? y / (x + y) : size(a) / (size(a) + size(b))
        divide(a, current * share)
        divide(b, current * (1 - share))
      }
    }
    for tree in trees { divide(tree, t(h) / (t(h) - height(tree) + wires(tree).both)) }
    return values
  }

  @Test(arguments: [0.2, 0.5, 1.0, 2.0, 6.0])
  func `Weights are those of the definition, worked out by slow hand`(scale: Double) throws {
    for d in [2, 6, 90] {
      let (rows, comparisons) = try Self.data(dimension: d, pairs: 60)
      let unit = scale * (Double(d) / 6).squareRoot()
      let data = try Self.dataset(rows, comparisons)
      let found = try Self.weights(data, scale: unit)
      let pairs = data.pairCounts.pairs
      let expected = Self.bySlowHand(rows, pairs, found.resolution, found.reach)
      let counts = data.pairCounts
      for (pair, value) in zip(pairs, expected) {
        let entry = try #require(
          (counts.rowStarts[pair.a]..<counts.rowStarts[pair.a + 1]).first { counts.opponents[$0] == pair.b })
        // Sums of some tens of terms.
        #expect(abs(found.values[entry] - value) < 1e-12, "\(d) dimensions, pair \(pair.a), \(pair.b)")
      }
      #expect(abs(found.differentComparisons - expected.reduce(0, +)) < 1e-10)
      if scale == 0.2 { #expect(found.groups > 20) }
      if scale == 6 { #expect(found.groups < pairs.count / 2) }
    }
  }

  @Test func `A weight is a share of one to all of its group, and a comparison alone weighs 1`() throws {
    let (rows, comparisons) = try Self.data()
    let data = try Self.dataset(rows, comparisons)
    let far = try Self.weights(data, scale: 1e-9)
    let pairs = data.pairCounts.pairCount
    // But for copies, which share.
    #expect(far.values.count { abs($0 - 1) < 1e-12 } > pairs)
    let all = try Self.weights(data, scale: 1e3)
    #expect(all.groups == 1 && abs(all.differentComparisons - 1) < 1e-2 && all.largestGroup == pairs)
    for scale in [0.1, 0.5, 1, 2] {
      let found = try Self.weights(data, scale: scale)
      #expect(found.values.allSatisfy { $0 > 0 && $0 <= 1 + 1e-12 })
      #expect(found.differentComparisons <= Double(pairs) + 1e-9)
      #expect(found.differentComparisons >= Double(found.groups) - 1e-9)
    }
  }

  @Test func `Copies of a record share what it had, and nothing else changes`() throws {
    let (rows, comparisons) = try Self.data()
    let data = try Self.dataset(rows, comparisons)
    let before = try Self.weights(data, scale: 1)
    for clones in [1, 10, 100] {
      let flooded = try CloneInjection(into: data, of: 5, count: clones, distance: 0).dataset
      let after = try Self.weights(flooded, scale: 1)
      for pair in data.pairCounts.pairs {
        let (old, new) = (before.value(pair.a, pair.b, data), after.value(pair.a, pair.b, flooded))
        let shares = pair.a == 5 || pair.b == 5 ? Double(clones + 1) : 1
        #expect(abs(new - old / shares) < 1e-12)
      }
      // The scale itself knows copies.
      #expect(
        try #require(flooded.contexts).localScale() == #require(data.contexts).localScale())
    }
  }

  @Test func `Near copies within the resolution change nothing but what is chained to them`() throws {
    let (rows, comparisons) = try Self.data()
    let data = try Self.dataset(rows, comparisons)
    let before = try Self.weights(data, scale: 1)
    let clones = 20
    // Two clones differ by up to twice the distance: within D = 0.5 still.
    let flooded = try CloneInjection(into: data, of: 5, count: clones, distance: 0.15).dataset
    let after = try Self.weights(flooded, scale: 1)
    var chained = 0
    for pair in data.pairCounts.pairs where pair.a != 5 && pair.b != 5 {
      if abs(before.value(pair.a, pair.b, data) - after.value(pair.a, pair.b, flooded)) > 1e-9 {
        chained += 1
      }
    }
    for pair in data.pairCounts.pairs where pair.a == 5 || pair.b == 5 {
      let other = pair.a == 5 ? pair.b : pair.a
      let group = (40..<40 + clones).reduce(after.value(5, other, flooded)) {
        $0 + after.value(min($1, other), max($1, other), flooded)
      }
      #expect(group <= before.value(pair.a, pair.b, data) + 0.35)
    }
    #expect(chained < data.pairCounts.pairCount / 4)
    #expect(abs(after.differentComparisons - before.differentComparisons) < 2)
  }

  @Test func `Weights are continuous in the contexts`() throws {
    let (rows, comparisons) = try Self.data(20, pairs: 30)
    var random = RandomStream(seed: 77)
    let directions = rows.map { $0.map { _ in random.normal() } }
    // Along a path on which answers move by half of the scale: the largest change of a weight in a step.
    func largest(steps: Int) throws -> Double {
      var last: [Double]?
      var largest = 0.0
      // Copies have parted before the path begins.
      for step in 0...steps {
        let moved = zip(rows, directions).map {
          zip($0, $1).map { $0 + (0.05 + 0.5 * Double(step) / Double(steps)) * $1 }
        }
        let values = try Self.weights(Self.dataset(moved, comparisons), scale: 1).values
        if let last { largest = max(largest, largestDifference(values, last)) }
        last = values
      }
      return largest
    }
    // A jump would be as large in shorter steps. Where answers nearly meet, what they share divides by the ratio of short
    // distances, so that it takes a short step to see.
    let (coarse, fine) = (try largest(steps: 200), try largest(steps: 10_000))
    #expect(coarse > 0.005 && fine < coarse / 4, "\(coarse), \(fine)")
  }

  @Test func `Weights are local: a comparison changes only what hangs together with it`() throws {
    let (rows, comparisons) = try Self.data()
    let before = try Self.weights(Self.dataset(rows, comparisons), scale: 0.6)
    // An answer and its comparisons far away.
    let far = rows + [rows[0].map { $0 + 1_000 }, rows[1].map { $0 - 1_000 }]
    let more = comparisons + [Comparison(a: 40, b: 41, outcome: 1), Comparison(a: 40, b: 3, outcome: 0)]
    let data = try Self.dataset(far, more)
    let after = try Self.weights(data, scale: 0.6)
    let old = try Self.dataset(rows, comparisons)
    for pair in old.pairCounts.pairs {
      #expect(abs(before.value(pair.a, pair.b, old) - after.value(pair.a, pair.b, data)) < 1e-12)
    }
    #expect(abs(after.value(40, 41, data) - 1) < 1e-12)
  }

  @Test func `Where groups of copies are compared throughout, a pair weighs the product: Equation 2`() throws
  {
    let centres = [[0.0, 0], [10, 0], [0, 10], [10, 10]]
    let sizes = [1, 2, 3, 5]
    let groups = sizes.indices.flatMap { Array(repeating: $0, count: sizes[$0]) }
    let m = groups.count
    let comparisons = (0..<m).flatMap { i in
      (0..<i).filter { groups[$0] != groups[i] }.map { Comparison(a: i, b: $0, outcome: 0.7) }
    }
    let data = try Self.dataset(groups.map { centres[$0] }, comparisons)
    let found = try Self.weights(data, scale: 4)
    for pair in data.pairCounts.pairs {
      let product = 1 / Double(sizes[groups[pair.a]] * sizes[groups[pair.b]])
      #expect(abs(found.value(pair.a, pair.b, data) - product) < 1e-12)
    }
    // Rewards are those of Equation 2 with each group's weight in equal parts: the ridge of four equal groups is its
    // lambda times 3/4 there.
    let local = try PairWeights(
      found, data.pairCounts, pairs: .proportion, groups: data.contexts?.duplicates())
    let shares = groups.map { 1 / 4 / Double(sizes[$0]) }
    let cells = try PairWeights(
      products: shares, data.pairCounts, lambda: .local, groups: data.contexts?.duplicates())
    let a = try BradleyTerry(lambda: 0.4).fit(data.pairCounts, local)
    let b = try BradleyTerry(lambda: 0.3).fit(data.pairCounts, cells)
    #expect(largestDifference(a.rewards, b.rewards) < 1e-9)
  }

  @Test func `Repeats are votes: they count, and share nothing`() throws {
    let (rows, comparisons) = try Self.data()
    let once = try Self.weights(Self.dataset(rows, comparisons), scale: 1)
    let twice = try Self.weights(Self.dataset(rows, comparisons + comparisons), scale: 1)
    #expect(once.values == twice.values)
  }

  @Test func `The same bytes in any order of pairs, on any number of cores, and from a forest that grows`()
    throws
  {
    let (rows, comparisons) = try Self.data(60, pairs: 400)
    let data = try Self.dataset(rows, comparisons)
    let contexts = try #require(data.contexts)
    let whole = try LocalComparisonWeights(
      contexts: contexts, counts: data.pairCounts, work: Work(threads: 1))
    #expect(
      try LocalComparisonWeights(contexts: contexts, counts: data.pairCounts, work: Work(threads: 7)) == whole
    )
    for first in [1, 150, 399] {
      let part = try Self.dataset(rows, Array(comparisons[..<first]))
      let known = try LocalComparisonWeights(contexts: contexts, counts: part.pairCounts).forest
      let grown = try LocalComparisonWeights(contexts: contexts, counts: data.pairCounts, growing: known)
      #expect(grown == whole)
    }
    // A forest of other pairs is of no use, and does no harm.
    let other = try LocalComparisonWeights(
      contexts: contexts, counts: Self.data(60, pairs: 50, seed: 9).comparisons.counts(60)
    ).forest
    #expect(try LocalComparisonWeights(contexts: contexts, counts: data.pairCounts, growing: other) == whole)
  }

  @Test func `A bound on some coordinates loses no join`() throws {
    // In 100 dimensions the search looks at some axes first; a tight cloud on a line of large values hides the rest.
    for seed in 0..<3 {
      var random = RandomStream(seed: 900 + UInt64(seed))
      let rows: [[Double]] = (0..<120).map { i in
        let shift = i % 5 == 0 ? 0 : 0.01
        return (0..<100).map { k in
          let spread = k < 4 ? 5 : 0.05
          return spread * random.normal() + shift
        }
      }
      let comparisons: [Comparison] = (0..<300).map { k in
        let a = k % 120
        return Comparison(a: a, b: (a + 1 + (7 * k + k / 120) % 119) % 120, outcome: 1)
      }
      let data = try Self.dataset(rows, comparisons)
      let found = try Self.weights(data, scale: 6)
      let expected = Self.bySlowHand(rows, data.pairCounts.pairs, found.resolution, found.reach)
      #expect(abs(found.differentComparisons - expected.reduce(0, +)) < 1e-9)
      #expect(found.groups < data.pairCounts.pairCount)
    }
  }

  @Test func `The scale stays where a flood of near-copies comes`() throws {
    var random = RandomStream(seed: 19)
    let d = 24
    let rows = (0..<300).map { _ in (0..<d).map { _ in random.normal() } }
    let before = try Contexts(Matrix(rows)).localScale()
    let median = try Contexts(Matrix(rows)).medianNeighbourDistance()
    // About the distance of a typical neighbour, in units of the contexts.
    #expect(before > 0.8 * median && before < 1.6 * median)
    #expect(
      abs(try Contexts(Matrix(rows.map { $0.map { 1_000 * $0 + 7 } })).localScale() / before - 1_000) < 1)
    for clones in [10, 100, 1_000] {
      for distance in [0, 0.1, 0.5] {
        let flooded =
          rows
          + (0..<clones).map { _ in
            let direction = (0..<d).map { _ in random.normal() }
            let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return zip(rows[7], direction).map { $0 + distance * median * $1 / length }
          }
        let after = try Contexts(Matrix(flooded)).localScale()
        #expect(abs(after / before - 1) < 0.02, "\(clones) at \(distance): \(after) after \(before)")
      }
    }
  }

  @Test func `A scale that is none is refused, and equal contexts are one`() throws {
    let (rows, comparisons) = try Self.data()
    let data = try Self.dataset(rows, comparisons)
    for scale in [0, -1, .infinity, .nan] {
      #expect(throws: WeightsError.self) { try Self.weights(data, scale: scale) }
    }
    let equal = try Self.dataset(rows.map { _ in [1, 2] }, comparisons)
    let found = try LocalComparisonWeights(contexts: #require(equal.contexts), counts: equal.pairCounts)
    #expect(found.groups == 1 && abs(found.differentComparisons - 1) < 1e-12)
  }
}

extension LocalComparisonWeights {
  /// v of a pair.
  fileprivate func value(_ a: Int, _ b: Int, _ data: PreferenceDataset) -> Double {
    let counts = data.pairCounts
    let entry = (counts.rowStarts[a]..<counts.rowStarts[a + 1]).first { Int(counts.opponents[$0]) == b }
    return entry.map { values[$0] } ?? .nan
  }
}

extension [Comparison] {
  fileprivate func counts(_ m: Int) -> PairCounts { PairCounts(alternatives: m, comparisons: self) }
}
