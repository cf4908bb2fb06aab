import ArgumentParser
import Tessera
import TesseraFormats

/// Where families come from.
enum FamilyDeclaration: Sendable, Equatable {
  /// CSV with id,family or JSONL.
  case file(String)

  /// - Throws: `FormatError`, naming file, line and field.
  func read(_ ids: [String], passesOverOthers: Bool = false) throws -> FamiliesFile {
    switch self {
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
      "Declared families (CSV with id,family or JSONL): each weighs as one alternative.", valueName: "file"))
  var families: String?

  @Option(
    help: ArgumentHelp(
      "Write families that names and prompts suggest (CSV with id, family, evidence), to be corrected and given back.",
      valueName: "file"))
  var suggestFamilies: String?

  var declaration: FamilyDeclaration? { families.map { .file($0) } }

  /// The suggestion as a file of families.
  static func csv(_ suggestion: FamilySuggestion, _ ids: [String]) -> String {
    suggestion.families.reduce("id,family,evidence\n") { text, family in
      family.members.reduce(text) {
        $0 + "\(csvField(ids[$1])),\(csvField(family.name)),\(family.evidence.rawValue)\n"
      }
    }
  }
}
