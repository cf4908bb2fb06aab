/// What can be wrong with preferences as values. Readers of files add the file, the line and the field.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
  case comparedWithItself(alternative: Int)
  case outcome(found: Double)
  case count(found: Double)
  case unknownAlternative(index: Int, alternatives: Int)
  case tooFewAlternatives(found: Int)
  case noComparisons
  case duplicateIdentifier(String)
  case contextCount(found: Int, alternatives: Int)
  case notFinite(row: Int, column: Int)

  public var description: String {
    switch self {
    case .comparedWithItself(let index):
      "alternative number \(index) is compared with itself; expected two different alternatives"
    case .outcome(let found): "the outcome is \(found); expected a number from 0 to 1"
    case .count(let found): "the count is \(found); expected a positive number"
    case .unknownAlternative(let index, let alternatives):
      "a comparison names alternative number \(index), but there are \(alternatives) (numbered from 0)"
    case .tooFewAlternatives(let found):
      "found \(found) alternative\(found == 1 ? "" : "s"); rewards need at least two to compare"
    case .noComparisons: "there are no comparisons"
    case .duplicateIdentifier(let id): "the id \"\(id)\" stands for two alternatives; expected unique ids"
    case .contextCount(let found, let alternatives):
      "there are \(found) contexts for \(alternatives) alternatives; expected one each"
    case .notFinite(let row, let column):
      "the context in row \(row), column \(column) (counted from 0) is not a finite number"
    }
  }
}
