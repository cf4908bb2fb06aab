import Tessera
import TesseraFormats

/// What a run gave: a document, arrays, and a value for further runs.
final class Outcome {
  enum Status: Int32 { case done, failed, stopped }

  /// An array that a result owns.
  enum Values {
    case floats([Float], columns: Int)
    case doubles([Double], columns: Int)
    case indices([Int32])
    case places([Int64])
    case bytes([UInt8])
  }

  let status: Status
  /// What further runs work on; nil for nothing.
  let value: Any?
  private let document: UnsafeMutableBufferPointer<UInt8>
  private var arrays:
    [(name: UnsafeMutableBufferPointer<CChar>, memory: UnsafeMutableRawBufferPointer, shape: BorrowedArray)] =
      []

  init(_ document: JSONValue = .object([]), arrays: [(String, Values)] = [], value: Any? = nil) {
    (status, self.value) = (.done, value)
    self.document = Self.kept(Array(document.text().utf8))
    for (name, values) in arrays { add(name, values) }
  }

  /// An error with its kind, as `kind` and `message` of the document.
  init(failure error: any Error) {
    value = nil
    status = error is Cancelled ? .stopped : .failed
    let kind = (error as? any KindedError)?.kind.rawValue ?? "internal"
    document = Self.kept(
      Array(
        JSONValue.object([("kind", .string(kind)), ("message", .string("\(error)"))]).text().utf8))
  }

  var documentBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(document) }

  func array(_ place: Int) -> BorrowedArray? { arrays.indices.contains(place) ? arrays[place].shape : nil }

  deinit {
    document.deallocate()
    for array in arrays {
      array.name.deallocate()
      array.memory.deallocate()
    }
  }

  // Memory of a fixed address: callers hold pointers into it until they free the result.

  private static func kept<Element>(_ values: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(values.count, 1))
    _ = memory.initialize(from: values)
    return UnsafeMutableBufferPointer(rebasing: memory[..<values.count])
  }

  private func add(_ name: String, _ values: Values) {
    let label = Self.kept(name.utf8CString.map { $0 })
    func append<Element>(_ elements: [Element], columns: Int, _ kind: ArrayKind) {
      let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(elements.count * MemoryLayout<Element>.size, 1), alignment: 64)
      elements.withUnsafeBytes { memory.copyMemory(from: $0) }
      arrays.append(
        (
          label, memory,
          BorrowedArray(
            name: label.baseAddress.map { UnsafePointer($0) },
            data: memory.baseAddress.map { UnsafeRawPointer($0) },
            rows: Int64(elements.count / max(columns, 1)), columns: Int64(columns), kind: kind.rawValue)
        ))
    }
    switch values {
    case .floats(let values, let columns): append(values, columns: columns, .float32)
    case .doubles(let values, let columns): append(values, columns: columns, .float64)
    case .indices(let values): append(values, columns: 1, .int32)
    case .places(let values): append(values, columns: 1, .int64)
    case .bytes(let values): append(values, columns: 1, .bytes)
    }
  }
}

extension Outcome.Values {
  /// Texts behind one another, and where each begins: an array of Arrow's strings.
  static func texts(_ name: String, _ texts: [String]) -> [(String, Outcome.Values)] {
    var bytes: [UInt8] = []
    var places: [Int64] = [0]
    places.reserveCapacity(texts.count + 1)
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      places.append(Int64(bytes.count))
    }
    return [(name, .bytes(bytes)), ("\(name).places", .places(places))]
  }

  /// Numbers that may be missing, as NaN.
  static func optional(_ values: [Double?]) -> Outcome.Values {
    .doubles(values.map { $0 ?? .nan }, columns: 1)
  }
}
