import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

/// How much memory work may use.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse, before it begins, work that would need more memory than this, as 4GiB or 500MB (default: what is free).",
      valueName: "size"))
  var memoryLimit: MemoryLimit?
}

/// A command whose work may be bounded.
protocol LimitsMemory {
  var memory: MemoryOptions { get }
}

extension LimitsMemory {
  /// Runs the work under the limit that was given; a configuration file may still set one.
  func limited(_ work: () throws -> Void) throws {
    try MemoryBudget.$current.withValue(MemoryBudget(limit: memory.memoryLimit), operation: work)
  }
}

extension FitCommand: LimitsMemory { var memory: MemoryOptions { settings.memory } }
extension WeightsCommand: LimitsMemory { var memory: MemoryOptions { settings.memory } }
extension AuditCommand: LimitsMemory { var memory: MemoryOptions { settings.memory } }
extension TrainCommand: LimitsMemory { var memory: MemoryOptions { fitSettings.memory } }
extension RankCommand: LimitsMemory {}
extension DuplicatesCommand: LimitsMemory {}
extension InspectCommand: LimitsMemory {}
extension ExportCommand: LimitsMemory {}
extension EmbedCommand: LimitsMemory {}
extension ScoreCommand: LimitsMemory {}
extension VerifyCommand: LimitsMemory {}
extension ReproduceCommand: LimitsMemory {}

extension MemoryLimit: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}
