/// Why a question about a study has no answer. Messages name settings and ids, never a path of this machine.
public enum WorkbenchProblem: Error, Equatable, Sendable {
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
}
