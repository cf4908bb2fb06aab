/// What can be wrong with contexts. Readers of files add the file.
public enum ContextsError: KindedError, Equatable {
  case notFinite(row: Int, column: Int)
  case dimension(found: Int, expected: Int)
  case noDirection(alternative: Int)
  case axes(found: String, expected: String)
  case noSpread
  case scale(extent: Double, limit: Double)
  /// A reward beyond what the arithmetic of a model holds.
  case reward(alternative: Int)

  public var kind: ErrorKind {
    switch self {
    case .dimension, .axes: .option
    case .notFinite, .noDirection, .noSpread, .scale, .reward: .data
    }
  }

  public var description: String {
    switch self {
    case .notFinite(let row, let column):
      "the context in row \(row), column \(column) (counted from 0) is not a finite number"
    case .dimension(let found, let expected):
      "the contexts have \(found) dimension\(found == 1 ? "" : "s"); expected \(expected)"
    case .noDirection(let alternative):
      "context number \(alternative) (counted from 0) has length zero; expected a direction to scale to length 1"
    case .axes(let found, let expected): "the number of principal axes is \(found); expected \(expected)"
    case .scale(let extent, let limit):
      "the contexts reach \(extent) from their centre; expected \(1 / limit) to \(limit), whose squares the arithmetic can hold: scale the contexts"
    case .reward(let alternative):
      "the reward of context number \(alternative) (counted from 0) is not finite; expected contexts of the size that the model was trained on"
    case .noSpread: "the covariance of the contexts has no axes; expected some spread"
    }
  }
}
