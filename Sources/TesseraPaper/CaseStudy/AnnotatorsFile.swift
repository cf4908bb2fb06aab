import Foundation
import Tessera
import TesseraFormats

/// Reads types of annotators for the case study in place of Table 4.
///
/// CSV, TSV, JSONL, a JSON array or Parquet with the columns `share`, `food`, `art`, `romance`; attitudes are spelt
/// `really like`, `mildly interested`, `very uninterested`. Shares are any positive numbers: they are divided by their sum.
///
///     share,food,art,romance
///     40,very uninterested,mildly interested,really like
///     30,really like,very uninterested,mildly interested
///     30,mildly interested,really like,very uninterested
public enum AnnotatorsFile {
  private static let topics = ParisDescriptions.Topic.originals
  private static let columns = ["share"] + topics.map(\.rawValue)
  private static let attitudes = AnnotatorType.Attitude.allCases.reversed().map(\.name)

  /// - Throws: `FormatError`, naming file, row and field: a missing or unknown column, a share that is no positive number,
  ///   an attitude that is none of the three, no rows, or annotators among whom two topics share the lead, since the study
  ///   asks whether the leader stays first.
  public static func read(_ file: String) throws -> [AnnotatorType] {
    let source = try (RowFormat(file: file) ?? .csv).open(file)
    let names = try source.sample().map(\.name)
    for name in names where !columns.contains(name) {
      throw source.error(
        1, name, "a column of this name", "the columns \(columns.joined(separator: ", ")) and no others")
    }
    try source.select(columns)
    var values: [JSONScanner.Value?] = columns.map { _ in nil }
    var shares: [Double] = []
    var types: [[ParisDescriptions.Topic: AnnotatorType.Attitude]] = []
    while let place = try source.next(&values) {
      func text(_ column: Int, _ expected: String) throws -> String {
        guard let value = values[column] else {
          throw source.error(place, columns[column], "nothing", expected)
        }
        let bytes = value.escaped ? JSONScanner.unescape(value.bytes) : Array(value.bytes)
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
      }
      let expected = "a positive number: the share of annotators of this type"
      let share = try text(0, expected)
      guard let number = Double(share), number > 0, number.isFinite else {
        throw source.error(place, "share", "\"\(share.prefix(40))\"", expected)
      }
      shares.append(number)
      var type: [ParisDescriptions.Topic: AnnotatorType.Attitude] = [:]
      for (column, topic) in topics.enumerated() {
        let expected = attitudes.joined(separator: ", ")
        let found = try text(column + 1, expected)
        guard let attitude = AnnotatorType.Attitude.allCases.first(where: { $0.name == found.lowercased() })
        else {
          throw source.error(place, topic.rawValue, "\"\(found.prefix(40))\"", "one of \(expected)")
        }
        type[topic] = attitude
      }
      types.append(type)
    }
    guard !types.isEmpty else {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "no rows", expected: "a row for each type of annotators")
    }
    let total = shares.reduce(0, +)
    guard total.isFinite else {
      throw FormatError.content(
        file: file, line: nil, field: "share", found: "shares beyond the range of numbers in sum",
        expected: "smaller ones, as they are divided by their sum")
    }
    let annotators = zip(shares, types).map { AnnotatorType(share: $0 / total, attitudes: $1) }
    let order = ExpectedOrder(annotators)
    guard order.ties.isEmpty else {
      let tied = ([order.leader] + order.ties).map(\.rawValue).joined(separator: " and ")
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "\(tied) with the same Borda count",
        expected: "one topic that leads, since the study asks whether it stays first")
    }
    return annotators
  }
}
