import ArgumentParser
import Foundation

/// What the tool's commands and options are, read from their own declarations: nothing is listed a second time.
struct ToolDescription: Decodable {
  struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let subcommands: [Command]?
    let arguments: [Argument]?
    let shouldDisplay: Bool?

    /// Those that are no part of every command.
    var own: [Argument] { (arguments ?? []).filter { !$0.isBuiltIn } }

    /// An option by the name before "=": --lambda or -o.
    func argument(named name: Substring) -> Argument? {
      arguments?.first { $0.spelledNames.contains(String(name)) }
    }
  }

  struct Argument: Decodable {
    enum Kind: String, Decodable { case positional, option, flag }

    struct Name: Decodable {
      let kind: String
      let name: String
      var spelled: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: Kind
    let shouldDisplay: Bool
    let sectionTitle: String?
    let isOptional: Bool
    let isRepeating: Bool
    let parsingStrategy: String
    let names: [Name]?
    let preferredName: Name?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?

    var spelledNames: [String] { names?.map(\.spelled) ?? [] }
    /// As messages call it.
    var name: String { preferredName?.spelled ?? "<\(valueName ?? "value")>" }
    var takesSeveral: Bool { parsingStrategy == "upToNextOption" }
    /// Asked for by every command, and answered before it begins.
    var isBuiltIn: Bool { spelledNames.contains("--help") || spelledNames.contains("--version") }

    /// "-o, --output <output>", as a page of help shows it.
    var label: String {
      guard kind != .positional else { return "<\(valueName ?? "value")>" + (isRepeating ? " ..." : "") }
      let all = (names ?? []).sorted { ($0.name.count, $0.name) < ($1.name.count, $1.name) }
        .map(\.spelled).joined(separator: ", ")
      return kind == .flag ? all : "\(all) <\(valueName ?? "value")>" + (takesSeveral ? " ..." : "")
    }
  }

  let command: Command

  /// - Throws: `DecodingError`; the parser and this type then disagree about the form of the description.
  static func read() throws -> ToolDescription {
    try JSONDecoder().decode(ToolDescription.self, from: Data(TesseraCommand._dumpHelp().utf8))
  }

  var commands: [Command] { (command.subcommands ?? []).filter { $0.commandName != "help" } }

  func command(named name: String) -> Command? { commands.first { $0.commandName == name } }
}
