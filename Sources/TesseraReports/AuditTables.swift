import Tessera

/// The tables of an audit's page.
struct AuditTables {
  let audit: CloneAudit
  /// What the schemes are called.
  let names: [String]

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

  /// What each group of near-duplicates does to the others.
  var influences: HTMLPage.Table {
    HTMLPage.Table(
      header: ["Group", "Members", "Reach"] + names.map { "\($0): weight" } + names.map { "\($0): collapsed" }
        + names.map { "\($0): removed" },
      rows: audit.influences.enumerated().map { number, group in
        ["\(number + 1)", "\(group.members.count)", AuditSpelling.short(group.reach)]
          + group.weights.map { printed("%.4f", $0) } + group.collapsed.map(AuditSpelling.shift)
          + group.removed.map(AuditSpelling.shift)
      },
      caption:
        "Largest reward shift, pairs of leading alternatives that change order, components whose winner changes.",
      numeric: [0, 1, 2])
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

  /// The groups' texts, to see whether they are the same answer.
  var members: HTMLPage.Table {
    let alternatives = audit.dataset.alternatives
    return HTMLPage.Table(
      header: ["Group", "One member", "Another", "More members"],
      rows: audit.influences.enumerated().map { number, group in
        func spell(_ place: Int) -> String {
          guard group.members.indices.contains(place) else { return "" }
          let alternative = alternatives[group.members[place]]
          return [alternative.id, AuditSpelling.cut(alternative.text, 280)].filter { !$0.isEmpty }
            .joined(separator: "\n")
        }
        let rest = group.members.dropFirst(2).prefix(6).map { alternatives[$0].id }.joined(separator: ", ")
        let more = group.members.count - 8
        return ["\(number + 1)", spell(0), spell(1), more > 0 ? "\(rest) and \(more) more" : rest]
      }, caption: "Members side by side.")
  }

  /// The largest attack on each target.
  var attacks: HTMLPage.Table {
    let most = audit.attacks.map(\.clones).max()
    return HTMLPage.Table(
      header: ["Cloned", "Distance", "Clones"] + names,
      rows: audit.attacks.filter { $0.clones == most }.map { attack in
        [
          audit.dataset.alternatives[attack.target].id, AuditSpelling.short(attack.distance),
          "\(attack.clones)",
        ] + attack.shifts.map(AuditSpelling.shift)
      },
      caption: "Largest reward shift, ranks and winners that change.", numeric: [1, 2])
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
