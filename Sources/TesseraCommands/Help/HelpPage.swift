import ArgumentParser
import Foundation
import TesseraReports

/// A page of help: short, with what is used most, or whole. Options without a title are the common ones; titles group the
/// others by what they are about.
struct HelpPage {
  let description: ToolDescription
  /// nil for the tool itself.
  let command: ToolDescription.Command?
  let isShort: Bool
  var medium = Medium.plain

  /// The page that arguments ask for; nil where they ask for none.
  ///
  /// - Parameter arguments: Without the name of the tool.
  /// - Throws: `ValidationError` for a command that there is not.
  static func asked(_ arguments: [String], medium: Medium) throws -> String? {
    let before = arguments.prefix { $0 != "--" }
    let isShort = before.contains("-h")
    let asks = arguments.isEmpty || isShort || before.contains("--help") || arguments.first == "help"
    guard asks else { return nil }
    let description = try ToolDescription.read()
    let names = Mistakes.names(in: arguments)
    let command = names.first.flatMap(description.command(named:))
    // A command that there is not is a mistake, whatever else is asked.
    if command == nil, let name = names.first { throw ValidationError("There is no command \(name).") }
    return HelpPage(
      description: description, command: command, isShort: isShort || arguments.isEmpty, medium: medium
    ).text
  }

  /// Lines are no longer than people like to read.
  private var width: Int { min(medium.width ?? 80, 100) }

  var text: String {
    let shown = command ?? description.command
    let discussion = shown.discussion ?? ""
    let examples = discussion.split(separator: "\n").filter { $0.hasPrefix("  tessera ") }
    var parts = [wrapped(shown.abstract ?? "", indent: 0)]
    if !isShort, !discussion.isEmpty {
      parts.append(
        discussion.split(separator: "\n", omittingEmptySubsequences: false).map {
          wrapped(String($0), indent: 0)
        }
        .joined())
    }
    parts.append("\(title("Usage:")) \(Self.usage(command))\n")
    if command == nil {
      parts.append(section("Commands", description.commands.map { ($0.commandName, $0.abstract ?? "") }))
    }
    let own = shown.own.filter(\.shouldDisplay)
    let common = own.filter { $0.sectionTitle == nil }
    parts.append(section("Arguments", common.filter { $0.kind == .positional }.map(entry)))
    parts.append(section("Options", common.filter { $0.kind != .positional }.map(entry)))
    let titles = own.compactMap(\.sectionTitle).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    if isShort {
      if command != nil, !examples.isEmpty {
        parts.append(title("Examples:") + "\n" + examples.map { $0 + "\n" }.joined())
      }
      parts.append(wrapped(more(titles), indent: 0))
    } else {
      for name in titles { parts.append(section(name, own.filter { $0.sectionTitle == name }.map(entry))) }
      parts.append(
        section(
          "Everywhere",
          (shown.arguments ?? []).filter(\.isBuiltIn).map { built in
            built.spelledNames.contains("--help")
              ? ("-h, --help", "The most used options (-h), or all of them (--help).") : entry(built)
          }))
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func more(_ titles: [String]) -> String {
    guard let command else {
      return "tessera COMMAND -h shows a command's most used options, tessera COMMAND --help all."
    }
    let about = titles.map { $0.prefix(1).lowercased() + $0.dropFirst() }.joined(separator: "; ")
    return titles.isEmpty
      ? "tessera \(command.commandName) --help says more."
      : "tessera \(command.commandName) --help has more: \(about)."
  }

  /// "tessera fit [<options>] [<comparisons> ...]": what must be given stands there.
  static func usage(_ command: ToolDescription.Command?) -> String {
    guard let command else { return "tessera <command> [<options>]" }
    var words = ["tessera", command.commandName, "[<options>]"]
    words += command.own.filter { $0.kind == .option && !$0.isOptional }.map {
      "\($0.name) <\($0.valueName ?? "value")>" + ($0.takesSeveral ? " ..." : "")
    }
    words += command.own.filter { $0.kind == .positional }.map { $0.isOptional ? "[\($0.label)]" : $0.label }
    return words.joined(separator: " ")
  }

  private func title(_ text: String) -> String { medium.paint(text, .header) }

  private func entry(_ argument: ToolDescription.Argument) -> (String, String) {
    var text = argument.abstract ?? ""
    // What the text lists already is not listed again.
    let values = (argument.allValues ?? []).filter { !$0.isEmpty }
    let words = text.split { !$0.isLetter && !$0.isNumber && !"-=.".contains($0) }
    if values.contains(where: { value in !words.contains { $0.trimmingCharacters(in: ["."]) == value } }) {
      text += " Values: \(values.joined(separator: ", "))."
    }
    if let value = argument.defaultValue, !value.isEmpty, !text.contains("default") {
      text += " (default: \(value))"
    }
    return (argument.label, text)
  }

  private func section(_ name: String, _ entries: [(label: String, text: String)]) -> String {
    guard !entries.isEmpty else { return "" }
    let column = 26
    return title(name + ":") + "\n"
      + entries.map { label, text in
        let body = wrapped(text, indent: column)
        let head = "  " + label
        guard DisplayWidth.of(head) < column - 1 else { return head + "\n" + body }
        return head + body.dropFirst(DisplayWidth.of(head))
      }.joined()
  }

  /// Lines of whole words; examples, which are indented, stay as they are.
  private func wrapped(_ text: String, indent: Int) -> String {
    if text.hasPrefix("  ") || text.isEmpty { return text + "\n" }
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, DisplayWidth.of(last) + 1 + DisplayWidth.of(String(word)) <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(margin + word)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
