import Synchronization

/// What answers are about: a few groups far coarser than near-duplicates, and whether they are there at all.
///
/// Up to 60 k-means cells gather the different contexts, and a Ward tree joins the cells' centres, every cell counting as
/// one. Cells of less than a quarter of the usual size are left out of the tree and follow their neighbour: in many
/// dimensions one answer by itself lies farther from everything than the mean of many, and would become a topic with the
/// weight of one. The tree can be cut into 2 to 12 topics. Which of these are there, half samples say: for ten random
/// halves of the answers all is done anew, and the agreement of a cut is the least adjusted Rand index between a half's
/// own cut into as many and the whole's on the half's answers. Topics count alike in it, since they will weigh alike; a
/// half without an answer of some topic agrees by 0.
///
/// The topics are the finest cut on which every half agrees, by 0.9 or more. Any cloud can be cut in two; only topics
/// that are there are found again in every half, and halves that cut a topic further do it each in its own way. Where
/// they agree on no cut, `groups` is the clearest, by the ratio of heights, and not stable.
///
///     let topics = try Topics(contexts, seed: 0)
///     topics.groups.count  // 3
///     topics.agreement     // 1.00: the same in ten half samples
///     topics.isStable      // true
///
/// What holds: exact copies count once, so they change nothing, and neither does the order of the contexts. The outcome
/// is fixed by the seed on any number of cores.
///
/// What does not: k-means cells follow density, so a flood of answers leaves the others few cells, and below some ten
/// cells a topic is no longer told from its neighbour. An answer is in one topic or another, so weights jump where it
/// moves across. Who adds a group of answers far from all others adds a topic. <doc:WeighingTopics> has figures.
public struct Topics: Sendable, Equatable {
  /// The topic of each context, numbered by first appearance; one topic where there is nothing to cut.
  public let groups: Partition
  /// How clear the cut is: the height at which the topics begin to join over that of the join before, the median over the
  /// whole and the halves, since one tree alone errs by a tenth; 1 where there is one topic.
  public let ratio: Double
  /// Least adjusted Rand index of ten half samples, topics counting alike; 0 where there are too few answers for halves.
  public let agreement: Double
  /// Exact copies, which count once.
  private let copies: Partition

  /// Cells that the contexts are gathered into.
  public static let cells = 60
  /// Topics at most.
  public static let most = 12
  public static let halfSamples = 10
  /// The agreement that topics need to be believed.
  ///
  /// Measured (`Benchmarks/study --topics`): 1.00 in the median where three topics are found, at most .74 where there are
  /// none, .77 to .85 where three topics have 30 % blended answers.
  public static let requiredAgreement = 0.9
  /// Different answers below which halves say nothing: they would agree by chance.
  public static let fewest = 60
  /// Cells with a smaller share of the mean number of answers are left out of the tree.
  static let smallestCell = 0.25
  /// Answers of a half sample at most, which bounds what the ten halves cost.
  static let largestHalf = 10_000

  /// Whether the topics are found again in every half sample.
  public var isStable: Bool { agreement >= Self.requiredAgreement }

  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i; m at least 1.
  ///   - seed: Starts of k-means, and the half samples.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(60 m d) for each of up to 25 rounds of k-means, and as much again for ten halves of at most 10,000
  ///   answers; O(m d) memory. 100,000 x 256: 7 seconds of processor time.
  public init(_ contexts: Contexts, seed: UInt64 = 0, work: Work = Work()) throws {
    // Topics reach across prompts.
    let contexts = contexts.answers
    copies = contexts.duplicates(work: work)
    // In an order of their own, so that neither the order of the input nor a copy moves a random start.
    let order = contexts.lexicographicOrder(of: copies.representatives)
    let distinct = contexts.selecting(rows: order)
    let whole = try TopicTree(distinct, seed: seed, work: work.part(0...0.4))
    let cuts = try Self.cuts(of: whole, distinct, seed: seed, work: work.part(0.4...1).silent)
    let best =
      cuts.last { $0.agreement >= Self.requiredAgreement } ?? cuts.max { $0.ratio < $1.ratio }
    ratio = best?.ratio ?? 1
    agreement = best?.agreement ?? 0
    let found = whole.topics(count: best?.count ?? 1)
    var topic = [Int](repeating: 0, count: contexts.count)
    for (place, row) in order.enumerated() { topic[copies.groupOf[row]] = found[place] }
    groups = Partition(numbering: copies.groupOf.map { topic[$0] })
  }

  /// A number of topics, and what the whole and the halves say of it.
  private struct Cut {
    let count: Int
    let ratio: Double
    let agreement: Double
  }

