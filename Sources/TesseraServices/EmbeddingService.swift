import Foundation
import Tessera
import TesseraText

/// Contexts from a service that speaks OpenAI's `POST /v1/embeddings`.
public struct EmbeddingService: Embedder {
  public let service: OpenAIService
  public let model: String
  /// Texts of a request.
  public let batchSize: Int
  public let cache: ReplyCache?

  public init(_ service: OpenAIService, model: String, batchSize: Int = 64, cache: ReplyCache?) {
    precondition(batchSize >= 1)
    self.service = service
    self.model = model
    self.batchSize = batchSize
    self.cache = cache
  }

  public var name: String { model }

  /// - Throws: `ServiceError`. What has arrived by then is in the cache.
  public func contexts(of texts: [String], work: Work) throws -> Contexts {
    precondition(!texts.isEmpty)
    let distinct = DistinctTexts(texts)
    var found = [[Float]?](repeating: nil, count: distinct.texts.count)
    if let cache {
      for (place, text) in distinct.texts.enumerated() {
        found[place] = try cache.reply(kind: "embedding", model: model, request: text).flatMap(Self.decode)
      }
    }
    let missing = found.indices.filter { found[$0] == nil }
    // Texts of like length travel together, so that no request waits for one long text.
    let sorted = missing.sorted {
      (distinct.texts[$0].utf8.count, $0) < (distinct.texts[$1].utf8.count, $1)
    }
    let jobs = Self.batches(sorted, sizes: sorted.map { distinct.texts[$0].utf8.count }, limit: batchSize)
    var done = found.count - missing.count
    let (service, model) = (service, model)
    try service.forEach(jobs) { job, connection in
      // The API refuses empty inputs; a space stands for them.
      let inputs = job.map { distinct.texts[$0].isEmpty ? " " : distinct.texts[$0] }
      return try service.post(
        "embeddings", ["model": model, "input": inputs, "encoding_format": "float"], connection
      ) { try Self.read($0, count: job.count, address: "\(service.base)/embeddings") }
    } received: { number, rows in
      try cache?.together {
        for (place, row) in zip(jobs[number], rows) {
          try cache?.store(
            Self.encode(row), kind: "embedding", model: model, request: distinct.texts[place])
        }
      }
      for (place, row) in zip(jobs[number], rows) { found[place] = row }
      done += rows.count
      work.report(Double(done) / Double(found.count))
      try work.check()
    }
    let rows = found.compactMap { $0 }
    guard let dimension = rows.first?.count, rows.count == found.count,
      rows.allSatisfy({ $0.count == dimension })
    else {
      let sizes = Set(rows.map(\.count)).sorted().map(String.init).joined(separator: " and ")
      throw ServiceError.malformed(
        address: "\(service.base)/embeddings", found: "embeddings of \(sizes) numbers",
        expected: "embeddings of one length; the model may have changed since some were stored")
    }
    return try Contexts(
      Matrix(rows: texts.count, columns: dimension, storage: distinct.places.flatMap { rows[$0] }))
  }

  /// Bytes of text in one request: an answer should arrive long before anyone loses patience.
  static let batchBytes = 64_000

  static func batches(_ places: [Int], sizes: [Int], limit: Int) -> [[Int]] {
    var batches: [[Int]] = []
    var bytes = 0
    for (place, size) in zip(places, sizes) {
      if let last = batches.last, last.count < limit, bytes + size <= batchBytes {
        batches[batches.count - 1].append(place)
        bytes += size
      } else {
        batches.append([place])
        bytes = size
      }
    }
    return batches
  }

  /// The embeddings of a reply, in the order of the request.
  static func read(_ data: Data, count: Int, address: String) throws -> [[Float]] {
    func problem(_ found: String, _ expected: String) -> ServiceError {
      .malformed(address: address, found: found, expected: expected)
    }
    guard let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
      let start = String(decoding: data.prefix(60), as: UTF8.self)
      throw problem("no JSON object but \"\(start)\"", "a list \"data\" of embeddings")
    }
    guard let list = object["data"] as? [[String: Any]] else {
      throw problem("no list \"data\"", "a list of embeddings")
    }
    guard list.count == count else {
      throw problem("\(list.count) embeddings", "\(count), one for each text")
    }
    var rows = [[Float]?](repeating: nil, count: count)
    for (position, entry) in list.enumerated() {
      let place = entry["index"] as? Int ?? position
      guard rows.indices.contains(place), rows[place] == nil else {
        throw problem("the index \(place) out of place or twice", "each of 0 to \(count - 1) once")
      }
      guard let numbers = entry["embedding"] as? [Double], !numbers.isEmpty else {
        throw problem("an entry without an embedding", "a list of numbers")
      }
      let row = numbers.map { Float($0) }
      guard row.allSatisfy(\.isFinite) else { throw problem("numbers that are not finite", "finite numbers") }
      rows[place] = row
    }
    return rows.compactMap { $0 }
  }

  /// Little-endian floats.
  static func encode(_ row: [Float]) -> Data { row.withUnsafeBytes { Data($0) } }

  static func decode(_ data: Data) -> [Float]? {
    guard !data.isEmpty, data.count % 4 == 0 else { return nil }
    var row = [Float](repeating: 0, count: data.count / 4)
    _ = row.withUnsafeMutableBytes { data.copyBytes(to: $0) }
    return row
  }
}
