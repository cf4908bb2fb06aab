/// Where the service listens, and which names requests may call it by.
public struct ListeningAddress: Sendable, Equatable {
  public let host: String
  /// 0 for any free one.
  public let port: Int

  public init(host: String = "127.0.0.1", port: Int = 8080) {
    self.host = host
    self.port = port
  }

  /// Whether nobody outside this machine reaches it.
  public var isLoopback: Bool { Self.isLoopback(host) }

  static func isLoopback(_ name: String) -> Bool {
    let name = name.lowercased()
    if name == "localhost" || name == "::1" || name == "[::1]" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Whether a header `Host` names this machine's loopback. A page of another site, whose name was made to point here, says its
  /// own name.
  static func namesLoopback(_ header: String?) -> Bool {
    guard let header, !header.isEmpty else { return false }
    if header.first == "[" {
      return header.firstIndex(of: "]").map { isLoopback(String(header[...$0])) } ?? false
    }
    let name = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
    return isLoopback(String(name))
  }
}
