/// What the values of a leaf are, and so how they are shown.
enum ParquetLeaf: Equatable {
  enum Unit: Int, Equatable {
    case milliseconds = 1
    case microseconds, nanoseconds

    /// Units of a second.
    var perSecond: Int { [1_000, 1_000_000, 1_000_000_000][rawValue - 1] }
  }

  case boolean
  case signed32, signed64, unsigned32, unsigned64
  case half, float, double
  case text
  case date
  case time(Unit, width: Int)
  case timestamp(Unit, utc: Bool)
  /// A whole number of `width` bytes times 10^-scale; big-endian where the bytes are an array.
  case decimal(scale: Int, width: Int, bigEndian: Bool)
  case uuid
  /// Says why it is not read.
  case unsupported(String)
}

/// A node of the schema: a column, or a part of one.
final class ParquetNode {
  enum Form {
    case leaf(ParquetLeaf)
    /// Named fields.
    case structure
    /// One child, the element. A map is a list of key and value.
    case list
  }

  let name: String
  var form: Form
  var children: [ParquetNode]
  /// Whether the value itself can be null.
  let optional: Bool
  /// An entry whose definition level is at least this has a value here (a list may still be empty).
  let definition: Int
  /// A list: entries at this definition level or above have elements.
  let elementDefinition: Int
  /// A list: entries at this repetition level continue it.
  let elementRepetition: Int
  /// Numbers of the leaves below, in the file's order.
  let leaves: Range<Int>

  init(
    name: String, form: Form, children: [ParquetNode], optional: Bool, definition: Int,
    elementDefinition: Int = 0,
    elementRepetition: Int = 0, leaves: Range<Int>
  ) {
    self.name = name
    self.form = form
    self.children = children
    self.optional = optional
    self.definition = definition
    self.elementDefinition = elementDefinition
    self.elementRepetition = elementRepetition
    self.leaves = leaves
  }
}

/// What a reader of one leaf's pages must know.
struct ParquetLeafColumn {
  /// Physical types, as `parquet.thrift` numbers them.
  enum Physical {
    static let boolean = 0
    static let int32 = 1
    static let int64 = 2
    static let int96 = 3
    static let float = 4
    static let double = 5
    static let bytes = 6
    static let fixed = 7
  }

  /// Names from the top.
  let names: [String]
  let physicalType: Int
  /// Bytes of a value; 0 where every value says its own length.
  let width: Int
  let leaf: ParquetLeaf
  let maxDefinition: Int
  let maxRepetition: Int

  /// How messages call it.
  var path: String { names.joined(separator: ".") }
}

/// The schema as a tree, lists and maps recognised in the forms that writers give them.
struct ParquetSchema {
  /// The columns.
  let columns: [ParquetNode]
  let leaves: [ParquetLeafColumn]

  init(_ elements: [ParquetMetadata.SchemaElement]) throws {
    var builder = Builder(elements: elements)
    columns = try builder.children(of: elements[0], path: [], definition: 0, repetition: 0)
    guard builder.next == elements.count else {
      throw ParquetProblem.damaged(
        found: "a schema of \(elements.count) nodes of which \(builder.next) hang together",
        expected: "one tree")
    }
    leaves = builder.leaves
  }
}

extension ParquetSchema {
  private struct Builder {
    let elements: [ParquetMetadata.SchemaElement]
    var next = 1
    var leaves: [ParquetLeafColumn] = []

    mutating func children(
      of parent: ParquetMetadata.SchemaElement, path: [String], definition: Int, repetition: Int
    ) throws -> [ParquetNode] {
      guard path.count < 64 else {
        throw ParquetProblem.unsupported(found: "a schema more than 64 deep", expected: "one less deep")
      }
      guard parent.children <= elements.count - next else { throw ParquetProblem.early("a schema") }
      return try (0..<parent.children).map { _ in
        try node(path: path, definition: definition, repetition: repetition)
      }
    }

    /// The node at `next` with everything below it.
    mutating func node(path: [String], definition: Int, repetition: Int) throws -> ParquetNode {
      guard next < elements.count else { throw ParquetProblem.early("a schema") }
      let element = elements[next]
      // A repeated node that no list encloses is a list by itself, never null.
      guard element.repetition == 2 else {
        return try value(path: path, definition: definition, repetition: repetition)
      }
      let first = leaves.count
      let item = try value(path: path, definition: definition + 1, repetition: repetition + 1, repeated: true)
      return ParquetNode(
        name: element.name, form: .list, children: [item], optional: false, definition: definition,
        elementDefinition: definition + 1, elementRepetition: repetition + 1, leaves: first..<leaves.count)
    }

    /// The node at `next`; `repeated` when its repetition is already counted in the levels.
    private mutating func value(path: [String], definition: Int, repetition: Int, repeated: Bool = false)
      throws
      -> ParquetNode
    {
      let element = elements[next]
      next += 1
      let path = path + [element.name]
      let optional = !repeated && element.repetition == 1
      let level = definition + (optional ? 1 : 0)
      let first = leaves.count
      if let type = element.physicalType {
        guard element.children == 0 else {
          throw ParquetProblem.damaged(
            found: "a node with a type and with fields, \(path.joined(separator: "."))",
            expected: "one of the two")
        }
        leaves.append(
          try ParquetLeafColumn(element, path: path, type: type, definition: level, repetition: repetition))
        return ParquetNode(
          name: element.name, form: .leaf(leaves[first].leaf), children: [], optional: optional,
          definition: level,
          leaves: first..<leaves.count)
      }
      guard element.children > 0 else {
        throw ParquetProblem.damaged(
          found: "a node with neither type nor fields, \(path.joined(separator: "."))",
          expected: "one of the two")
      }
      let isMap = element.logicalType?.number == 2 || [1, 2].contains(element.convertedType)
      let isList = element.logicalType?.number == 3 || element.convertedType == 3
      guard isMap || isList, element.children == 1, next < elements.count, elements[next].repetition == 2
      else {
        let fields = try children(of: element, path: path, definition: level, repetition: repetition)
        return ParquetNode(
          name: element.name, form: .structure, children: fields, optional: optional, definition: level,
          leaves: first..<leaves.count)
      }
      let item = try listElement(
        of: element, isMap: isMap, path: path, definition: level, repetition: repetition)
      return ParquetNode(
        name: element.name, form: .list, children: [item], optional: optional, definition: level,
        elementDefinition: level + 1, elementRepetition: repetition + 1, leaves: first..<leaves.count)
    }

