/// What groups of comparisons are called, for `Folds`: a number for each comparison that copies of a record have in common.
enum GroupNames {
  /// Of each comparison, and how many different ones there are.
  case rows([UInt64], count: Int)
  /// Pairs of alternatives that have no copies: those of the pair counts, whose names follow from these of the alternatives.
  case pairs(alternatives: [UInt64], count: Int)

  var count: Int {
    switch self {
    case .rows(_, let count), .pairs(_, let count): count
    }
  }

  /// - Returns: nil where some comparison has none.
  init?(of data: PreferenceDataset, by unit: Folds.Unit, work: Work) {
    var names: [UInt64] = []
    switch unit {
    case .prompt:
      let known = data.prompts.map { Self.hash($0) }
      for row in data.comparisons {
        switch data.prompt(of: row) {
        case .number(let number)?:
          names.append(Int(number) < known.count ? known[Int(number)] : Self.hash("\(number)"))
        case .text(let prompt)?: names.append(Self.hash(prompt))
        case nil: return nil
        }
      }
    case .annotator:
      let known = data.annotators.map { Self.hash($0) }
      for row in data.comparisons {
        guard row.annotator >= 0 else { return nil }
        let number = Int(row.annotator)
        names.append(number < known.count ? known[number] : Self.hash("\(number)"))
      }
    case .pair, .vote:
      let copies = data.contexts?.duplicates(work: work)
      let known = data.alternatives.indices.map { i in
        Self.hash(data.alternatives[copies?.first(like: i) ?? i].id)
      }
      if copies.map({ $0.count == known.count }) ?? true {
        self = .pairs(alternatives: known, count: data.pairCounts.pairCount)
        return
      }
      names = data.comparisons.map { Self.pair(known[Int($0.a)], known[Int($0.b)]) }
    }
    self = .rows(names, count: Set(names).count)
  }

  private static func hash(_ part: String) -> UInt64 {
    var print = Fingerprint()
    print.add(part)
    return print.word
  }

  /// The name of the pair of two alternatives.
  static func pair(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var print = Fingerprint()
    print.add(min(a, b))
    print.add(max(a, b))
    return print.word
  }
}

extension Partition {
  /// The first of an element's group.
  func first(like element: Int) -> Int { representatives[groupOf[element]] }
}
