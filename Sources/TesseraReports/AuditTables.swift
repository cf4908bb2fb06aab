import Tessera
import TesseraFormats

/// The tables of an audit's page.
struct AuditTables {
  let audit: CloneAudit
  /// What the schemes are called.
  let names: [String]
  /// Of each alternative; nil where none are declared.
  var families: [String?]?

  /// What each estimate rests on: effective numbers, spread, certificate.
  var foundations: HTMLPage.Table {
    let settings = audit.settings.fit
    let pairs = audit.dataset.pairCounts.pairCount
    return HTMLPage.Table(
      header: [
        "Weights", "Effective alternatives", "Weight zero", "Effective comparisons",
        "Standard error (median)", "Bootstrap 95 % half-width (median)", "Shift by another seed",
        "Certificate",
      ],
      rows: names.indices.map { k in
        let estimate = audit.estimates[k]
        return [
          names[k],
          "\(printed("%.0f", estimate.weights.effectiveAlternatives)) of \(audit.dataset.alternatives.count)",
          printed("%.1f %%", 100 * estimate.weights.zeroWeightShare),
          "\(printed("%.0f", estimate.effectiveComparisons)) of \(pairs)",
          AuditSpelling.median(audit.errors[k].values),
          AuditSpelling.median(audit.bootstraps[k].halfWidths), AuditSpelling.shift(audit.noise[k]),
          printed("%.0e", estimate.fit.certificate),
        ]
      },
      caption:
        "lambda \(AuditSpelling.short(audit.estimates[0].lambda)) in the standard estimate (\(settings.lambdaConvention.rawValue)).",
      numeric: [1, 2, 3, 4, 5, 6, 7])
  }

  /// What each group of near-duplicates does to the others: a row for each group and scheme.
  var influences: HTMLPage.Table {
    var use = HTMLPage.Table.Use()
    (use.id, use.isSorted, use.minor) = ("table-influences", true, [1, 2])
    var (rows, values): ([[String]], [[Double?]]) = ([], [])
    for (number, group) in audit.influences.enumerated() {
      let first = AuditSpelling.cut(ids[group.members[0]], 40)
      let more = group.members.count - 1
      for k in names.indices {
        let noise = audit.noise[k].largest
        func cells(_ shift: RewardShift?) -> [String] {
          guard let shift else { return ["-", "-", "-"] }
          return [
            Measured.size(shift.largest, noise: AuditSpelling.isRounding(noise) ? nil : noise),
            "\(shift.rankChanges)", "\(shift.winnerFlips)",
          ]
        }
        func numbers(_ shift: RewardShift?) -> [Double?] {
          [shift?.largest, shift.map { Double($0.rankChanges) }, shift.map { Double($0.winnerFlips) }]
        }
        rows.append(
          [
            "\(number + 1): \(first)\(more > 0 ? " and \(more) more" : "")", "\(group.members.count)",
            AuditSpelling.short(group.reach), names[k], printed("%.2f", group.weights[k] * Double(ids.count)),
          ]
            + cells(group.collapsed[k]) + cells(group.removed[k]))
        values.append(
          [Double(number), Double(group.members.count), group.reach, nil, group.weights[k]]
            + numbers(group.collapsed[k]) + numbers(group.removed[k]))
        use.about.append(group.members.map { ids[$0] })
      }
    }
    use.values = values
    return HTMLPage.Table(
      header: [
        "Group", "Members", "Reach", "Weights", "Weight, in equal shares", "Collapsed: shift", "ranks",
        "winners",
        "Removed: shift", "ranks", "winners",
      ],
      rows: rows,
      caption:
        "Largest shift of another reward, pairs of leading alternatives that change order, components whose winner changes. Digits below what another seed moves are left out.",
      numeric: [1, 2, 4, 5, 6, 7, 8, 9, 10], use: use)
  }

