import ArgumentParser
import TesseraFormats

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
}
