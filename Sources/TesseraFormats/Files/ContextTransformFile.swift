import Foundation
import Tessera

/// A stored transform of contexts: JSON with the members of `ContextTransform`.
public enum ContextTransformFile {
  public static func read(_ file: String) throws -> ContextTransform {
    let descriptor = try FileAccess.openForReading(file)
    if descriptor != 0 { close(descriptor) }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw FormatError.cannotRead(file: file, reason: "it could not be opened")
    }
    do {
      return try JSONDecoder().decode(ContextTransform.self, from: data)
    } catch {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "no transform of contexts",
        expected: "a file written by --save-transform")
    }
  }

  public static func write(_ transform: ContextTransform, to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try FileAccess.write(Array(encoder.encode(transform)), to: file)
  }
}
