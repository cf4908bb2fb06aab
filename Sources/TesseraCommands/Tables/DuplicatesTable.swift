import Tessera
import TesseraFormats
import TesseraReports

/// Groups of near-duplicates on a terminal: members one below the other, with the reason and the text.
struct DuplicatesTable {
  let document: DuplicatesDocument
  /// Groups to show, and members of each.
  let groups: Int
  let width: Int

  static let mostMembers = 12

  var text: String {
    var result = ""
    var shown = document.rows.filter { ($0.group ?? .max) <= groups }[...]
    while let first = shown.first {
      let members = shown.prefix { $0.group == first.group }
      shown = shown.dropFirst(members.count)
      result += "\n" + block(Array(members))
    }
    if document.groups > groups {
      result += "\n... \(Spell.plural(document.groups - groups, "group")) more (--top 0 shows all)\n"
    }
    return result
  }

  private func block(_ members: [DuplicatesDocument.Row]) -> String {
    guard let first = members.first, let group = first.group else { return "" }
    var title = "group \(group): \(Spell.plural(members.count, "answer"))"
    if let prompt = first.prompt, members.allSatisfy({ $0.prompt == prompt }) {
      title += ", prompt \(TextTable.visible(prompt, limit: 40))"
    }
    var table = TextTable([
      ("", .left), ("", .left), ("line", .right), ("won", .right), ("distance", .right), ("cosine", .right),
    ])
    let shown = members.prefix(Self.mostMembers)
    for member in shown {
      table.add([
        "  " + member.decision.rawValue, TextTable.visible(member.id, limit: 32),
        member.line.map(String.init) ?? "\(member.row)", won(member),
        member.distance.map { Spell.decimals($0) } ?? "-", member.cosine.map { Spell.decimals($0) } ?? "-",
      ])
    }
    var lines = table.text(for: .plain).split(separator: "\n").map(String.init)
    let header = lines.removeFirst()
    var result = cut(title) + "\n" + header + "\n"
    for (line, member) in zip(lines, shown) {
      result += cut(line) + "\n" + cut("         " + member.reason) + "\n"
      if let text = member.text { result += cut("         | " + text) + "\n" }
    }
    if members.count > shown.count {
      let rest = members.dropFirst(shown.count)
      let parts = DuplicateDecisions.Decision.allCases.compactMap { decision -> String? in
        let number = rest.count { $0.decision == decision }
        return number > 0 ? "\(Spell.count(number)) to \(decision.rawValue)" : nil
      }
      result += "  ... \(Spell.count(rest.count)) more: \(parts.joined(separator: ", "))\n"
    }
    return result
  }

  private func won(_ member: DuplicatesDocument.Row) -> String {
    guard let comparisons = member.comparisons, let wins = member.wins else { return "-" }
    return "\(Spell.count((10 * wins).rounded() / 10)) of \(Spell.count(comparisons))"
  }

  private func cut(_ line: String) -> String { TextTable.visible(line, limit: width) }
}
