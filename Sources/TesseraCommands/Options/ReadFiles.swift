import ArgumentParser
import Foundation
import TesseraFormats

/// Files that a command reads, none of which it may write: rows that are left out or drawn would be lost. Nor may it write one
/// file twice.
struct ReadFiles {
  /// Real paths, without links.
  private var places: Set<String> = []
  /// The options that write, by real paths.
  private var written: [String: String] = [:]

  /// - Parameter files: Files beside the rows; nil for options that were not given.
  init(_ input: ComparisonOptions?, _ files: [String?] = []) {
    if let input {
      // What cannot be expanded is told where it is read.
      for path in input.comparisons {
        let found = try? RowPaths.expand([path], subset: input.format.subset, split: input.format.split)
        add(found ?? [path])
      }
    }
    add(files.compactMap(\.self))
  }

  private mutating func add(_ files: [String]) {
    for file in files where file != "-" { places.formUnion(Self.place(file).map { [$0] } ?? []) }
  }

  /// - Parameters:
  ///   - option: As it is spelled.
  ///   - isFolder: Whether files are put into a folder of that name.
  mutating func refuse(_ option: String, _ output: String?, isFolder: Bool = false) throws {
    guard let output else { return }
    if let place = Self.place(output) {
      let isRead =
        isFolder
        ? places.contains { $0.hasPrefix(place == "/" ? place : place + "/") } : places.contains(place)
      if isRead {
        throw ValidationError(
          "\(option) is \(output), which is read as well: writing it would lose rows; give another name.")
      }
    }
    guard !isFolder, output != "-", let place = Self.futurePlace(output) else { return }
    if let other = written.updateValue(option, forKey: place) {
      throw ValidationError(
        "\(option) is \(output), and so is \(other): one would take the place of the other; give another name."
      )
    }
  }

  /// Where a file is or will be; nil for what keeps nothing.
  private static func futurePlace(_ path: String) -> String? {
    if FileManager.default.fileExists(atPath: path) { return place(path) }
    let url = URL(fileURLWithPath: path)
    return place(url.deletingLastPathComponent().path).map { $0 + "/" + url.lastPathComponent }
  }

  /// nil for what is not there, and for what keeps nothing, as a terminal.
  private static func place(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    let real = String(cString: found)
    let kind = (try? FileManager.default.attributesOfItem(atPath: real))?[.type] as? FileAttributeType
    return kind == .typeRegular || kind == .typeDirectory ? real : nil
  }
}

extension AlternativesOptions {
  /// The files that are named, without the array inside of one.
  var files: [String?] { [alternatives, contexts.map { ContextsFile.place($0).path }] }
}
