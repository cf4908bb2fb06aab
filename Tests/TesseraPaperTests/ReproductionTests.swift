import Foundation
import Tessera
import TesseraFormats
import TesseraPaper
import TesseraReports
import Testing

/// Each claim of the paper at a small size.
@Suite struct ReproductionTests {
  @Test(arguments: Reproduction.sectionNames)
  func everyClaimHolds(section: String) throws {
    var study = StudySettings()
    study.runs = 4
    study.repeats = 2
    study.populations = 6
    study.dimension = 96
    let result = try Reproduction(sections: [section], instances: 20, seed: 3, study: study)
    #expect(result.sections.map(\.name) == [section])
    #expect(!result.claims.isEmpty)
    for claim in result.claims {
      #expect(claim.holds, "\(claim.source): \(claim.expected), found \(claim.found)")
    }
  }

  @Test func aVerdictIsTheOutcomeOfACalculation() {
    #expect(!Claim.values("", "", expected: [1, 2], found: [1, 2.1], tolerance: 0.01).holds)
    #expect(!Claim.values("", "", expected: [1, 2], found: [1], tolerance: 0.01).holds)
    #expect(!Claim.values("", "", expected: [1], found: [.nan], tolerance: 0.01).holds)
    #expect(!Claim.atMost("", "", bound: 1, found: .nan).holds)
    #expect(!Claim.atLeast("", "", bound: 1, found: 0.5).holds)
    #expect(Claim.atLeast("", "", bound: 1, found: 1).holds)
  }

  @Test func theImpossiblePopulationsStayFiniteForAnyDistance() {
    for c in [0.5, 10, 1e4, 1e8] {
      let (first, second) = Population.impossible(distance: c)
      #expect(abs(first.probability(0, over: 1) - 1.0 / 3) < 1e-12)
      #expect(abs(second.probability(0, over: 1) - 1.0 / 3) < 1e-12)
      #expect(second.meanRewards[1].isFinite)
    }
  }

  @Test func aFailedClaimShowsInThePageAndTheResults() throws {
    let result = try Reproduction(sections: ["4"], instances: 2)
    let page = result.page.html(plotly: .embedded("window.Plotly = {newPlot() {}} // </script>"))
    #expect(page.contains("<h2>4. "))
    #expect(page.contains("draw(\"table-2-rewards\""))
    #expect(!page.contains("// </script>"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(result.json.text().utf8)) as? [String: Any])
    #expect(json["holds"] as? Bool == true)
  }

  @Test func textInAPageIsEscaped() {
    let page = HTMLPage(
      title: "<a & b>", introduction: [],
      sections: [
        HTMLPage.Section(
          title: "t", paragraphs: ["1 < 2"],
          tables: [HTMLPage.Table(header: ["x"], rows: [["\"q\" <script>"]], styles: ["bad"])], figures: [])
      ]
    ).html(plotly: .contentDeliveryNetwork)
    #expect(page.contains("&lt;a &amp; b&gt;"))
    #expect(page.contains("1 &lt; 2"))
    #expect(!page.contains("<script>\""))
    #expect(page.contains("&quot;q&quot; &lt;script&gt;"))
  }
}
