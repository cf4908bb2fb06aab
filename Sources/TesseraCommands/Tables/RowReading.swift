import ArgumentParser
import Tessera
import TesseraFormats
import TesseraReports

/// How rows were read, in words: for people to see whether it was read right.
struct RowReading {
  let file: ComparisonFile
  private let paths: [String]
  private let filter: RowFilter
  private let truncation: Int?

  init(_ file: ComparisonFile, _ paths: [String], filter: RowFilter, truncation: Int?) {
    (self.file, self.paths, self.filter, self.truncation) = (file, paths, filter, truncation)
  }

  /// What was recognised, which fields were read, and the first comparisons.
  var text: String {
    var lines = [
      "layout   \(file.layout)",
      "read     \(file.fields.isEmpty ? "-" : file.fields.joined(separator: ", "))",
      "ignored  \(file.ignored.isEmpty ? "none" : file.ignored.joined(separator: ", "))",
    ].map { TextTable.visible($0, limit: 400) }
    if file.rows != Int(file.comparisons.total) || file.faults.count(.filtered) > 0 {
      let filtered = file.faults.count(.filtered)
      lines.append(
        "rows     \(Spell.count(file.rows))\(filtered > 0 ? ", and \(Spell.count(filtered)) left out by filters" : ""): \(Spell.plural(file.comparisons.total, "comparison"))"
      )
    }
    for (number, example) in file.examples.enumerated() {
      lines.append("\(number == 0 ? "first    " : "         ")\(Self.words(example))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ example: ComparisonExample) -> String {
    func short(_ text: String) -> String { "\"\(TextTable.visible(text, limit: 40))\"" }
    let (a, b) = (short(example.a), short(example.b))
    let outcome =
      example.isBothBad
      ? "\(a) and \(b) are both bad"
      : example.outcome == 1
        ? "\(a) beats \(b)"
        : example.outcome == 0
          ? "\(b) beats \(a)"
          : example.outcome == 0.5
            ? "\(a) ties with \(b)"
            : "\(a) is preferred to \(b) with \(Spell.decimals(example.outcome, 2))"
    let who = example.annotator.map { ", says \(TextTable.visible($0, limit: 24))" } ?? ""
    let times = example.count == 1 ? "" : ", \(Spell.count(example.count)) times"
    return outcome + (example.prompt.map { " under \(short($0))" } ?? "") + times + who
  }

  /// Faults with their rows, which needs records; otherwise their numbers alone.
  var faults: RowFaults { file.allFaults }

  private var counts: [(kind: RowFaults.Kind, count: Int)] {
    let counts = file.faultCounts
    return RowFaults.Kind.allCases.compactMap { kind in
      guard kind != .filtered, let count = counts[kind], count > 0 else { return nil }
      return (kind, count)
    }
  }

  /// What is wrong with the rows.
  var faultText: String {
    let counts = counts
    guard !counts.isEmpty else { return "" }
    var table = TextTable([("", .left), ("", .right), ("", .left)])
    for (kind, count) in counts { table.add([kind.rawValue, Spell.count(count), FaultWords.meaning(kind)]) }
    return "\nworth a look (--faults FILE lists the rows)\n" + table.text.drop(while: { $0 == "\n" }) + "\n"
  }

  /// Members of the JSON document.
  var members: [(String, JSONValue)] {
    let examples = file.examples.map { example in
      JSONValue.object([
        ("a", .string(example.a)), ("b", .string(example.b)),
        ("prompt", example.prompt.map { .string($0) } ?? .null), ("outcome", .number(example.outcome)),
        ("count", .whole(example.count)), ("bothBad", .bool(example.isBothBad)),
        ("annotator", example.annotator.map { .string($0) } ?? .null),
      ])
    }
    return [
      ("layout", .string(file.layout)), ("fieldsRead", .array(file.fields.map { .string($0) })),
      ("fieldsIgnored", .array(file.ignored.map { .string($0) })), ("rows", .integer(file.rows)),
      ("filtered", .integer(file.faults.count(.filtered))), ("first", .array(examples)),
      ("faults", .object(counts.map { ($0.kind.rawValue, .integer($0.count)) })),
    ]
  }
}

/// A file of faults.
enum FaultFile {
  static func format(_ path: String) throws -> RowFormat {
    try RowFormat.refuseCompressed(path, "--faults")
    guard let format = RowFormat(file: path), format == .csv || format == .jsonl else {
      throw ValidationError("--faults is \(path); expected a name that ends in .csv or .jsonl.")
    }
    return format
  }

  static func write(_ faults: RowFaults, files: [String], to path: String) throws {
    let format = try format(path)
    let order = faults.listed.enumerated().sorted {
      ($0.element.file, $0.element.place, $0.offset) < ($1.element.file, $1.element.place, $1.offset)
    }.map(\.element)
    try FileAccess.write(to: path) { append in
      if format == .csv { try append(Array("file,row,fault,ids,meaning\n".utf8)[...]) }
      for fault in order {
        let file = Int(fault.file) < files.count ? files[Int(fault.file)] : ""
        let line: String
        if format == .csv {
          line = [
            csvField(file), "\(fault.place)", fault.kind.rawValue, csvField(fault.ids.joined(separator: " ")),
            csvField(FaultWords.meaning(fault.kind)),
          ].joined(separator: ",")
        } else {
          var text = JSONValue.object([
            ("file", .string(file)), ("row", .integer(fault.place)), ("fault", .string(fault.kind.rawValue)),
            ("ids", .array(fault.ids.map { .string($0) })),
            ("meaning", .string(FaultWords.meaning(fault.kind))),
          ]).text()
          text.removeAll { $0 == "\n" }
          line = text
        }
        try append(Array((line + "\n").utf8)[...])
      }
    }
  }
}
