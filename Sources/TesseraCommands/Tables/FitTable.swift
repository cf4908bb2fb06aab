import Tessera
import TesseraFormats
import TesseraReports

/// A fit as a person reads it: the answer, the leaderboard, what they rest on.
struct FitTable {
  private let result: RewardFit.Result
  /// The alternative whose differences from the others are shown.
  private let against: String?
  /// What was chosen, and why.
  private let why: [String]
  private let standardRanks: [Int?]
  private let weightedRanks: [Int?]?

  init(_ result: RewardFit.Result, why: [String], against: String? = nil) {
    self.why = why
    self.result = result
    ids = result.dataset.alternatives.map(\.id)
    self.against = against
    standardRanks = result.ranks(result.standard.rewards)
    weightedRanks = result.weighted.map { result.ranks($0.rewards) }
  }

  /// Whether comparisons are weighed: alternatives then have a share of them, and no weight.
  private var isLocal: Bool { result.choice.weights.isLocal && result.weighted != nil }

  private let ids: [String]

  func text(rows: RowOptions) -> String {
    let (standard, weighted, best) = (result.standard, result.weighted, result.best)
    let hasComponents = result.components.count > 1
    var columns: [(String, TextTable.Alignment)] = [("alternative", .left)]
    if hasComponents { columns.append(("component", .right)) }
    if weighted != nil {
      columns.append((sharesAreSmall ? "times 1/m" : isLocal ? "share" : "weight", .right))
    }
    columns += [("standard reward", .right), ("rank", .right)]
    let movedColumn = columns.count + 2
    if weighted != nil { columns += [("weighted reward", .right), ("rank", .right), ("moved", .right)] }
    if weighted?.weightNoise != nil { columns.append(("± of weights", .right)) }
    if let against { columns.append(("less \(against)", .right)) }
    columns += [("win rate", .right), ("comparisons", .right)]
    let texts = result.dataset.alternatives.map(\.text)
    let hasTexts = texts.contains { $0 != nil }
    if hasTexts { columns.append(("answer", .left)) }
    var table = TextTable(columns)
    let (comparisons, winRates) = (result.comparisons, result.winRates)
    let reference = against.flatMap { id in ids.firstIndex { Array($0.utf8) == Array(id.utf8) } }
    let order = FitOrder(result, standardRanks, weightedRanks).places
    for i in order.prefix(rows.limit) {
      var row = [ids[i]]
      if hasComponents { row.append("\(result.components.of[i] + 1)") }
      if weighted != nil { row.append(share(i)) }
      row += [Self.spell(standard, i), standardRanks[i].map(String.init) ?? "-"]
      var colours: [Int: Colour] = [:]
      if let weighted, let weightedRanks {
        let (before, after) = (standardRanks[i], weightedRanks[i])
        row += [Self.spell(weighted, i), after.map(String.init) ?? "-", Self.moved(before, after)]
        if let before, let after { colours[movedColumn] = before > after ? .better : .worse }
        if let noise = weighted.weightNoise { row.append(noise[i].map { Spell.decimals($0) } ?? "-") }
      }
      if let reference { row.append(Self.difference(best, i, reference)) }
      row += [winRates[i].map { Spell.decimals($0, 3) } ?? "-", Spell.count(comparisons[i])]
      if hasTexts { row.append(TextTable.visible(texts[i] ?? "", limit: 32)) }
      table.add(row, colours: colours)
    }
    let details = FitDetails(result, why: why).text
    return FitConclusion(result, standardRanks, weightedRanks).text + "\n" + table.text
      + rows.rest(of: order.count) + "\n"
      + (Medium.current.isMarkdown ? "```\n\(details)```\n" : details)
  }

  /// The rows of the JSON document as CSV, with component and ranks, in the order of the table.
  func csv(rows: RowOptions, work: Work) throws -> String {
    let order = Array(FitOrder(result, standardRanks, weightedRanks).places.prefix(rows.limitOfCSV))
    let document = FitDocument.Rows(result)
    // The component stands in every file, in one place, numbered as in the document.
    @Sendable func write(_ i: Int, to text: inout String) {
      document[i].eachMember { key, value in
        guard key != .component else { return }
        if case .string(let name) = value { text += csvField(name) } else { text += value.plainText }
        text += ","
      }
      text += String(result.components.of[i])
      for ranks in [standardRanks, weightedRanks] {
        text += ","
        if let rank = ranks?[i] { text += String(rank) }
      }
      text += "\n"
    }
    var header = ""
    if let first = order.first {
      document[first].eachMember { key, _ in if key != .component { header += key.stringValue + "," } }
      header += "component,standardRank,weightedRank\n"
    }
    // Lines of a million alternatives take as long as their rewards: they are made on all cores.
    let block = 1_024
    var parts = [String](repeating: "", count: (order.count + block - 1) / block)
    try withPointers(&parts) { parts in
      try work.forEach(pieces: (order.count + block - 1) / block) { piece, _ in
        let places = order[piece * block..<min((piece + 1) * block, order.count)]
        parts[piece] = places.reduce(into: "") { write($1, to: &$0) }
      }
    }
    var text = header
    text.reserveCapacity(parts.reduce(header.utf8.count) { $0 + $1.utf8.count })
    for part in parts { text += part }
    return text
  }

  /// Whether four decimals would show one or two digits of an equal share.
  private var sharesAreSmall: Bool { ids.count >= 100 }

  private func share(_ i: Int) -> String {
    let value = result.weights.values[i]
    return sharesAreSmall ? Spell.decimals(value * Double(ids.count), 2) : Spell.decimals(value)
  }

  private static func moved(_ before: Int?, _ after: Int?) -> String {
    guard let before, let after, before != after else { return "" }
    return before > after ? "up \(before - after)" : "down \(after - before)"
  }

  private static func spell(_ estimate: RewardFit.Estimate, _ i: Int) -> String {
    guard let reward = estimate.rewards[i] else { return "-" }
    return "\(Spell.reward(reward)) ± \(estimate.errors.values[i].map { Spell.decimals($0) } ?? "-")"
  }

  private static func difference(_ estimate: RewardFit.Estimate, _ i: Int, _ reference: Int) -> String {
    guard i != reference, let a = estimate.rewards[i], let b = estimate.rewards[reference],
      let error = estimate.errors.differences?[i]
    else { return "" }
    return "\(Spell.reward(a - b)) ± \(Spell.decimals(error))"
  }
}
