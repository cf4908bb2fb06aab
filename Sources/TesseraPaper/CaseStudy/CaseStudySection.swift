import Foundation
import Tessera
import TesseraReports
import TesseraText

/// Table 4 and Figures 3, 4 and 5: what a clone topic does to both estimates.
enum CaseStudySection {
  private typealias Topic = ParisDescriptions.Topic

  static func section(
    _ settings: StudySettings, seed: UInt64, progress: (Double) throws -> Void
  ) throws -> PaperSection {
    let originals = Topic.originals
    let cloned = originals + [.restaurants]
    var first: [(standard: CaseStudy.Outcome, weighted: [CaseStudy.Outcome])] = []
    // For each data set, original and cloned: reward of romance less that of art, each estimate.
    var gaps: [[(standard: Double, weighted: Double)]] = [[], []]
    var steps = 0.0
    func step() throws {
      steps += 1
      try progress(min(steps / Double(2 * settings.repeats), 1))
    }
    // For each estimate its winners in the two data sets of a pair.
    var winners: [[(Topic, Topic)]] = [[], []]
    for repeated in 0..<max(settings.repeats, 1) {
      var found: [[Topic]] = [[], []]
      for (place, topics) in [originals, cloned].enumerated() {
        let own = seed &+ UInt64(2 * repeated + place)
        let data = try StudyData(
          topics: topics, annotators: AnnotatorType.table4, comparisons: settings.comparisons,
          source: settings.source, seed: own)
        let contexts = try settings.contexts(of: data.texts, seed: own)
        let all = CaseStudy.Setting.allCases
        let outcome = try CaseStudy(runs: settings.runs, seed: own).outcomes(
          data, contexts: contexts, settings: repeated == 0 ? all : [.groups])
        if repeated == 0 { first.append(outcome) }
        let groups = outcome.weighted[outcome.weighted.count - 1]
        gaps[place].append((gap(outcome.standard), gap(groups)))
        found[0].append(outcome.standard.winner)
        found[1].append(groups.winner)
        try step()
      }
      for estimate in 0..<2 { winners[estimate].append((found[estimate][0], found[estimate][1])) }
    }
    return PaperSection(
      name: "7", title: "The case study: describe Paris (Table 4, Figures 3 to 5)",
      paragraphs: paragraphs(settings, first), claims: claims(settings, first, gaps, winners),
      figures: figures(first), tables: [table(first)])
  }

  /// Reward of romance less that of art.
  private static func gap(_ outcome: CaseStudy.Outcome) -> Double {
    func mean(_ topic: Topic) -> Double {
      outcome.topics.firstIndex(of: topic).map { outcome.means[$0] } ?? 0
    }
    return mean(.romance) - mean(.art)
  }

  private static func paragraphs(
    _ settings: StudySettings, _ first: [(standard: CaseStudy.Outcome, weighted: [CaseStudy.Outcome])]
  ) -> [String] {
    let cube = first.flatMap { $0.weighted.prefix(1) }
    let zero = cube.map(\.zeroShare)
    let groups = first.compactMap { $0.weighted.last?.resolution }
    let counts = first.compactMap { $0.weighted.last?.groups }
    return [
      "Annotators of three types (40, 30 and 30 %) compare descriptions of Paris. In the data set Original they are about food, art or romance; in Clones restaurants are a fourth topic, which annotators treat as food. \(settings.sourceWords). \(settings.comparisons) comparisons of new answers; contexts of \(cube.first?.dimension ?? 0) principal components; a perceptron with two hidden layers of 32, Adam with learning rate 1e-4, batches of 512, 500 steps, \(settings.runs) runs.",
      "More about food helps art, which beats food, and hurts romance, which loses to it: the standard estimate changes its winner. The paper weighs answers by Voronoi cells in the unit cube (Figure 4) and in the space of coordinates within a factor of 2 of an observed answer (Figure 5).",
      "Taken literally, the unit cube fails here: principal components are centred at zero and their signs are arbitrary, so the cube from 0 to 1 lies in one orthant of very many. \(zero.map { String(format: "%.0f %%", 100 * $0) }.joined(separator: " and ")) of the answers get weight zero, the effective number is \(cube.map { String(format: "%.0f", $0.effective) }.joined(separator: " and ")) of \(cube.first?.alternatives ?? 0), and a whole topic can vanish. What the weighted estimate then says rests on a handful of answers.",
      "The headline figure therefore gathers answers into groups first, the paper's meta-alternatives: average linkage, cut in the widest gap between the distances at which groups join (\(groups.map { String(format: "%.2f", $0) }.joined(separator: " and ")) here), groups weighed by Voronoi cells of their centres, and a group's weight shared by its members. That made \(counts.map(String.init).joined(separator: " and ")) groups, without and with the clones. Where food and restaurants fall into one group, as many as without, more answers about them change nothing; where an embedder tells them apart, they count as two topics, and the weighted estimate behaves as the standard one.",
    ]
  }

