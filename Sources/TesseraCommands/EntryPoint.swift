import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraText

/// Runs the tool and turns errors into messages and exit codes.
public enum EntryPoint {
  public static func main() -> Never {
    Interruption.install()
    do {
      var command = try TesseraCommand.parseAsRoot()
      try command.run()
      exit(0)
    } catch {
      guard let code = exitCode(of: error) else { TesseraCommand.exit(withError: error) }
      Console.error("tessera: \(error)")
      exit(code)
    }
  }

  /// Codes of sysexits.h; nil for errors that the argument parser words itself.
  static func exitCode(of error: any Error) -> Int32? {
    switch error {
    case let error as FormatError:
      switch error {
      case .content: 65
      case .noSuchFile, .cannotRead: 66
      case .cannotWrite: 73
      }
    case is DatasetError: 65
    case let error as ServiceError:
      switch error {
      case .address: 64
      case .unreachable, .refused: 69
      case .malformed: 76
      case .cache: 73
      }
    case is RewardTraining.Problem: 64
    case SpaceError.emptyPool, SpaceError.noDirection, SpaceError.noSpread, WeightsError.cellsFailed,
      WeightsError.scale:
      65
    case is SpaceError, is WeightsError, is EstimationError: 64
    default: nil
    }
  }
}

/// Stops cleanly on Ctrl-C: nothing half-written is left behind.
enum Interruption {
  // Set up once, before anything else runs.
  nonisolated(unsafe) private static let source = DispatchSource.makeSignalSource(
    signal: SIGINT, queue: .global())

  static func install() {
    signal(SIGINT, SIG_IGN)
    source.setEventHandler {
      FileAccess.removeUnfinished()
      Console.clearProgress()
      _exit(130)
    }
    source.resume()
  }
}
