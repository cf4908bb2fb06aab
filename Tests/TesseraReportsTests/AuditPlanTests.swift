import Tessera
import TesseraFormats
import TesseraReports
import Testing

@Suite struct AuditPlanTests {
  /// Six answers in the plane and a near copy of the first; everybody meets everybody, and the earlier one wins three of four.
  func data(withContexts: Bool = true) throws -> PreferenceDataset {
    let places: [[Double]] = [[0, 0], [1, 0], [0, 1], [1, 1], [2, 0], [0, 2], [0.001, 0]]
    let pairs = places.indices.flatMap { i in places.indices.filter { $0 > i }.map { (i, $0) } }
    return try PreferenceDataset(
      alternatives: places.indices.map { Alternative(id: "n\($0)") },
      contexts: withContexts ? Contexts(Matrix(rows: 7, columns: 2, storage: places.flatMap { $0 })) : nil,
      comparisons: ComparisonTable(
        pairs.flatMap { i, j in
          [
            Comparison(a: i, b: j, outcome: 1, count: 3), Comparison(a: i, b: j, outcome: 0, count: 1),
          ]
        }))
  }

  func request(_ change: (inout AuditRequest) -> Void = { _ in }) -> AuditRequest {
    var request = AuditRequest()
    (request.schemes, request.bootstraps) = ("horizon", 4)
    change(&request)
    return request
  }

  @Test func `An audit gives the document, every figure of its page three times, and the page last`() throws {
    let plan = try AuditPlan(request(), of: data())
    let report = try plan.report(title: "votes.csv")
    let files = try report.files()
    let figures = report.page.figures.map(\.name)
    #expect(figures.contains("leaderboard") && figures.contains("context-map"))
    #expect(
      files.map(\.name) == ["audit.json"]
        + figures.flatMap { name in ["svg", "csv", "vl.json"].map { "figures/\(name).\($0)" } } + [
          "index.html"
        ])
    #expect(Set(files.map(\.name)).count == files.count)
    let written = try DocumentFile.text(report.document)
    #expect(files.first?.text == written)
    let page = try #require(files.last?.text)
    #expect(page.contains("votes.csv"))
    for line in report.verdict { #expect(report.summary.contains(line)) }
    #expect(report.document.schemes.map(\.name) == ["standard", "horizon"])
    #expect(report.warnings == [])
  }

  @Test func `What is asked for is what is done`() throws {
    let plan = try AuditPlan(
      request {
        ($0.clone, $0.duplicatesWithin, $0.bootstraps, $0.fit.center) = (["n3", "n1"], 0.5, 2, true)
      }, of: data())
    #expect(plan.settings.targets == [3, 1])
    #expect(plan.settings.threshold == 0.5 && plan.settings.bootstraps == 2)
    #expect(plan.transform?.mean.count == 2)
    #expect(plan.dataset.contexts?.dimension == 2)
    #expect(plan.contexts == "Contexts: 2 numbers for each alternative.")
    // A distance in which all are near-duplicates of one another.
    let report = try AuditPlan(request { $0.duplicatesWithin = 5 }, of: data()).report()
    #expect(report.warnings.count == 1 && report.warnings[0].contains("more than half"))
  }

  @Test func `Without contexts profiles of win rates take their place`() throws {
    let plan = try AuditPlan(request(), of: data(withContexts: false))
    #expect(plan.contexts.hasPrefix("Contexts from behaviour"))
    #expect(plan.dataset.contexts?.dimension == 7)
    #expect(!plan.settings.looksForTopics && plan.transform == nil)
  }

  @Test func `Declared families are compared first, and marked in the document, the table and the figure`()
    throws
  {
    let families = FamiliesFile(names: ["x", nil, nil, nil, nil, nil, "x"])
    let plan = try AuditPlan(request(), of: data(), families: families)
    #expect(plan.settings.schemes.map(\.name) == ["uniform", "families", "horizon"])
    let report = try plan.report()
    #expect(report.document.rewards.map(\.family) == ["x", nil, nil, nil, nil, nil, "x"])
    // Half a share each, in five shares and one that two divide.
    let weights = report.audit.estimates[1].weights.values
    #expect(
      abs(weights[0] - 1 / 12) < 1e-12 && abs(weights[6] - 1 / 12) < 1e-12 && abs(weights[3] - 1 / 6) < 1e-12)
    let leaderboard = try #require(report.page.figures.first { $0.name == "leaderboard" })
    guard case .named(let names) = leaderboard.y.kind else {
      Issue.record("no names")
      return
    }
    #expect(Set(names).isSuperset(of: ["n0 · x", "n6 · x"]) && names.count { $0.contains("·") } == 2)
    let html = report.page.html()
    #expect(html.contains("data-label=\"Family\">x</td>"))
    // Without a declaration there is nothing to name.
    let plain = try AuditPlan(request(), of: data()).report()
    #expect(!plain.page.html().contains("data-label=\"Family\""))
    #expect(plain.document.rewards.allSatisfy { $0.family == nil })
    #expect(throws: ReportProblem.self) { try AuditPlan(request { $0.schemes = "families" }, of: data()) }
  }

  @Test func `Equal weights come first, and every scheme once`() throws {
    func names(_ schemes: String) throws -> [String] {
      try request { $0.schemes = schemes }.specifications().map(\.name)
    }
    #expect(try names("horizon, uniform,horizon,linkage=0.5") == ["uniform", "horizon", "linkage=0.5"])
    #expect(try names("") == ["uniform"])
    #expect(
      try AuditRequest().specifications().map(\.name) == ["uniform", "local", "voronoi", "horizon"])
  }

  @Test(arguments: [
    ("schemes", "names horizom; did you mean horizon?"), ("bootstraps", "is -1; expected 0 or more"),
    ("duplicatesWithin", "is nan; expected a distance"), ("clone", "names \"nobody\"; expected the id"),
  ])
  func `A setting that cannot be is named`(name: String, problem: String) throws {
    let asked = request {
      switch name {
      case "schemes": $0.schemes = "horizom"
      case "bootstraps": $0.bootstraps = -1
      case "duplicatesWithin": $0.duplicatesWithin = .nan
      default: $0.clone = ["nobody"]
      }
    }
    do {
      _ = try AuditPlan(asked, of: data())
      Issue.record("nothing was thrown")
    } catch ReportProblem.setting(let found, let words) {
      #expect(found == name && words.hasPrefix(problem), "\(found) \(words)")
    }
  }
}