    /// The element of a list whose repeated node is `next`. Three levels are the rule; older writers left out the middle one,
    /// which the format's rules of backward compatibility tell apart.
    private mutating func listElement(
      of list: ParquetMetadata.SchemaElement, isMap: Bool, path: [String], definition: Int, repetition: Int
    ) throws -> ParquetNode {
      let middle = elements[next]
      let twoLevels =
        isMap || middle.physicalType != nil || middle.children != 1 || middle.name == "array"
        || middle.name == "\(list.name)_tuple"
      if twoLevels {
        return try value(path: path, definition: definition + 1, repetition: repetition + 1, repeated: true)
      }
      next += 1
      guard path.count < 64 else {
        throw ParquetProblem.unsupported(found: "a schema more than 64 deep", expected: "one less deep")
      }
      return try node(path: path + [middle.name], definition: definition + 1, repetition: repetition + 1)
    }
  }
}

extension ParquetLeafColumn {
  fileprivate init(
    _ element: ParquetMetadata.SchemaElement, path: [String], type: Int, definition: Int, repetition: Int
  ) throws {
    names = path
    physicalType = type
    maxDefinition = definition
    maxRepetition = repetition
    width =
      switch type {
      case Physical.boolean: 1
      case Physical.int32, Physical.float: 4
      case Physical.int64, Physical.double: 8
      case Physical.int96: 12
      case Physical.fixed: element.typeLength
      case Physical.bytes: 0
      default:
        throw ParquetProblem.damaged(
          found: "the type \(type) of \(path.joined(separator: "."))", expected: "0 to 7")
      }
    if type == Physical.fixed, !(1...1 << 20).contains(width) {
      throw ParquetProblem.damaged(
        found: "values of \(width) bytes in \(path.joined(separator: "."))", expected: "1 to 1,048,576 bytes")
    }
    leaf = Self.leaf(element, type: type, width: width)
  }

  /// What the values mean: by the logical type, else by the converted type of older writers, else by the type alone.
  private static func leaf(_ element: ParquetMetadata.SchemaElement, type: Int, width: Int) -> ParquetLeaf {
    let logical = element.logicalType
    let converted = element.convertedType
    func unit(_ logical: ParquetMetadata.LogicalType?, _ converted: Int?, milliseconds: Int) -> ParquetLeaf
      .Unit?
    {
      ParquetLeaf.Unit(rawValue: logical?.unit ?? 0)
        ?? (converted == milliseconds ? .milliseconds : converted == milliseconds + 1 ? .microseconds : nil)
    }
    let isDecimal = logical?.number == 5 || converted == 5
    let scale = logical?.number == 5 ? logical?.scale ?? 0 : element.scale
    if isDecimal, !(0...60).contains(scale) { return .unsupported("decimals of scale \(scale)") }
    switch type {
    case Physical.boolean: return .boolean
    case Physical.int32:
      if isDecimal { return .decimal(scale: scale, width: 4, bigEndian: false) }
      if logical?.number == 6 || converted == 6 { return .date }
      if let unit = logical?.number == 7 || converted == 7 ? unit(logical, converted, milliseconds: 7) : nil {
        return .time(unit, width: 4)
      }
      return logical.map { $0.number == 10 && !$0.signed } ?? [11, 12, 13].contains(converted)
        ? .unsigned32 : .signed32
    case Physical.int64:
      if isDecimal { return .decimal(scale: scale, width: 8, bigEndian: false) }
      if let unit = logical?.number == 7 || converted == 8 ? unit(logical, converted, milliseconds: 7) : nil {
        return .time(unit, width: 8)
      }
      if let unit = logical?.number == 8 || converted == 9 || converted == 10
        ? unit(logical, converted, milliseconds: 9) : nil
      {
        // Before logical types, time stamps were in UTC by definition.
        return .timestamp(unit, utc: logical?.utc ?? true)
      }
      return logical.map { $0.number == 10 && !$0.signed } ?? (converted == 14) ? .unsigned64 : .signed64
    case Physical.int96: return .unsupported("INT96 time stamps; re-write the column as TIMESTAMP")
    case Physical.float: return .float
    case Physical.double: return .double
    case Physical.bytes:
      if isDecimal { return .unsupported("decimals of variable length; re-write the column as DOUBLE") }
      switch logical?.number {
      case 13, 16, 17, 18: return .unsupported("binary values (BSON, variant or geometry)")
      default: return converted == 20 ? .unsupported("binary values (BSON)") : .text
      }
    default:
      if isDecimal {
        return width <= 16
          ? .decimal(scale: scale, width: width, bigEndian: true) : .unsupported("decimals of \(width) bytes")
      }
      if logical?.number == 15 {
        return width == 2 ? .half : .unsupported("half precision in \(width) bytes")
      }
      if logical?.number == 14 { return width == 16 ? .uuid : .unsupported("a UUID of \(width) bytes") }
      return .unsupported(
        "FIXED_LEN_BYTE_ARRAY values of \(width) bytes without a meaning that is known here")
    }
  }
}
