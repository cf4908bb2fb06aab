import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

/// Where families come from.
enum FamilyDeclaration: Sendable, Equatable {
  /// CSV with id,family or JSONL.
  case file(String)
  /// Two columns of the rows, one for each side, that begin alike: organization_a and organization_b for organization.
  case column(String)

  /// A name that is a file's, by its ending or its place; a column's otherwise.
  init(_ name: String) {
    self =
      RowFormat(file: name) != nil || name == "-" || FileManager.default.fileExists(atPath: name)
      ? .file(name) : .column(name)
  }

  /// - Parameter inRows: For each id the family that the rows name.
  /// - Throws: `FormatError`, naming file, line and field.
  func read(_ ids: [String], inRows: [String?], passesOverOthers: Bool = false) throws -> FamiliesFile {
    switch self {
    case .column: FamiliesFile(names: inRows)
    case .file(let file):
      try FamiliesReader.read(
        file, format: ComparisonReader.Format(file: file) ?? .csv, alternatives: ids,
        passesOverOthers: passesOverOthers)
    }
  }
}

/// Declared families, or a suggestion to declare.
struct FamilyOptions: ParsableArguments {
  @Option(
    name: [.customLong("family"), .customLong("families")],
    help: ArgumentHelp(
      "Declared families, each of which weighs as one alternative: a file (CSV with id,family or JSONL), or a column of the votes, as organization for organization_a and organization_b.",
      valueName: "file or column"))
  var families: String?

  @Option(
    help: ArgumentHelp(
      "Write families that names and prompts suggest (CSV with id, family, evidence), to be corrected and given back.",
      valueName: "file"))
  var suggestFamilies: String?

  var declaration: FamilyDeclaration? { families.map { FamilyDeclaration($0) } }

  /// The suggestion as a file of families.
  static func csv(_ suggestion: FamilySuggestion, _ ids: [String]) -> String {
    suggestion.families.reduce("id,family,evidence\n") { text, family in
      family.members.reduce(text) {
        $0 + "\(csvField(ids[$1])),\(csvField(family.name)),\(family.evidence.rawValue)\n"
      }
    }
  }
}
