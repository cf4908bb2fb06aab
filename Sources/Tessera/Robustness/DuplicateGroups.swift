/// All groups of near-duplicates: every two members of a group are near each other.
///
///     let found = try DuplicateGroups(contexts, ids: ids, prompts: prompts)
///     found.groups       // rows of each group, largest first
///     found.distance     // within which two are near, and found.median, which it is a share of
///
/// Groups are those of complete linkage, so that a chain of near neighbours is no group. Exact copies are one point with a
/// multiplicity, whose number costs nothing. Where prompts are known, answers to different prompts are different answers,
/// unless that is waived. The order of the rows changes nothing: equal distances are told apart by ids.
///
/// What does not hold: that near answers say the same (`DuplicateDecisions`), or that an alternative outside all groups has no
/// near one: it may be near to some members of a group and too far from others (`besides`).
public struct DuplicateGroups: Sendable {
  /// An alternative and how far it is.
  public struct Nearest: Sendable, Equatable {
    public let alternative: Int
    public let distance: Double

    public init(alternative: Int, distance: Double) {
      (self.alternative, self.distance) = (alternative, distance)
    }
  }

  /// What was asked for.
  public let nearness: Nearness
  /// Whether only answers to one prompt can be near-duplicates.
  public let isWithinPrompts: Bool
  /// Alternatives this near or nearer are near-duplicates; of directions, where cosines were asked for.
  public let distance: Double
  /// Median distance of nearest neighbours among all alternatives, whatever their prompts; copies count once. 0 where there are
  /// no two different ones. Where several prompts are known and more than `medianQueries` contexts differ, so many of them tell it.
  public let median: Double
  /// The same where near-duplicates share one vote, which a flood of them does not move (`Contexts.localScale`).
  public let localScale: Double
  /// The cosine at that distance, where all contexts have length 1, or count by their directions; nil elsewhere.
  public let cosine: Double?
  /// Members of each group, in ascending order. The largest group first, of equal ones that with the first id.
  public let groups: [[Int]]
  /// Of each alternative; nil outside all groups.
  public let groupOf: [Int?]
  /// The nearest other alternative of each that it could duplicate; nil where there is none.
  public let nearest: [Nearest?]
  /// Others within the distance, nearest first; at most `mostNeighbours` for each.
  public let neighbours: [[Int32]]
  /// Whether so many pairs are near that some groups grew around one member each, nearest first, in place of complete linkage:
  /// their members are all near each other, but they may be cut elsewhere. `neighbours` are then some near ones, not the nearest.
  public let isCoarse: Bool

  /// Contexts that tell the median of more: the share of contexts below it is then a half with a standard error of 0.6 %.
  static let medianQueries = 8_192
  /// As many as tables of near-duplicates elsewhere list.
  public static let mostNeighbours = 10
  /// Near pairs of one prompt that complete linkage looks at: some 300 MB.
  static let pairLimit = 4_000_000
  /// Alternatives of one prompt whose near pairs are held as bits, where there are more of these: 1.25 GB.
  static let bitLimit = 100_000

  /// Whether most alternatives have a near-duplicate, so that the median is the distance of near-duplicates from one another: from
  /// a local scale of twice the median on. Shares of the median are then shares of the local scale.
  public var isFlooded: Bool { Self.isFlooded(median, localScale) }

  private static func isFlooded(_ median: Double, _ scale: Double) -> Bool {
    median > 0 && scale > 2 * median
  }

  /// For each alternative the member of its group whose id is first; itself outside all groups.
  ///
  /// - Parameter ids: m of them, as they were given.
  public func firsts(_ ids: [String]) -> [Int] {
    let leading = groups.map { members in members.min { ids[$0] < ids[$1] } }
    return groupOf.indices.map { i in groupOf[i].flatMap { leading[$0] } ?? i }
  }

  /// Alternatives in groups.
  public var members: Int { groups.reduce(0) { $0 + $1.count } }

  /// Alternatives outside all groups that are near a member of one, but not near all of it.
  public var besides: Int {
    nearest.indices.count { groupOf[$0] == nil && (nearest[$0].map { $0.distance <= distance } ?? false) }
  }

