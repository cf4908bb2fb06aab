/// What can be wrong with preferences as values. Readers of files add the file, the line and the field.
public enum DatasetError: KindedError, Equatable {
  case comparedWithItself(alternative: Int)
  case outcome(found: Double)
  case count(found: Double)
  case countSum(found: Double, limit: Double)
  case unknownAlternative(index: Int, alternatives: Int)
  case unknownName(what: String, index: Int, names: Int)
  case tooFewAlternatives(found: Int)
  case noComparisons
  case columns
  case duplicateIdentifier(String)
  case contextCount(found: Int, alternatives: Int)

  public var kind: ErrorKind { .data }

  public var description: String {
    switch self {
    case .comparedWithItself(let index):
      "alternative number \(index) is compared with itself; expected two different alternatives"
    case .outcome(let found): "the outcome is \(found); expected a number from 0 to 1"
    case .count(let found): "the count is \(found); expected a positive number"
    case .countSum(let found, let limit):
      "the counts add up to \(found); expected \(limit) at most"
    case .unknownName(let what, let index, let names):
      "a comparison names \(what) number \(index), but there are \(names) (numbered from 0)"
    case .unknownAlternative(let index, let alternatives):
      "a comparison names alternative number \(index), but there are \(alternatives) (numbered from 0)"
    case .tooFewAlternatives(let found):
      "found \(found) alternative\(found == 1 ? "" : "s"); rewards need at least two to compare"
    case .noComparisons: "there are no comparisons"
    case .columns: "the columns of the votes have different lengths; expected one row for each comparison"
    case .duplicateIdentifier(let id): "the id \"\(id)\" stands for two alternatives; expected unique ids"
    case .contextCount(let found, let alternatives):
      "there are \(found) contexts for \(alternatives) alternatives; expected one each"
    }
  }
}
