import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraReports

/// Runs the tool and turns errors into messages and exit codes.
public enum EntryPoint {
  public static func main() -> Never {
    StandardStreams.reserve()
    Interruption.install()
    // The library splits work among cores itself; OpenBLAS must not do so again.
    LinearAlgebra.useOneThread()
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if let page = try HelpPage.asked(arguments, medium: Medium(descriptor: 1)) {
        try Console.output(page)
        exit(0)
      }
      var command = try TesseraCommand.parseAsRoot(Mistakes.joiningNumbers(arguments))
      try (command as? any WritesFiles)?.requireWritable()
      if let limited = command as? any LimitsMemory {
        try limited.limited { try command.run() }
      } else {
        try command.run()
      }
      exit(0)
    } catch {
      fail(error, arguments)
    }
  }

  /// Every error in one style: who speaks, what is wrong, and for mistakes of the command line what it may be.
  private static func fail(_ error: any Error, _ arguments: [String]) -> Never {
    if let code = exitCode(of: error) {
      Console.error("tessera: \(message(of: error))")
      exit(code)
    }
    let code = TesseraCommand.exitCode(for: error)
    // Versions and completions are answers, not errors; codes alone were explained before.
    if code.isSuccess || error is ExitCode { TesseraCommand.exit(withError: error) }
    let said = TesseraCommand.message(for: error)
    guard code == .validationFailure, let description = try? ToolDescription.read() else {
      Console.error("tessera: \(said)")
      exit(code.rawValue)
    }
    let mistakes = Mistakes(description: description, arguments: arguments)
    let help = mistakes.command.map { "tessera \($0.commandName) --help" } ?? "tessera --help"
    Console.error(
      "tessera: \(mistakes.sentence(insteadOf: said))\nUsage: \(HelpPage.usage(mistakes.command))\n  See '\(help)' for more information."
    )
    exit(code.rawValue)
  }

  /// Codes of sysexits.h, read off the kind; nil for errors that the argument parser words itself.
  static func exitCode(of error: any Error) -> Int32? {
    if error is Cancelled { return 130 }
    return (error as? any KindedError)?.kind.exitCode
  }

  /// The library names settings; on the command line they are options.
  private static func message(of error: any Error) -> String {
    if case RewardFitError.setting(let key, let found, let expected) = error {
      return "\(SettingsOptions.flag(key)) is \(found); expected \(expected)"
    }
    return "\(error)"
  }
}
