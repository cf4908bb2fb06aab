import Tessera

/// Comparisons as rows of their own, `prompt`, `chosen`, `rejected`, for layouts whose rows make several of them.
///
/// Ties prefer nobody: they are left out, and counted.
package struct WeightedPairs {
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
    let own = records.map { all[$0] }
    let total = own.reduce(0, +)
    return total > 0 ? own.map { $0 / total * Double(own.count) } : own
  }

  package static let columns = ["prompt", "chosen", "rejected"]

  package func write(to file: String, _ format: RowFormat, _ extras: WeightedRows.Extras, work: Work) throws {
    let prompts = Dictionary(
      zip(reading.prompts, reading.promptTexts), uniquingKeysWith: { first, _ in first })
    let hasModels = reading.alternatives.contains { $0.model != nil }
    let rewards = extras.rewards
    let fields =
      Self.columns.map { ParquetField($0, .string) }
      + (hasModels ? [ParquetField("chosen_model", .string), ParquetField("rejected_model", .string)] : [])
      + [
        ParquetField("chosen_id", .string), ParquetField("rejected_id", .string),
        ParquetField("weight", .double),
        ParquetField("weight_a", .double), ParquetField("weight_b", .double),
        ParquetField("group_a", .string),
        ParquetField("group_b", .string),
      ] + (rewards == nil ? [] : WeightedRows.rewardNames.map { ParquetField($0, .double) })
      + [ParquetField("source_file", .string), ParquetField("source_row", .int64)]
    let weights = weights(extras.weights)
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
        // All strings in one buffer, which cells point into.
        var bytes: [UInt8] = []
        var ranges: [Range<Int>?] = []
        for text in texts + groups + [source] {
          guard let text else {
            ranges.append(nil)
            continue
          }
          let start = bytes.count
          bytes.append(contentsOf: text.utf8)
          ranges.append(start..<bytes.count)
        }
        try bytes.withUnsafeBufferPointer { bytes in
          let strings = ranges.map { range in
            range.map { ParquetCell.text(UnsafeBufferPointer(rebasing: bytes[$0])) } ?? .null
          }
          var cells = Array(strings.prefix(texts.count))
          cells += [
            .number(weights[number]), .number(extras.alternatives[won]), .number(extras.alternatives[lost]),
          ]
          cells += strings[texts.count..<texts.count + 2]
          if let rewards {
            let (first, second) = (rewards[won], rewards[lost])
            cells += [
              first.map(ParquetCell.number) ?? .null, second.map(ParquetCell.number) ?? .null,
              first.flatMap { first in second.map { .number(first - $0) } } ?? .null,
            ]
          }
          cells += [strings[texts.count + 2], .integer(Int64(reading.records[place].place))]
          for _ in 0..<times { try append(cells) }
        }
      }
    }
  }
}
