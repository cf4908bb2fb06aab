import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Contexts from whatever holds arrays: .npy, .npz, safetensors, or a column of lists in a Parquet file.
///
/// What a file is, its first bytes say; its name only where they say nothing.
public enum ContextsFile {
  /// Endings of names that such files have.
  public static let endings = [".npy", ".npz", ".safetensors", ".parquet"]

  /// A file, and the array that is meant in it.
  public struct Place: Equatable, Sendable {
    public let path: String
    public let member: String?

    public init(path: String, member: String?) { (self.path, self.member) = (path, member) }
  }

  /// Reads FILE, or FILE:NAME: an array of a .npz, a tensor of a safetensors file, a column of a Parquet file.
  ///
  /// - Throws: `FormatError`.
  public static func read(_ argument: String) throws -> Contexts {
    let place = place(argument)
    return try read(place.path, member: place.member)
  }

  /// FILE:NAME where there is a file of the first part and none of the whole; FILE otherwise.
  public static func place(_ argument: String) -> Place {
    if FileAccess.exists(argument) { return Place(path: argument, member: nil) }
    var end = argument.endIndex
    while let colon = argument[..<end].lastIndex(of: ":") {
      let path = String(argument[..<colon])
      if !path.isEmpty, FileAccess.exists(path) {
        return Place(path: path, member: String(argument[argument.index(after: colon)...]))
      }
      end = colon
    }
    return Place(path: argument, member: nil)
  }

  /// Whether an argument names such a file, with or without a member, by the ending.
  public static func hasEnding(_ argument: String) -> Bool {
    let path = place(argument).path.lowercased()
    return endings.contains { path.hasSuffix($0) }
  }

  /// Contexts from an array of a file, m x d: float16, bfloat16, float32 or float64.
  ///
  /// - Parameter member: The array; nil where the file has only one that can be meant.
  /// - Throws: `FormatError`: no such file, no such array, several to choose from, or one that is not m x d finite numbers.
  public static func read(
    _ path: String, member: String?, limits: ReadLimits = ReadLimits()
  ) throws -> Contexts {
    // A pipe can be read once: only arrays come that way.
    let start = try FileAccess.isReadOnce(path) ? [] : firstBytes(path)
    let ending = path.lowercased()
    if ParquetRows.begins(start) || start.isEmpty && ending.hasSuffix(".parquet") {
      let parquet = try ParquetFile(path)
      try limits.check(unpacked: parquet.metadata.unpackedBytes, file: path)
      return try parquet.contexts(column: member)
    }
    if ZipFile.begins(start) { return try readNumpyArchive(path, member, limits) }
    let looksNamed = start.count >= 9 && start[8] == 0x7B && !start.starts(with: NumpyFile.magic)
    if looksNamed || ending.hasSuffix(".safetensors") {
      return try SafetensorsFile.contexts(path, tensor: member)
    }
    if let member {
      throw FormatError.content(
        file: path, line: nil, field: member, found: "a file of one array without a name",
        expected: "no name behind it")
    }
    return try NumpyFile.readContexts(path)
  }

  private static func firstBytes(_ path: String) throws -> [UInt8] {
    let descriptor = try FileAccess.openForReading(path)
    defer { close(descriptor) }
    return try [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
      count = try FileAccess.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer), of: path)
    }
  }

  private static func readNumpyArchive(
    _ path: String, _ member: String?, _ limits: ReadLimits
  ) throws -> Contexts {
    let zip = try ZipFile(path)
    // np.savez appends .npy to the names.
    let arrays = zip.members.filter { $0.name.hasSuffix(".npy") }
    let names = arrays.map { String($0.name.dropLast(4)) }
    let chosen = try choose(member, of: names, file: path, what: "array")
    try limits.check(unpacked: arrays[chosen].size, file: path)
    return try zip.withContent(of: arrays[chosen]) {
      try NumpyFile.contexts(in: $0, file: path, member: names[chosen])
    }
  }

  /// The place of a name; of the only one where none is asked for.
  static func choose(_ name: String?, of names: [String], file: String, what: String) throws -> Int {
    let list =
      names.isEmpty ? "none" : names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", ..." : "")
    if let name {
      if let place = names.firstIndex(of: name) { return place }
      throw FormatError.content(
        file: file, line: nil, field: name, found: "no \(what) of this name", expected: "one of: \(list)")
    }
    guard names.count == 1 else {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "\(names.count) \(what)s that could be contexts",
        expected: names.isEmpty ? "one, m x d" : "the name of one behind the file, as in FILE:NAME: \(list)")
    }
    return 0
  }
}
