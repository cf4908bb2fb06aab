/// What is done to contexts before they are placed in a space: fitted once, stored, applied to new contexts alike.
///
/// In order: scaling each context to length 1 (distances are then those of cosines), subtracting a mean, keeping
/// the coordinates along the first principal axes. Mean and axes follow clones when they are fitted to raw
/// contexts, so each context counts with a weight that clones share.
public struct ContextTransform: Sendable, Equatable, Codable {
  /// Whether contexts are scaled to length 1.
  public let normalizes: Bool
  /// Subtracted from contexts; empty for nothing.
  public let mean: [Double]
  /// Principal axes as rows of d numbers, largest variance first; empty to keep all coordinates.
  public let axes: [[Double]]
  /// Variance along each axis.
  public let variances: [Double]

  /// A transform from its numbers.
  ///
  /// - Parameters:
  ///   - axes: Rows as long as the mean, or none. They are seen from the mean, so there is one.
  ///   - variances: One for each axis, or none.
  /// - Precondition: `mistake(mean:axes:variances:)` finds none.
  public init(normalizes: Bool, mean: [Double], axes: [[Double]], variances: [Double] = []) {
    precondition(Self.mistake(mean: mean, axes: axes, variances: variances) == nil)
    self.normalizes = normalizes
    self.mean = mean
    self.axes = axes
    self.variances = variances
  }

  /// What keeps numbers of a file from being a transform, in words; nil where nothing does.
  package static func mistake(mean: [Double], axes: [[Double]], variances: [Double]) -> String? {
    if mean.isEmpty, !axes.isEmpty { return "axes without a mean" }
    if let axis = axes.first(where: { $0.count != mean.count }) {
      return "an axis of \(axis.count) numbers beside a mean of \(mean.count)"
    }
    if !variances.isEmpty, variances.count != axes.count {
      return "\(variances.count) variances of \(axes.count) axes"
    }
    let isFinite = mean.allSatisfy(\.isFinite) && axes.allSatisfy { $0.allSatisfy(\.isFinite) }
    guard isFinite, variances.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      return "numbers that are not finite, or variances below 0"
    }
    return nil
  }

  /// - Throws: `DecodingError` for numbers that do not fit one another.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let normalizes = try values.decode(Bool.self, forKey: .normalizes)
    let mean = try values.decode([Double].self, forKey: .mean)
    let axes = try values.decode([[Double]].self, forKey: .axes)
    let variances = try values.decode([Double].self, forKey: .variances)
    if let mistake = Self.mistake(mean: mean, axes: axes, variances: variances) {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: mistake))
    }
    self.init(normalizes: normalizes, mean: mean, axes: axes, variances: variances)
  }

  /// Contexts after the transform.
  ///
  /// - Throws: `ContextsError` for contexts of another dimension than the fitted ones, or of length zero.
  public func apply(to contexts: Contexts) throws -> Contexts {
    try contexts.mapAnswers { try applied(to: $0) }
  }

  private func applied(to contexts: Contexts) throws -> Contexts {
    let scaled = normalizes ? try contexts.normalized() : contexts
    if mean.isEmpty { return scaled }
    guard mean.count == contexts.dimension else {
      throw ContextsError.dimension(found: contexts.dimension, expected: mean.count)
    }
    if axes.isEmpty { return try scaled.shifted(by: mean) }
    return try scaled.projected(onto: axes.flatMap { $0 }, count: axes.count, from: mean)
  }
}

extension Contexts {
  private func mapRows(_ row: (Int, [Double]) throws -> [Double]) throws -> Contexts {
    var values: [Double] = []
    values.reserveCapacity(count * dimension)
    for i in 0..<count { values += try row(i, self.row(i)) }
    if case .single = storage {
      return try Contexts(Matrix(rows: count, columns: dimension, storage: values.map { Float($0) }))
    }
    return try Contexts(Matrix(rows: count, columns: dimension, storage: values))
  }

  /// Every context scaled to length 1.
  package func normalized() throws -> Contexts {
    try mapRows { i, row in
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { throw ContextsError.noDirection(alternative: i) }
      return row.map { $0 / length }
    }
  }

  func shifted(by mean: [Double]) throws -> Contexts {
    try mapRows { _, row in zip(row, mean).map { $0 - $1 } }
  }
}