  private static func claims(
    _ settings: StudySettings, _ first: [(standard: CaseStudy.Outcome, weighted: [CaseStudy.Outcome])],
    _ gaps: [[(standard: Double, weighted: Double)]], _ winners: [[(Topic, Topic)]]
  ) -> [Claim] {
    let cloned = Topic.originals + [.restaurants]
    let before = AnnotatorType.bordaCounts(Topic.originals, AnnotatorType.table4)
    let after = AnnotatorType.bordaCounts(cloned, AnnotatorType.table4)
    func spell(_ values: [Double]) -> String {
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      guard n > 1 else { return String(format: "%+.3f", mean) }
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      return String(format: "%+.3f ± %.3f", mean, (variance / n).squareRoot())
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let standard = gaps.map { $0.map(\.standard) }
    let weighted = gaps.map { $0.map(\.weighted) }
    let over = "over \(settings.repeats) pair\(settings.repeats == 1 ? "" : "s") of data sets"
    let changes = winners.map { $0.count { $0.0 != $0.1 } }
    let zero = first.map { $0.weighted[0].zeroShare }.min() ?? 0
    return [
      .values(
        "Table 4", "Borda counts of food, art and romance", expected: [0.9, 1.0, 1.1], found: before,
        tolerance: 1e-9, digits: 1),
      .values(
        "Table 4", "Borda counts of art and romance with restaurants", expected: [1.7, 1.5],
        found: [after[1], after[2]], tolerance: 1e-9, digits: 1),
      Claim(
        source: "Figure 3",
        statement: "Standard: reward of romance less that of art, without and with the clones, \(over)",
        expected: "above 0, below 0", found: "\(spell(standard[0])), \(spell(standard[1]))",
        holds: mean(standard[0]) > 0 && mean(standard[1]) < 0),
      Claim(
        source: "Figures 4, 5",
        statement: "Weighted, by meta-alternatives: the same stays above 0, \(over)",
        expected: "above 0, above 0", found: "\(spell(weighted[0])), \(spell(weighted[1]))",
        holds: mean(weighted[0]) > 0 && mean(weighted[1]) > 0),
      Claim(
        source: "Section 5",
        statement:
          "Pairs of data sets whose winners differ: weighted, by meta-alternatives, and standard, \(over)",
        expected: "weighted below standard", found: "\(changes[1]), \(changes[0])",
        holds: changes[1] < changes[0]),
      .atLeast(
        "Figure 4's setting", "The literal unit cube is degenerate: share of answers with weight zero",
        bound: 0.5,
        found: zero),
    ]
  }

  private static func names(_ outcome: CaseStudy.Outcome) -> [String] { outcome.topics.map(\.rawValue) }

  private static func table(_ first: [(standard: CaseStudy.Outcome, weighted: [CaseStudy.Outcome])])
    -> HTMLPage.Table
  {
    var rows: [[String]] = []
    for (name, outcome) in zip(["Original", "Clones"], first) {
      let all =
        [("standard", outcome.standard)]
        + zip(CaseStudy.Setting.allCases, outcome.weighted).map { ($0.words, $1) }
      for (setting, found) in all {
        let rewards = ParisDescriptions.Topic.originals + [.restaurants]
        rows.append(
          [name, setting]
            + rewards.map { topic in
              found.topics.firstIndex(of: topic).map {
                String(format: "%+.3f ± %.3f", found.means[$0], found.deviations[$0])
              } ?? ""
            } + [
              found.winner.rawValue, String(format: "%.0f", found.effective),
              String(format: "%.0f %%", 100 * found.zeroShare),
            ])
      }
    }
    return HTMLPage.Table(
      header: [
        "Data set", "Weights", "food", "art", "romance", "restaurants", "Winner", "Effective answers",
        "Weight zero",
      ],
      rows: rows,
      caption:
        "Mean reward of each topic in the first pair of data sets, ± sample standard deviation between runs.",
      numeric: [2, 3, 4, 5, 7, 8])
  }

  private static func figures(_ first: [(standard: CaseStudy.Outcome, weighted: [CaseStudy.Outcome])])
    -> [PlotlyFigure]
  {
    func figure(
      _ name: String, _ caption: String,
      _ pick: ((standard: CaseStudy.Outcome, weighted: [CaseStudy.Outcome])) -> CaseStudy.Outcome
    ) -> PlotlyFigure {
      let shown = Topic.originals.map(\.rawValue)
      let traces = zip(["Original", "Clones"], first).enumerated().map { place, pair in
        let outcome = pick(pair.1)
        let places = Topic.originals.compactMap { outcome.topics.firstIndex(of: $0) }
        return PlotlyFigure.bars(
          pair.0, categories: shown, values: places.map { outcome.means[$0] },
          errors: places.map { outcome.deviations[$0] }, colour: place == 0 ? "#2b6cb0" : "#c05621")
      }
      return PlotlyFigure(
        name: name, caption: caption, traces: traces,
        layout: PlotlyFigure.layout(
          x: PlotlyFigure.axis("topic"), y: PlotlyFigure.axis("mean reward"),
          more: [("barmode", .string("group"))]))
    }
    return [
      figure(
        "case-study-headline",
        "Weighted by meta-alternatives. Bars: mean reward, whiskers: sample standard deviation between runs."
      ) { $0.weighted[2] },
      figure(
        "figure-3",
        "Figure 3, the standard estimate."
      ) { $0.standard },
      figure(
        "figure-4",
        "Figure 4's setting, the literal unit cube over centred components."
      ) { $0.weighted[0] },
      figure("figure-5", "Figure 5's setting, coordinates within a factor of 2 of an observed answer.") {
        $0.weighted[1]
      },
    ]
  }
}
