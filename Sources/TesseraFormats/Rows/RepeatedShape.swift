import CTesseraKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The shape of an object whose members are plain: all that stands around their values.
///
/// Rows of a file mostly differ by their values alone. Where the bytes around them are those of an object that was read before,
/// names and punctuation need no second look, and what is left is to find the ends of the values. Anything else is for
/// `JSONScanner`: other spaces, names or kinds of values, escapes, text that is not ASCII, numbers with exponents. So this never
/// finds an error; it only says that it does not know.
struct RepeatedShape {
  /// The bytes in front of each value and behind the last one, one after the other.
  private let gaps: [UInt8]
  private let ends: [Int]
  let isText: [Bool]

  /// - Parameters:
  ///   - record: One object, in valid JSON.
  ///   - values: All of its values, in their order.
  /// - Returns: nil where a value is neither a number nor a text of ASCII without escapes, or where there is none.
  init?(_ record: UnsafeBufferPointer<UInt8>, _ values: [JSONScanner.Value]) {
    guard let base = record.baseAddress, !values.isEmpty, record.allSatisfy({ $0 < 0x80 }) else { return nil }
    var (gaps, ends, isText) = ([UInt8](), [Int](), [Bool]())
    var at = 0
    for value in values {
      guard value.kind == .string || value.kind == .number, !value.escaped else { return nil }
      // An empty text may have no address that tells where it stands.
      guard let start = value.bytes.baseAddress.map({ $0 - base }), at <= start, start < record.count else {
        return nil
      }
      gaps += record[at..<start]
      ends.append(gaps.count)
      isText.append(value.kind == .string)
      at = start + value.bytes.count
    }
    gaps += record[at...]
    ends.append(gaps.count)
    (self.gaps, self.ends, self.isText) = (gaps, ends, isText)
  }

  var count: Int { isText.count }

  /// Places that `scan` writes for each line: where each value begins and ends, and where the next line begins.
  var places: Int { 2 * count + 1 }

  /// Lines of this shape at the beginning of some bytes.
  ///
  /// - Parameters:
  ///   - bytes: Whole lines, below 2^31 bytes. `TESSERA_SLACK` bytes more can be read behind them.
  ///   - longest: Bytes of a line at most.
  ///   - most: Lines at most.
  ///   - spans: Gets the `places` of every line, counted from the first byte; made larger where that is needed.
  /// - Returns: How many lines there are before one that differs.
  func scan(
    _ bytes: UnsafeBufferPointer<UInt8>, longest: Int, most: Int, into spans: inout [Int32]
  ) -> Int {
    if spans.count < most * places { spans = Array(repeating: 0, count: most * places) }
    let padded = gaps + [UInt8](repeating: 0, count: Int(TESSERA_SLACK))
    return padded.withUnsafeBufferPointer { gaps in
      ends.map(Int32.init).withUnsafeBufferPointer { ends in
        isText.withUnsafeBytes { isText in
          var shape = tessera_shape(
            gaps: gaps.baseAddress, ends: ends.baseAddress,
            is_text: isText.baseAddress?.assumingMemoryBound(to: UInt8.self), values: Int32(count))
          return tessera_scan_lines(bytes.baseAddress, bytes.count, &shape, longest, most, &spans)
        }
      }
    }
  }

  /// The values of an object of this shape.
  ///
  /// - Parameter take: Called with the number of each value, in order; also for those before the place where the shape ends.
  /// - Returns: Whether the object has this shape; all of it is ASCII then.
  @inline(__always)
  func read(_ record: UnsafeBufferPointer<UInt8>, _ take: (Int, JSONScanner.Value) -> Void) -> Bool {
    guard let base = record.baseAddress else { return false }
    return gaps.withUnsafeBufferPointer { gaps in
      guard let gap = gaps.baseAddress else { return false }
      var at = 0
      var before = 0
      for place in 0..<isText.count {
        let length = ends[place] - before
        // There is a value behind every gap.
        guard at + length < record.count, memcmp(base + at, gap + before, length) == 0 else { return false }
        at += length
        before = ends[place]
        let rest = UnsafeBufferPointer(rebasing: record[at...])
        let found =
          isText[place] ? PlainRun.length(UnsafeRawBufferPointer(rest), isASCII: true) : Self.number(rest)
        guard found > 0 || isText[place] else { return false }
        take(
          place,
          JSONScanner.Value(
            kind: isText[place] ? .string : .number, bytes: UnsafeBufferPointer(rebasing: rest[..<found]),
            escaped: false))
        at += found
      }
      // A text ends where its quotation mark stands: the next gap begins with it.
      let length = gaps.count - before
      return at + length == record.count && memcmp(base + at, gap + before, length) == 0
    }
  }

  /// Bytes of a number without an exponent; 0 where there is none. What may not follow it is no beginning of a gap.
  @inline(__always)
  private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    func digits(from start: Int) -> Int {
      var at = start
      while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
      return at
    }
    let first = bytes.first == 0x2D ? 1 : 0
    let whole = digits(from: first)
    guard whole > first, whole == first + 1 || bytes[first] != 0x30 else { return 0 }
    guard whole < bytes.count, bytes[whole] == 0x2E else { return whole }
    let end = digits(from: whole + 1)
    return end > whole + 1 ? end : 0
  }
}