  /// - Parameters:
  ///   - contexts: m x d, row i is alternative i.
  ///   - ids: m of them.
  ///   - prompts: What tells the prompt of each alternative from others, nil where it is not known; those are taken for answers
  ///     to one prompt. nil where none is known, or where prompts are to make no difference.
  /// - Throws: `ContextsError.noDirection` for a context of length zero where cosines count, `ContextsError.scale`,
  ///   `RobustnessError.tooManyNearPairs` where nearly everything is near, `Cancelled`.
  /// - Complexity: O(m^2 d) time on all cores for m different contexts of one prompt. Of n contexts of several prompts, O(m^2 d) for
  ///   each prompt and O(n d), times 8,192 at most, for the median. O(m d) memory and some 100 bytes for each near pair, or a bit
  ///   for every two alternatives that have a near one, where more than 4 million pairs are near.
  public init(
    _ contexts: Contexts, ids: [String], prompts: [String?]? = nil, within nearness: Nearness = .standard,
    work: Work = Work()
  ) throws {
    try self.init(
      contexts, ids: ids, prompts: prompts, within: nearness, pairLimit: Self.pairLimit, work: work)
  }

  /// The same with another limit.
  package init(
    _ contexts: Contexts, ids: [String], prompts: [String?]?, within nearness: Nearness, pairLimit: Int,
    work: Work
  ) throws {
    precondition(ids.count == contexts.count && (prompts?.count ?? ids.count) == ids.count)
    let m = contexts.count
    // Which prompts they answer is told by `prompts`.
    let contexts = contexts.answers
    let seen = nearness.isOfDirections ? try contexts.normalized() : contexts
    // Points: alternatives of one prompt with equal contexts.
    let copies = seen.duplicates(work: work)
    var number: [PointName: Int] = [:]
    var points: [[Int]] = []
    for i in 0..<m {
      let name = PointName(copy: copies.groupOf[i], prompt: prompts?[i])
      if let point = number[name] {
        points[point].append(i)
      } else {
        number[name] = points.count
        points.append([i])
      }
    }
    var scopeOf: [String?: Int] = [:]
    var scopes: [[Int]] = []
    for point in points.indices {
      let prompt = prompts?[points[point][0]]
      if let scope = scopeOf[prompt] {
        scopes[scope].append(point)
      } else {
        scopeOf[prompt] = scopes.count
        scopes.append([point])
      }
    }
    isWithinPrompts = scopes.count > 1
    work.report(0)
    // One scope holds all contexts: what is found here is all that is asked. Else the median alone is wanted.
    let whole = scopes.count == 1 ? try Self.nearest(copies.representatives, of: seen, work) : nil
    let median = try whole?.median ?? Self.median(copies, of: seen, work)
    work.report(0.4)
    let scale = try seen.localScale(work: work.silent)
    let distance = nearness.distance(median: Self.isFlooded(median, scale) ? scale : median)

    // The order of ids, so that the order of rows does not matter.
    let order = (0..<m).sorted { (ids[$0], $0) < (ids[$1], $1) }
    var rank = [Int](repeating: 0, count: m)
    for (place, i) in order.enumerated() { rank[i] = place }
    let lowest = points.map { point in point.reduce(Int.max) { min($0, rank[$1]) } }

    var nearestPoint = [NearPoint?](repeating: nil, count: points.count)
    var near = [[Int]](repeating: [], count: points.count)
    var found: [[Int]] = []
    var coarse = false
    for (number, scope) in scopes.enumerated() where scope.count > 1 {
      try work.check()
      work.report(0.4 + 0.6 * Double(number) / Double(scopes.count))
      let nearest = try whole ?? Self.nearest(scope.map { points[$0][0] }, of: seen, work)
      for (place, point) in scope.enumerated() where nearest.places[place] >= 0 {
        nearestPoint[point] = NearPoint(
          point: scope[Int(nearest.places[place])], distance: nearest.distances[place])
      }
      guard distance > 0 else { continue }
      let candidates = scope.indices.filter { nearest.distances[$0] <= distance }
      guard candidates.count > 1 else { continue }
      let cliques = try NearCliques(
        seen.selecting(rows: candidates.map { points[scope[$0]][0] }), within: distance,
        ranks: candidates.map { lowest[scope[$0]] }, nearest: candidates.map { nearest.distances[$0] },
        pairLimit: pairLimit, bitLimit: Self.bitLimit, work: work)
      coarse = coarse || cliques.isCoarse
      found += cliques.groups.map { $0.map { scope[candidates[$0]] } }
      for (place, others) in cliques.neighbours.enumerated() {
        near[scope[candidates[place]]] = others.map { scope[candidates[$0]] }
      }
    }

    // Points alone are groups where they have copies.
    var isGrouped = [Bool](repeating: false, count: points.count)
    for group in found { for point in group { isGrouped[point] = true } }
    found += points.indices.filter { !isGrouped[$0] && points[$0].count > 1 }.map { [$0] }
    let sorted = found.map { group in
      (rows: group.flatMap { points[$0] }.sorted(), lowest: group.reduce(Int.max) { min($0, lowest[$1]) })
    }.sorted { ($1.rows.count, $0.lowest) < ($0.rows.count, $1.lowest) }
    groups = sorted.map(\.rows)
    var groupOf = [Int?](repeating: nil, count: m)
    for (group, rows) in groups.enumerated() { for i in rows { groupOf[i] = group } }

    var nearest = [Nearest?](repeating: nil, count: m)
    var neighbours = [[Int32]](repeating: [], count: m)
    for (point, rows) in points.enumerated() {
      for i in rows {
        if rows.count > 1 {
          nearest[i] = Nearest(alternative: rows[rows[0] == i ? 1 : 0], distance: 0)
        } else if let other = nearestPoint[point] {
          nearest[i] = Nearest(alternative: points[other.point][0], distance: other.distance)
        }
        // Copies first, then the others, nearest first.
        var list: [Int32] = []
        for place in [point] + near[point] {
          for j in points[place] where list.count < Self.mostNeighbours && j != i { list.append(Int32(j)) }
          if list.count == Self.mostNeighbours { break }
        }
        neighbours[i] = list
      }
    }
    (self.nearness, self.distance, self.median, localScale) = (nearness, distance, median, scale)
    (self.groupOf, self.nearest, self.neighbours, isCoarse) = (groupOf, nearest, neighbours, coarse)
    cosine = nearness.isOfDirections || contexts.haveLengthOne ? 1 - distance * distance / 2 : nil
    work.report(1)
  }

