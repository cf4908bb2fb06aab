import Foundation
import Tessera
import TesseraReports
import TesseraText

/// Table 4 and Figures 3, 4 and 5: what a clone topic does to both estimates.
enum CaseStudySection {
  private typealias Topic = ParisDescriptions.Topic
  typealias Outcomes = (standard: CaseStudy.Outcome, weighted: [CaseStudy.Outcome])

  /// Points drawn for the weights of the pairs behind the first.
  static let samplesOfRepeats = 20_000
  /// Answers of each topic that the built-in embedder is fitted to.
  private static let embedderAnswers = 500

  static func section(_ settings: StudySettings, seed: UInt64, work: Work) throws -> PaperSection {
    let topics = [Topic.originals, Topic.originals + [.restaurants]]
    let embedder = try settings.fittedEmbedder(
      topics[1], perTopic: embedderAnswers, seed: seed, work: work.part(0...0.01))
    var found = Findings(settings.annotators)
    var known = KnownTopics(settings.annotators)
    // The first pair takes as long as several of the others.
    let first = Double(settings.runs) / Double(settings.runsOfRepeats)
    let total = first + Double(settings.repeats - 1)
    for repeated in 0..<settings.repeats {
      let end = first + Double(repeated)
      let begin = repeated == 0 ? 0 : end - 1
      for (place, topics) in topics.enumerated() {
        let (from, to) = (
          begin + (end - begin) * Double(place) / 2, begin + (end - begin) * Double(place + 1) / 2
        )
        let own = work.part(0.01 + 0.99 * from / total...0.01 + 0.99 * to / total)
        let seed = seed &+ UInt64(2 * repeated + place)
        let data = try StudyData(
          topics: topics, annotators: settings.annotators, comparisons: settings.comparisons,
          source: settings.source, seed: seed, work: own.part(0...0.3))
        let contexts = try embedder.contexts(of: data.texts, work: own.part(0.3...0.4))
        var study = CaseStudy(runs: repeated == 0 ? settings.runs : settings.runsOfRepeats, seed: seed)
        if repeated > 0 { study.samples = Self.samplesOfRepeats }
        let outcomes = try study.outcomes(
          data, contexts: contexts, settings: CaseStudy.Setting.allCases, work: own.part(0.4...1))
        found.add(outcomes, BordaCounts(data), place)
        try known.add(
          data, contexts: contexts,
          weights: [("standard", outcomes.standard.weights)]
            + zip(CaseStudy.Setting.allCases, outcomes.weighted).map { ($0.words, $1.weights) },
          place: place, seed: seed, work: work.silent)
        own.report(1)
      }
    }
    return PaperSection(
      name: "7",
      title: "The case study: describe Paris ("
        + (found.isTable4 ? "Table 4" : "own annotators") + ", Figures 3 to 5)",
      paragraphs: paragraphs(settings, found.first) + [known.paragraph], claims: found.claims + known.claims,
      figures: figures(found),
      tables: [annotators(settings.annotators), table(found.first), found.table, known.table])
  }

  /// Borda counts of the topics among the judgements of one data set.
  private struct BordaCounts {
    let values: [Topic: Double]

    init(_ data: StudyData) {
      var won: [Topic: [Topic: (sum: Double, count: Double)]] = [:]
      for comparison in data.comparisons {
        let (a, b) = (data.topics[Int(comparison.a)], data.topics[Int(comparison.b)])
        guard a != b else { continue }
        for (x, y, outcome) in [(a, b, comparison.outcome), (b, a, 1 - comparison.outcome)] {
          won[x, default: [:]][y, default: (0, 0)].sum += outcome
          won[x, default: [:]][y, default: (0, 0)].count += 1
        }
      }
      // In the order of the topics: a dictionary's own order changes from run to run, and with it the rounding.
      var values: [Topic: Double] = [:]
      for x in Topic.allCases {
        for y in Topic.allCases {
          if let rate = won[x]?[y] { values[x, default: 0] += rate.sum / rate.count }
        }
      }
      self.values = values
    }
  }

  /// All pairs of data sets: without the clones at place 0, with them at place 1.
  private struct Findings {
    /// The first pair, which the first table shows.
    private(set) var first: [Outcomes] = []
    private(set) var standard: [[CaseStudy.Outcome]] = [[], []]
    /// For each setting.
    private(set) var weighted: [[[CaseStudy.Outcome]]] = CaseStudy.Setting.allCases.map { _ in [[], []] }
    private var borda: [[BordaCounts]] = [[], []]
    private let annotators: [AnnotatorType]
    private let order: ExpectedOrder

    init(_ annotators: [AnnotatorType]) {
      self.annotators = annotators
      order = ExpectedOrder(annotators)
    }

