import Foundation
import Tessera
import TesseraFormats

/// A `CloneAudit` as a page for people and as JSON for programs.
public struct AuditReport: Sendable {
  public let audit: CloneAudit
  /// How the contexts came about, in words.
  public let contexts: String
  /// How the data is named.
  public let title: String

  public init(_ audit: CloneAudit, title: String, contexts: String) {
    self.audit = audit
    self.title = title
    self.contexts = contexts
  }

  private var names: [String] { audit.fits.map { $0.scheme == .uniform ? "standard" : $0.scheme.name } }
  private func id(_ alternative: Int) -> String { audit.dataset.alternatives[alternative].id }
  private static let colours = ["#c05621", "#2b6cb0", "#2f855a", "#6b46c1", "#b7791f", "#718096", "#97266d"]
  private func colour(_ scheme: Int) -> String { Self.colours[scheme % Self.colours.count] }
  private static func short(_ value: Double) -> String { String(format: "%.3g", value) }

  /// The best alternatives under the standard estimate, of one component where several are not comparable.
  private var leaders: [Int] {
    let rewards = audit.fits[0].rewards
    var size = [Int: Int]()
    for component in audit.components.of { size[component, default: 0] += 1 }
    let largest = size.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    let pool = rewards.indices.filter { audit.components.of[$0] == largest }
    return Array(pool.sorted { (rewards[$1], $0) < (rewards[$0], $1) }.prefix(20))
  }

  /// The smallest number of clones of some target that changed a winner, for each scheme, among near clones; nil where
  /// none did.
  public var clonesToFlip: [Int?] {
    audit.fits.indices.map { scheme in
      audit.attacks.filter { $0.distance <= 0.1 && $0.shifts[scheme].winnerFlips > 0 }.map(\.clones).min()
    }
  }

  /// The answer, in sentences.
  public var verdict: [String] {
    let m = audit.dataset.alternatives.count
    var lines: [String] = []
    if audit.groupCount == 0 {
      lines.append("There are no near-duplicates within a distance of \(Self.short(audit.threshold)).")
    } else {
      lines.append(
        "\(audit.groupCount) groups of near-duplicates hold \(audit.duplicates + audit.groupCount) of \(m) alternatives (within a distance of \(Self.short(audit.threshold)), half the median distance of nearest neighbours unless it was given)."
      )
    }
    if audit.elsewhere > 0 {
      lines.append(
        "\(audit.elsewhere) more lie near an alternative that they are never compared with, even indirectly (answers to other prompts, say); they are left alone."
      )
    }
    for (scheme, name) in names.enumerated() {
      let collapsed = audit.groups.compactMap { $0.collapsed[scheme] }
      let largest = collapsed.map(\.largest).max() ?? 0
      let flips = collapsed.map(\.winnerFlips).max() ?? 0
      let near = audit.attacks.filter { $0.distance <= 0.1 }
      let attack = near.map { $0.shifts[scheme].largest }.max() ?? 0
      var line = "\(name): "
      if !collapsed.isEmpty {
        line += "collapsing one of these groups moves another reward by \(Self.short(largest)) at most"
        line +=
          flips > 0 ? " and changes \(flips) winner\(flips == 1 ? "" : "s"); " : " and changes no winner; "
      }
      line += "near clones of a leading alternative move another reward by \(Self.short(attack))"
      line += clonesToFlip[scheme].map { ", and \($0) of them change a winner." } ?? ", and change no winner."
      if audit.noise[scheme].largest > 0 {
        line +=
          " Its weights are sampled: another seed alone moves rewards by \(Self.short(audit.noise[scheme].largest))"
        line +=
          audit.noise[scheme].winnerFlips > 0
          ? " and changes \(audit.noise[scheme].winnerFlips) winners." : "."
      }
      lines.append(line)
    }
    return lines
  }