  /// How frequent near-duplicates are.
  var frequency: HTMLPage.Table {
    let found = audit.nearDuplicateFrequency
    func row(_ what: String, _ portion: NearDuplicateFrequency.Portion) -> [String] {
      [what, "\(portion.alternatives)", "\(portion.of)", AuditSpelling.percent(portion.share)]
    }
    return HTMLPage.Table(
      header: ["Alternatives", "Number", "Of", "Share"],
      rows: [row("with an exact copy", found.copies)]
        + found.within.map {
          row("with another one within \(AuditSpelling.short($0.distance)) of the median", $0.portion)
        }
        + (found.samePrompt.map { [row("whose nearest neighbour answers the same prompt", $0)] } ?? [])
        + [row("whose nearest neighbour was compared with them", found.partner)],
      caption:
        "How frequent near-duplicates are. The median distance of nearest neighbours, in which copies count once, is \(AuditSpelling.short(found.median)); copies are within every distance.",
      numeric: [1, 2, 3])
  }

  /// Every member of every group of near-duplicates, with what to do with it.
  var duplicates: HTMLPage.Table {
    var use = HTMLPage.Table.Use()
    (use.id, use.isSorted, use.isSearched) = ("table-duplicates", true, true)
    use.head = 2
    let words = DuplicateWords(audit.duplicates, audit.decisions, ids: ids)
    let hasTexts = audit.dataset.alternatives.contains { !($0.text ?? "").isEmpty }
    var rows: [[String]] = []
    for (number, members) in audit.decisions.members.enumerated() {
      for member in members {
        let alternative = audit.dataset.alternatives[member.alternative]
        rows.append(
          ["\(number + 1)", member.decision.rawValue, alternative.id]
            + (hasTexts ? [AuditSpelling.cut(alternative.text, 160)] : []) + [
              ids[member.nearestMember], member.distance < 1e-6 ? "0" : AuditSpelling.short(member.distance),
              words.reason(member.reason),
            ])
        use.kinds.append(member.decision.rawValue)
        use.about.append([alternative.id])
        use.values.append(
          [Double(number), nil, nil] + (hasTexts ? [nil] : []) + [nil, member.distance, nil])
      }
    }
    let header =
      ["Group", "Decision", "Alternative"] + (hasTexts ? ["Text"] : []) + ["Nearest", "Distance", "Why"]
    // The nearest one and how near are for a wider screen.
    use.minor = [header.count - 3, header.count - 2]
    return HTMLPage.Table(
      header: header, rows: rows,
      caption: "Near-duplicates, group by group: the one to keep, what wants a look, what can go.",
      numeric: [0, header.count - 2], use: use)
  }

  /// Rows that a page holds; the document has all.
  private static let mostRows = 20_000

