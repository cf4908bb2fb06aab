#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers as C's printf spells them, with a decimal point in every locale.
///
///     printed("%+.3g ± %.2g", 0.51234, 0.0321)  // "+0.512 ± 0.032"
///
/// - Parameters:
///   - format: A conversion of a `Double` (%e, %f, %g, with flags, width and digits) for each number; %% is a percent sign.
///     Another number of conversions is a mistake of the program, and reads other memory.
///   - numbers: In the order of the conversions.
package func printed(_ format: StaticString, _ numbers: Double...) -> String {
  // A program that hosts us may have called setlocale: the thread's own locale stands above the process's.
  let before = uselocale(plainLocale)
  defer { _ = uselocale(before) }
  // Longer than any text here; what does not fit is printed again.
  var length = 119
  while true {
    let room = length + 1
    let text = String(unsafeUninitializedCapacity: room) { buffer in
      length = withVaList(numbers) { print(format, $0, into: buffer, room: room) }
      return min(length, room - 1)
    }
    if length < room { return text }
  }
}

/// Bytes of the whole text, without the zero that vsnprintf writes behind it.
private func print(
  _ format: StaticString, _ numbers: CVaListPointer, into buffer: UnsafeMutableBufferPointer<UInt8>, room: Int
) -> Int {
  // A literal ends with a zero, and no `buffer` is smaller than `room`.
  buffer.withMemoryRebound(to: CChar.self) { buffer in
    format.utf8Start.withMemoryRebound(to: CChar.self, capacity: format.utf8CodeUnitCount + 1) {
      Int(max(0, vsnprintf(buffer.baseAddress, room, $0, numbers)))
    }
  }
}

/// Made once and never changed or freed, so every thread may use it.
private nonisolated(unsafe) let plainLocale = newlocale(LC_NUMERIC_MASK, "C", nil)
