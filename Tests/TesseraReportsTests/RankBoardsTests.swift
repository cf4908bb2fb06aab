import Tessera
import TesseraFormats
import TesseraReports
import TestSupport
import Testing

@Suite struct RankBoardsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// x beats y and z; y and z meet in German alone, and only they.
  func read() throws -> (data: PreferenceDataset, file: ComparisonFile) {
    var rows = "a,b,winner,language\n"
    for (votes, count) in [
      ("x,y,x,en", 40), ("x,y,y,en", 10), ("x,z,x,en", 38), ("x,z,z,en", 12), ("y,z,y,de", 6),
      ("y,z,z,de", 6),
      ("y,z,y,", 1),
    ] {
      rows += String(repeating: votes + "\n", count: count)
    }
    var reader = ComparisonReader()
    reader.category = "language"
    let file = try reader.read(folder.write(rows, to: "votes.csv"), format: .csv)
    return (
      try PreferenceDataset(
        alternatives: file.alternatives, annotators: file.annotators, comparisons: file.comparisons), file
    )
  }

  @Test func `A board for all votes, and one for each value of a column`() throws {
    let (data, file) = try read()
    let boards = try RankBoards(RankRequest(), of: data, file: file, by: "language")
    let names = boards.document.categories?.map(\.name)
    #expect(names == ["en", "de"])
    #expect(boards.document.categories?.map { $0.board.alternatives.count } == [3, 2])
    #expect(boards.warnings == ["1 comparison without language stand in no table of their own"])
    #expect(boards.document.answer.first?.hasPrefix("x leads") == true)
    let alone = try RankBoards(RankRequest(), of: data, file: file)
    #expect(alone.document.categories == nil && alone.warnings == [])
    #expect(alone.document.alternatives == boards.document.alternatives)
    // The board is the fit's: ranks are those of its leaderboard.
    let board = try Leaderboard(RewardFit().run(data))
    #expect(
      alone.document.alternatives.map { $0.standard?.ranks }
        == board.standard.ranks.ranks.map { range in range.map { [$0.lowerBound, $0.upperBound] } })
  }

  @Test func `An anchor and ties that a category does not have are told and left out`() throws {
    let (data, file) = try read()
    var request = RankRequest()
    request.scale = RatingScale(.elo, anchor: RatingScale.Anchor(id: "x", rating: 1_200))
    let boards = try RankBoards(request, of: data, file: file, by: "language")
    #expect(boards.warnings.last == "\"x\" has no votes in de: scores there hang at their mean")
    #expect(boards.document.alternatives.first { $0.id == "x" }?.standard?.score == 1_200)
    #expect(boards.document.categories?.last?.board.scale.anchor == nil)
  }

  @Test(arguments: [0, 1, -0.5, .nan])
  func `A level is between 0 and 1`(level: Double) throws {
    var request = RankRequest()
    request.level = level
    let asked = request
    #expect(
      throws: ReportProblem.setting(
        "level", "is \(level); expected a number between 0 and 1, as 0.95")
    ) { try asked.check() }
  }

  @Test func `Families and profiles both tell the weights`() throws {
    let (data, file) = try read()
    var request = RankRequest()
    request.fit.profiles = true
    let asked = request
    #expect(throws: ReportProblem.self) {
      try RankBoards(asked, of: data, file: file, families: .column("language"))
    }
  }

  @Test func `Long tables are cut, CSV files are not unless asked`() {
    #expect(RowLimit().table == 50 && RowLimit().csv == .max)
    #expect(RowLimit(0).table == .max && RowLimit(7).csv == 7)
    #expect(RowLimit(2).rest(of: 3) == "... 1 more (--top 0 shows all)\n")
    #expect(RowLimit(3).rest(of: 3) == "")
  }
}