  /// Both estimates of every alternative. Where ranks compare within components alone, those that move stand first.
  var leaderboard: HTMLPage.Table {
    var use = HTMLPage.Table.Use()
    (use.id, use.isSorted, use.isSearched, use.head) = ("table-leaderboard", true, true, 2)
    let (several, both) = (audit.components.count > 1, names.count > 1)
    let (standard, weighted) = (audit.ranks[0], audit.ranks[both ? 1 : 0])
    func moved(_ i: Int) -> Int? {
      guard both, let a = standard.places[i], let b = weighted.places[i] else { return nil }
      return a - b
    }
    let order = ids.indices.sorted { i, j in
      let (a, b) = (abs(moved(i) ?? 0), abs(moved(j) ?? 0))
      if several, a != b { return a > b }
      if audit.components.of[i] != audit.components.of[j], several {
        return audit.components.of[i] < audit.components.of[j]
      }
      return (standard.places[i] ?? .max, i) < (standard.places[j] ?? .max, j)
    }.prefix(Self.mostRows)
    var rows: [[String]] = []
    for i in order {
      let alternative = audit.dataset.alternatives[i]
      let group = audit.duplicates.groupOf[i]
      let counted = audit.dataset.pairCounts.comparisons(of: i)
      func reward(_ k: Int) -> String {
        standard.places[i] == nil
          ? "-" : Measured.text(audit.estimates[k].rewards[i], audit.errors[k].values[i])
      }
      var row = [
        standard.places[i].map(String.init) ?? "-",
        standard.ranks[i].map { "\($0.lowerBound) to \($0.upperBound)" } ?? "-",
        alternative.id,
      ]
      var values: [Double?] = [
        standard.places[i].map(Double.init), standard.ranks[i].map { Double($0.lowerBound) }, nil,
      ]
      if let families {
        row.append(families[i] ?? "")
        values.append(nil)
      }
      if several {
        row.append(alternative.prompt ?? "\(audit.components.of[i] + 1)")
        values.append(alternative.prompt == nil ? Double(audit.components.of[i]) : nil)
      }
      row.append(reward(0))
      values.append(audit.estimates[0].rewards[i])
      if both {
        let by = moved(i)
        row += [
          reward(1), weighted.places[i].map(String.init) ?? "-",
          by.map { $0 == 0 ? "" : $0 > 0 ? "up\u{A0}\($0)" : "down\u{A0}\(-$0)" } ?? "",
        ]
        values += [
          audit.estimates[1].rewards[i], weighted.places[i].map(Double.init), by.map { Double($0) },
        ]
        use.kinds.append(by ?? 0 == 0 ? "" : "moved")
      }
      row += [AuditSpelling.number(counted), group.map { "\($0 + 1)" } ?? ""]
      values += [counted, group.map { Double($0) }]
      rows.append(row)
      use.values.append(values)
      use.about.append([alternative.id])
    }
    let header =
      ["Place", "Possible places", "Alternative"] + (families == nil ? [] : ["Family"])
      + (several ? ["Prompt or component"] : [])
      + ["\(names[0]) reward"] + (both ? ["\(names[1]) reward", "Place there", "Moves"] : [])
      + ["Comparisons", "Duplicates"]
    // The places it can have, and what it moves, are for a wider screen.
    use.minor = Set(header.indices.suffix(2))
    let left = ids.count - order.count
    return HTMLPage.Table(
      header: header, rows: rows,
      caption:
        "Rewards ± one standard error, places by the \(names[0]) estimate\(several ? " within components, those that move first" : ""); possible places hold at 95 % for all at once.\(left > 0 ? " \(Spell.count(left)) more stand in audit.json." : "")",
      numeric: Set(
        header.indices.filter {
          !["Alternative", "Family", "Prompt or component", "Moves"].contains(header[$0])
        }),
      use: use)
  }

  private var ids: [String] { audit.dataset.alternatives.map(\.id) }

  /// For each target and distance: how many clones change a winner, and the largest shift at most clones.
  var attacks: HTMLPage.Table {
    var use = HTMLPage.Table.Use()
    (use.id, use.isSorted, use.head) = ("table-attacks", true, 0)
    let most = audit.attacks.map(\.clones).max() ?? 0
    var keys: [(target: Int, distance: Double)] = []
    for attack in audit.attacks where !keys.contains(where: { $0 == (attack.target, attack.distance) }) {
      keys.append((attack.target, attack.distance))
    }
    var rows: [[String]] = []
    for key in keys {
      let own = audit.attacks.filter { $0.target == key.target && $0.distance == key.distance }
      let needed = names.indices.map { k in
        own.filter { $0.shifts[k].winnerFlips > 0 }.map(\.clones).min()
      }
      let shifts = names.indices.map { k in own.first { $0.clones == most }?.shifts[k].largest }
      rows.append(
        [ids[key.target], AuditSpelling.short(key.distance)]
          + needed.map { $0.map(String.init) ?? "none of \(most)" }
          + names.indices.map { k in
            let noise = audit.noise[k].largest
            return shifts[k].map {
              Measured.size($0, noise: AuditSpelling.isRounding(noise) ? nil : noise)
            } ?? "-"
          })
      use.about.append([ids[key.target]])
      use.values.append(
        [nil, key.distance] + needed.map { $0.map(Double.init) ?? Double(most + 1) } + shifts)
    }
    return HTMLPage.Table(
      header: ["Cloned", "Distance"] + names.map { "\($0): clones needed" } + names.map { "\($0): shift" },
      rows: rows,
      caption:
        "Clones needed to change a winner, of 1, 2, 5 and 10, and the largest shift of another reward by \(most).",
      numeric: Set(1..<2 + 2 * names.count), use: use)
  }

