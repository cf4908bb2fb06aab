import Tessera
import TesseraFormats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The figures of an audit's page.
struct AuditFigures {
  let audit: CloneAudit
  /// What the schemes are called.
  let names: [String]
  /// Of each alternative; nil where none are declared.
  var families: [String?]?

  private static let colours = ["#c05621", "#2b6cb0", "#2f855a", "#805ad5", "#b7791f", "#718096", "#b83280"]
  private func colour(_ scheme: Int) -> String { Self.colours[scheme % Self.colours.count] }
  private static let quiet = "#8a94a3"

  private func label(_ i: Int) -> String { AuditSpelling.cut(audit.dataset.alternatives[i].id, 40) }

  /// Names from the top; those that read alike get numbers, so that each has a line of its own.
  private func axis(_ names: [String]) -> Figure.Axis {
    var times: [String: Int] = [:]
    let unique = names.map { name -> String in
      times[name, default: 0] += 1
      return times[name] == 1 ? name : "\(name) (\(times[name] ?? 0))"
    }
    return Figure.Axis("", .named(unique.reversed()))
  }

  private func height(_ rows: Int) -> Double { 110 + 22 * Double(max(rows, 3)) }

  /// What all groups together do to the others: the test of the verdict, drawn. nil where there is no group.
  var shifts: Figure? {
    let shown = Array(audit.cloneVerdict.shifts.prefix(15))
    guard !shown.isEmpty else { return nil }
    let y = shown.indices.map { Double(shown.count - 1 - $0) }
    let limit = audit.cloneVerdict.limit
    func series(_ name: String, _ colour: String, _ chosen: (CloneVerdict.Shift) -> Bool) -> [Figure.Mark] {
      let places = shown.indices.filter { chosen(shown[$0]) }
      guard !places.isEmpty else { return [] }
      return [
        .series(
          Figure.Series(
            name, x: places.map { shown[$0].change }, y: places.map { y[$0] }, mode: .markers, colour: colour,
            xErrors: places.map { limit * shown[$0].error }))
      ]
    }
    let places = shown.indices.filter { shown[$0].rewardError != nil }
    let half = Figure.Mark.series(
      Figure.Series(
        "", x: places.map { _ in 0 }, y: places.map { y[$0] }, mode: .lines, colour: "#9aa3ae",
        xErrors: places.map { CloneVerdict.materialShare * (shown[$0].rewardError ?? 0) }))
    let zero = Figure.Mark.series(
      Figure.Series(
        "", x: [0, 0], y: [0, Double(max(shown.count - 1, 1))], mode: .lines, colour: Self.quiet))
    func counts(_ shift: CloneVerdict.Shift) -> Bool { shift.size > limit && shift.isMaterial }
    return Figure(
      name: "shifts-of-others",
      caption:
        "What the groups do to everybody else: the change of a reward when each group counts once, for the \(shown.count == 1 ? "one answer" : "\(shown.count) answers") where it is clearest. Whiskers are \(printed("%.1f", limit)) standard errors, as many as one of \(Spell.count(audit.cloneVerdict.shiftsTested)) shifts needs to count; grey bars are half the standard error of the reward itself, below which a shift is no more than a bit. A shift counts where its whisker is clear of zero and its point is outside the grey bar.",
      marks: [half, zero] + series("does not count", "#2b6cb0") { !counts($0) }
        + series("counts", "#c53030", counts),
      x: Figure.Axis("change of the reward"), y: axis(shown.map { label($0.alternative) }),
      height: height(shown.count), legend: true)
  }

  /// The best alternatives under the standard estimate, of one component where several are not comparable.
  private var leaders: [Int] {
    let rewards = audit.estimates[0].rewards
    var size = [Int: Int]()
    for component in audit.components.of { size[component, default: 0] += 1 }
    let largest = size.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    let pool = rewards.indices.filter {
      audit.components.of[$0] == largest && audit.ranks[0].places[$0] != nil
    }
    return Array(pool.sorted { (rewards[$1], $0) < (rewards[$0], $1) }.prefix(25))
  }

