/// Writes Thrift's compact protocol, as much of it as a footer of Parquet needs.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  private var last = 0

  private mutating func unsigned(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func zigzag(_ value: Int) {
    unsigned(UInt64(bitPattern: Int64(value << 1 ^ value >> 63)))
  }

  private mutating func head(_ id: Int, _ kind: UInt8) {
    let step = id - last
    if (1...15).contains(step) {
      bytes.append(UInt8(step) << 4 | kind)
    } else {
      bytes.append(kind)
      zigzag(id)
    }
    last = id
  }

  mutating func int32(_ id: Int, _ value: Int) {
    head(id, 5)
    zigzag(value)
  }

  mutating func int64(_ id: Int, _ value: Int) {
    head(id, 6)
    zigzag(value)
  }

  mutating func text(_ id: Int, _ value: String) {
    head(id, ThriftReader.Kind.binary)
    text(value)
  }

  private mutating func text(_ value: String) {
    unsigned(UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  mutating func structure(_ id: Int, _ body: (inout ThriftWriter) -> Void) {
    head(id, ThriftReader.Kind.structure)
    element(body)
  }

  /// A structure by itself, or as an element of a list.
  mutating func element(_ body: (inout ThriftWriter) -> Void) {
    let outer = last
    last = 0
    body(&self)
    bytes.append(0)
    last = outer
  }

  private mutating func list(_ id: Int, kind: UInt8, count: Int) {
    head(id, ThriftReader.Kind.list)
    if count < 15 {
      bytes.append(UInt8(count) << 4 | kind)
    } else {
      bytes.append(0xF0 | kind)
      unsigned(UInt64(count))
    }
  }

  mutating func structures<Element>(
    _ id: Int, _ elements: [Element], _ body: (inout ThriftWriter, Element) -> Void
  ) {
    list(id, kind: ThriftReader.Kind.structure, count: elements.count)
    for item in elements { element { body(&$0, item) } }
  }

  mutating func int32s(_ id: Int, _ values: [Int]) {
    list(id, kind: 5, count: values.count)
    for value in values { zigzag(value) }
  }

  mutating func texts(_ id: Int, _ values: [String]) {
    list(id, kind: ThriftReader.Kind.binary, count: values.count)
    for value in values { text(value) }
  }
}
