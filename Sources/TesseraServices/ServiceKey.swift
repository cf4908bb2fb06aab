/// A secret that goes to a service and nowhere else: not into messages, not into caches.
struct ServiceKey: Sendable {
  private let text: String

  /// - Parameter found: As the environment holds it; space at its ends, as `$(cat file)` and mounted secrets leave it, is no
  ///   part of it.
  /// - Throws: `ServiceError.key`: anything but visible signs of ASCII would end the header that it travels in, or begin another.
  init(_ found: String) throws {
    var bytes = Array(found.utf8)[...]
    func isSpace(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
    while isSpace(bytes.last) { bytes.removeLast() }
    while isSpace(bytes.first) { bytes.removeFirst() }
    if let place = bytes.firstIndex(where: { $0 <= 0x20 || $0 >= 0x7F }) {
      throw ServiceError.key(
        found: isSpace(bytes[place]) ? "a space or a line break" : "a sign beyond visible ASCII")
    }
    guard !bytes.isEmpty else { throw ServiceError.key(found: "nothing but space") }
    text = String(decoding: bytes, as: UTF8.self)
  }

  var header: String { "Authorization: Bearer \(text)" }

  /// What a service said, of a length that a message can carry, without this key and without what looks like one.
  static func withoutSecrets(_ said: String, _ secrets: [String]) -> String {
    var kept = said
    for secret in secrets where !secret.isEmpty { kept = kept.replacing(secret, with: "[secret]") }
    let words = kept.split(separator: " ", omittingEmptySubsequences: false).map { word in
      let bare = word.drop { !$0.isLetter }
      return bare.hasPrefix("sk-") && bare.count > 8 ? Substring("[secret]") : word
    }
    kept = words.joined(separator: " ")
    return kept.count > 300 ? "\(kept.prefix(300))..." : kept
  }

  var secret: String { text }
}