  /// Both estimates of each leading alternative, tied by a line that carries its name.
  var leaderboard: Figure {
    let leaders = leaders
    let y = leaders.indices.map { Double(leaders.count - 1 - $0) }
    let shown = Array(names.prefix(2).indices)
    let ties = leaders.enumerated().map { place, i in
      Figure.Mark.series(
        Figure.Series(
          "", x: shown.map { audit.estimates[$0].rewards[i] }, y: shown.map { _ in y[place] }, mode: .lines,
          colour: Self.quiet))
    }
    let points = shown.map { k in
      Figure.Mark.series(
        Figure.Series(
          names[k], x: leaders.map { audit.estimates[k].rewards[$0] }, y: y, mode: .markers,
          colour: colour(k),
          xErrors: k == 0
            ? leaders.map { i in
              audit.ranks[0].rewards[i].map { ($0.upperBound - $0.lowerBound) / 2 } ?? .nan
            } : nil))
    }
    let scope = audit.components.count > 1 ? " of the largest component" : ""
    return Figure(
      name: "leaderboard",
      caption:
        "Rewards of the leading \(leaders.count) alternatives\(scope) under the \(shown.map { names[$0] }.joined(separator: " and the ")) estimate, tied by a line for each. Whiskers: 95 % of the standard estimate.",
      marks: (shown.count > 1 ? ties : []) + points, x: Figure.Axis("reward"),
      y: axis(leaders.map { label($0) + mark($0) }),
      height: height(leaders.count), legend: true)
  }

  /// The family of an alternative, or else its group of near-duplicates.
  private func mark(_ i: Int) -> String {
    if let family = families?[i] { return " · \(AuditSpelling.cut(family, 20))" }
    return audit.duplicates.groupOf[i].map { " · group \($0 + 1)" } ?? ""
  }

  /// Contexts on their first two principal axes, coloured by the first weights that are not equal.
  var map: Figure {
    let shown = names.count > 1 ? 1 : 0
    let weights = audit.estimates[shown].weights.values
    let m = Double(weights.count)
    let texts = zip(audit.dataset.alternatives, weights).map { alternative, weight in
      let text = AuditSpelling.cut(alternative.text, 90)
      return "\(alternative.id)\nweight \(printed("%.2f", weight * m))/m"
        + (text.isEmpty ? "" : "\n\(text)")
    }
    let cloud = Figure.Cloud(
      x: audit.plane.map(\.x), y: audit.plane.map(\.y), values: weights.map { log10(max($0 * m, 0.01)) },
      scale: "weight: 0 equal, -1 a tenth", texts: texts)
    return Figure(
      name: "context-map",
      caption:
        "Contexts on their first two principal axes. Drawn without scripts, colours are the decimal logarithm of the \(names[shown]) weight in equal shares; the page's own map has search, groups and weights to choose from.",
      marks: [.cloud(cloud)], x: Figure.Axis("first axis"), y: Figure.Axis("second axis"))
  }

  /// Shift against the number of near clones, largest over the targets.
  var attacks: Figure {
    let near = audit.attacks.filter { $0.distance <= CloneAudit.nearDistance }
    let counts = Set(near.map(\.clones)).sorted()
    let series = names.enumerated().map { scheme, name in
      Figure.Series(
        name, x: counts.map(Double.init),
        y: counts.map { count in
          near.filter { $0.clones == count }.map { $0.shifts[scheme].largest }.max() ?? 0
        }, colour: colour(scheme))
    }
    return Figure(
      name: "shift-curves",
      caption:
        "Near clones that could come: the largest shift of another reward over all targets, against how many clones of one come, within a tenth of the median distance of nearest neighbours.",
      marks: series.map(Figure.Mark.series), x: Figure.Axis("clones of one answer"),
      y: Figure.Axis("largest shift of another reward"), height: 380)
  }

  /// Held-out loss against the strength of the regularisation, each scheme above its own least.
  func lambdaCurves(_ heldOut: HeldOutFit) -> Figure {
    let series = names.indices.map { scheme in
      Figure.Series(
        names[scheme], x: heldOut.curves[scheme].points.map(\.lambda),
        y: heldOut.curves[scheme].points.map(\.difference), colour: colour(scheme))
    }
    return Figure(
      name: "lambda-curves",
      caption:
        "Held-out log loss above its least, against lambda. Chosen: \(names.indices.map { "\(names[$0]) \(AuditSpelling.short(heldOut.curves[$0].chosen))" }.joined(separator: ", ")).",
      marks: series.map(Figure.Mark.series), x: Figure.Axis("lambda", .logarithmic),
      y: Figure.Axis("loss above the least"), height: 380)
  }

  /// What is left as more counts as the same.
  var resolutions: Figure {
    let points = audit.resolutions.points
    let x = points.map(\.distance)
    return Figure(
      name: "resolution-curve",
      caption:
        "Groups and effective number of alternatives against the distance within which answers count as the same, by linkage weights.",
      marks: [
        .series(
          Figure.Series("groups", x: x, y: points.map { Double($0.groups) }, colour: colour(1))),
        .series(
          Figure.Series(
            "effective alternatives", x: x, y: points.map(\.effectiveAlternatives), colour: colour(2))),
      ],
      x: Figure.Axis("resolution"), y: Figure.Axis("number"), height: 380)
  }
}
