import Tessera

/// What can go wrong with a service: where, what it said, what was expected.
public enum ServiceError: KindedError, Equatable {
  case address(found: String)
  /// A key that cannot travel in a header; what it is stays unsaid.
  case key(found: String)
  /// No answer, after some attempts.
  case unreachable(address: String, reason: String, attempts: Int)
  /// An answer that says no.
  case refused(address: String, status: Int, message: String, attempts: Int)
  /// An answer that is not what it should be.
  case malformed(address: String, found: String, expected: String)
  case cache(file: String, reason: String)

  public var kind: ErrorKind {
    switch self {
    case .address, .key: .option
    case .unreachable, .refused: .service
    case .malformed: .reply
    case .cache: .write
    }
  }

  public var description: String {
    switch self {
    case .address(let found):
      return "the address \(found) is none; expected one such as http://localhost:8000/v1"
    case .key(let found):
      return "the key of the service holds \(found); expected letters, digits and signs on one line"
    case .unreachable(let address, let reason, let attempts):
      return "\(address): no answer after \(attempts) attempt\(attempts == 1 ? "" : "s"): \(reason)"
    case .refused(let address, let status, let message, let attempts):
      let hint =
        switch status {
        case 401, 403: "; is the key right, and in the environment?"
        case 404: "; do the address and the model exist?"
        default: ""
        }
      return
        "\(address): status \(status) after \(attempts) attempt\(attempts == 1 ? "" : "s"): \(message)\(hint)"
    case .malformed(let address, let found, let expected):
      return "\(address): the reply has \(found), expected \(expected)"
    case .cache(let file, let reason):
      return "\(file): the cache of replies cannot be used: \(reason); another one can be given, or none"
    }
  }
}
