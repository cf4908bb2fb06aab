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

  private static let colours = ["#c05621", "#2b6cb0", "#2f855a", "#6b46c1", "#b7791f", "#718096", "#97266d"]
  private func colour(_ scheme: Int) -> String { Self.colours[scheme % Self.colours.count] }

  /// The best alternatives under the standard estimate, of one component where several are not comparable.
  private var leaders: [Int] {
    let rewards = audit.estimates[0].rewards
    var size = [Int: Int]()
    for component in audit.components.of { size[component, default: 0] += 1 }
    let largest = size.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    let pool = rewards.indices.filter { audit.components.of[$0] == largest }
    return Array(pool.sorted { (rewards[$1], $0) < (rewards[$0], $1) }.prefix(20))
  }

  /// Standard to weighted, one line for each leading alternative.
  var slopes: Figure {
    let leaders = leaders
    let series = leaders.enumerated().map { place, i in
      Figure.Series(
        audit.dataset.alternatives[i].id, x: names.indices.map(Double.init),
        y: audit.estimates.map { $0.rewards[i] }, colour: place < 3 ? colour(place) : "#a0aec0",
        errors: place < 8 ? audit.bootstraps.map { $0.halfWidths[i] } : nil)
    }
    return Figure(
      name: "leaderboard-slopes",
      caption:
        "Rewards of the leading \(leaders.count) alternatives under each scheme\(audit.components.count > 1 ? ", of the largest component" : ""); whiskers: 95 % of the bootstrap.",
      marks: series.map(Figure.Mark.series),
      x: Figure.Axis("", .named(names), range: -0.2...Double(names.count) - 0.8), y: Figure.Axis("reward"),
      legend: leaders.count <= 10)
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
      scale: "log10(m w)", texts: texts)
    return Figure(
      name: "context-map",
      caption:
        "Contexts on their first two principal axes, coloured by the \(names[shown]) weight: 0 is an equal share, below it answers share with others.",
      marks: [.cloud(cloud)], x: Figure.Axis("first axis"), y: Figure.Axis("second axis"))
  }

  /// Shift against the number of clones, largest over the targets.
  var attacks: Figure {
    let distances = Set(audit.attacks.map(\.distance)).sorted()
    let counts = Set(audit.attacks.map(\.clones)).sorted()
    let series = names.enumerated().flatMap { scheme, name in
      distances.enumerated().map { place, distance in
        let largest = counts.map { count in
          audit.attacks.filter { $0.clones == count && $0.distance == distance }
            .map { $0.shifts[scheme].largest }.max() ?? 0
        }
        return Figure.Series(
          "\(name), distance \(AuditSpelling.short(distance))", x: counts.map(Double.init), y: largest,
          colour: colour(scheme), dash: Figure.Series.Dash.allCases[place % 4])
      }
    }
    return Figure(
      name: "shift-curves",
      caption:
        "Largest shift of another alternative's reward over the targets, against the number of clones.",
      marks: series.map(Figure.Mark.series), x: Figure.Axis("clones"), y: Figure.Axis("largest shift"))
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
      y: Figure.Axis("loss above the least"))
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
          Figure.Series("groups", x: x, y: points.map { Double($0.groups) }, colour: "#2b6cb0")),
        .series(
          Figure.Series(
            "effective alternatives", x: x, y: points.map(\.effectiveAlternatives), colour: "#2f855a")),
      ],
      x: Figure.Axis("resolution"), y: Figure.Axis("number"))
  }
}
