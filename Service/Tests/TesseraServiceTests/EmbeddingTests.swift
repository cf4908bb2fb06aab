import Foundation
import Synchronization
import Tessera
import TesseraFormats
import TesseraService
import TesseraServices
import Testing

/// Models that were trained with a service of embeddings: the service here is one of ours, over vectors that texts spell.
@Suite struct EmbeddingTests {
  private static let file = RewardModelFile(
    ensemble: RewardEnsemble(models: [RewardModel(dimension: 2, hidden: [4], seed: 1)]), transform: nil,
    notes: ["embedder": "spelled", "with_prompt": "false"])

  private func service(_ port: Int) throws -> RewardService {
    let model = try ServedModel(name: "far", Self.file, of: "far.safetensors") { name in
      #expect(name == "spelled")
      var service = try OpenAIService(base: "http://127.0.0.1:\(port)", key: nil)
      service.retry.attempts = 1
      service.timeout = 5
      return EmbeddingService(service, model: name, cache: nil)
    }
    return try RewardService([model])
  }

  @Test func `Texts are embedded by the service, and each only once`() async throws {
    let stand = try EmbeddingStand { texts in
      texts.map { text in "[\(text)]" }
    }
    let service = try service(stand.port)
    let body = #"{"texts":["1,2","0.5,-1","1,2"]}"#
    let answer = await service.ask("POST", "/v1/rewards", body)
    let mean = try Self.file.ensemble.scores(
      of: Contexts(Matrix(rows: 3, columns: 2, storage: [1, 2, 0.5, -1, 1, 2]))
    ).mean
    #expect(answer.status == 200, "\(answer.text)")
    #expect(isNear(answer.value["rewards"].numbers, mean))
    _ = await service.ask("POST", "/v1/rewards", body)
    #expect(stand.requests == 1)
    let metrics = await service.ask("GET", "/metrics").text
    #expect(metrics.contains("tessera_embedding_cache_hits{model=\"far\"} 3\n"))
    #expect(metrics.contains("tessera_embedding_cache_misses{model=\"far\"} 3\n"))
  }

  @Test func `A service that fails is told apart, without its address`() async throws {
    for reply in [["[1]"], ["[1,2,3]"], ["\"x\""]] {
      let stand = try EmbeddingStand { _ in reply }
      let answer = try await service(stand.port).ask("POST", "/v1/rewards", #"{"texts":["a"]}"#)
      #expect(answer.status == 502, "\(answer.text)")
      #expect(!answer.text.contains("127.0.0.1"))
    }
    let nobody = try await service(1).ask("POST", "/v1/rewards", #"{"texts":["a"]}"#)
    #expect(nobody.status == 502)
  }

  @Test func `Without a service such a model scores vectors alone`() async throws {
    let service = try RewardService([ServedModel(name: "far", Self.file, of: "far.safetensors")])
    #expect(await service.ask("POST", "/v1/rewards", #"{"texts":["a"]}"#).status == 422)
    #expect(await service.ask("POST", "/v1/rewards", #"{"vectors":[[1,2]]}"#).status == 200)
  }
}

/// A stand-in for a service with OpenAI's `/v1/embeddings`: answers each request on a thread of its own.
final class EmbeddingStand: Sendable {
  let port: Int
  private let socket: Int32
  private let count = Mutex(0)

  var requests: Int { count.withLock { $0 } }

  /// - Parameter rows: The JSON of the embeddings of texts.
  init(_ rows: @escaping @Sendable ([String]) -> [String]) throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.socket = socket
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) + listen(socket, 16) + getsockname(socket, $0, &length)
      }
    }
    guard code == 0 else { throw Wire.Closed() }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while case let connection = accept(socket, nil, nil), connection >= 0 {
        self?.count.withLock { $0 += 1 }
        Self.answer(connection, rows)
      }
    }
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private static func answer(_ connection: Int32, _ rows: ([String]) -> [String]) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n"),
        let value = try? JSONReader.value(of: Array(text[end.upperBound...].utf8))
      {
        let inputs = value["input"]
        let texts = (0..<max(inputs.count, 0)).compactMap { inputs[$0].text }
        let data = rows(texts).enumerated().map { #"{"index":\#($0),"embedding":\#($1)}"# }.joined(
          separator: ",")
        let body = #"{"data":[\#(data)]}"#
        let reply =
          "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        _ = Array(reply.utf8).withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
        break
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    close(connection)
  }
}
