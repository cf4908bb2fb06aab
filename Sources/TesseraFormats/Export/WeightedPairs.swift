import Tessera

/// Comparisons as rows of their own, `prompt`, `chosen`, `rejected`, for layouts whose rows make several of them.
///
/// Ties prefer nobody: they are left out, and counted.
package struct WeightedPairs: WeightedLines {
  private let reading: ComparisonFile
  private let files: [String]
  /// Of `ComparisonFile.records`: those that prefer one side.
  package let records: [Int]
  /// Ties that are left out.
  package let ties: Int

  /// - Parameter reading: With records and texts.
  package init(_ files: [String], _ reading: ComparisonFile) {
    (self.files, self.reading) = (files, reading)
    let compared = reading.records.indices.filter { reading.records[$0].comparison != nil }
    records = compared.filter { reading.records[$0].comparison?.outcome != 0.5 }
    ties = compared.count - records.count
  }

  /// Weights of the pairs, mean 1.
  package func weights(_ all: [Double]) -> [Double] {
    records.map { all[$0] }.scaledToMeanOne
  }

  package var statements: [WeightedStatement] {
    records.map { place in
      let record = reading.records[place]
      return WeightedStatement(
        file: Int(record.file), place: record.place, comparisons: record.comparison.map { [$0] } ?? [])
    }
  }

  /// Pairs always say where they come from.
  package func write(
    to file: String, _ format: RowFormat, weights: [Double], _ extras: WeightedRows.Extras, work: Work
  ) throws {
    var extras = extras
    extras.namesSource = true
    let prompts = reading.textOfPrompt
    let hasModels = reading.alternatives.contains { $0.model != nil }
    let names =
      ["prompt", "chosen", "rejected"] + (hasModels ? ["chosen_model", "rejected_model"] : [])
      + ["chosen_id", "rejected_id"]
    let fields = names.map { ParquetField($0, .string) } + extras.columns
    try RowWriter(format, columns: fields).write(to: file) { append in
      for (number, place) in records.enumerated() {
        if number & 0xFFF == 0 {
          try work.check()
          work.report(Double(number) / Double(records.count))
        }
        let times = extras.repeats?[number] ?? 1
        guard times > 0, let row = reading.records[place].comparison else { continue }
        let (won, lost) = row.outcome > 0.5 ? (Int(row.a), Int(row.b)) : (Int(row.b), Int(row.a))
        let (a, b) = (reading.alternatives[won], reading.alternatives[lost])
        var texts: [String?] = [a.prompt.map { prompts[$0] ?? $0 }, a.text ?? a.id, b.text ?? b.id]
        if hasModels { texts += [a.model, b.model] }
        texts += [a.id, b.id]
        let groups = [extras.groups[won], extras.groups[lost]]
        let source = files[Int(reading.records[place].file)]
        try ParquetCell.withTexts(texts + groups + [source]) { strings in
          var cells = Array(strings.prefix(texts.count))
          cells += [
            .number(weights[number]), .number(extras.alternatives[won]), .number(extras.alternatives[lost]),
          ]
          cells += strings[texts.count..<texts.count + 2]
          cells += extras.rewardCells(won, lost)
          cells += [strings[texts.count + 2], .integer(Int64(reading.records[place].place))]
          for _ in 0..<times { try append(cells) }
        }
      }
    }
  }
}
