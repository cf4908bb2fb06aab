import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Files of strangers: whatever the bytes, an error or rows.
@Suite struct ParquetDamageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Reads everything there is.
  ///
  /// - Returns: Whether it went to the end.
  func survives(_ bytes: [UInt8]) throws -> Bool {
    let file = try folder.write(bytes, to: "d.parquet")
    do {
      let rows = try ParquetRows(file)
      _ = try rows.sample()
      let names = rows.header ?? []
      try rows.select(names)
      var values = [JSONScanner.Value?](repeating: nil, count: names.count)
      var (count, sum) = (0, 0)
      // A damaged count can promise rows without end, all null.
      while count < 1_000, try rows.next(&values) != nil {
        count += 1
        // Every byte that is handed out is there.
        for value in values { for byte in value?.bytes ?? .init(start: nil, count: 0) { sum &+= Int(byte) } }
      }
      return sum >= 0
    } catch is FormatError { return false }
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: ParquetFixtures.path(name))))
  }

  @Test func `A file that is cut at any byte is refused`() throws {
    let whole = try bytes("v2-none.parquet")
    #expect(try survives(whole))
    for length in 0..<whole.count { #expect(try !survives(Array(whole[..<length])), "\(length) bytes") }
    // Its end alone, and a footer in front of which bytes are missing.
    for start in stride(from: 1, to: whole.count, by: 7) { _ = try survives(Array(whole[start...])) }
    for gap in stride(from: 4, to: whole.count - 1_200, by: 13) {
      _ = try survives(Array(whole[..<4] + whole[gap...]))
    }
  }

  @Test(arguments: try ParquetFixtures.names)
  func `Flipped bytes give an error or rows`(name: String) throws {
    var random = RandomStream(seed: 11)
    let whole = try bytes(name)
    var refused = 0
    for _ in 0..<300 {
      var damaged = whole
      for _ in 0...Int(random.next() % 3) {
        // Every other hit in the last kilobytes, where the footer is.
        let from = random.next() % 2 == 0 ? 0 : max(0, whole.count - 4_000)
        let place = from + Int(random.next() % UInt64(whole.count - from))
        damaged[place] = [UInt8(truncatingIfNeeded: random.next()), 0, 0x7F, 0xFF][Int(random.next() % 4)]
      }
      if try !survives(damaged) { refused += 1 }
    }
    // Bytes of text and of statistics can change unseen; some of 300 files must not pass.
    #expect(refused > 30)
  }
}
