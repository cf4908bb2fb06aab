/// How frequent near-duplicates are: the share of alternatives that have another one near.
///
/// Distances are measured in the median distance of nearest neighbours, in which copies count once, so that the shares of
/// data sets in different spaces compare. An exact copy is within every distance.
///
///     let frequency = try NearDuplicateFrequency(dataset)
///     frequency.copies          // alternatives with an exact copy
///     frequency.within[1]       // alternatives with another within a quarter of the median
///     frequency.samePrompt      // how many of the nearest neighbours answer the same prompt; nil where nothing is known
///
/// What does not hold: that alternatives within a distance duplicate evidence. A comparison is duplicated only by one with
/// both ends near, and an alternative's nearest neighbour can be the one that it was compared with (`partner`). Nor are the
/// shares additive: `within` counts alternatives, not groups.
public struct NearDuplicateFrequency: Sendable, Equatable {
  /// Some alternatives among those about which something is known.
  public struct Portion: Sendable, Equatable, Codable {
    public let alternatives: Int
    public let of: Int

    public init(alternatives: Int, of: Int) { (self.alternatives, self.of) = (alternatives, of) }

    /// 0 of none is 0.
    public var share: Double { of > 0 ? Double(alternatives) / Double(of) : 0 }
  }

  /// Alternatives with another one within a distance.
  public struct Level: Sendable, Equatable {
    /// The distance, as a share of the median.
    public let distance: Double
    public let portion: Portion
  }

  /// Median distance of nearest neighbours, in which copies count once; 0 where all contexts are one.
  public let median: Double
  /// Alternatives with an exact copy. A pair of copies is two of them.
  public let copies: Portion
  /// Alternatives with another one within each of `distances`, copies included.
  public let within: [Level]
  /// Alternatives whose nearest neighbour answers the same prompt, of those whose prompt is known; nil where none is, or
  /// where all answer one.
  public let samePrompt: Portion?
  /// Alternatives whose nearest neighbour is one that they were compared with, of those that were compared.
  public let partner: Portion

  /// Shares of the median.
  public static let distances = [0.1, 0.25, 0.5]

  /// - Parameter dataset: With contexts. The prompt of an alternative is its own, or the one prompt of all its comparisons.
  /// - Throws: `RobustnessError.noContexts`, `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 d) time on all cores, O(m d) memory, beside one look at every comparison.
  public init(_ dataset: PreferenceDataset, work: Work = Work()) throws {
    guard let contexts = dataset.contexts else { throw RobustnessError.noContexts }
    try self.init(contexts, counts: dataset.pairCounts, prompts: Self.prompts(of: dataset), work: work)
  }

  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - counts: Who was compared with whom, of m alternatives.
  ///   - prompts: What tells the prompt of each alternative from others, nil where it is not known; nil where none is.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(m^2 d) time on all cores, O(m d) memory.
  public init(_ contexts: Contexts, counts: PairCounts, prompts: [String?]? = nil, work: Work = Work()) throws
  {
    let m = contexts.count
    precondition(counts.alternatives == m && (prompts?.count ?? m) == m)
    let copies = contexts.duplicates(work: work)
    // Copies are one point in the search. An alternative is as near to all copies of the nearest point.
    let distinct = copies.hasDuplicates ? contexts.selecting(rows: copies.representatives) : contexts
    let nearest =
      distinct.count > 1
      ? try Distances(distinct, work: work).nearestNeighbours()
      : NearestNeighbours(
        places: Array(repeating: -1, count: distinct.count),
        distances: Array(repeating: .infinity, count: distinct.count))
    let median = nearest.median
    var sizes = [Int](repeating: 0, count: copies.count)
    for group in copies.groupOf { sizes[group] += 1 }
    let groupOf = copies.groupOf

    /// The group that is nearest to an alternative: its own where it has copies; -1 where there is no other.
    func target(_ i: Int) -> Int {
      sizes[groupOf[i]] > 1 ? groupOf[i] : Int(nearest.places[groupOf[i]])
    }
    func portion(_ isCounted: (Int) -> Bool, of isKnown: (Int) -> Bool = { _ in true }) -> Portion {
      let known = (0..<m).filter(isKnown)
      return Portion(alternatives: known.count(where: isCounted), of: known.count)
    }

    self.median = median
    self.copies = portion { sizes[groupOf[$0]] > 1 }
    within = Self.distances.map { share in
      Level(
        distance: share,
        portion: portion { sizes[groupOf[$0]] > 1 || nearest.distances[groupOf[$0]] <= share * median })
    }
    partner = portion { i in
      let target = target(i)
      return counts.opponents[counts.rowStarts[i]..<counts.rowStarts[i + 1]].contains {
        groupOf[Int($0)] == target
      }
    } of: {
      counts.rowStarts[$0] < counts.rowStarts[$0 + 1]
    }
    samePrompt = prompts.flatMap { prompts in
      guard Set(prompts.compactMap { $0 }).count > 1 else { return nil }
      // How many of a group answer a prompt: groups of copies can be large.
      var answers: [GroupPrompt: Int] = [:]
      for (i, prompt) in prompts.enumerated() {
        if let prompt { answers[GroupPrompt(group: groupOf[i], prompt: prompt), default: 0] += 1 }
      }
      return portion { i in
        guard let prompt = prompts[i] else { return false }
        let target = target(i)
        let own = target == groupOf[i] ? 1 : 0
        return answers[GroupPrompt(group: target, prompt: prompt), default: 0] > own
      } of: {
        prompts[$0] != nil
      }
    }
  }

  private struct GroupPrompt: Hashable {
    let group: Int
    let prompt: String
  }

  /// The prompt that each alternative answers: its own, or the one of all its comparisons; nil where no prompt is known.
  public static func prompts(of dataset: PreferenceDataset) -> [String?]? {
    var prompts = dataset.alternatives.map(\.prompt)
    var found = [Int32](repeating: -1, count: prompts.count)
    // Compared under two prompts, or under none: an alternative, not an answer to one prompt.
    var isMixed = [Bool](repeating: false, count: prompts.count)
    for comparison in dataset.comparisons {
      for i in [Int(comparison.a), Int(comparison.b)] {
        if comparison.prompt < 0 || (found[i] >= 0 && found[i] != comparison.prompt) { isMixed[i] = true }
        found[i] = comparison.prompt
      }
    }
    for i in prompts.indices where prompts[i] == nil && found[i] >= 0 && !isMixed[i] {
      let number = Int(found[i])
      prompts[i] = dataset.prompts.indices.contains(number) ? dataset.prompts[number] : "\(number)"
    }
    return prompts.contains { $0 != nil } ? prompts : nil
  }
}
