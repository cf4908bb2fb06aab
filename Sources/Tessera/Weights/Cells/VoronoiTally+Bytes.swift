/// A tally as bytes, for those who send many of them.
///
/// After the name and version of the form, whole numbers of eight bytes, little end first. A text is its length and its UTF-8; a
/// list is its length, how many bytes each number has (1, 2, 4 or 8), and the numbers, none of them negative. Copies are an empty
/// list where every alternative stands alone.
extension VoronoiTally {
  private static let name = Array("tessera tally 1\n".utf8)

  public var bytes: [UInt8] {
    let fields = fields
    var out = Self.name
    func add(_ value: UInt64) {
      for shift in 0..<8 { out.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
    }
    func add(_ value: Int) { add(UInt64(bitPattern: Int64(value))) }
    func add(_ text: String) {
      add(text.utf8.count)
      out.append(contentsOf: text.utf8)
    }
    func add(_ list: [Int]) {
      let most = list.max() ?? 0
      let width = most < 1 << 8 ? 1 : most < 1 << 16 ? 2 : most < 1 << 32 ? 4 : 8
      add(list.count)
      out.append(UInt8(width))
      for value in list {
        for shift in 0..<width { out.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
      }
    }
    for number in [
      fields.total, fields.first, fields.count, fields.outside, fields.groupSize, fields.groups,
      fields.lastSize,
    ] {
      add(number)
    }
    add(fields.seed)
    for text in [fields.space, fields.choice, fields.fingerprint] { add(text) }
    add(copies.hasDuplicates ? fields.copies : [])
    for list in [fields.lastHits.flatMap { $0 }, fields.hits, fields.squares] { add(list) }
    return out
  }

  /// - Throws: `TallyError.bytes` for what is no tally: cut off, or with counts that cannot be.
  public init(bytes: some Collection<UInt8>) throws(TallyError) {
    var reader = Reader(Array(bytes))
    let (name, problem) = (reader.take(Self.name.count), "expected \"tessera tally 1\" at the start")
    guard let name, Array(name) == Self.name else { throw TallyError.bytes(problem) }
    let numbers = (0..<7).map { _ in reader.number() }
    let seed = reader.bits()
    let texts = (0..<3).map { _ in reader.text() }
    let lists = (0..<4).map { _ in reader.list() }
    guard reader.holds, reader.isAtEnd else {
      throw TallyError.bytes("found \(bytes.count) bytes, which end elsewhere than the counts that they hold")
    }
    let pairs = lists[1]
    do {
      try self.init(
        Fields(
          total: numbers[0], first: numbers[1], count: numbers[2], seed: seed, space: texts[0],
          choice: texts[1], fingerprint: texts[2], outside: numbers[3],
          copies: lists[0].isEmpty ? Array(lists[2].indices) : lists[0], groupSize: numbers[4],
          groups: numbers[5], lastSize: numbers[6],
          lastHits: stride(from: 0, to: pairs.count, by: 2).map {
            Array(pairs[$0..<min($0 + 2, pairs.count)])
          },
          hits: lists[2], squares: lists[3]))
    } catch {
      throw TallyError.bytes("\(error.field.rawValue): found \(error.found), expected \(error.expected)")
    }
  }

  /// Goes through bytes; what is not there is 0 or empty, and `holds` says so.
  private struct Reader {
    private let bytes: [UInt8]
    private var place = 0
    private(set) var holds = true

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard holds, count >= 0, count <= bytes.count - place else {
        holds = false
        return nil
      }
      defer { place += count }
      return bytes[place..<place + count]
    }

    mutating func bits(_ width: Int = 8) -> UInt64 {
      guard let taken = take(width) else { return 0 }
      var value: UInt64 = 0
      for byte in taken.reversed() { value = value << 8 | UInt64(byte) }
      return value
    }

    mutating func number() -> Int { Int(truncatingIfNeeded: bits()) }

    mutating func text() -> String {
      guard let taken = take(number()), let text = String(validating: taken, as: UTF8.self) else {
        holds = false
        return ""
      }
      return text
    }

    mutating func list() -> [Int] {
      let (count, width) = (number(), Int(bits(1)))
      guard holds, [1, 2, 4, 8].contains(width), count >= 0, count <= (bytes.count - place) / width else {
        holds = false
        return []
      }
      return (0..<count).map { _ in Int(truncatingIfNeeded: bits(width)) }
    }
  }
}
