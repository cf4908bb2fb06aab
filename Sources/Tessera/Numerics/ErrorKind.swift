/// What an error is about, for those who answer it with an exit code, an HTTP status or an exception.
public enum ErrorKind: String, Sendable, CaseIterable {
  /// A setting that cannot be, or cannot be used here.
  case option
  /// What the data hold.
  case data
  /// A file that is not there or cannot be read.
  case missing
  /// More memory than may be used, or than there is.
  case memory
  /// A result that cannot be written.
  case write
  /// A service that gives no answer.
  case service
  /// A service whose answer cannot be read.
  case reply

  /// What a program ends with, after sysexits.h.
  public var exitCode: Int32 {
    switch self {
    case .option: 64
    case .data: 65
    case .missing: 66
    case .service: 69
    case .memory: 71
    case .write: 73
    case .reply: 76
    }
  }
}

/// An error that says its kind: codes are read off it, in one place each.
public protocol KindedError: Error, CustomStringConvertible {
  var kind: ErrorKind { get }
}
