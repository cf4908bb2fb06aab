extension PreferenceDataset {
  /// These data with the comparisons of others: alternatives, annotators and prompts are the same where their names are.
  ///
  /// Where one of the two has contexts, it knows all alternatives, and the result has its order; where neither has, those
  /// that are new follow.
  ///
  /// - Throws: `RewardFitError.unknownAlternative` for an alternative that the one with contexts does not know;
  ///   `DatasetError` where the counts add up to too much.
  public func merging(_ other: PreferenceDataset) throws -> PreferenceDataset {
    let closed = contexts != nil ? self : other.contexts != nil ? other : nil
    var list = closed?.alternatives ?? alternatives
    var places = IdentifierTable(list.map(\.id))
    if closed == nil {
      list += other.alternatives.filter { places[$0.id] == nil }
      places = IdentifierTable(list.map(\.id))
    }
    func map(_ data: PreferenceDataset) throws -> [Int] {
      try data.alternatives.map { alternative in
        guard let place = places[alternative.id] else {
          throw RewardFitError.unknownAlternative(id: alternative.id)
        }
        return place
      }
    }
    func joined(_ a: [String], _ b: [String]) -> (names: [String], second: [Int]) {
      var names = a
      let known = IdentifierTable(a)
      let second = b.map { name in
        if let place = known[name] { return place }
        names.append(name)
        return names.count - 1
      }
      return (names, second)
    }
    let (annotators, ofAnnotators) = joined(self.annotators, other.annotators)
    let (prompts, ofPrompts) = joined(self.prompts, other.prompts)
    var table = ComparisonTable()
    try table.merge(ComparisonTable(comparisons), alternatives: map(self))
    try table.merge(
      ComparisonTable(other.comparisons), alternatives: map(other), annotators: ofAnnotators,
      prompts: ofPrompts)
    return try PreferenceDataset(
      withUniqueIdentifiers: list, contexts: closed?.contexts, annotators: annotators, prompts: prompts,
      comparisons: table)
  }

  /// These data with what is known of their alternatives: the list has all of them, in the order of the result.
  ///
  /// - Throws: `RewardFitError.unknownAlternative` for one that is not in the list; `DatasetError`.
  public func merging(_ list: [Alternative], contexts: Contexts?) throws -> PreferenceDataset {
    let places = IdentifierTable(list.map(\.id))
    let numbers = try alternatives.map { alternative in
      guard let place = places[alternative.id] else {
        throw RewardFitError.unknownAlternative(id: alternative.id)
      }
      return place
    }
    var table = ComparisonTable()
    try table.merge(ComparisonTable(comparisons), alternatives: numbers)
    return try PreferenceDataset(
      alternatives: list, contexts: contexts, annotators: annotators, prompts: prompts, comparisons: table)
  }
}