  private static func cuts(of whole: TopicTree, _ distinct: Contexts, seed: UInt64, work: Work) throws
    -> [Cut]
  {
    let counts = whole.counts
    guard distinct.count >= fewest else {
      return counts.map { Cut(count: $0, ratio: whole.ratio(count: $0), agreement: 0) }
    }
    let topics = counts.map { whole.topics(count: $0) }
    let found = Mutex([Int: Result<[Cut], any Error>]())
    // A half on each core: parts of k-means know but one.
    try work.forEach(pieces: halfSamples) { number, _ in
      let own = Result {
        var random = RandomStream(seed: seed, for: .topicHalves, number: UInt64(number))
        var rows = Array(0..<distinct.count)
        let size = min(rows.count / 2, largestHalf)
        for i in 0..<size {
          rows.swapAt(i, i + min(Int(random.uniform() * Double(rows.count - i)), rows.count - i - 1))
        }
        let half = rows.prefix(size).sorted()
        let tree = try TopicTree(distinct.selecting(rows: half), seed: random.next(), work: work.onOneCore)
        return zip(counts, topics).map { count, topics in
          let here = half.map { topics[$0] }
          return Cut(
            count: count, ratio: tree.ratio(count: count),
            agreement: Set(here).count < count
              ? 0 : AdjustedRandIndex(balancing: here, tree.topics(count: count)).value)
        }
      }
      found.withLock { $0[number] = own }
    }
    let halves = found.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
    let all = try halves.map { try $0.get() }
    return counts.indices.map { place in
      let ratios = (all.map { $0[place].ratio } + [whole.ratio(count: counts[place])]).sorted()
      return Cut(
        count: counts[place], ratio: ratios[ratios.count / 2],
        agreement: all.map { $0[place].agreement }.min() ?? 0)
    }
  }

  /// Stable topics in equal parts, each shared equally by its different answers, and an answer's part by its copies.
  ///
  /// Where the topics are not stable, different answers weigh alike: without copies the weights of the standard
  /// estimate.
  public func weights() -> AlternativeWeights {
    let distinct = copies.representatives.map { groups.groupOf[$0] }
    var sizes = [Int](repeating: 0, count: groups.count)
    for topic in distinct { sizes[topic] += 1 }
    let values = distinct.map {
      isStable ? 1 / (Double(groups.count) * Double(sizes[$0])) : 1 / Double(distinct.count)
    }
    func short(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
    let figures = "ratio of heights \(short(ratio)), agreement of half samples \(short(agreement))"
    let choice =
      isStable
      ? "\(groups.count) stable topics, \(figures)"
      : "no topic weights: \(groups.count) \(groups.count == 1 ? "topic" : "topics"), \(figures) where \(Self.requiredAgreement) is needed; different answers weigh alike"
    return AlternativeWeights(
      values: values,
      provenance: Provenance(
        scheme: "topics", method: .exact, choice: choice, groups: isStable ? groups.count : nil)
    ).shared(among: copies)
  }
}

/// k-means cells of contexts, and the tree of their centres.
private struct TopicTree {
  private let tree: WardTree
  /// For each context the leaf of the tree that its cell is, or is nearest to.
  private let leaf: [Int]

  init(_ contexts: Contexts, seed: UInt64, work: Work) throws {
    let members = try KMeans.groups(contexts, count: Topics.cells, seed: seed, work: work)
    let centres = try KMeans.means(contexts, members.groupOf.map { Int32($0) }, count: members.count)
    let sizes = members.sizes()
    let usual = Double(contexts.count) / Double(max(sizes.count, 1))
    let large = centres.selecting(
      rows: sizes.indices.filter { Double(sizes[$0]) >= Topics.smallestCell * usual })
    let nearest = try Distances(large, work: work).nearest(of: centres)
    leaf = members.groupOf.map { Int(nearest[$0]) }
    tree = try WardTree(large, work: work.silent)
  }

  /// Numbers of topics that the tree can be cut into with a ratio: below it there must be a join.
  var counts: [Int] { Array((2..<max(min(Topics.most, tree.count - 1) + 1, 2))) }

  /// Height of the join that ends so many groups, over that of the join before. Joins at height zero say nothing: 1.
  func ratio(count: Int) -> Double {
    let n = tree.count
    guard count < n, tree.joins[n - count - 1].height > 0 else { return 1 }
    return tree.joins[n - count].height / tree.joins[n - count - 1].height
  }

  /// The topic of each context when there are so many.
  func topics(count: Int) -> [Int] {
    let groups = tree.groups(count: count).groupOf
    return leaf.map { groups[$0] }
  }
}

extension Contexts {
  /// Some rows in the order of their first coordinates, where these are equal of their second, and so on.
  ///
  /// - Complexity: O(rows log(rows)) expected.
  func lexicographicOrder(of rows: [Int]) -> [Int] {
    guard dimension > 0 else { return rows }
    func precedes(_ i: Int, _ j: Int) -> Bool {
      for k in 1..<max(dimension, 1) {
        let (x, y) = (self[i, k], self[j, k])
        if x != y { return x < y }
      }
      return i < j
    }
    return rows.map { (first: self[$0, 0], row: $0) }
      .sorted { $0.first != $1.first ? $0.first < $1.first : precedes($0.row, $1.row) }
      .map(\.row)
  }
}
