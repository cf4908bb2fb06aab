import Tessera
import TesseraFormats

/// What an array holds.
enum ArrayKind: Int32 {
  case float32, float64, int32, int64, bytes

  var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64, .int64: 8
    case .bytes: 1
    }
  }
}

/// An array that a caller lent for the length of one run: rows by columns, rows behind one another.
struct InputArray {
  let name: String
  let rows: Int
  let columns: Int
  let kind: ArrayKind?
  private let data: UnsafeRawPointer?

  init(_ array: BorrowedArray) {
    name = array.name.map { String(cString: $0) } ?? ""
    (rows, columns) = (Int(array.rows), Int(array.columns))
    kind = ArrayKind(rawValue: array.kind)
    data = array.data
  }

  /// The elements, where they are of this kind.
  ///
  /// - Throws: `RequestError.array`.
  func elements<Element>(_ wanted: ArrayKind, _ type: Element.Type = Element.self) throws
    -> UnsafeBufferPointer<Element>
  {
    precondition(MemoryLayout<Element>.size == wanted.size)
    guard kind == wanted, rows >= 0, columns >= 0 else {
      throw RequestError.array(name, found: "another kind of numbers", expected: "\(wanted)")
    }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, data != nil || count == 0 else {
      throw RequestError.array(
        name, found: "\(rows) x \(columns) and no memory", expected: "memory for all of it")
    }
    // The caller promises so many elements of this kind, aligned for it.
    return UnsafeBufferPointer(start: data?.assumingMemoryBound(to: Element.self), count: count)
  }

  /// A copy of the numbers as the library keeps them.
  func contexts() throws -> Contexts {
    if kind == .float32 {
      return try Contexts(
        Matrix<Float>(rows: rows, columns: columns, storage: Array(try elements(.float32, Float.self))))
    }
    return try Contexts(
      Matrix<Double>(rows: rows, columns: columns, storage: Array(try elements(.float64, Double.self))))
  }
}

/// What a run was asked for.
struct Request {
  /// JSON; empty for none.
  let settings: [UInt8]
  let arrays: [InputArray]
  let subject: Outcome?

  /// - Throws: `RequestError.setting`, naming the member: settings are options, not data.
  func settings<Settings: Decodable>(_ type: Settings.Type = Settings.self) throws -> Settings {
    do {
      return try DocumentFile.decode(type, settings.isEmpty ? Array("{}".utf8) : settings, file: "settings")
    } catch FormatError.content(_, _, let field, let found, let expected) {
      throw RequestError.setting(field ?? "the document of settings", found: found, expected: expected)
    }
  }

  func array(_ name: String) -> InputArray? { arrays.first { $0.name == name } }

  func required(_ name: String) throws -> InputArray {
    guard let array = array(name) else {
      throw RequestError.array(name, found: "none", expected: "an array of this name")
    }
    return array
  }

  /// Texts that stand behind one another, with an array of where each begins; nil where there are none of this name.
  func texts(_ name: String) throws -> [String]? {
    guard let array = array(name) else { return nil }
    let bytes: UnsafeBufferPointer<UInt8> = try array.elements(.bytes)
    let places: UnsafeBufferPointer<Int64> = try required("\(name).places").elements(.int64)
    return try places.indices.dropLast().map { i in
      guard places[i] >= 0, places[i] <= places[i + 1], places[i + 1] <= bytes.count,
        let text = String(validating: bytes[Int(places[i])..<Int(places[i + 1])], as: UTF8.self)
      else {
        throw RequestError.array(name, found: "text \(i) outside its bytes or no UTF-8", expected: "UTF-8")
      }
      return text
    }
  }

  /// The subject as what an operation works on.
  func subject<Value>(_ type: Value.Type, _ expected: String) throws -> Value {
    guard let value = subject?.value as? Value else { throw RequestError.subject(expected: expected) }
    return value
  }
}

/// A caller's mistake.
enum RequestError: KindedError {
  case operation(String)
  case array(String, found: String, expected: String)
  case subject(expected: String)
  case setting(String, found: String, expected: String)

  var kind: ErrorKind {
    switch self {
    case .array: .data
    default: .option
    }
  }

  var description: String {
    switch self {
    case .operation(let name): "there is no operation \"\(name)\""
    case .array(let name, let found, let expected): "\(name): found \(found), expected \(expected)"
    case .subject(let expected): "the operation works on \(expected)"
    case .setting(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
    }
  }
}