  private struct PointName: Hashable {
    let copy: Int
    let prompt: String?
  }

  private struct NearPoint {
    let point: Int
    let distance: Double
  }

  /// Few contexts are compared one by one: a search has to be prepared.
  private static let fewContexts = 48

  private static func median(_ copies: Partition, of contexts: Contexts, _ work: Work) throws -> Double {
    guard copies.count > 1 else { return 0 }
    let distinct = copies.hasDuplicates ? contexts.selecting(rows: copies.representatives) : contexts
    return try distinct.medianNeighbourDistance(queries: medianQueries, work: work)
  }

  /// The nearest neighbours among some rows.
  private static func nearest(_ rows: [Int], of contexts: Contexts, _ work: Work) throws -> NearestNeighbours
  {
    guard rows.count > 1 else {
      return NearestNeighbours(places: rows.map { _ in -1 }, distances: rows.map { _ in .infinity })
    }
    let own = rows.count == contexts.count ? contexts : contexts.selecting(rows: rows)
    guard rows.count <= fewContexts else { return try Distances(own, work: work).nearestNeighbours() }
    let exact = try ExactDistances(own, work: work)
    var places = [Int32](repeating: -1, count: rows.count)
    var distances = [Double](repeating: .infinity, count: rows.count)
    for i in rows.indices {
      for j in rows.indices where j != i {
        let distance = exact(i, j)
        if distance < distances[i] { (places[i], distances[i]) = (Int32(j), distance) }
      }
    }
    return NearestNeighbours(places: places, distances: distances)
  }
}

extension Contexts {
  fileprivate var indices: Range<Int> { 0..<count }

  /// Whether every context has length 1, up to what single precision leaves of it.
  fileprivate var haveLengthOne: Bool {
    indices.allSatisfy { i in
      var square = 0.0
      withRow(i) { _, value in square += value * value }
      return abs(square - 1) < 1e-4
    }
  }

  /// The cosine of two contexts; nil where one has length zero.
  package func cosine(_ i: Int, _ j: Int) -> Double? {
    let (x, y) = (row(i), row(j))
    let lengths = (x.reduce(0) { $0 + $1 * $1 } * y.reduce(0) { $0 + $1 * $1 }).squareRoot()
    guard lengths > 0, lengths.isFinite else { return nil }
    return min(max(zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } / lengths, -1), 1)
  }
}
