/// A column to write, or a field of a struct. Every value may be null.
public struct ParquetField: Sendable, Equatable {
  public indirect enum Kind: Sendable, Equatable {
    case string
    /// Text that holds JSON: for values of several kinds.
    case json
    case int64, double, float, bool
    case list(Kind)
    case structure([ParquetField])
  }

  public let name: String
  public let kind: Kind

  public init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }
}

/// A value of a row to write.
package enum ParquetCell {
  case null
  /// UTF-8.
  case text(UnsafeBufferPointer<UInt8>)
  case number(Double)
  case integer(Int64)
  case bool(Bool)
  /// As a source of rows hands it out: lists and structs, or one of the above.
  case json(JSONScanner.Value)

  package init(_ value: JSONScanner.Value?) { self = value.map { .json($0) } ?? .null }
}

/// Finds the narrowest columns that hold all rows, from a first pass over them.
///
/// Whole numbers that fit are int64, other numbers double; lists and structs are followed inside. Values of more than one kind,
/// whole numbers that a double would change, structs without any field or nested more than 16 deep become text that holds JSON, and
/// `columnsOfJSON` says so. A struct has the fields of all rows: one that is missing in a row reads back as null.
package struct ParquetSchemaInference {
  private let names: [String]
  private let shapes: [Shape]

  package init(_ names: [String]) {
    self.names = names
    shapes = names.map { _ in Shape() }
  }

  /// Takes note of one row.
  ///
  /// - Parameter values: One for every column.
  package func observe(_ values: [JSONScanner.Value?]) {
    for (shape, value) in zip(shapes, values) { shape.observe(value, depth: 0) }
  }

  /// The columns, in the order of their names.
  package var fields: [ParquetField] { zip(names, shapes).map { ParquetField($0, $1.kind) } }

  /// Columns of which a part, or all, is text that holds JSON.
  package var columnsOfJSON: [String] { fields.filter { $0.kind.holdsJSON }.map(\.name) }
}

extension ParquetField.Kind {
  fileprivate var holdsJSON: Bool {
    switch self {
    case .json: true
    case .list(let element): element.holdsJSON
    case .structure(let fields): fields.contains { $0.kind.holdsJSON }
    default: false
    }
  }
}

extension ParquetSchemaInference {
  /// What was seen in one place.
  private final class Shape {
    private struct Seen: OptionSet {
      let rawValue: Int
      static let text = Seen(rawValue: 1)
      static let bool = Seen(rawValue: 2)
      static let integer = Seen(rawValue: 4)
      static let real = Seen(rawValue: 8)
      static let list = Seen(rawValue: 16)
      static let structure = Seen(rawValue: 32)
      /// Whole numbers that a double would change.
      static let long = Seen(rawValue: 64)
      static let other = Seen(rawValue: 128)
    }

    private var seen: Seen = []
    private var element: Shape?
    private var fields: [(name: String, shape: Shape)] = []
    private var places: [String: Int] = [:]

    func observe(_ value: JSONScanner.Value?, depth: Int) {
      guard let value, !value.isNull, !seen.contains(.other) else { return }
      guard depth < 16 else { return seen.formUnion(.other) }
      switch value.kind {
      case .string: seen.formUnion(.text)
      case .literal: seen.formUnion(.bool)
      case .number: observe(number: value.bytes)
      case .array:
        seen.formUnion(.list)
        let element = element ?? Shape()
        self.element = element
        do {
          var scanner = try JSONScanner(value.bytes, open: 0x5B)
          while let item = try scanner.nextElement() { element.observe(item, depth: depth + 1) }
        } catch { seen.formUnion(.other) }
      case .object:
        seen.formUnion(.structure)
        do {
          var scanner = try JSONScanner(value.bytes)
          while let (key, item) = try scanner.nextMember() {
            field(String(decoding: ParquetCells.plain(key), as: UTF8.self))?.observe(item, depth: depth + 1)
          }
        } catch { seen.formUnion(.other) }
      }
    }

    private func observe(number bytes: UnsafeBufferPointer<UInt8>) {
      if let integer = ParquetCells.integer(bytes) {
        seen.formUnion(integer.magnitude > 1 << 53 ? [.integer, .long] : .integer)
      } else if bytes.elementsEqual([0x2D, 0x30]) {
        // -0: only a double keeps the sign.
        seen.formUnion(.real)
      } else if bytes.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }) {
        // More digits than 64 bits hold.
        seen.formUnion(.other)
      } else {
        // Overflow would become an infinity; one by name stays what it is.
        let isNamed = bytes.last.map { $0 > 0x39 } ?? false
        seen.formUnion(Number.parse(bytes).map { $0.isFinite || isNamed } ?? false ? .real : .other)
      }
    }

    /// A field by its name; nil where there are too many for columns, as in a struct whose keys are data.
    private func field(_ name: String) -> Shape? {
      if let place = places[name] { return fields[place].shape }
      guard fields.count < 256 else {
        seen.formUnion(.other)
        return nil
      }
      places[name] = fields.count
      fields.append((name, Shape()))
      return fields[fields.count - 1].shape
    }

    var kind: ParquetField.Kind {
      switch seen {
      case [], .text: .string
      case .bool: .bool
      case .integer, [.integer, .long]: .int64
      case .real, [.integer, .real]: .double
      case .list: .list(element?.kind ?? .string)
      case .structure where !fields.isEmpty: .structure(fields.map { ParquetField($0.name, $0.shape.kind) })
      default: .json
      }
    }
  }
}
