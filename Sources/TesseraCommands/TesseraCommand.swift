import ArgumentParser

/// The command line tool.
public struct TesseraCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "Learn rewards from pairwise preferences that duplicates cannot distort.",
    discussion: """
      Near-duplicate answers shift a Bradley-Terry reward: add clones of the loser and the winner changes. \
      tessera weighs every alternative by the share of the alternative space that lies nearest to it, so that \
      clones share one weight ("Clone-Robust AI Alignment", Procaccia, Schiffer, Zhang, ICML 2025).

      Off a terminal, long work says every 30 seconds (TESSERA_PROGRESS_SECONDS) how far it is. NO_COLOR turns colours off.

      Exit codes: 0 done, 1 a claim or a proof fails, 64 an option's value, 65 what a file holds, 66 no such file, 69 a service gave no \
      answer, 71 more memory than there is or --memory-limit allows, 73 cannot write, 76 a service gave an answer that cannot be read.
      """,
    version: "0.1.0",
    subcommands: [
      FitCommand.self, RankCommand.self, AuditCommand.self, DuplicatesCommand.self, InspectCommand.self,
      ExportCommand.self, CompareCommand.self, WeightsCommand.self, EmbedCommand.self, TrainCommand.self,
      ScoreCommand.self, ServeCommand.self, VerifyCommand.self, ReproduceCommand.self,
      PlaygroundCommand.self,
    ]
  )

  public init() {}
}
