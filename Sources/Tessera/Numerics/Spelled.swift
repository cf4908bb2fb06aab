/// A setting that is stored as it is spelled in options.
protocol Spelled: Codable {
  init?(name: String)
  /// Everything that `name` may be, for messages.
  static var spellings: String { get }
}

extension Spelled {
  /// - Throws: `DecodingError` with what was found and what was expected.
  init(spelled name: String, in decoder: any Decoder) throws {
    guard let found = Self(name: name) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "found \"\(name)\", expected one of \(Self.spellings)"))
    }
    self = found
  }
}
