import Tessera

/// What an audit or a board can object to, beside the fits in it.
public enum ReportProblem: KindedError, Equatable {
  /// A setting of `AuditRequest` or `RankRequest`, and what is the matter with it.
  case setting(String, String)

  public var kind: ErrorKind { .option }

  public var description: String {
    switch self {
    case .setting(let name, let problem): "\(name) \(problem)"
    }
  }
}
