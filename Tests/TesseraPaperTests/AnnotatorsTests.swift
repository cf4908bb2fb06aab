import Foundation
import Tessera
import TesseraPaper
import TestSupport
import Testing

@Suite struct AnnotatorsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let table4 = """
    share,food,art,romance
    40,very uninterested,mildly interested,really like
    30,really like,very uninterested,mildly interested
    30,mildly interested,really like,very uninterested

    """

  @Test func `Table 4 in a file is Table 4, in every container`() throws {
    let csv = try AnnotatorsFile.read(folder.write(Self.table4, to: "a.csv"))
    #expect(csv.map(\.attitudes) == AnnotatorType.table4.map(\.attitudes))
    #expect(zip(csv, AnnotatorType.table4).allSatisfy { abs($0.share - $1.share) < 1e-15 })
    let rows = Self.table4.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: ",")
      // The order of members does not matter.
      return
        "{\"romance\": \"\(cells[3])\", \"share\": \(cells[0]), \"food\": \"\(cells[1])\", \"art\": \"\(cells[2])\"}"
    }
    #expect(
      try AnnotatorsFile.read(folder.write(rows.joined(separator: "\n") + "\n", to: "a.jsonl")) == csv)
    #expect(
      try AnnotatorsFile.read(folder.write("[\(rows.joined(separator: ","))]", to: "a.json")) == csv)
  }

  @Test(arguments: [
    ("share,food,art\n1,really like,really like\n", "a.csv:2: field \"romance\": found nothing"),
    (
      "share,food,art,romance,music\n",
      "a.csv:1: field \"music\": found a column of this name, expected the columns share"
    ),
    (
      "share,food,art,romance\n0,really like,very uninterested,mildly interested\n",
      "a.csv:2: field \"share\": found \"0\", expected a positive number"
    ),
    (
      "share,food,art,romance\n1,really like,loves it,mildly interested\n",
      "a.csv:2: field \"art\": found \"loves it\", expected one of really like, mildly interested, very uninterested"
    ),
    ("share,food,art,romance\n", "a.csv: found no rows"),
    (
      "share,food,art,romance\n1e308,really like,mildly interested,very uninterested\n"
        + "1e308,mildly interested,really like,very uninterested\n",
      "a.csv: field \"share\": found shares beyond the range"
    ),
    (
      "share,food,art,romance\n1,really like,really like,very uninterested\n",
      "a.csv: found food and art with the same Borda count, expected one topic that leads"
    ),
  ])
  func `What cannot be annotators names file, row and field`(text: String, message: String) throws {
    let path = try folder.write(text, to: "a.csv")
    #expect {
      try AnnotatorsFile.read(path)
    } throws: {
      "\($0)".contains(message)
    }
  }

  @Test func `In Table 4 romance leads and clones put art before it`() {
    let order = ExpectedOrder(AnnotatorType.table4)
    #expect(order.leader == .romance && order.leaderWithClones == .art && order.isOvertaken)
    #expect(order.others == [.art, .food])
    #expect(order.leadInBordaCount == "0.1")
  }

  /// Of annotators who agree, the topic that all like leads, whatever is cloned.
  @Test func `Annotators of one mind are overtaken by no clones`() {
    let order = ExpectedOrder([
      AnnotatorType(
        share: 1, attitudes: [.romance: .reallyLike, .art: .mildlyInterested, .food: .veryUninterested])
    ])
    #expect(order.leader == .romance && !order.isOvertaken && order.rival == .art)
  }

  /// Table 4 with art and romance exchanged: what is said of one is said of the other.
  @Test func `Section 7 is about the leader of these annotators`() throws {
    let exchanged = AnnotatorType.table4.map { type in
      AnnotatorType(
        share: type.share,
        attitudes: [
          .food: type.attitude(.food), .art: type.attitude(.romance), .romance: type.attitude(.art),
        ])
    }
    var settings = ReproductionTests.settings()
    settings.study.annotators = exchanged
    var result = Reproduction(settings)
    try result.compute(["7"])
    let claims = result.claims
    #expect(
      claims.map(\.source).prefix(3) == ["Own annotators", "Own annotators", "Figure 3, own annotators"])
    #expect(claims[0].expected.hasPrefix("0.9, 1.1, 1.0"))
    #expect(
      claims[2].statement.contains("art is before romance without the clones, romance before art with them"))
    #expect(!claims.contains { $0.source == "Table 4" || $0.statement.contains("romance is first") })
    let known = try #require(claims.first { $0.statement.hasPrefix("Known topics") })
    #expect(known.holds && known.statement.contains("art is first"))
    #expect(
      result.sections[0].tables[0].rows[0] == [
        "40 %", "very uninterested", "really like", "mildly interested",
      ])
    // Other annotators are other settings: nothing of the paper's is taken for theirs.
    #expect(Reproduction.Settings().json != settings.json)
  }

  @Test func `Every figure and statement is found in the section that computes it`() throws {
    #expect(Reproduction.sections(with: "figure-4") == ["7"])
    #expect(Reproduction.sections(with: "TABLE 2") == ["4"])
    #expect(Reproduction.sections(with: "Figure 6").isEmpty)
    let result = try ReproductionTests.computed(["1", "2", "3", "4", "5", "6"], instances: 5)
    for section in result.sections {
      for source in section.claims.map(\.source)
      where source.contains(/^(Figure|Table|Theorem|Definition|Corollary|Appendix) [A-Z0-9.]+$/) {
        #expect(Reproduction.sections(with: source).contains(section.name), "\(source)")
      }
    }
  }
}
