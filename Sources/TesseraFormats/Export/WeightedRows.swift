import Tessera

/// What an export can be made of: rows as they were read, or pairs of their own.
package protocol WeightedLines {
  /// Where each line comes from, and what it compares, in the order of lines.
  var statements: [WeightedStatement] { get }
  /// Weights of the lines from those of the records, mean 1.
  func weights(_ records: [Double]) -> [Double]
  func write(
    to file: String, _ format: RowFormat, weights: [Double], _ extras: WeightedRows.Extras, work: Work) throws
}

/// A line of an export: where it comes from, and what it says.
package struct WeightedStatement: Sendable {
  package let file: Int
  package let place: Int
  package let comparisons: [Comparison]
}

/// The rows of files once more, each with what it weighs: what a trainer reads.
///
/// Rows are read again and passed on; nothing of them is kept. What a row is worth comes from the first reading's records, which are
/// in the order of rows.
package struct WeightedRows: WeightedLines {
  /// What stands beside the fields of a row.
  package struct Extras: Sendable {
    /// Weights of the records, in their order, and of the alternatives.
    package var weights: [Double]
    package var alternatives: [Double]
    /// For each alternative the name of its group of near-duplicates: its own id where it stands alone.
    package var groups: [String]
    /// Rewards where they were asked for.
    package var rewards: [Double?]?
    /// Rewards whose difference stands in `margin`, where that was asked for.
    package var marginRewards: [Double?]?
    /// How often each row is written, in the order of rows; nil for once.
    package var repeats: [Int]?
    /// Whether columns say where rows come from.
    package var namesSource = false

    package init(weights: [Double], alternatives: [Double], groups: [String]) {
      (self.weights, self.alternatives, self.groups) = (weights, alternatives, groups)
    }

    /// Columns beside those of the rows.
    var columns: [ParquetField] {
      Self.columns(hasRewards: rewards != nil, hasMargin: marginRewards != nil, namesSource: namesSource)
    }

    static func columns(hasRewards: Bool, hasMargin: Bool, namesSource: Bool) -> [ParquetField] {
      let numbers = ["weight", "weight_a", "weight_b"].map { ParquetField($0, .double) }
      let groups = ["group_a", "group_b"].map { ParquetField($0, .string) }
      let rewards = (hasRewards ? ["reward_a", "reward_b"] : []) + (hasMargin ? ["margin"] : [])
      let source = [ParquetField("source_file", .string), ParquetField("source_row", .int64)]
      return numbers + groups + rewards.map { ParquetField($0, .double) } + (namesSource ? source : [])
    }

    /// Rewards of two answers, and their difference, where they were asked for.
    func rewardCells(_ a: Int, _ b: Int) -> [ParquetCell] {
      func cell(_ value: Double?) -> ParquetCell { value.map(ParquetCell.number) ?? .null }
      var cells: [ParquetCell] = []
      if let rewards { cells += [cell(rewards[a]), cell(rewards[b])] }
      if let marginRewards {
        cells.append(cell(marginRewards[a].flatMap { first in marginRewards[b].map { first - $0 } }))
      }
      return cells
    }
  }

  /// A row of the files, by its records.
  package struct Entry: Sendable {
    package let file: Int
    /// Which row of the file, from 0, and how messages name it.
    package let row: Int
    package let place: Int
    /// Of `ComparisonFile.records`.
    package let records: Range<Int>
  }

  private let files: [(file: String, format: RowFormat)]
  private let reading: ComparisonFile
  /// In the order of rows; those that filters leave out are not among them.
  package let entries: [Entry]

  /// - Parameters:
  ///   - files: Those that were read.
  ///   - reading: With records.
  package init(_ files: [(file: String, format: RowFormat)], _ reading: ComparisonFile) {
    (self.files, self.reading) = (files, reading)
    var entries: [Entry] = []
    var start = 0
    let records = reading.records
    while start < records.count {
      var end = start + 1
      while end < records.count, records[end].file == records[start].file,
        records[end].row == records[start].row
      {
        end += 1
      }
      if !records[start..<end].allSatisfy({ $0.leftOut == .filtered || $0.leftOut == .repeated }) {
        entries.append(
          Entry(
            file: Int(records[start].file), row: records[start].row, place: records[start].place,
            records: start..<end))
      }
      start = end
    }
    self.entries = entries
  }

  /// Weights of the rows: the sum of their comparisons', mean 1 over all rows; those that say nothing weigh 0.
  package func weights(_ records: [Double]) -> [Double] {
    entries.map { $0.records.reduce(0) { $0 + records[$1] } }.scaledToMeanOne
  }

  /// Where each row stands, and what it compares.
  package var statements: [WeightedStatement] {
    entries.map {
      WeightedStatement(
        file: $0.file, place: $0.place, comparisons: reading.records[$0.records].compactMap(\.comparison))
    }
  }

  /// Writes every row with all its fields and what stands beside them.
  ///
  /// - Parameter weights: Of the rows.
  /// - Throws: `FormatError`, for a field that has the name of a column of ours too.
  /// - Complexity: one more pass over the rows. For Parquet another one, over those columns of which the files do not say that they
  ///   are text, since columns must be known before rows.
  package func write(
    to file: String, _ format: RowFormat, weights: [Double], _ extras: Extras, work: Work
  ) throws {
    let names = reading.names
    let added = extras.columns
    try Self.refuseTaken(names, by: added, in: files.first?.file ?? file)
    var fields = names.map { ParquetField($0, .string) }
    let open = format == .parquet ? try columnsToInfer(names) : []
    if !open.isEmpty {
      let inference = ParquetSchemaInference(open)
      try each(open, work.part(0...0.4)) { _, _, values in inference.observe(values) }
      let found = Dictionary(uniqueKeysWithValues: inference.fields.map { ($0.name, $0) })
      fields = fields.map { found[$0.name] ?? $0 }
    }
    let part = open.isEmpty ? work : work.part(0.4...1)
    try RowWriter(format, columns: fields + added).write(to: file) { append in
      var cells: [ParquetCell] = []
      try each(names, part) { number, entry, values in
        let times = extras.repeats?[number] ?? 1
        guard times > 0 else { return }
        cells.removeAll(keepingCapacity: true)
        for value in values { cells.append(ParquetCell(value)) }
        try withCells(entry, weights[number], extras, after: &cells) {
          for _ in 0..<times { try append($0) }
        }
      }
    }
  }

  /// Refuses files whose first row has a field that is called like a column of ours, before anything is worked out.
  ///
  /// - Throws: `FormatError`, naming file and field.
  package static func refuseTakenNames(
    _ files: [(file: String, format: RowFormat)], hasRewards: Bool, hasMargin: Bool, namesSource: Bool
  ) throws {
    let columns = Extras.columns(hasRewards: hasRewards, hasMargin: hasMargin, namesSource: namesSource)
    for (file, format) in files {
      try refuseTaken(format.open(file).sample().map(\.name), by: columns, in: file)
    }
  }

  private static func refuseTaken(_ names: [String], by columns: [ParquetField], in file: String) throws {
    guard let taken = columns.first(where: { names.contains($0.name) }) else { return }
    throw FormatError.content(
      file: file, line: nil, field: taken.name, found: "a field of this name in the rows",
      expected: "another name: it is where this column would stand")
  }

  /// Fields whose kind only the rows tell: those that some file does not declare to be text. A file without the column has nulls.
  private func columnsToInfer(_ names: [String]) throws -> [String] {
    var open: Set<String> = []
    for file in files {
      let source = try file.format.open(file.file)
      let texts = source.textColumns
      open.formUnion((source.header ?? names).filter { !texts.contains($0) })
    }
    return names.filter(open.contains)
  }

  /// Calls with every row that counts, in order.
  private func each(
    _ names: [String], _ work: Work, _ body: (Int, Entry, [JSONScanner.Value?]) throws -> Void
  ) throws {
    var number = 0
    var values = [JSONScanner.Value?](repeating: nil, count: names.count)
    for (place, file) in files.enumerated() {
      guard number < entries.count else { break }
      let source = try file.format.open(file.file)
      try source.select(names)
      var rows = -1
      while number < entries.count, entries[number].file == place, let name = try source.next(&values) {
        rows += 1
        if number & 0xFFF == 0 {
          try work.check()
          work.report(Double(number) / Double(entries.count))
        }
        guard rows == entries[number].row else { continue }
        guard name == entries[number].place else {
          throw FormatError.cannotRead(file: file.file, reason: "it has changed since it was read")
        }
        try body(number, entries[number], values)
        number += 1
      }
    }
    guard number == entries.count else {
      throw FormatError.cannotRead(
        file: files.last?.file ?? "", reason: "it has fewer rows than when it was read before")
    }
  }

  /// The alternatives that a row compares; nil where there are none, or more than two.
  private func sides(_ entry: Entry) -> (a: Int, b: Int)? {
    var sides: (a: Int32, b: Int32)?
    for record in entry.records {
      guard let comparison = reading.records[record].comparison else { continue }
      if let sides, sides != (comparison.a, comparison.b) { return nil }
      sides = (comparison.a, comparison.b)
    }
    return sides.map { (Int($0.a), Int($0.b)) }
  }

  /// - Parameter cells: Those of the row; the others are appended.
  private func withCells(
    _ entry: Entry, _ weight: Double, _ extras: Extras, after cells: inout [ParquetCell],
    _ body: ([ParquetCell]) throws -> Void
  ) throws {
    func text(_ string: String, _ body: (ParquetCell) throws -> Void) throws {
      var string = string
      try string.withUTF8 { try body(.text($0)) }
    }
    cells.append(.number(weight))
    guard let (a, b) = sides(entry) else {
      let rewards = (extras.rewards == nil ? 0 : 2) + (extras.marginRewards == nil ? 0 : 1)
      for _ in 0..<4 + rewards { cells.append(.null) }
      try source(entry, extras, &cells, body)
      return
    }
    cells.append(.number(extras.alternatives[a]))
    cells.append(.number(extras.alternatives[b]))
    try text(extras.groups[a]) { groupA in
      try text(extras.groups[b]) { groupB in
        cells.append(groupA)
        cells.append(groupB)
        cells += extras.rewardCells(a, b)
        try source(entry, extras, &cells, body)
      }
    }
  }

  private func source(
    _ entry: Entry, _ extras: Extras, _ cells: inout [ParquetCell], _ body: ([ParquetCell]) throws -> Void
  ) throws {
    guard extras.namesSource else { return try body(cells) }
    var name = files[entry.file].file
    try name.withUTF8 {
      cells.append(.text($0))
      cells.append(.integer(Int64(entry.place)))
      try body(cells)
    }
  }
}
