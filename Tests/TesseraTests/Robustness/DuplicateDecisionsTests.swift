import Tessera
import Testing

@Suite struct DuplicateDecisionsTests {
  /// All within 1 of each other, but for `apart`.
  func decide(
    _ texts: [String?], at places: [Double]? = nil, comparisons: [Comparison] = [], apart: Int = 0
  ) throws -> [DuplicateDecisions.Member] {
    let places =
      (places ?? texts.indices.map { 0.01 * Double($0) }) + (0..<apart).map { 100 + 10 * Double($0) }
    let alternatives = places.indices.map {
      Alternative(id: "a\($0)", text: $0 < texts.count ? texts[$0] : "other \($0)")
    }
    let contexts = try Contexts(Matrix(places.map { [$0] }))
    let groups = try DuplicateGroups(contexts, ids: alternatives.map(\.id), within: .distance(1))
    #expect(groups.groups == [Array(texts.indices)])
    let counts =
      comparisons.isEmpty ? nil : PairCounts(alternatives: places.count, comparisons: comparisons)
    return try DuplicateDecisions(groups, contexts, alternatives, counts: counts).members[0]
  }

  func spelled(_ members: [DuplicateDecisions.Member]) -> [String] {
    members.map { "\($0.decision.rawValue) \($0.alternative)" }
  }

  @Test func `Of exact copies the most compared stays, of equal ones the first`() throws {
    let plain = try decide(["x", "x", "x"], at: [0, 0, 0])
    #expect(spelled(plain) == ["keep 0", "drop 1", "drop 2"])
    #expect(plain[0].reason == .mostCompared && plain[2].reason == .copy(of: 0))
    #expect(
      plain.allSatisfy { $0.share == 1.0 / 3 && $0.distance == 0 && $0.nearestMember != $0.alternative })
    let compared = try decide(
      ["x", "x", "x"], at: [0, 0, 0],
      comparisons: [Comparison(a: 2, b: 3, outcome: 1, count: 2), Comparison(a: 1, b: 3, outcome: 1)],
      apart: 1)
    #expect(spelled(compared) == ["keep 2", "drop 0", "drop 1"])
    // Without texts equal contexts are all there is.
    #expect(spelled(try decide([nil, nil], at: [0, 0])) == ["keep 0", "drop 1"])
    // Equal contexts of different texts, as embedders make them, are near, and no more.
    #expect(
      spelled(try decide(["left then right", "right then left"], at: [0, 0])) == ["keep 0", "review 1"])
  }

  @Test func `The member in the middle stays, and copies do not pull it`() throws {
    // Different places 0, 0.4, 0.9: their mean is nearest to 0.4. With copies counted it would be nearest to 0.9.
    let found = try decide(["a", "b", "c", "c", "c", "c"], at: [0, 0.4, 0.9, 0.9, 0.9, 0.9])
    #expect(spelled(found) == ["keep 1", "review 0", "review 2", "drop 3", "drop 4", "drop 5"])
    #expect(found[0].reason == .central && found[3].reason == .copy(of: 2))
    #expect(found[1].nearestMember == 1 && abs(found[1].distance - 0.4) < 1e-15)
  }

  @Test func `Different facts want a look`() throws {
    let found = try decide([
      "Built in 1940.", "built in  1940", "Built in 1941.", "Not built in 1940.", "It was built in 1940.",
      nil,
    ])
    // The mean of 0 ... 0.05 lies between the third and the fourth: of equally central ones the first stays.
    #expect(
      spelled(found) == ["keep 2", "review 0", "review 3", "review 4", "review 5", "drop 1"])
    #expect(found[1].reason == .numbers(2, own: ["1940"], others: ["1941"]))
    #expect(found[5].reason == .sameText(as: 0))
    let negated = try decide(["It is safe.", "It isn't safe."])
    #expect(negated[1].reason == .negations(0, own: 1, others: 0))
    let reworded = try decide(["a b c", "a b d"])
    #expect(reworded[1].reason == .words(0, shared: 4.0 / 6))
    #expect(try decide(["x", nil])[1].reason == .noText(0))
  }

  @Test func `What judges tell apart is never dropped`() throws {
    func votes(_ n: Double) throws -> DuplicateDecisions.Member {
      try decide(
        ["x", "x"], at: [0, 0],
        comparisons: [
          Comparison(a: 0, b: 2, outcome: 1, count: n), Comparison(a: 1, b: 2, outcome: 0, count: n),
        ], apart: 1)[1]
    }
    // (n+1)/(n+2) against 1/(n+2): 3.8 standard errors for five votes each and 4.5 for six; the limit is 3.9.
    #expect(try votes(5).decision == .drop)
    #expect(try votes(6).reason == .contradicts(0, opponent: 2, own: 0, others: 1))
    #expect(try votes(6).decision == .review)
    // One beats the other: 16 of 16 are 4 standard errors from a half.
    func direct(_ n: Double) throws -> DuplicateDecisions.Member {
      try decide(["x", "x"], at: [0, 0], comparisons: [Comparison(a: 0, b: 1, outcome: 1, count: n)])[1]
    }
    #expect(try direct(15).decision == .drop)
    #expect(try direct(16).reason == .comparedWithDouble(0, share: 0, comparisons: 16))
    // Both win, though not alike: no contradiction.
    let same = try decide(
      ["x", "x"], at: [0, 0],
      comparisons: [
        Comparison(a: 0, b: 2, outcome: 1, count: 900), Comparison(a: 1, b: 2, outcome: 0.6, count: 900),
      ], apart: 1)
    #expect(same[1].decision == .drop)
  }

  @Test func `Texts are the same but for case, white space and marks of sentences`() {
    func same(_ a: String, _ b: String) -> Bool { AnswerText(a).plain == AnswerText(b).plain }
    #expect(same("Yes, it is.", "yes it  IS"))
    #expect(same("He said “no”!\n", "he said \"no\""))
    #expect(same("It’s fine...", "it's fine"))
    #expect(same("caf\u{E9}", "CAFE\u{301}"))
    for (a, b) in [
      ("1.5", "15"), ("!x", "x"), ("a - b", "a b"), ("x<y", "x y"), ("5 %", "5"), ("-5", "5"), ("a*b", "a b"),
      ("f(x)", "f x"), ("12:30", "1230"), ("it is", "its"),
    ] {
      #expect(!same(a, b), "\(a) and \(b)")
    }
    #expect(AnswerText("In 1,940.5 or 1941, and x2.").numbers == ["1,940.5", "1941"])
    #expect(AnswerText("I don't, you do not; nothing's wrong").negations == 2)
    #expect(AnswerText("").sharedWords(with: AnswerText("")) == 0)
  }
}
