import TesseraFormats

/// What is wrong with a command line, in words that help; the parser says only that something is.
struct Mistakes {
  let description: ToolDescription
  let arguments: [String]

  /// The command that is asked for, with or without help before it: what stands first and is no option.
  private var named: String? { Self.names(in: arguments).first }

  /// Words that can name commands.
  static func names(in arguments: [String]) -> ArraySlice<String> {
    arguments.prefix { $0 != "--" }.filter { !$0.hasPrefix("-") }.drop { $0 == "help" }
  }
  var command: ToolDescription.Command? { named.flatMap(description.command(named:)) }

  /// - Parameter parsers: What the parser says.
  /// - Returns: A better sentence; the parser's own where there is none.
  func sentence(insteadOf parsers: String) -> String {
    unknownCommand ?? unknownOption ?? badValue(parsers) ?? parsers
  }

  private var unknownCommand: String? {
    guard let named, command == nil else { return nil }
    let names = description.commands.map(\.commandName)
    let expected =
      NearestName.of(named, among: names).map { "did you mean \($0)?" }
      ?? "expected one of \(names.joined(separator: ", "))."
    return "there is no command \(named); \(expected)"
  }

  private var unknownOption: String? {
    let command = self.command ?? description.command
    for token in tokens where token.argument == nil {
      let names = command.arguments?.filter(\.shouldDisplay).flatMap(\.spelledNames) ?? []
      if let near = NearestName.of(token.name, among: names.filter { $0.hasPrefix("--") }) {
        return "there is no option \(token.name); did you mean \(near)?"
      }
      let others = description.commands.filter { $0.argument(named: token.name[...]) != nil }.map(
        \.commandName)
      let elsewhere =
        others.isEmpty ? "" : "; \(others.joined(separator: ", ")) \(others.count == 1 ? "has" : "have") one"
      return "there is no option \(token.name)" + (self.command.map { " of \($0.commandName)" } ?? "")
        + elsewhere + "."
    }
    return nil
  }

  /// A value that the parser objects to, with what is expected in its place.
  private func badValue(_ parsers: String) -> String? {
    for token in tokens {
      guard let argument = token.argument, let value = token.value,
        parsers.hasPrefix("The value '\(value)' is invalid for '\(token.name)")
      else { continue }
      let values = argument.allValues ?? []
      let start = "\(token.name) is \(value.isEmpty ? "empty" : value)"
      guard !values.isEmpty else { return "\(start), which cannot be read: \(argument.abstract ?? "")" }
      return "\(start); \(NearestName.expectation(value, among: values))"
    }
    return nil
  }

  private struct Token {
    let name: String
    /// nil for an option that there is not.
    let argument: ToolDescription.Argument?
    let value: String?
  }

  /// The options among the arguments, with their values.
  private var tokens: [Token] {
    let command = self.command ?? description.command
    var found: [Token] = []
    var place = 0
    let list = Array(arguments.prefix { $0 != "--" })
    while place < list.count {
      let text = list[place]
      place += 1
      guard text.hasPrefix("-"), text.count > 1, !Self.isNumber(text) else { continue }
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let argument = command.argument(named: sides[0])
      guard let argument, argument.kind == .option else {
        found.append(Token(name: String(sides[0]), argument: argument, value: nil))
        continue
      }
      if sides.count == 2 {
        found.append(Token(name: String(sides[0]), argument: argument, value: String(sides[1])))
        continue
      }
      repeat {
        guard place < list.count, !list[place].hasPrefix("-") || list[place] == "-" else { break }
        found.append(Token(name: text, argument: argument, value: list[place]))
        place += 1
      } while argument.takesSeveral
    }
    return found
  }

  /// Arguments in which numbers below zero are joined to their options: the parser takes them for options.
  static func joiningNumbers(_ arguments: [String]) throws -> [String] {
    guard arguments.contains(where: isNumber) else { return arguments }
    let mistakes = Mistakes(description: try ToolDescription.read(), arguments: arguments)
    guard let command = mistakes.command else { return arguments }
    var joined: [String] = []
    for text in arguments {
      if isNumber(text), let last = joined.last, command.argument(named: last[...])?.kind == .option {
        joined[joined.count - 1] = "\(last)=\(text)"
      } else {
        joined.append(text)
      }
    }
    return joined
  }

  /// -1, -.5, -1e-3, -inf: no option begins like this.
  private static func isNumber(_ text: String) -> Bool { text.hasPrefix("-") && Double(text) != nil }
}