    var isTable4: Bool { annotators == AnnotatorType.table4 }
    private var leader: String { order.leader.rawValue }
    private var rival: String { order.rival.rawValue }

    /// Where a claim stands in the paper, which had annotators of its own.
    private func source(_ name: String) -> String { isTable4 ? name : "\(name), own annotators" }

    mutating func add(_ outcomes: Outcomes, _ counts: BordaCounts, _ place: Int) {
      if first.count < 2 { first.append(outcomes) }
      standard[place].append(outcomes.standard)
      for (setting, outcome) in outcomes.weighted.enumerated() { weighted[setting][place].append(outcome) }
      borda[place].append(counts)
    }

    /// Reward of the leader less that of another topic.
    private func lead(_ outcomes: [CaseStudy.Outcome], over other: Topic) -> Sample {
      Sample(
        outcomes.map { outcome in
          func mean(_ topic: Topic) -> Double {
            outcome.topics.firstIndex(of: topic).map { outcome.means[$0] } ?? 0
          }
          return mean(order.leader) - mean(other)
        })
    }

    private var over: String {
      let pairs = standard[0].count
      return pairs == 1 ? "1 pair of data sets" : "\(pairs) pairs of data sets"
    }

    /// Whether the leader is first in both data sets.
    private func staysFirst(_ source: String, _ name: String, _ outcomes: [[CaseStudy.Outcome]]) -> Claim {
      let leads: [[Sample]] = outcomes.map { outcomes in order.others.map { lead(outcomes, over: $0) } }
      func spell(_ place: Int) -> String { leads[place].map(\.text).joined(separator: " and ") }
      return Claim(
        source: source,
        statement:
          "Weighted, \(name): \(leader) is first without and with the clones. Reward of \(leader) less those of \(order.others.map(\.rawValue).joined(separator: " and of ")), over \(over)",
        expected: "each above 0 by more than 2 standard errors",
        found: "without: \(spell(0)); with: \(spell(1))",
        verdict: Claim.Kind.setting.verdict(leads.joined().allSatisfy(\.isPositive)))
    }

    /// Whether the clones change less than they change the standard estimate.
    private func change(_ source: String, _ name: String, _ outcomes: [[CaseStudy.Outcome]]) -> Claim {
      func change(_ outcomes: [[CaseStudy.Outcome]]) -> Sample {
        lead(outcomes[0], over: order.rival) - lead(outcomes[1], over: order.rival)
      }
      // Measured in the direction in which the standard estimate moves.
      let raw = change(standard)
      let direction = raw.mean < 0 ? -1.0 : 1
      let (ours, reference) = (change(outcomes).times(direction), raw.times(direction))
      // Less in either direction: the nearer of reference - ours and reference + ours.
      let margin = [reference - ours, reference + ours].min { $0.mean < $1.mean } ?? reference
      return Claim(
        source: source,
        statement:
          "Weighted, \(name): rewards stay roughly the same. Change of \(leader) less \(rival) by the clones, weighted and standard, and by how much the weighted one is smaller, over \(over)",
        expected: "smaller by more than 2 standard errors",
        found:
          "\(change(outcomes).text), \(raw.text); smaller by \(margin.text)",
        verdict: Claim.Kind.setting.verdict(margin.isPositive))
    }

    var claims: [Claim] {
      let lead = standard.map { self.lead($0, over: order.rival) }
      return [
        counts("without the clones", place: 0, Topic.originals),
        counts("with restaurants", place: 1, Topic.originals.filter { $0 != .food }),
        Claim(
          source: source("Figure 3"),
          statement: order.isOvertaken
            ? "Standard: \(leader) is before \(rival) without the clones, \(rival) before \(leader) with them. Reward of \(leader) less that of \(rival), over \(over)"
            : "Standard: \(leader) is before \(rival) without the clones and with them, since the annotators' votes say so of both. Reward of \(leader) less that of \(rival), over \(over)",
          expected: "above 0, \(order.isOvertaken ? "below" : "above") 0, by more than 2 standard errors",
          found: "\(lead[0].text), \(lead[1].text)",
          verdict: Claim.Kind.setting.verdict(
            lead[0].isPositive && (order.isOvertaken ? lead[1].isNegative : lead[1].isPositive))),
      ]
        + [
          ("Figure 4", "unit cube"), ("Figure 5", "within a factor of 2"),
          ("Beyond the paper", "meta-alternatives"),
        ].enumerated().flatMap { setting, named in
          [
            staysFirst(source(named.0), named.1, weighted[setting]),
            change(source(named.0), named.1, weighted[setting]),
          ]
        }
    }

