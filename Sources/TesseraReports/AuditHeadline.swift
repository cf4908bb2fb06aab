import Tessera
import TesseraFormats

/// The first screen of an audit's page: the answer, what to do, three numbers with their noise, and the figure that shows it.
struct AuditHeadline {
  let audit: CloneAudit
  let names: [String]
  /// The answer and what to do, in words.
  let words: CloneVerdictWords
  let figure: Figure

  var headline: HTMLPage.Headline {
    HTMLPage.Headline(
      answer: words.answer, action: words.action,
      numbers: [shift, heldOut, attack].compactMap { $0 }, figure: figure)
  }

  private typealias Number = HTMLPage.Headline.Number

  private var shift: Number? {
    let verdict = audit.cloneVerdict
    guard let largest = verdict.shifts.first else {
      let members = audit.duplicates.members
      return Number(
        "\(Spell.count(members)) of \(Spell.count(audit.dataset.alternatives.count))",
        "answers have a near-duplicate, within a distance of \(AuditSpelling.short(audit.duplicates.distance))"
      )
    }
    let id = audit.dataset.alternatives[largest.alternative].label
    let errors = largest.size.isFinite ? ", \(printed("%.1f", largest.size)) standard errors" : ""
    return Number(
      Measured.text(largest.change, largest.error),
      "is the clearest shift of another reward when each group counts once: of \(id)\(errors). Of \(Spell.count(verdict.shiftsTested)) shifts, one counts from \(printed("%.1f", verdict.limit)) on."
    )
  }

  private var heldOut: Number? {
    guard let held = audit.cloneVerdict.heldOut else { return nil }
    guard let difference = held.difference, names.count > 1 else {
      return Number(
        Measured.text(held.standard, held.standardError),
        "is the log loss of held-out votes under the standard estimate; a coin has 0.693.")
    }
    let standard = Measured.text(held.standard, held.standardError).drop { $0 == "+" }
    return Number(
      Measured.text(difference, held.error),
      "is the log loss of held-out votes under the \(names[1]) estimate, less the standard one's \(standard): below zero, robustness pays; above, it costs."
    )
  }

  private var attack: Number? {
    guard let most = audit.attacks.map(\.clones).max() else { return nil }
    let found = audit.verdict.schemes
    func count(_ scheme: Int) -> String {
      found[scheme].clonesToFlip.map(String.init) ?? "none of \(most)"
    }
    guard names.count > 1 else {
      return Number(count(0), "near clones of a leading answer change a winner of the standard estimate.")
    }
    let noise = found[1].noise.largest
    let own =
      AuditSpelling.isRounding(noise)
      ? "" : " Another seed alone moves a reward by \(AuditSpelling.short(noise)) there."
    return Number(
      "\(count(0)) → \(count(1))",
      "near clones of a leading answer change a winner: of the standard estimate, and of the \(names[1]) one.\(own)"
    )
  }
}