  /// All that decides what the page says.
  func settings(_ origin: PageOrigin, _ contexts: String) -> HTMLPage.Table {
    let fit = audit.settings.fit
    let weights = zip(names, audit.estimates).map { name, estimate -> [String] in
      let p = estimate.weights.provenance
      var how = p.scheme + (p.space.map { " in \($0)" } ?? "")
      if p.method != .exact { how += ", \(Spell.count(p.samples)) samples" }
      return ["weights: \(name)", "\(how), lambda \(AuditSpelling.short(estimate.lambda))"]
    }
    let rows =
      origin.rows + [
        ["seed", "\(fit.seed)"], ["contexts", contexts],
        ["lambda convention", fit.lambdaConvention.rawValue], ["pairs count by", audit.pairs.rawValue],
        ["near-duplicates within", AuditSpelling.short(audit.nearDuplicates.threshold)],
        ["bootstrap resamples", "\(audit.settings.bootstraps)"],
      ] + weights
    return HTMLPage.Table(header: ["Setting", "Value"], rows: rows)
  }

  /// How few votes decide who leads.
  var fragilities: HTMLPage.Table {
    let ids = audit.dataset.alternatives.map(\.id)
    return HTMLPage.Table(
      header: ["Weights", "Leads", "Votes", "Share", "Leads without them", "Which votes"],
      rows: names.indices.map { k in
        guard let found = audit.fragilities[k] else { return [names[k], "-", "-", "-", "-", "-"] }
        let most = found.dropped.prefix(6).map { drop -> String in
          let what =
            switch drop.outcome {
            case 1: "\(ids[drop.winner]) over \(ids[drop.loser])"
            case 0.5: "a tie of \(ids[drop.winner]) and \(ids[drop.loser])"
            default:
              "\(AuditSpelling.short(drop.outcome)) for \(ids[drop.winner]) over \(ids[drop.loser])"
            }
          return drop.count == 1 ? what : "\(AuditSpelling.number(drop.count)) times \(what)"
        }
        let more = found.dropped.count - most.count
        return [
          names[k], ids[found.leader], AuditSpelling.number(found.votes), AuditSpelling.percent(found.share),
          ids[found.newLeader] + (found.isVerified ? "" : " (the search stopped before the minimum)"),
          most.joined(separator: "; ") + (more > 0 ? "; and \(more) more kinds" : ""),
        ]
      }, numeric: [2, 3])
  }

  /// How well each scheme predicts what was held out.
  func predictions(_ heldOut: HeldOutFit) -> HTMLPage.Table {
    HTMLPage.Table(
      header: ["Weights", "lambda", "Accuracy", "Log loss", "less the standard's", "Calibration error"],
      rows: names.indices.map { k in
        let (quality, difference) = (heldOut.qualities[k], heldOut.differences[k])
        return [
          names[k], AuditSpelling.short(heldOut.curves[k].chosen),
          printed("%.1f %% ± %.1f", 100 * quality.accuracy, 100 * quality.accuracyError),
          printed("%.4f ± %.4f", quality.logLoss, quality.logLossError),
          k == 0 ? "" : printed("%+.4f ± %.4f", difference.logLoss, difference.error),
          printed("%.4f", quality.calibrationError),
        ]
      },
      caption: "Each with the lambda of its own curve, on the same folds; differences are paired.",
      numeric: [1, 2, 3, 4, 5])
  }
}
