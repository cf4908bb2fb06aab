/// Sums over numbered rows, added up in fixed pieces and fixed order: the same bytes however the rows are divided.
///
/// A piece is 1,024 rows whose numbers begin at a multiple of 1,024. Within a piece rows are added one after the other, then the
/// pieces one after the other. A part that begins inside a piece carries the terms of its first rows, so that they can be added
/// to what the part before it has begun.
///
///     let mean = try PieceSums.total(shards.map { $0.sums }).map { $0 / m }
///
/// Eight bytes a column for each 1,024 rows; a part that begins inside a piece carries up to 1,023 rows more.
public struct PieceSums: Sendable, Equatable, Codable {
  /// Rows of a piece.
  public static let rows = 1_024

  /// Number of the first row, and how many there are.
  public let first: Int
  public let count: Int
  /// Numbers of a term.
  public let width: Int
  /// Terms of the rows before the first piece that begins here, row by row.
  public let head: [Double]
  /// A sum for each piece that begins here, in order; the next part may go on with the last one.
  public let sums: [Double]

  /// Sums as they came from somewhere.
  ///
  /// - Throws: `ShardError.sums` where there are more or fewer numbers than the rows have.
  public init(first: Int, count: Int, width: Int, head: [Double], sums: [Double]) throws {
    guard first >= 0, count >= 0, count < 1 << 50, first < 1 << 50, width >= 0, width < 1 << 30,
      head.count == Self.headRows(first, count) * width,
      sums.count == Self.pieces(first, count).count * width
    else { throw ShardError.sums(first: first, count: count) }
    (self.first, self.count, self.width, self.head, self.sums) = (first, count, width, head, sums)
  }

  /// Adds up terms.
  ///
  /// - Parameter add: Adds a row's term to `width` sums.
  @inline(__always)
  init(
    first: Int = 0, count: Int, width: Int, work: Work,
    adding add: @Sendable (_ row: Int, _ sums: UnsafeMutablePointer<Double>) -> Void
  ) {
    let headRows = Self.headRows(first, count)
    let pieces = Self.pieces(first, count)
    var head = [Double](repeating: 0, count: headRows * width)
    var sums = [Double](repeating: 0, count: pieces.count * width)
    withPointers(&head, &sums) { head, sums in
      // The head is one piece of work, then every piece of rows.
      work.forEachWithoutPause(pieces: pieces.count + 1) { piece, _ in
        guard width > 0 else { return }
        if piece == 0 {
          for row in 0..<headRows { add(row, head[address: row * width]) }
        } else {
          let sum = sums[address: (piece - 1) * width]
          for row in pieces[piece - 1] { add(row, sum) }
        }
      }
    }
    (self.first, self.count, self.width, self.head, self.sums) = (first, count, width, head, sums)
  }

  /// Adds up numbers, one a row.
  init(of values: [Double], first: Int = 0, work: Work) {
    self.init(first: first, count: values.count, width: 1, work: work) { $1[0] += values[$0] }
  }

  /// Rows before the first border of pieces.
  private static func headRows(_ first: Int, _ count: Int) -> Int { min((rows - first % rows) % rows, count) }

  /// Rows of each piece that begins here, counted from the first row.
  private static func pieces(_ first: Int, _ count: Int) -> [Range<Int>] {
    stride(from: headRows(first, count), to: count, by: rows).map { $0..<min($0 + rows, count) }
  }

  /// The sum over all rows.
  ///
  /// - Parameter parts: In any order.
  /// - Returns: As many numbers as a term has.
  /// - Throws: `ShardError.rows` where rows are missing or come twice.
  public static func total(_ parts: [PieceSums]) throws -> [Double] {
    let parts = parts.sorted { ($0.first, $0.count) < ($1.first, $1.count) }
    var next = 0
    for part in parts {
      guard part.first == next, part.width == parts[0].width else {
        throw ShardError.rows(first: part.first, expected: next)
      }
      next += part.count
    }
    return added(parts)
  }

  /// The sum, of rows that begin with the first of all.
  var total: [Double] { Self.added([self]) }

  private static func added(_ parts: [PieceSums]) -> [Double] {
    let width = parts.first?.width ?? 0
    var total = [Double](repeating: 0, count: width)
    // The piece that is under way.
    var piece = total
    var next = 0
    func close() {
      for k in 0..<width { (total[k], piece[k]) = (total[k] + piece[k], 0) }
    }
    for part in parts {
      let headRows = headRows(part.first, part.count)
      for row in 0..<headRows { for k in 0..<width { piece[k] += part.head[row * width + k] } }
      next += headRows
      if headRows > 0, next % rows == 0 { close() }
      for (number, range) in pieces(part.first, part.count).enumerated() {
        for k in 0..<width { piece[k] = part.sums[number * width + k] }
        next += range.count
        if next % rows == 0 { close() }
      }
    }
    if next % rows != 0 { close() }
    return total
  }
}
