import ArgumentParser
import Foundation
import Tessera
import TesseraFormats
import TesseraReports

/// Settings from a file, from the command line, or by default: the command line wins.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Settings from a JSON file: its keys are the options' names, as in {\"lambda\": 0.3, \"weights\": \"horizon\"}; options given here win.",
      valueName: "file"))
  var config: String?

  @OptionGroup(title: "Memory") var memory: MemoryOptions

  /// The settings of a file, and which of them it names.
  ///
  /// - Parameter keys: Those that the command knows.
  func read(_ keys: [RewardFit.Settings.Key]) throws -> (
    settings: RewardFit.Settings, given: Set<RewardFit.Settings.Key>
  ) {
    guard let config else { return (RewardFit.Settings(), []) }
    var given: Set<RewardFit.Settings.Key> = []
    let settings = try DocumentFile.read(SpelledSettings.self, from: config)
    if memory.memoryLimit == nil, let limit = settings.memoryLimit { MemoryBudget.current.set(limit) }
    for name in settings.names {
      guard let key = RewardFit.Settings.Key(rawValue: name), keys.contains(key) else {
        throw FormatError.content(
          file: config, line: nil, field: name, found: "a setting that this command does not have",
          expected: "some of \(keys.map(\.rawValue).joined(separator: ", "))")
      }
      // A default that is written down asks for nothing: what a document says of its settings can be given again.
      if settings.settings.spelled(key) != RewardFit.Settings().spelled(key) { given.insert(key) }
    }
    return (settings.settings, given)
  }

  /// --target-error for targetError.
  static func flag(_ key: RewardFit.Settings.Key) -> String { "--" + kebab(key.rawValue) }

  static func kebab(_ name: String) -> String { Spell.words(of: name, joined: "-") }

  /// The library's check, in the words of the command line.
  static func check(_ settings: RewardFit.Settings) throws {
    do {
      try settings.check()
    } catch RewardFitError.setting(let key, let found, let expected) {
      throw ValidationError("\(flag(key)) is \(found); expected \(expected).")
    }
  }

  /// The same of a report's settings.
  static func worded<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch ReportProblem.setting(let name, let problem) {
      throw ValidationError("--\(kebab(name)) \(problem)\(problem.hasSuffix(".") ? "" : ".")")
    }
  }

  /// - Throws: for settings that were given and change nothing here.
  static func refuseUnused(
    _ settings: RewardFit.Settings, _ given: Set<RewardFit.Settings.Key>, hasContexts: Bool,
    schemes: [any WeightScheme]
  ) throws {
    for (key, why) in settings.unused(given, hasContexts: hasContexts, schemes: schemes) {
      throw ValidationError("\(flag(key)) has no effect here: \(why).")
    }
  }

  /// Settings whose names may be spelled as options are, with hyphens.
  private struct SpelledSettings: Decodable {
    let settings: RewardFit.Settings
    let names: [String]
    /// How work is done, and no setting of a fit.
    let memoryLimit: MemoryLimit?

    private struct AnyKey: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: AnyKey.self)
      var spelled: [String: String] = [:]
      for key in container.allKeys {
        let parts = key.stringValue.split(separator: "-", omittingEmptySubsequences: false)
        let name = (parts.first.map(String.init) ?? "") + parts.dropFirst().map(\.capitalized).joined()
        if spelled.updateValue(key.stringValue, forKey: name) != nil {
          throw DecodingError.dataCorruptedError(
            forKey: key, in: container, debugDescription: "found the setting twice, expected it once")
        }
      }
      memoryLimit = try spelled.removeValue(forKey: "memoryLimit").map { name -> MemoryLimit in
        let found = try container.decode(String.self, forKey: AnyKey(stringValue: name))
        guard let limit = MemoryLimit(name: found) else {
          throw DecodingError.dataCorruptedError(
            forKey: AnyKey(stringValue: name), in: container,
            debugDescription: "found \"\(found)\", expected \(MemoryLimit.spelling)")
        }
        return limit
      }
      names = spelled.keys.sorted()
      settings = try RewardFit.Settings(from: RenamingDecoder(base: decoder, spelled: spelled))
    }
  }
}

/// Hands an object on under other names.
private struct RenamingDecoder: Decoder {
  let base: any Decoder
  let spelled: [String: String]
  var codingPath: [any CodingKey] { base.codingPath }
  var userInfo: [CodingUserInfoKey: Any] { base.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Renamed(base: try base.container(keyedBy: AnyKey.self), spelled: spelled))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try base.unkeyedContainer() }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { try base.singleValueContainer() }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private struct Renamed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let base: KeyedDecodingContainer<AnyKey>
    let spelled: [String: String]
    var codingPath: [any CodingKey] { base.codingPath }
    var allKeys: [Key] { spelled.keys.sorted().compactMap { Key(stringValue: $0) } }

    private func key(_ key: Key) -> AnyKey {
      AnyKey(stringValue: spelled[key.stringValue] ?? key.stringValue)
    }

    func contains(_ name: Key) -> Bool { base.contains(key(name)) }
    func decodeNil(forKey name: Key) throws -> Bool { try base.decodeNil(forKey: key(name)) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey name: Key) throws -> Value {
      try base.decode(type, forKey: key(name))
    }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey name: Key) throws
      -> KeyedDecodingContainer<Nested>
    {
      try base.nestedContainer(keyedBy: type, forKey: key(name))
    }
    func nestedUnkeyedContainer(forKey name: Key) throws -> any UnkeyedDecodingContainer {
      try base.nestedUnkeyedContainer(forKey: key(name))
    }
    func superDecoder() throws -> any Decoder { try base.superDecoder() }
    func superDecoder(forKey name: Key) throws -> any Decoder { try base.superDecoder(forKey: key(name)) }
  }
}
