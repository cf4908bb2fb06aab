/// Appends numbers of few bits in Parquet's hybrid of runs and packed groups of eight.
enum RunLengthEncoder {
  static func append<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: [Number], width: Int, to bytes: inout [UInt8]
  ) {
    numbers.withUnsafeBufferPointer { numbers in
      /// Equal numbers from `start` on, counted up to `limit`.
      func run(_ start: Int, limit: Int) -> Int {
        var end = start + 1
        while end < numbers.count, end - start < limit, numbers[end] == numbers[start] { end += 1 }
        return end - start
      }
      func head(_ value: Int) {
        var rest = value
        while rest >= 0x80 {
          bytes.append(UInt8(rest & 0x7F) | 0x80)
          rest >>= 7
        }
        bytes.append(UInt8(rest))
      }
      var index = 0
      while index < numbers.count {
        let equal = run(index, limit: 1 << 30)
        if equal >= 8 || index + equal == numbers.count {
          head(equal << 1)
          for shift in stride(from: 0, to: width, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: numbers[index] >> Number(shift)))
          }
          index += equal
          continue
        }
        // Groups of eight until one begins a run.
        let start = index
        repeat {
          index += 8
        } while index < numbers.count && run(index, limit: 8) < 8 && index - start < 1 << 20
        head(((index - start) / 8) << 1 | 1)
        var (word, filled): (UInt64, Int) = (0, 0)
        for place in start..<index {
          // The last group is filled up with zeros.
          word |= (place < numbers.count ? UInt64(numbers[place]) : 0) << UInt64(filled)
          filled += width
          while filled >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
            filled -= 8
          }
        }
        index = min(index, numbers.count)
      }
    }
  }
}
