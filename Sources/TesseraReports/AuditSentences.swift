import Tessera

/// The verdict of an audit in sentences: what there is, then what each scheme makes of it.
public struct AuditSentences: Sendable {
  public let verdict: Verdict
  /// What the schemes are called, in the verdict's order.
  public let names: [String]

  /// - Precondition: One name for each scheme of the verdict.
  public init(_ verdict: Verdict, names: [String]) {
    precondition(names.count == verdict.schemes.count)
    self.verdict = verdict
    self.names = names
  }

  public var sentences: [String] {
    nearDuplicates + [NearDuplicateSentences(verdict.frequency).sentence]
      + zip(names, verdict.schemes).map(sentence) + topics
  }

  private var nearDuplicates: [String] {
    let threshold = AuditSpelling.short(verdict.threshold)
    var lines: [String] = []
    if verdict.groups == 0 {
      lines.append("There are no near-duplicates within a distance of \(threshold).")
    } else {
      lines.append(
        "\(verdict.groups == 1 ? "1 group of near-duplicates holds" : "\(verdict.groups) groups of near-duplicates hold") \(verdict.members) of \(verdict.alternatives) alternatives (within a distance of \(threshold), half the median distance of nearest neighbours unless it was given)."
      )
    }
    if verdict.elsewhere > 0 {
      lines.append(
        "\(verdict.elsewhere) more lie near an alternative that they are never compared with, even indirectly (answers to other prompts, say); they are left alone."
      )
    }
    return lines
  }

  /// Advice alone: that topics should count alike is nothing that data say.
  private var topics: [String] {
    guard let advice = verdict.topics, let shift = advice.shift else { return [] }
    var line =
      "These answers fall into \(advice.topics.groups.count) stable topics (\(advice.sizes.sorted(by: >).map(String.init).joined(separator: ", ")) answers); weighing by topic would move a reward by \(AuditSpelling.size(shift.largest))"
    line +=
      shift.winnerFlips > 0
      ? " and change \(AuditSpelling.count(shift.winnerFlips, "winner"))." : " and change no winner."
    return [line]
  }

  private func sentence(_ name: String, _ scheme: Verdict.Scheme) -> String {
    var line = "\(name): "
    if let shift = scheme.collapsedShift {
      line +=
        "collapsing one of these groups moves another reward by \(AuditSpelling.size(shift)) at most and changes "
      line +=
        scheme.collapsedFlips > 0
        ? AuditSpelling.count(scheme.collapsedFlips, "winner") + "; " : "no winner; "
    }
    line +=
      "near clones of a leading alternative move another reward by \(AuditSpelling.size(scheme.attackShift))"
    line +=
      scheme.clonesToFlip.map {
        $0 == 1 ? ", and one of them changes a winner." : ", and \($0) of them change a winner."
      } ?? ", and change no winner."
    if !AuditSpelling.isRounding(scheme.noise.largest) {
      line +=
        " Its weights are sampled: another seed alone moves rewards by \(AuditSpelling.size(scheme.noise.largest))"
      line += scheme.noise.winnerFlips > 0 ? " and changes \(scheme.noise.winnerFlips) winners." : "."
    }
    if let fragility = scheme.fragility {
      line +=
        " Without \(AuditSpelling.votes(fragility.votes)) of \(AuditSpelling.number(verdict.votes)) (\(AuditSpelling.percent(fragility.share))) another alternative would lead."
    }
    return line
  }
}
