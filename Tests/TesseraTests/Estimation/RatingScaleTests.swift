import Foundation
import Tessera
import TestSupport
import Testing

@Suite struct RatingScaleTests {
  let components = Components(
    PairCounts(
      alternatives: 4, pairs: [PairCounts.Pair(a: 0, b: 1, wins: 1), PairCounts.Pair(a: 2, b: 3, wins: 1)]))

  @Test func `Odds of ten to one are 400 points`() {
    #expect(abs(RatingScale().factor * log(10) - 400) < 1e-12)
    #expect(RatingScale(.logit).factor == 1)
  }

  @Test func `Each component hangs at its mean, or at the anchor`() throws {
    let rewards: [Double?] = [1, -1, 5, nil]
    let ids = ["a", "b", "c", "d"]
    let elo = try RatingScale().origins(ids, rewards, components)
    #expect(elo == [1000, 1000 - 5 * RatingScale().factor])
    let anchored = try RatingScale(anchor: .init(id: "b", rating: 1200)).origins(ids, rewards, components)
    #expect(anchored == [1200 + RatingScale().factor, elo[1]])
    #expect(try RatingScale(.logit).origins(ids, rewards, components) == [0, 0])
    for id in ["d", "e"] {
      #expect(throws: RankError.anchor(id: id)) {
        try RatingScale(anchor: .init(id: id, rating: 0)).origins(ids, rewards, components)
      }
    }
  }

  struct Board: Decodable, CustomTestStringConvertible {
    let name: String
    let alternatives: Int
    let rows: [[Double]]
    let ratings: [Double]
    let places: [Int]
    let evalicaPlaces: [Int]
    var testDescription: String { name }
  }

  @Test(arguments: try References.cases("board.json", as: Board.self))
  func `Ratings and places are those of arena-rank, places those of evalica`(reference: Board) throws {
    let data = try PreferenceDataset(
      alternatives: (0..<reference.alternatives).map { "\($0)" },
      comparisons: reference.rows.map {
        Comparison(a: Int($0[0]), b: Int($0[1]), outcome: $0[2], count: $0[3])
      })
    var settings = RewardFit.Settings()
    settings.lambda = .value(1e-9)
    let board = try Leaderboard(RewardFit(settings).run(data))
    for (i, rating) in reference.ratings.enumerated() {
      // A lambda of 1e-9 moves a rating by some 1e-6 points; arena-rank stops at a gradient of 1e-13, and prints what is left
      // of a hundred-thousandth of a point.
      #expect(abs((board.best.score(i) ?? 0) - rating) < 1e-4)
    }
    #expect(board.best.ranks.places == reference.places)
    #expect(board.best.ranks.places == reference.evalicaPlaces)
  }
}
