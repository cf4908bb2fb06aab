import Tessera

/// A stored transform of contexts: JSON with the members of `ContextTransform`.
public enum ContextTransformFile {
  public static func read(_ file: String) throws -> ContextTransform {
    let bytes = try FileAccess.content(ofFile: file)
    do {
      return try DocumentDecoder.value(ContextTransform.self, from: JSONReader.value(of: bytes))
    } catch {
      var found = "no transform of contexts"
      if case DecodingError.dataCorrupted(let context) = error { found += ": \(context.debugDescription)" }
      throw FormatError.content(
        file: file, line: nil, field: nil, found: found,
        expected: "a file written by --save-transform")
    }
  }

  /// One line, members by name, whole numbers without a point.
  public static func write(_ transform: ContextTransform, to file: String) throws {
    func text(_ numbers: [Double]) -> String {
      let words = numbers.map { $0.description.hasSuffix(".0") ? "\($0.description.dropLast(2))" : "\($0)" }
      return "[\(words.joined(separator: ","))]"
    }
    let axes = transform.axes.map(text).joined(separator: ",")
    let members =
      #""axes":[\#(axes)],"mean":\#(text(transform.mean)),"normalizes":\#(transform.normalizes)"#
      + #","variances":\#(text(transform.variances))"#
    try FileAccess.write(Array("{\(members)}".utf8), to: file)
  }
}
