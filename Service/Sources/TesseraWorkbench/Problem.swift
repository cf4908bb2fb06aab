import Tessera

/// Why a question about a study has no answer. Messages name settings and ids, never a path of this machine.
public enum WorkbenchProblem: KindedError, Equatable {
  /// No study has this id.
  case noStudy
  /// The study cannot answer this now, or never: it is being read, it failed, or it holds no comparisons.
  case notNow(String)
  /// A setting that cannot be.
  case setting(name: String, found: String, expected: String)
  /// More bytes than an upload, or all of them, may have.
  case tooLong(limit: Int)
  /// Too many questions are under way.
  case busy
  /// The store cannot be written or read.
  case store(String)

  public var kind: ErrorKind {
    switch self {
    case .noStudy: .missing
    case .setting: .option
    case .notNow, .tooLong: .data
    case .busy: .service
    case .store: .write
    }
  }

  public var description: String {
    switch self {
    case .noStudy: "no study has this id"
    case .notNow(let words), .store(let words): words
    case .setting(let name, let found, let expected): "\(name): found \(found), expected \(expected)"
    case .tooLong(let limit): "found more bytes, expected at most \(limit)"
    case .busy: "as many questions are under way as there may be"
    }
  }
}
