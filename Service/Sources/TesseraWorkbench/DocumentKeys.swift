import Foundation
import TesseraFormats

/// The names of the members of a JSON document: they tell a stored fit from rows.
struct DocumentKeys {
  private let names: Set<String>

  /// Documents are read whole, and values take ten times the room of their text.
  private static let mostBytes = 64 << 20

  /// - Returns: nil where the file is no JSON object.
  init?(file: String) throws {
    guard let handle = FileHandle(forReadingAtPath: file) else { return nil }
    defer { try? handle.close() }
    let start = try handle.read(upToCount: 64) ?? Data()
    guard start.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) == 0x7B else {
      return nil
    }
    let rest = try handle.read(upToCount: Self.mostBytes) ?? Data()
    guard case .object(let members)? = try? JSONReader.value(of: Array(start + rest)) else { return nil }
    names = Set(members.map(\.key))
  }

  func holds(_ wanted: String...) -> Bool { wanted.allSatisfy(names.contains) }
}
