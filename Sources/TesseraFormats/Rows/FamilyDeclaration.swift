import Tessera

/// Where families come from.
public enum FamilyDeclaration: Sendable, Equatable {
  /// CSV with id,family or JSONL.
  case file(String)
  /// Two columns of the rows, one for each side, that begin alike: organization_a and organization_b for organization.
  case column(String)

  /// A name that is a file's, by its ending or its place; a column's otherwise.
  public init(_ name: String) {
    self =
      RowFormat(file: name) != nil || name == "-" || FileAccess.exists(name) ? .file(name) : .column(name)
  }

  /// The column, where rows tell the families.
  public var column: String? { if case .column(let name) = self { name } else { nil } }

  /// The file, where one tells them.
  public var file: String? { if case .file(let name) = self { name } else { nil } }

  /// - Parameters:
  ///   - inRows: For each id the family that the rows name.
  ///   - passesOverOthers: As `FamiliesReader.read` has it.
  /// - Throws: `FormatError`, naming file, line and field.
  public func read(_ ids: [String], inRows: [String?], passesOverOthers: Bool = false) throws -> FamiliesFile
  {
    switch self {
    case .column: FamiliesFile(names: inRows)
    case .file(let file):
      try FamiliesReader.read(
        file, format: ComparisonReader.Format(file: file) ?? .csv, alternatives: ids,
        passesOverOthers: passesOverOthers)
    }
  }
}

extension FamilySuggestion {
  /// The suggestion as a file of families: id, family, evidence.
  public func csv(_ ids: [String]) -> String {
    families.reduce("id,family,evidence\n") { text, family in
      family.members.reduce(text) {
        $0 + "\(csvField(ids[$1])),\(csvField(family.name)),\(family.evidence.rawValue)\n"
      }
    }
  }
}
