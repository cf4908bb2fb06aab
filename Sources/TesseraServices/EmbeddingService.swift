import Foundation
import Tessera
import TesseraFormats
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
        found[place] = try cache.reply(
          service: service.name, kind: "embedding", model: model, request: text
        ).flatMap(Self.decode)
      }
      // A model answers in one length: what is stored in others is of another time, and asked again.
      if let usual = Self.usualLength(found) {
        for place in found.indices where found[place]?.count != usual { found[place] = nil }
      }
    }
    let stored = found.indices.filter { found[$0] != nil }
    var dimension: Int?
    try ask(found.indices.filter { found[$0] == nil }, distinct.texts, &found, &dimension, work)
    if dimension != nil {
      let stale = stored.filter { found[$0]?.count != dimension }
      try ask(stale, distinct.texts, &found, &dimension, work)
    }
    let rows = found.compactMap { $0 }
    return try Contexts(
      Matrix(rows: texts.count, columns: rows[0].count, storage: distinct.places.flatMap { rows[$0] }))
  }

  /// Asks for some of the texts, and stores each reply as it comes.
  ///
  /// - Parameter dimension: Length of every embedding that this run was sent; nil before the first.
  private func ask(
    _ missing: [Int], _ texts: [String], _ found: inout [[Float]?], _ dimension: inout Int?, _ work: Work
  ) throws {
    guard !missing.isEmpty else { return }
    // Before anything is paid for.
    try cache?.requireWritable()
    // Texts of like length travel together, so that no request waits for one long text.
    let sorted = missing.sorted { (texts[$0].utf8.count, $0) < (texts[$1].utf8.count, $1) }
    let jobs = Self.batches(sorted, sizes: sorted.map { texts[$0].utf8.count }, limit: batchSize)
    var done = found.count - missing.count
    let (service, model) = (service, model)
    let address = "\(service.name)/embeddings"
    try service.forEach(jobs) { job, connection in
      // The API refuses empty inputs; a space stands for them.
      let inputs = job.map { texts[$0].isEmpty ? " " : texts[$0] }
      return try service.post(
        "embeddings", ["model": model, "input": inputs, "encoding_format": "float"], connection,
        limit: Self.longestReply(texts: job.count)
      ) { try Self.read($0, count: job.count, address: address, quoted: service.quoted) }
    } received: { number, rows in
      // Nothing is kept that the next run could not use.
      let lengths = Set(rows.map(\.count)).union(dimension.map { [$0] } ?? []).sorted()
      guard lengths.count == 1 else {
        throw ServiceError.malformed(
          address: address,
          found: "embeddings of \(lengths.map(String.init).joined(separator: " and ")) numbers",
          expected: "embeddings of one length")
      }
      dimension = lengths[0]
      try cache?.together {
        for (place, row) in zip(jobs[number], rows) {
          try cache?.store(
            Self.encode(row), service: service.name, kind: "embedding", model: model, request: texts[place])
        }
      }
      for (place, row) in zip(jobs[number], rows) { found[place] = row }
      done += rows.count
      work.report(Double(done) / Double(found.count))
      try work.check()
    }
  }

  /// The length that most have; nil where there is none.
  private static func usualLength(_ rows: [[Float]?]) -> Int? {
    var counts: [Int: Int] = [:]
    for row in rows { if let row { counts[row.count, default: 0] += 1 } }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  /// Bytes of a reply: 8,192 numbers of 24 digits for every text are more than any model sends.
  static func longestReply(texts: Int) -> Int { (1 << 20) + texts * 200_000 }

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
  package static func read(_ data: Data, count: Int, address: String, quoted: (String) -> String) throws
    -> [[Float]]
  {
    func problem(_ found: String, _ expected: String) -> ServiceError {
      .malformed(address: address, found: found, expected: expected)
    }
    guard let reply = try? JSONReader.value(of: Array(data)), case .object(let members) = reply else {
      let start = quoted(String(decoding: data.prefix(60), as: UTF8.self))
      throw problem("no JSON object but \"\(start)\"", "a list \"data\" of embeddings")
    }
    guard case .array(let list)? = members.first(where: { $0.key == "data" })?.value else {
      throw problem("no list \"data\"", "a list of embeddings")
    }
    guard list.count == count else {
      throw problem("\(list.count) embeddings", "\(count), one for each text")
    }
    var rows = [[Float]?](repeating: nil, count: count)
    for (position, entry) in list.enumerated() {
      guard case .object(let entry) = entry else { throw problem("an entry that is no object", "an object") }
      let place: Int
      switch entry.first(where: { $0.key == "index" })?.value {
      case .integer(let index)?: place = index
      case nil, .null?: place = position
      // Taking the position would put numbers on other texts.
      case .some: throw problem("an index that is no whole number", "each of 0 to \(count - 1) once")
      }
      guard rows.indices.contains(place), rows[place] == nil else {
        throw problem("the index \(place) out of place or twice", "each of 0 to \(count - 1) once")
      }
      guard case .array(let values)? = entry.first(where: { $0.key == "embedding" })?.value, !values.isEmpty
      else { throw problem("an entry without an embedding", "a list of numbers") }
      rows[place] = try values.map { value in
        let number: Float
        switch value {
        case .integer(let whole): number = Float(whole)
        case .unsigned(let whole): number = Float(whole)
        case .number(let real): number = Float(real)
        default: throw problem("an embedding with something else than numbers", "a list of numbers")
        }
        guard number.isFinite else { throw problem("numbers that are not finite", "finite numbers") }
        return number
      }
    }
    return rows.compactMap { $0 }
  }

  /// Little-endian floats.
  static func encode(_ row: [Float]) -> Data { row.withUnsafeBytes { Data($0) } }

  static func decode(_ data: Data) -> [Float]? {
    guard !data.isEmpty, data.count % 4 == 0 else { return nil }
    var row = [Float](repeating: 0, count: data.count / 4)
    _ = row.withUnsafeMutableBytes { data.copyBytes(to: $0) }
    // What is damaged is asked again.
    return row.allSatisfy(\.isFinite) ? row : nil
  }
}
