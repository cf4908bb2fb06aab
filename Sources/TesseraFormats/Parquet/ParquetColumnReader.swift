/// Puts the values of one column together from the entries of its leaves, row by row.
final class ParquetColumnReader {
  let node: ParquetNode
  private let leaves: [ParquetLeafReader]
  /// Number of the first leaf in the file.
  private let first: Int
  private let text = JSONText()
  /// The leaf of a column without nesting.
  private let flat: ParquetLeafReader?
  private let leaf: ParquetLeaf

  init(_ node: ParquetNode, schema: ParquetSchema, file: UnsafeRawBufferPointer) throws {
    self.node = node
    first = node.leaves.lowerBound
    leaves = try node.leaves.map { try ParquetLeafReader(schema.leaves[$0], file: file) }
    if case .leaf(let leaf) = node.form {
      self.leaf = leaf
      flat = leaves[0]
    } else {
      leaf = .text
      flat = nil
    }
  }

  /// Goes to the first row of a row group.
  func open(_ group: ParquetMetadata.RowGroup) throws {
    for (offset, leaf) in leaves.enumerated() {
      try leaf.open(group.chunks[first + offset], rows: group.rows)
    }
  }

  /// The column's value in the next row, nil for null; valid until the next call.
  func next() throws -> JSONScanner.Value? {
    if let flat {
      guard try flat.load() else { throw Self.short }
      guard flat.definition == flat.leaf.maxDefinition else {
        flat.consume()
        return nil
      }
      let value = try flat.value(checksText: leaf == .text)
      if leaf == .text {
        return JSONScanner.Value(kind: .string, bytes: value.bindMemory(to: UInt8.self), escaped: false)
      }
      text.reset()
      try ParquetText.append(value, leaf, to: text, quoted: false)
      return JSONScanner.Value(kind: ParquetText.kind(leaf), bytes: text.bytes, escaped: false)
    }
    text.reset()
    for leaf in leaves {
      guard try leaf.load() else { throw Self.short }
      guard leaf.repetition == 0 else {
        throw ParquetProblem.damaged(
          found: "a row that begins inside a list", expected: "lists that end with their row")
      }
    }
    try append(node)
    let bytes = text.bytes
    guard let start = bytes.first, start != 0x6E else { return nil }
    return JSONScanner.Value(kind: start == 0x7B ? .object : .array, bytes: bytes, escaped: false)
  }

  /// Throws where entries are left behind the last row of a group.
  func close() throws {
    for leaf in leaves where try leaf.load() {
      throw ParquetProblem.damaged(
        found: "values behind the last row of a row group", expected: "as many as rows")
    }
  }

  private static let short = ParquetProblem.damaged(
    found: "fewer values than rows", expected: "a value or a null for every row")

  private static let disagreement = ParquetProblem.damaged(
    found: "fields of a struct that disagree about its lists or nulls", expected: "the same in all of them")

  /// Appends the value of a node from the entries at the front of its leaves, and consumes them. All are loaded.
  private func append(_ node: ParquetNode) throws {
    if case .leaf(let leaf) = node.form {
      let reader = leaves[node.leaves.lowerBound - first]
      guard reader.definition == node.definition else {
        reader.consume()
        return try text.append("null" as StaticString)
      }
      return try ParquetText.append(reader.value(checksText: leaf == .text), leaf, to: text, quoted: true)
    }
    if node.optional, leaves[node.leaves.lowerBound - first].definition < node.definition {
      try consume(node, below: node.definition)
      return try text.append("null" as StaticString)
    }
    if case .list = node.form { return try appendList(node, node.children[0]) }
    try text.append(0x7B)
    for (index, field) in node.children.enumerated() {
      if index > 0 { try text.append(0x2C) }
      var name = field.name
      try name.withUTF8 { try text.quote(UnsafeRawBufferPointer($0)) }
      try text.append(0x3A)
      // A struct that is there is there in every field.
      for leaf in field.leaves where leaves[leaf - first].definition < node.definition {
        throw Self.disagreement
      }
      try append(field)
    }
    try text.append(0x7D)
  }

  private func appendList(_ node: ParquetNode, _ element: ParquetNode) throws {
    try text.append(0x5B)
    let lead = leaves[node.leaves.lowerBound - first]
    if lead.definition < node.elementDefinition {
      try consume(node, below: node.elementDefinition)
      return try text.append(0x5D)
    }
    while true {
      for leaf in node.leaves where leaves[leaf - first].definition < node.elementDefinition {
        throw Self.disagreement
      }
      try append(element)
      // One more element where the next entry repeats this list; all leaves must say so.
      let more = try repeats(lead, node)
      for leaf in node.leaves.dropFirst() where try repeats(leaves[leaf - first], node) != more {
        throw Self.disagreement
      }
      guard more else { break }
      try text.append(0x2C)
    }
    try text.append(0x5D)
  }

  /// Whether the next entry continues the list.
  private func repeats(_ leaf: ParquetLeafReader, _ node: ParquetNode) throws -> Bool {
    guard try leaf.load() else { return false }
    guard leaf.repetition <= node.elementRepetition else { throw Self.disagreement }
    return leaf.repetition == node.elementRepetition
  }

  /// Consumes the one entry of every leaf of a node that is null or empty.
  private func consume(_ node: ParquetNode, below definition: Int) throws {
    for leaf in node.leaves {
      guard leaves[leaf - first].definition < definition else { throw Self.disagreement }
      leaves[leaf - first].consume()
    }
  }
}
