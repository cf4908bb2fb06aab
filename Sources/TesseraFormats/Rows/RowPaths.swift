import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The files that arguments stand for: themselves, those that a pattern matches, or those of a data set's folder.
public enum RowPaths {
  /// - Parameters:
  ///   - paths: Files, patterns with *, ? and [], folders; `-` for standard input.
  ///   - subset, split: Which part of a folder; nil for its default subset.
  /// - Throws: `FormatError`, for a pattern that matches nothing, and a folder without such a part.
  public static func expand(_ paths: [String], subset: String? = nil, split: String = "train") throws
    -> [String]
  {
    try paths.flatMap { path -> [String] in
      if path == "-" { return [path] }
      if isFolder(path) { return try DatasetFolder(path).files(subset: subset, split: split) }
      guard !FileAccess.exists(path), isPattern(path) else { return [path] }
      let found = matches(path)
      guard !found.isEmpty else { throw FormatError.noSuchFile(path) }
      return found
    }
  }

  public static func isFolder(_ path: String) -> Bool { FileAccess.isFolder(path) }

  public static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

  /// In the order of names.
  static func matches(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
  }
}

/// A folder as data sets are published: files by split, and a README.md whose first block says which belong to which subset.
struct DatasetFolder {
  private let path: String
  private let configs: [Config]

  struct Config: Equatable {
    var name = "default"
    var isDefault = false
    /// Patterns below the folder by split, in order.
    var files: [(split: String, pattern: String)] = []

    static func == (one: Config, other: Config) -> Bool {
      one.name == other.name && one.isDefault == other.isDefault
        && one.files.elementsEqual(other.files, by: ==)
    }
  }

  init(_ path: String) throws {
    self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
    let card = self.path + "/README.md"
    guard FileAccess.exists(card) else {
      configs = []
      return
    }
    guard let bytes = try? FileAccess.content(ofFile: card),
      let text = String(validating: bytes.trimmingPrefix([0xEF, 0xBB, 0xBF]), as: UTF8.self)
    else {
      throw FormatError.cannotRead(file: card, reason: "it is not UTF-8")
    }
    configs = try Self.configs(text, file: card)
  }

  func files(subset: String?, split: String) throws -> [String] {
    if !configs.isEmpty {
      let names = configs.map(\.name)
      guard
        let config = subset.map({ name in configs.first { $0.name == name } }) ?? configs.first(
          where: \.isDefault)
          ?? configs.first(where: { $0.name == "default" }) ?? (configs.count == 1 ? configs[0] : nil)
      else { throw missing("the subsets \(names.joined(separator: ", "))", "one of them, by --subset") }
      let patterns = config.files.filter { $0.split == split }.map(\.pattern)
      let found = patterns.flatMap { RowPaths.matches("\(path)/\($0)") }.sorted()
      guard !found.isEmpty else {
        let splits = Set(config.files.map(\.split)).sorted().joined(separator: ", ")
        throw missing(
          "the splits \(splits) of the subset \(config.name)", "files of the split \(split) (--split)")
      }
      return found
    }
    // Without a word of the folder itself, names tell the split: train.jsonl, train-00000-of-00002.parquet, data/train-...
    let places = subset.map { ["\($0)/"] } ?? ["", "data/"]
    for place in places {
      let all = RowPaths.matches("\(path)/\(place)*").filter {
        RowFormat(file: $0) != nil && !RowPaths.isFolder($0)
      }
      let ofSplit = all.filter { Self.split(of: $0) == split }
      if !ofSplit.isEmpty { return ofSplit }
      if !all.isEmpty, all.allSatisfy({ Self.split(of: $0) == nil }), split == "train" { return all }
    }
    throw FormatError.cannotRead(
      file: path,
      reason:
        "it is a folder without \(split).jsonl, \(split)-00000-of-00001.parquet or a README.md that names files of rows"
    )
  }

  private func missing(_ found: String, _ expected: String) -> FormatError {
    .content(file: path, line: nil, field: nil, found: found, expected: expected)
  }

  /// The split that a file's name says; nil where it says none.
  private static func split(of path: String) -> String? {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let words = name.lowercased().split { "-_.".contains($0) }.map(String.init)
    for (split, names) in [
      ("train", ["train", "training"]), ("test", ["test", "testing", "eval", "evaluation"]),
      ("validation", ["validation", "valid", "val", "dev"]),
    ] where words.contains(where: names.contains) {
      return split
    }
    return nil
  }

  /// The `configs` of the first block of a card, in the few forms of YAML that cards use: lists of maps in blocks, and lists of
  /// texts in brackets.
  ///
  /// - Throws: `FormatError` for a line that is none of them.
  static func configs(_ text: String, file: String) throws -> [Config] {
    // By bytes: a carriage return and a line feed are one character.
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self)
    }
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---"),
      let start = lines[..<end].firstIndex(where: { $0.hasPrefix("configs:") })
    else { return [] }
    var configs: [Config] = []
    var split: String?
    var inFiles = false
    var pathList = false
    for number in (start + 1)..<end {
      let line = lines[number]
      let body = trimmed(line)
      if body.isEmpty || body.hasPrefix("#") { continue }
      // The block ends where a line is not indented and no item of it.
      if !line.hasPrefix(" "), !line.hasPrefix("-") { break }
      var item = body
      let isItem = item.hasPrefix("- ") || item == "-"
      if isItem { item = trimmed(item.dropFirst()) }
      if pathList, isItem, !item.contains(": ") {
        configs[configs.count - 1].files.append((split ?? "train", unquoted(item)))
        continue
      }
      pathList = false
      let parts = item.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
        trimmed($0)
      }
      guard parts.count == 2 else {
        throw FormatError.content(
          file: file, line: number + 1, field: "configs", found: "\"\(body)\"", expected: "a key and a value")
      }
      let (key, value) = (parts[0], unquoted(parts[1]))
      if key == "config_name" || (isItem && !inFiles && configs.isEmpty) {
        if isItem { configs.append(Config()) }
      }
      if configs.isEmpty { continue }
      switch key {
      case "config_name":
        configs[configs.count - 1].name = value
        inFiles = false
      case "default": configs[configs.count - 1].isDefault = value == "true"
      case "data_files":
        inFiles = true
        split = nil
        if !value.isEmpty {
          configs[configs.count - 1].files += list(parts[1]).map { ("train", $0) }
          inFiles = false
        }
      case "split" where inFiles: split = value
      case "path" where inFiles:
        if value.isEmpty {
          pathList = true
        } else {
          configs[configs.count - 1].files += list(parts[1]).map { (split ?? "train", $0) }
        }
      default: break
      }
    }
    return configs.filter { !$0.files.isEmpty }
  }

  private static func unquoted(_ text: String) -> String {
    guard text.count > 1, let first = text.first, first == text.last, first == "\"" || first == "'" else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }

  private static func list(_ text: String) -> [String] {
    guard text.hasPrefix("["), text.hasSuffix("]") else { return [unquoted(text)] }
    return text.dropFirst().dropLast().split(separator: ",").map {
      unquoted(trimmed($0))
    }
  }
}
