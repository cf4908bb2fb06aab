import Tessera

extension ParquetFile {
  /// Contexts from a column of lists of numbers, one row each: half, single or double precision.
  ///
  /// - Parameter column: Its name; nil where the file has only one such column.
  /// - Throws: `FormatError`, naming the row, for a null, a list of another length than the first, a number that is not finite.
  func contexts(column: String?) throws -> Contexts {
    let candidates = schema.columns.filter { Self.numbers(in: $0) != nil }.map(\.name)
    let names = column == nil ? candidates : schema.columns.map(\.name)
    let chosen = names[try ContextsFile.choose(column, of: names, file: name, what: "column")]
    func problem(_ found: String, _ expected: String) -> FormatError {
      .content(file: name, line: nil, field: chosen, found: found, expected: expected)
    }
    guard let node = try self.column(chosen), let leaf = Self.numbers(in: node) else {
      throw problem("a column of something else", "lists of numbers in half, single or double precision")
    }
    guard metadata.rows > 0 else { throw problem("no rows", "at least one alternative") }
    return leaf == .double
      ? try Contexts(
        matrix(node) { Double(bitPattern: UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) })
      : leaf == .float
        ? try Contexts(
          matrix(node) { Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) })
        : try Contexts(
          matrix(node) { Float(halfPrecision: UInt16(littleEndian: $0.loadUnaligned(as: UInt16.self))) })
  }

  /// The numbers of a column that is a list of them and of nothing else.
  private static func numbers(in node: ParquetNode) -> ParquetLeaf? {
    guard case .list = node.form, case .leaf(let leaf) = node.children[0].form else { return nil }
    return leaf == .half || leaf == .float || leaf == .double ? leaf : nil
  }

  /// All rows of a list column, one below the other.
  private func matrix<Scalar>(_ node: ParquetNode, _ number: (UnsafeRawBufferPointer) -> Scalar) throws
    -> Matrix<Scalar>
  {
    var row = 0
    func wrong(_ found: String, _ expected: String) -> FormatError {
      .row(file: name, row: row, field: node.name, found: found, expected: expected)
    }
    do {
      let entries = metadata.rowGroups.reduce(0.0) { $0 + Double($1.chunks[node.leaves.lowerBound].values) }
      guard entries / 1_024 <= Double(bytes.count) else {
        throw ParquetProblem.unsupported(
          found: "\(entries) numbers in \(bytes.count) bytes", expected: "at most 1,024 for every byte")
      }
      let reader = try ParquetLeafReader(schema.leaves[node.leaves.lowerBound], file: bytes)
      let present = reader.leaf.maxDefinition
      var storage: [Scalar] = []
      var dimension = 0
      for group in metadata.rowGroups where group.rows > 0 {
        try reader.open(group.chunks[node.leaves.lowerBound], rows: group.rows)
        for _ in 0..<group.rows {
          row += 1
          guard try reader.load() else { throw wrong("no values", "a list in every row") }
          guard reader.repetition == 0 else {
            throw wrong("a row that begins inside a list", "a whole Parquet file")
          }
          guard reader.definition >= node.definition else { throw wrong("null", "a list of numbers") }
          guard reader.definition >= node.elementDefinition else {
            throw wrong("an empty list", "a list of numbers")
          }
          let start = storage.count
          repeat {
            guard reader.definition == present else {
              throw wrong("null in place \(storage.count - start + 1)", "a number")
            }
            let value = number(try reader.value(checksText: false))
            guard value.isFinite else {
              throw wrong("\(value) in place \(storage.count - start + 1)", "finite numbers")
            }
            storage.append(value)
          } while try reader.load() && reader.repetition > 0
          let count = storage.count - start
          if row == 1 {
            dimension = count
            // Room for what is plausible: a number has a byte at least, mostly; a broken file may promise any number of rows.
            storage.reserveCapacity(min(max(0, metadata.rows &* dimension), bytes.count))
          }
          guard count == dimension else {
            throw wrong("a list of \(count) number\(count == 1 ? "" : "s")", "\(dimension), as in row 1")
          }
        }
        guard try !reader.load() else {
          throw wrong("values behind the last row of a row group", "as many as rows")
        }
      }
      return Matrix(rows: metadata.rows, columns: dimension, storage: storage)
    } catch let problem as ParquetProblem {
      throw problem.error(file: name, row: row, field: node.name)
    }
  }
}
