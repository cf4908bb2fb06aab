extension Array where Element == Double {
  /// The same in proportion, with mean 1; itself where the sum is not positive.
  package var scaledToMeanOne: [Double] {
    let sum = reduce(0, +)
    return sum > 0 ? map { $0 / sum * Double(count) } : self
  }
}