  public var page: HTMLPage {
    let fits = audit.fits
    let m = audit.dataset.alternatives.count
    var sections: [HTMLPage.Section] = []
    sections.append(
      HTMLPage.Section(
        title: "What the estimates rest on",
        blocks: [
          .paragraph(
            "Robustness has a price: the more uneven the weights, the fewer answers and comparisons decide. The effective numbers say how many equal ones would be as concentrated."
          ),
          .table(
            HTMLPage.Table(
              header: [
                "Weights", "Effective alternatives", "Weight zero", "Effective comparisons",
                "Standard error (median)", "Bootstrap 95 % half-width (median)", "Shift by another seed",
                "Certificate",
              ],
              rows: fits.indices.map { k in
                let d = fits[k].weights.diagnostics
                return [
                  names[k], String(format: "%.0f of %d", d.effectiveAlternatives, m),
                  String(format: "%.1f %%", 100 * d.zeroWeightShare),
                  String(format: "%.0f of %d", fits[k].effectiveComparisons, audit.dataset.winRates.pairs),
                  Self.short(Self.median(audit.spreads[k].errors)),
                  Self.short(Self.median(audit.spreads[k].bootstrap)), spell(audit.noise[k]),
                  String(format: "%.0e", fits[k].estimate.certificate),
                ]
              }, caption: "lambda \(Self.short(audit.lambda)) (normalized).", numeric: [1, 2, 3, 4, 5, 6, 7])),
          .figure(slope),
        ]))
    sections.append(
      HTMLPage.Section(
        title: "Near-duplicates that are there",
        blocks: [
          .paragraph(
            audit.groups.isEmpty
              ? "No group was found at this distance. --duplicates-within sets another one."
              : "Groups in which every member has another within \(Self.short(audit.threshold)): single linkage. The largest \(audit.groups.count) are refitted, collapsed to their first member and removed; shifts are of the rewards of all others, within components and up to their common level."
          )
        ] + (audit.groups.isEmpty ? [] : [.table(groupTable), .table(textTable)])
          + [.figure(map)]))
    sections.append(
      HTMLPage.Section(
        title: "Clones that could come",
        blocks: [
          .paragraph(
            "Clones of the leading alternatives are added at a distance from their original, given as a share of the median distance of nearest neighbours (\(Self.short(audit.medianDistance))), each with its original's record of comparisons. A scheme that is robust to clones stays near zero when the distance is small."
          ), .figure(curves), .table(attackTable),
        ]))
    sections.append(
      HTMLPage.Section(
        title: "At which distance are two answers the same?",
        blocks: [
          .paragraph(
            "Near-duplicates are a matter of resolution. Linkage weights count answers within a distance as one; the curve shows what is left as the distance grows, up to where everything is one group. Where it falls steeply, many answers join."
          ), .figure(resolutionCurve),
        ]))
    if !audit.heldOut.isEmpty {
      sections.append(
        HTMLPage.Section(
          title: "What robustness costs in fit",
          blocks: [
            .paragraph(
              "A fifth of the \(audit.heldOutUnit)s is held out, three times; the rest predicts it by \(audit.predictor). ± is one standard error over \(audit.heldOutUnit)s."
            ),
            .table(
              HTMLPage.Table(
                header: ["Weights", "Accuracy", "Log loss", "Calibration error"],
                rows: zip(names, audit.heldOut).map { name, q in
                  return [
                    name, String(format: "%.1f %% ± %.1f", 100 * q.accuracy, 100 * q.accuracyError),
                    String(format: "%.4f ± %.4f", q.logLoss, q.logLossError),
                    String(format: "%.4f", q.calibrationError),
                  ]
                }, numeric: [1, 2, 3])),
          ]))
    }
    return HTMLPage(
      title: "Do clones distort these rewards? \(title)",
      introduction: [
        "\(m) alternatives, \(String(format: "%.0f", audit.dataset.totalComparisons)) comparisons of \(audit.dataset.winRates.pairs) pairs\(audit.components.count > 1 ? " in \(audit.components.count) components, within which rewards compare" : ""). \(contexts)"
      ] + verdict, sections: sections)
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.filter(\.isFinite).sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  private func spell(_ shift: CloneAudit.Shift?) -> String {
    guard let shift else { return "-" }
    var text = Self.short(shift.largest)
    if shift.rankChanges > 0 { text += ", \(shift.rankChanges) rank\(shift.rankChanges == 1 ? "" : "s")" }
    if shift.winnerFlips > 0 { text += ", \(shift.winnerFlips) winner\(shift.winnerFlips == 1 ? "" : "s")" }
    return text
  }

  private var groupTable: HTMLPage.Table {
    HTMLPage.Table(
      header: ["Group", "Members", "Reach"] + names.map { "\($0): weight" } + names.map { "\($0): collapsed" }
        + names.map { "\($0): removed" },
      rows: audit.groups.enumerated().map { number, group in
        ["\(number + 1)", "\(group.members.count)", Self.short(group.reach)]
          + group.weights.map { String(format: "%.4f", $0) } + group.collapsed.map(spell)
          + group.removed.map(spell)
      },
      caption:
        "Largest reward shift, pairs of leading alternatives that change order, components whose winner changes.",
      numeric: [0, 1, 2])
  }

  private func cut(_ text: String?, _ length: Int) -> String {
    guard let text else { return "" }
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > length ? line.prefix(length - 3) + "..." : line
  }

  private var textTable: HTMLPage.Table {
    HTMLPage.Table(
      header: ["Group", "One member", "Another", "More members"],
      rows: audit.groups.enumerated().map { number, group in
        func spell(_ place: Int) -> String {
          guard group.members.indices.contains(place) else { return "" }
          let alternative = audit.dataset.alternatives[group.members[place]]
          return [alternative.id, cut(alternative.text, 280)].filter { !$0.isEmpty }.joined(separator: "\n")
        }
        let rest = group.members.dropFirst(2).prefix(6).map(id).joined(separator: ", ")
        let more = group.members.count - 8
        return ["\(number + 1)", spell(0), spell(1), more > 0 ? "\(rest) and \(more) more" : rest]
      }, caption: "Members side by side.")
  }

  private var attackTable: HTMLPage.Table {
    let chosen = audit.attacks.filter { $0.clones == audit.attacks.map(\.clones).max() }
    return HTMLPage.Table(
      header: ["Cloned", "Distance", "Clones"] + names,
      rows: chosen.map { [id($0.target), Self.short($0.distance), "\($0.clones)"] + $0.shifts.map(spell) },
      caption: "Largest reward shift, ranks and winners that change.", numeric: [1, 2])
  }

  /// Standard to weighted, one line for each leading alternative.
  private var slope: PlotlyFigure {
    let leaders = leaders
    let traces = leaders.enumerated().map { place, i in
      PlotlyFigure.scatter(
        id(i), x: audit.fits.indices.map(Double.init), y: audit.fits.map { $0.rewards[i] },
        colour: place < 3 ? colour(place) : "#a0aec0",
        errors: place < 8 ? audit.spreads.map { $0.bootstrap[i] } : nil)
    }
    let ticks: [(key: String, value: JSONValue)] = [
      ("tickvals", .array(audit.fits.indices.map(JSONValue.integer))),
      ("ticktext", .array(names.map(JSONValue.string))),
      ("range", .array([.number(-0.2), .number(Double(audit.fits.count) - 0.8)])),
      ("automargin", .bool(true)),
    ]
    return PlotlyFigure(
      name: "leaderboard-slopes",
      caption:
        "Rewards of the leading \(leaders.count) alternatives under each scheme\(audit.components.count > 1 ? ", of the largest component" : ""); whiskers: 95 % of the bootstrap.",
      traces: traces,
      layout: PlotlyFigure.layout(
        x: .object(ticks), y: PlotlyFigure.axis("reward"), more: [("showlegend", .bool(leaders.count <= 10))])
    )
  }

  /// Contexts on their first two principal axes.
  private var map: PlotlyFigure {
    let contexts = audit.dataset.contexts
    var (x, y): ([Double], [Double]) = ([], [])
    if let contexts, contexts.dimension >= 2,
      let transform = try? ContextTransform(fitting: contexts, components: 2, samples: 20_000),
      let plane = try? transform.apply(to: contexts)
    {
      x = (0..<plane.count).map { plane[$0, 0] }
      y = (0..<plane.count).map { plane[$0, 1] }
    } else if let contexts {
      x = (0..<contexts.count).map { contexts[$0, 0] }
      y = x.map { _ in 0 }
    }
    let robust = audit.fits.count > 1 ? 1 : 0
    let weights = audit.fits[robust].weights.values
    let m = Double(weights.count)
    let hover = audit.dataset.alternatives.enumerated().map { i, alternative in
      let text = cut(alternative.text, 90)
      return "\(alternative.id)<br>weight \(String(format: "%.2f", weights[i] * m))/m"
        + (text.isEmpty ? "" : "<br>\(HTMLPage.escape(text))")
    }
    let trace = JSONValue.object([
      ("type", .string(x.count > 5_000 ? "scattergl" : "scatter")), ("mode", .string("markers")),
      ("x", .array(x.map(JSONValue.number))),
      ("y", .array(y.map(JSONValue.number))), ("text", .array(hover.map(JSONValue.string))),
      ("hoverinfo", .string("text")),
      (
        "marker",
        .object([
          ("size", .number(6)), ("color", .array(weights.map { .number(log10(max($0 * m, 0.01))) })),
          ("colorscale", .string("Viridis")),
          (
            "colorbar",
            .object([("title", .object([("text", .string("log10(m w)"))])), ("thickness", .number(12))])
          ),
        ])
      ),
    ])
    return PlotlyFigure(
      name: "context-map",
      caption:
        "Contexts on their first two principal axes, coloured by the \(names[robust]) weight: 0 is an equal share, below it answers share with others.",
      traces: [trace],
      layout: PlotlyFigure.layout(x: PlotlyFigure.axis("first axis"), y: PlotlyFigure.axis("second axis")))
  }

  /// Shift against the number of clones, mean over the targets.
  private var curves: PlotlyFigure {
    var traces: [JSONValue] = []
    let distances = Array(Set(audit.attacks.map(\.distance))).sorted()
    let counts = Array(Set(audit.attacks.map(\.clones))).sorted()
    for (scheme, name) in names.enumerated() {
      for (place, distance) in distances.enumerated() {
        let y = counts.map { count in
          audit.attacks.filter { $0.clones == count && $0.distance == distance }.map {
            $0.shifts[scheme].largest
          }.max()
            ?? 0
        }
        traces.append(
          PlotlyFigure.scatter(
            "\(name), distance \(Self.short(distance))", x: counts.map(Double.init), y: y,
            colour: colour(scheme),
            dash: ["solid", "dash", "dot", "dashdot"][place % 4]))
      }
    }
    return PlotlyFigure(
      name: "shift-curves",
      caption:
        "Largest shift of another alternative's reward over the targets, against the number of clones.",
      traces: traces,
      layout: PlotlyFigure.layout(x: PlotlyFigure.axis("clones"), y: PlotlyFigure.axis("largest shift")))
  }

  /// What is left as more counts as the same.
  private var resolutionCurve: PlotlyFigure {
    let x = audit.resolutions.map(\.distance)
    return PlotlyFigure(
      name: "resolution-curve",
      caption:
        "Groups and effective number of alternatives against the distance within which answers count as the same, by linkage weights.",
      traces: [
        PlotlyFigure.scatter(
          "groups", x: x, y: audit.resolutions.map { Double($0.groups) }, colour: "#2b6cb0"),
        PlotlyFigure.scatter(
          "effective alternatives", x: x, y: audit.resolutions.map(\.effectiveAlternatives), colour: "#2f855a"
        ),
      ],
      layout: PlotlyFigure.layout(x: PlotlyFigure.axis("resolution"), y: PlotlyFigure.axis("number")))
  }

  public var json: JSONValue {
    func json(_ shift: CloneAudit.Shift?) -> JSONValue {
      guard let shift else { return .null }
      return .object([
        ("largestShift", .number(shift.largest)), ("rankChanges", .integer(shift.rankChanges)),
        ("winnerFlips", .integer(shift.winnerFlips)),
      ])
    }
    let schemes = audit.fits.indices.map { k -> JSONValue in
      let fit = audit.fits[k]
      let d = fit.weights.diagnostics
      var members: [(key: String, value: JSONValue)] = [
        ("name", .string(names[k])), ("effectiveAlternatives", .number(d.effectiveAlternatives)),
        ("zeroWeightShare", .number(d.zeroWeightShare)),
        ("effectiveComparisons", .number(fit.effectiveComparisons)),
        ("certificate", .number(fit.estimate.certificate)),
        ("noiseShift", .number(audit.noise[k].largest)),
        ("clonesToFlip", clonesToFlip[k].map(JSONValue.integer) ?? .null),
      ]
      if audit.heldOut.indices.contains(k) {
        let q = audit.heldOut[k]
        members.append(
          (
            "heldOut",
            .object([
              ("accuracy", .number(q.accuracy)), ("accuracyError", .number(q.accuracyError)),
              ("logLoss", .number(q.logLoss)), ("logLossError", .number(q.logLossError)),
              ("calibrationError", .number(q.calibrationError)),
            ])
          ))
      }
      return .object(members)
    }
    return .object([
      ("alternatives", .integer(audit.dataset.alternatives.count)),
      ("comparisons", .number(audit.dataset.totalComparisons)),
      ("components", .integer(audit.components.count)),
      ("lambda", .number(audit.lambda)), ("contexts", .string(contexts)),
      ("duplicatesWithin", .number(audit.threshold)), ("medianDistance", .number(audit.medianDistance)),
      ("duplicateGroups", .integer(audit.groupCount)), ("nearDuplicates", .integer(audit.duplicates)),
      ("verdict", .array(verdict.map(JSONValue.string))), ("schemes", .array(schemes)),
      (
        "groups",
        .array(
          audit.groups.map { group in
            .object([
              ("members", .array(group.members.map { .string(id($0)) })), ("reach", .number(group.reach)),
              ("weights", .object(zip(names, group.weights).map { ($0, .number($1)) })),
              ("collapsed", .object(zip(names, group.collapsed).map { ($0, json($1)) })),
              ("removed", .object(zip(names, group.removed).map { ($0, json($1)) })),
            ])
          })
      ),
      (
        "resolutions",
        .array(
          audit.resolutions.map { point in
            .object([
              ("distance", .number(point.distance)), ("groups", .integer(point.groups)),
              ("effectiveAlternatives", .number(point.effectiveAlternatives)), ("shift", json(point.shift)),
            ])
          })
      ),
      (
        "attacks",
        .array(
          audit.attacks.map { attack in
            .object([
              ("target", .string(id(attack.target))), ("distance", .number(attack.distance)),
              ("clones", .integer(attack.clones)),
              ("shifts", .object(zip(names, attack.shifts).map { ($0, json($1)) })),
            ])
          })
      ),
      (
        "rewards",
        .array(
          audit.dataset.alternatives.indices.map { i in
            .object(
              [("id", .string(id(i))), ("component", .integer(audit.components.of[i]))]
                + names.enumerated().map { k, name in
                  (
                    key: name,
                    value: .object([
                      ("weight", .number(audit.fits[k].weights.values[i])),
                      ("reward", .number(audit.fits[k].rewards[i])),
                      ("standardError", .number(audit.spreads[k].errors[i])),
                      ("bootstrapHalfWidth", .number(audit.spreads[k].bootstrap[i])),
                    ])
                  )
                })
          })
      ),
    ])
  }
}