    /// Borda counts among the judgements against those that the annotators' attitudes imply.
    private func counts(_ name: String, place: Int, _ topics: [Topic]) -> Claim {
      let all = place == 0 ? Topic.originals : Topic.originals + [.restaurants]
      let implied = AnnotatorType.bordaCounts(all, annotators)
      let samples = topics.map { topic in Sample(borda[place].map { $0.values[topic] ?? 0 }) }
      let expected = topics.map { implied[all.firstIndex(of: $0) ?? 0] }
      // Two standard errors would miss one of three numbers now and then where all is right.
      let close = zip(samples, expected).allSatisfy {
        $0.values.count > 1 && abs($0.mean - $1) <= 4 * max($0.error, 1e-9)
      }
      return Claim(
        source: isTable4 ? "Table 4" : "Own annotators",
        statement:
          "Borda counts of \(topics.map(\.rawValue).joined(separator: ", ")) among the judgements \(name), over \(over)",
        expected: expected.map { String(format: "%.1f", $0) }.joined(separator: ", ") + " within 4 errors",
        found: samples.map(\.text).joined(separator: ", ").replacingOccurrences(of: "+", with: ""),
        verdict: Claim.Kind.setting.verdict(close))
    }

    /// How often the winner among food, art and romance is another one with the clones.
    var table: HTMLPage.Table {
      let pairs = standard[0].count
      let named =
        [("standard", standard)] + zip(CaseStudy.Setting.allCases, weighted).map { ($0.words, $1) }
      return HTMLPage.Table(
        header: [
          "Weights", "Winner differs", "\(leader.capitalized) first, without",
          "\(leader.capitalized) first, with",
        ],
        rows: named.map { name, outcomes in
          let winners = outcomes.map { $0.map(\.winner) }
          return [name, "\(zip(winners[0], winners[1]).count { $0 != $1 }) of \(pairs)"]
            + winners.map { "\($0.count { $0 == order.leader }) of \(pairs)" }
        },
        caption: "Winners among food, art and romance in all pairs of data sets.", numeric: [1, 2, 3])
    }
  }

  private static func paragraphs(_ settings: StudySettings, _ first: [Outcomes]) -> [String] {
    let cube = first.compactMap(\.weighted.first)
    let zero = cube.map(\.zeroShare)
    let groups = first.compactMap { $0.weighted.last?.resolution }
    let counts = first.compactMap { $0.weighted.last?.groups }
    let types = settings.annotators.map { String(format: "%.4g", 100 * $0.share) }
    return [
      "Annotators of \(types.count) \(types.count == 1 ? "type" : "types") (\(types.joined(separator: ", ")) %, as the table of annotators has them) compare descriptions of Paris. In the data set Original they are about food, art or romance; in Clones restaurants are a fourth topic, which annotators treat as food. \(settings.sourceWords). \(settings.comparisons) comparisons of new answers; contexts of \(cube.first?.dimension ?? 0) principal components; a perceptron with two hidden layers of 32, Adam with learning rate 1e-4, batches of 512, 500 steps. The table of rewards shows the first pair of data sets with \(settings.runs) runs and 100,000 random points, as in the paper, and the deviation between runs; one pair can come out either way by chance in its data. Figures and verdicts rest on \(settings.repeats) pairs, of which the others have \(settings.runsOfRepeats) runs and \(samplesOfRepeats) points. Their errors are standard errors over the pairs, and hold chance in data, training and weights.",
      explanation(settings.annotators)
        + " The paper weighs answers by Voronoi cells in the unit cube (Figure 4) and in the space of coordinates within a factor of 2 of an observed answer (Figure 5), and finds rewards that are roughly the same with and without the clones\(settings.annotators == AnnotatorType.table4 ? ", romance first" : "; its annotators were others"). Both statements are judged in both spaces: that the leader is first where its lead is above zero by two standard errors in every data set, that rewards stay where the clones change its lead over \(ExpectedOrder(settings.annotators).rival.rawValue) less than they change it under the standard estimate, by two standard errors as well. What is not found, or drowns in chance, does not hold here.",
      "Taken literally, the unit cube fails here: principal components are centred at zero and their signs are arbitrary, so the cube from 0 to 1 lies in one orthant of very many. \(zero.map { String(format: "%.0f %%", 100 * $0) }.joined(separator: " and ")) of the answers get weight zero, the effective number is \(cube.map { String(format: "%.0f", $0.effective) }.joined(separator: " and ")) of \(cube.first?.alternatives ?? 0), and a whole topic can vanish. What the weighted estimate then says rests on a handful of answers; that clones hardly change it says little.",
      "The headline figure therefore gathers answers into groups first, the paper's meta-alternatives: average linkage, cut in the widest gap between the distances at which groups join (\(groups.map { String(format: "%.2f", $0) }.joined(separator: " and ")) here), groups weighed by Voronoi cells of their centres, and a group's weight shared by its members. That made \(counts.map(String.init).joined(separator: " and ")) groups, without and with the clones. Where food and restaurants fall into one group, as many as without, more answers about them change nothing; where an embedder tells them apart, they count as two topics, and the weighted estimate behaves as the standard one.",
    ]
  }

