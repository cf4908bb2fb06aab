extension Contexts {
  /// How far an answer is from the nearest one that is another answer: the scale of `LocalComparisonWeights`.
  ///
  /// The mean of the middle half of the distances to the nearest neighbour, in which near-duplicates share one vote. A plain
  /// mean or median would follow a flood of near-duplicates to zero. Here an answer has one vote over the number of answers
  /// within about the scale, itself included; those at three quarters of it and nearer count fully, those at five quarters no
  /// more. Its neighbour is the nearest one beyond an eighth of the scale. The scale starts at the largest distance from the
  /// mean of the contexts and is worked out anew until it stays, so that it comes from above and stays above a flood.
  ///
  /// Exact copies change nothing. A neighbour that crosses the eighth moves the scale by a vote of about 1/m of it.
  ///
  /// - Returns: 1 where all contexts are the same or there is only one: then any scale says the same.
  /// - Throws: `ContextsError.scale`, `Cancelled`.
  /// - Complexity: O(min(m, 2,048) x m x d), once or twice: later rounds look at near ones alone. Beyond 2,048 different contexts
  ///   those of the smallest hash speak for all, whose mean is good to about 1 %.
  public func localScale(work: Work = Work()) throws -> Double {
    // Answers to other prompts tell, too, how far apart answers are.
    if promptColumns > 0 { return try answers.localScale(work: work) }
    let copies = duplicates(work: work)
    guard copies.count > 1 else { return 1 }
    let distinct = copies.hasDuplicates ? selecting(rows: copies.representatives) : self
    let search = try Distances(distinct, work: work)
    let hashes = distinct.contentHashes(work: work)
    // The order of content, so that the order of the alternatives does not matter.
    let order = (0..<Int32(distinct.count)).sorted { (hashes[Int($0)], $0) < (hashes[Int($1)], $1) }
    let queries = Array(order.prefix(Self.scaleQueries))
    let mean = distinct.mean(work: work)
    var scale = 0.0
    for query in queries {
      var square = 0.0
      distinct.withRow(Int(query)) { k, value in
        let x = (value - mean[k]) / search.unit
        square += x * x
      }
      scale = max(scale, square.squareRoot() * search.unit)
    }
    var surroundings = Surroundings(search, of: queries, work: work)
    for round in 0..<12 {
      let (crowd, beyond) = try surroundings.look(from: scale)
      // Nobody is beyond: all are near-duplicates at this scale, and a smaller one tells them apart.
      let next = middleHalfMean(beyond, votes: crowd.map { 1 / $0 }) ?? scale / 8
      let isSettled = abs(next - scale) <= 1e-3 * scale
      scale = next
      if isSettled, round > 0 { break }
    }
    return scale
  }

  /// Different contexts that the scale is worked out from.
  static let scaleQueries = 2_048
}
