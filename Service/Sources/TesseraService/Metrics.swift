import Foundation
import Synchronization

/// What the service counts, and its text for Prometheus.
public final class Metrics: Sendable {
  /// Upper ends of the classes of a duration, in seconds.
  static let durations = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
  /// Upper ends of the classes of a batch, in items.
  static let sizes = [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024]

  struct Histogram: Sendable {
    private(set) var counts: [Int]
    private(set) var sum = 0.0

    init(_ ends: [Double]) { counts = Array(repeating: 0, count: ends.count + 1) }

    mutating func note(_ value: Double, _ ends: [Double]) {
      counts[ends.firstIndex { value <= $0 } ?? ends.count] += 1
      sum += value
    }
  }

  struct Answered: Hashable {
    let route: String
    let status: Int
  }

  private struct Counts {
    var answered: [Answered: Int] = [:]
    var durations: [String: Histogram] = [:]
    var batches: [String: Histogram] = [:]
    var hits: [String: Int] = [:]
    var misses: [String: Int] = [:]
    var failures: [String: Int] = [:]
    var inFlight = 0
    var heldBytes = 0
  }

  private let counts = Mutex(Counts())
  private let began = Date()
  /// Told what went wrong inside, for the log of who runs the service.
  private let report: @Sendable (_ event: String, _ detail: String) -> Void

  public init(report: @escaping @Sendable (_ event: String, _ detail: String) -> Void = { _, _ in }) {
    self.report = report
  }

  // MARK: Counting

  public var inFlight: Int { counts.withLock { $0.inFlight } }

  public func noteBegin() { counts.withLock { $0.inFlight += 1 } }

  public func noteEnd(route: String, status: Int, seconds: Double) {
    counts.withLock { counts in
      counts.inFlight -= 1
      counts.answered[Answered(route: route, status: status), default: 0] += 1
      counts.durations[route, default: Histogram(Self.durations)].note(seconds, Self.durations)
    }
  }

  /// Takes room for bytes of a body.
  ///
  /// - Returns: Whether there was room.
  func hold(_ bytes: Int, limit: Int) -> Bool {
    counts.withLock { counts in
      guard counts.heldBytes + bytes <= limit else { return false }
      counts.heldBytes += bytes
      return true
    }
  }

  func release(_ bytes: Int) { counts.withLock { $0.heldBytes -= bytes } }

  func noteBatch(of model: String, items: Int) {
    counts.withLock { $0.batches[model, default: Histogram(Self.sizes)].note(Double(items), Self.sizes) }
  }

  func noteCache(of model: String, _ use: ServedModel.CacheUse) {
    guard use != ServedModel.CacheUse() else { return }
    counts.withLock { counts in
      counts.hits[model, default: 0] += use.hits
      counts.misses[model, default: 0] += use.misses
    }
  }

  func noteFailure(of model: String, _ detail: String) {
    counts.withLock { $0.failures[model, default: 0] += 1 }
    report("failure", detail)
  }

  // MARK: Text

  /// Lines as Prometheus reads them, version 0.0.4.
  ///
  /// - Parameter waiting: Items that wait, for each model.
  func text(_ models: [ServedModel], waiting: [(model: String, items: Int)]) -> String {
    let counts = counts.withLock { $0 }
    var text = ""
    func head(_ name: String, _ kind: String, _ help: String) {
      text += "# HELP tessera_\(name) \(help)\n# TYPE tessera_\(name) \(kind)\n"
    }
    head("request_count", "counter", "Requests answered, by route and status.")
    for (key, count) in counts.answered.sorted(by: {
      ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
    }) {
      text += "tessera_request_count{route=\"\(key.route)\",status=\"\(key.status)\"} \(count)\n"
    }
    head("request_duration_seconds", "histogram", "Seconds from the head of a request to its answer.")
    text += Self.lines("request_duration_seconds", "route", counts.durations, Self.durations)
    head("batch_size", "histogram", "Texts and vectors that were scored together.")
    text += Self.lines("batch_size", "model", counts.batches, Self.sizes)
    head("queue_size", "gauge", "Texts and vectors that wait for a model.")
    for (model, items) in waiting { text += "tessera_queue_size{model=\"\(model)\"} \(items)\n" }
    for (name, help, values) in [
      ("embedding_cache_hits", "Texts whose embedding was at hand.", counts.hits),
      ("embedding_cache_misses", "Texts whose embedding was asked for.", counts.misses),
      ("failure_count", "Batches that failed for a reason that lies with the service.", counts.failures),
    ] {
      head(name, "counter", help)
      for model in models { text += "tessera_\(name){model=\"\(model.name)\"} \(values[model.name] ?? 0)\n" }
    }
    head("requests_in_flight", "gauge", "Requests under way, this one among them.")
    text += "tessera_requests_in_flight \(counts.inFlight)\n"
    head("held_bytes", "gauge", "Bytes of bodies that are held.")
    text += "tessera_held_bytes \(counts.heldBytes)\n"
    head("model_info", "gauge", "The models, each 1.")
    for model in models {
      text +=
        "tessera_model_info{model=\"\(model.name)\",dimension=\"\(model.dimension)\",runs=\"\(model.ensemble.models.count)\",embedder=\"\(Self.label(model.embedderName))\"} 1\n"
    }
    head("start_time_seconds", "gauge", "When the service began, in seconds since 1970.")
    text += "tessera_start_time_seconds \(began.timeIntervalSince1970)\n"
    if let bytes = Self.residentBytes {
      head("resident_memory_bytes", "gauge", "Memory of the process.")
      text += "tessera_resident_memory_bytes \(bytes)\n"
    }
    return text
  }

  private static func lines(
    _ name: String, _ label: String, _ histograms: [String: Histogram], _ ends: [Double]
  ) -> String {
    var text = ""
    for (key, histogram) in histograms.sorted(by: { $0.key < $1.key }) {
      var sum = 0
      for (end, count) in zip(ends.map(plain) + ["+Inf"], histogram.counts) {
        sum += count
        text += "tessera_\(name)_bucket{\(label)=\"\(key)\",le=\"\(end)\"} \(sum)\n"
      }
      text += "tessera_\(name)_sum{\(label)=\"\(key)\"} \(plain(histogram.sum))\n"
      text += "tessera_\(name)_count{\(label)=\"\(key)\"} \(sum)\n"
    }
    return text
  }

  private static func plain(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
  }

  /// A label's value as the format wants it.
  static func label(_ text: String) -> String {
    text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
      .replacingOccurrences(of: "\n", with: "\\n")
  }

  /// Where the system tells it.
  static var residentBytes: Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
  }
}