  /// Whom clones of food help and hurt.
  private static func explanation(_ annotators: [AnnotatorType]) -> String {
    let order = ExpectedOrder(annotators)
    if annotators == AnnotatorType.table4 {
      return
        "More about food helps art, which beats food, and hurts romance, which loses to it: the standard estimate changes its winner."
    }
    let against = Topic.originals.filter { $0 != .food }.map { topic in
      String(
        format: "%.0f %% prefer \(topic.rawValue) to food",
        100 * AnnotatorType.probability(topic, over: .food, annotators))
    }.joined(separator: ", ")
    return
      "Of these annotators \(against): more about food helps whoever beats it and hurts whoever loses to it. By their votes \(order.leader.rawValue) leads without the clones and \(order.leaderWithClones.rawValue) with them."
  }

  /// Table 4, or what stands in its place.
  private static func annotators(_ types: [AnnotatorType]) -> HTMLPage.Table {
    HTMLPage.Table(
      header: ["Share"] + Topic.originals.map(\.rawValue),
      rows: types.map { type in
        [String(format: "%.4g %%", 100 * type.share)] + Topic.originals.map { type.attitude($0).name }
      },
      caption:
        "Annotators: what each type thinks of the topics. Restaurants are to them as food is.", numeric: [0])
  }

  private static func table(_ first: [Outcomes]) -> HTMLPage.Table {
    var rows: [[String]] = []
    for (name, outcome) in zip(["Original", "Clones"], first) {
      let all =
        [("standard", outcome.standard)]
        + zip(CaseStudy.Setting.allCases, outcome.weighted).map { ($0.words, $1) }
      for (setting, found) in all {
        let rewards = Topic.originals + [.restaurants]
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

  private static func figures(_ found: Findings) -> [Figure] {
    func figure(
      _ name: String, _ caption: String, _ values: (_ dataSet: Int, Topic) -> (mean: Double, error: Double)
    ) -> Figure {
      let bars = ["Original", "Clones"].enumerated().map { place, title in
        let found = Topic.originals.map { values(place, $0) }
        return Figure.Bars(
          title, categories: Topic.originals.map(\.rawValue), values: found.map(\.mean),
          errors: found.map(\.error), colour: place == 0 ? "#2b6cb0" : "#c05621")
      }
      return Figure(
        name: name, caption: caption, marks: bars.map(Figure.Mark.bars), x: Figure.Axis("topic", .category),
        y: Figure.Axis("mean reward"))
    }
    func overPairs(_ name: String, _ caption: String, _ outcomes: [[CaseStudy.Outcome]]) -> Figure {
      figure(
        name,
        caption + " Bars: mean reward over all pairs of data sets, whiskers: one standard error."
      ) { place, topic in
        let sample = Sample(
          outcomes[place].map { outcome in
            outcome.topics.firstIndex(of: topic).map { outcome.means[$0] } ?? 0
          })
        return (sample.mean, sample.values.count > 1 ? sample.error : 0)
      }
    }
    /// As the paper draws it; it prints no numbers of these figures.
    func onePair(
      _ number: Int, _ shown: String, _ outcome: @escaping (Outcomes) -> CaseStudy.Outcome
    ) -> Figure {
      let paper = found.isTable4 ? " The paper's own bars: \(shown)." : ""
      return figure(
        "figure-\(number)-one-pair",
        "The same drawn as the paper draws it: one pair of data sets, whiskers are the sample standard deviation between runs.\(paper)"
      ) { place, topic in
        guard found.first.indices.contains(place) else { return (0, 0) }
        let outcome = outcome(found.first[place])
        guard let place = outcome.topics.firstIndex(of: topic) else { return (0, 0) }
        return (outcome.means[place], outcome.deviations[place])
      }
    }
    let alike = "roughly the same with and without the clones, romance first"
    return [
      overPairs("case-study-headline", "Weighted by meta-alternatives.", found.weighted[2]),
      overPairs("figure-3", "Figure 3, the standard estimate.", found.standard),
      onePair(3, "romance first without the clones, art before it with them") { $0.standard },
      overPairs(
        "figure-4", "Figure 4's setting, the literal unit cube over centred components.", found.weighted[0]),
      onePair(4, alike) { $0.weighted[0] },
      overPairs(
        "figure-5", "Figure 5's setting, coordinates within a factor of 2 of an observed answer.",
        found.weighted[1]),
      onePair(5, alike) { $0.weighted[1] },
    ]
  }
}
