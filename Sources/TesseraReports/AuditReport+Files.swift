import Tessera
import TesseraFormats

extension AuditReport {
  /// The same for programs.
  public var document: AuditDocument {
    AuditDocument(
      audit, names: names, contexts: contexts, families: families, verdict: verdict + sentences,
      advice: .commandLine)
  }

  /// `audit.json`, the figures, and `index.html`, which is last: what it shows is there when it appears.
  ///
  /// - Parameter library: What the page draws its figures with; nil for drawings alone.
  public func files(library: HTMLPage.Library? = nil) throws -> [ReportFile] {
    let page = page
    return [ReportFile("audit.json", try DocumentFile.text(document))] + page.figures.flatMap(\.files)
      + [ReportFile("index.html", page.html(library))]
  }

  /// The answer and what else was found, as a person reads it who has not opened the page.
  public var summary: String {
    var text = CloneVerdictWords.question + "\n"
    text += verdict.joined(separator: "\n") + "\n\n"
    text += sentences.joined(separator: "\n") + "\n"
    if let qualities = audit.heldOut?.qualities, let standard = qualities.first, qualities.count > 1 {
      let held = zip(audit.estimates.dropFirst(), qualities.dropFirst()).map {
        "\($0.scheme.name) \(Spell.decimals($1.logLoss))"
      }
      text +=
        "Held-out log loss: standard \(Spell.decimals(standard.logLoss)) ± \(Spell.decimals(standard.logLossError)), \(held.joined(separator: ", ")).\n"
    }
    return text
  }

  /// What makes the figures say less than they seem to.
  public var warnings: [String] {
    let m = audit.dataset.alternatives.count
    guard audit.influences.contains(where: { 2 * $0.members.count > m }) else { return [] }
    return [
      "one group of near-duplicates holds more than half of the alternatives: the distance \(Spell.short(audit.nearDuplicates.threshold)) is too large to tell them apart"
    ]
  }
}
