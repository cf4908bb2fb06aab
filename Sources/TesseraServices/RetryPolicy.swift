import Foundation

/// When a request is sent again, and after how long.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all.
  public var attempts = 6
  /// Seconds before the second attempt; doubled before each further one.
  public var firstDelay = 0.5
  public var longestDelay = 30.0
  /// The longest time that a service may ask for with Retry-After.
  public var longestRequestedDelay = 300.0

  /// Attempts in all where nobody takes connections and nobody has answered before.
  static let attemptsToBegin = 2

  public init() {}

  /// Whether the same request may be answered later: timeouts, conflicts, too many requests, errors of the server.
  public static func isPassing(status: Int) -> Bool {
    status == 408 || status == 409 || status == 429 || (500...599).contains(status)
  }

  /// Seconds to wait before attempt `attempt + 1`.
  ///
  /// - Parameters:
  ///   - attempt: The one that failed, from 1.
  ///   - requested: What the service asked for; it is honoured up to `longestRequestedDelay`.
  ///   - jitter: In [0, 1): spreads clients that failed together.
  public func delay(after attempt: Int, requested: Double? = nil, jitter: Double = 0) -> Double {
    let own = min(firstDelay * pow(2, Double(attempt - 1)), longestDelay) * (1 + 0.25 * jitter)
    guard let requested else { return own }
    return max(min(requested, longestRequestedDelay), 0)
  }

  /// The seconds that a Retry-After header asks for: a number, or a date.
  public static func retryAfter(_ header: String?, now: Date = Date()) -> Double? {
    guard let text = header?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty else {
      return nil
    }
    if let seconds = Double(text) { return seconds.isFinite && seconds >= 0 ? seconds : nil }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: text).map { max($0.timeIntervalSince(now), 0) }
  }
}
