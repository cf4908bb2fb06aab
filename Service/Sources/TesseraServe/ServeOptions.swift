import ArgumentParser
import Foundation
import Tessera
import TesseraHTTP
import TesseraService
import TesseraServices
import TesseraWorkbench

/// What `tessera-serve` is asked on the command line.
struct ServeOptions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera serve",
    abstract: "Serve reward models over HTTP, and a workbench that audits preferences in a browser.",
    discussion: """
      Listens on 127.0.0.1; another address needs a key. The workbench is at /, the playground at /playground. Routes of rewards: \
      POST /get_reward (OpenRLHF), /v1/rerank, /rerank, /classify, /pooling, /score, /v1/rewards; GET /v1/models, /health, \
      /metrics, /openapi.json.

      Uploads and what is made from them are kept in a private folder that is gone at the end, or in that of --store.

      SIGTERM and SIGINT stop it: requests under way are answered, new ones refused. Logs are JSON lines on standard error.

      Examples:
        tessera serve
        tessera serve --store studies/
        tessera serve --model model.safetensors
        tessera serve --model small=a.safetensors --model large=b.safetensors --port 9000
        tessera serve --model model.safetensors --host 0.0.0.0 --key-file key.txt
      """)

  @Option(
    help: ArgumentHelp(
      "A model written by tessera train, and how requests name it (default: the name of the file). Several times for several models; the first answers where a request names none.",
      valueName: "name=file"))
  var model: [String] = []

  @Option(help: "Address to listen on. One that others reach needs a key.")
  var host: String = ListeningAddress().host

  @Option(help: "Port; 0 for any free one, which the log then tells.")
  var port: Int = ListeningAddress().port

  @Option(
    help: ArgumentHelp(
      "File whose text is the key that requests must carry as a bearer token.", valueName: "file"))
  var keyFile: String?

  @Option(
    help: ArgumentHelp(
      "Environment variable that holds the key, where there is no --key-file.", valueName: "name"))
  var keyVariable: String = "TESSERA_SERVICE_KEY"

  @Option(
    help: ArgumentHelp(
      "Service with OpenAI's /v1/embeddings, for models that were trained with one.", valueName: "url"))
  var embeddingUrl: String?

  @Option(help: ArgumentHelp("Environment variable that holds the key of that service.", valueName: "name"))
  var embeddingKeyVariable: String = "OPENAI_API_KEY"

  @Option(
    help: ArgumentHelp(
      "Text that is dropped from what /get_reward is sent, such as <|im_end|>; several times for several.",
      valueName: "text"))
  var specialToken: [String] = []

  @Flag(help: "Log every request, not only those that are refused.")
  var logRequests = false

  @Option(
    help: ArgumentHelp(
      "Folder of the workbench's studies (default: a private one that is gone at the end).",
      valueName: "folder"))
  var store: String?

  @Option(help: ArgumentHelp("Bytes of a file that is uploaded to the workbench.", valueName: "bytes"))
  var maxUpload: Int = WorkbenchLimits().uploadBytes

  @Flag(help: "Serve rewards alone, and no workbench.")
  var noWorkbench = false

  @OptionGroup(title: "Limits") var limits: LimitOptions

  // MARK: Values

  func validate() throws {
    guard !model.isEmpty || !noWorkbench else {
      throw ValidationError("There is no model to serve, and no workbench: give --model.")
    }
    if noWorkbench, store != nil {
      throw ValidationError("--store is for the workbench, and --no-workbench.")
    }
    guard (0...65_535).contains(port) else {
      throw ValidationError("--port is \(port); expected 0 to 65535.")
    }
  }

  var address: ListeningAddress { ListeningAddress(host: host, port: port) }

  /// - Throws: `FormatError`, `ServedModel.Problem`, `ServiceError`.
  func models() throws -> [ServedModel] {
    try model.map { given in
      let parts = given.split(separator: "=", maxSplits: 1).map(String.init)
      let file = parts.count == 2 ? parts[1] : given
      let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
      return try ServedModel(
        name: parts.count == 2 ? parts[0] : stem, readingFrom: file,
        service: embeddingUrl.map { url in { model in try service(at: url, model) } })
    }
  }

  /// nil where rewards alone are served.
  ///
  /// - Throws: `StoreProblem`, `WorkbenchProblem.store`.
  func workbench() throws -> Workbench? {
    if noWorkbench { return nil }
    var limits = WorkbenchLimits()
    limits.uploadBytes = maxUpload
    limits.storedBytes = max(limits.storedBytes, maxUpload)
    limits.unpackedBytes = max(limits.unpackedBytes, maxUpload)
    if let problem = limits.problem { throw StoreProblem(description: problem) }
    return try Workbench(StudyStore(folder: store), limits: limits)
  }

  private func service(at url: String, _ model: String) throws -> EmbeddingService {
    var service = try OpenAIService(base: url, key: Self.environment(embeddingKeyVariable))
    // Whoever asks waits: a passing fault is tried once more, and no longer.
    service.retry.attempts = 2
    service.timeout = limits.requestSeconds / 2
    return EmbeddingService(service, model: model, cache: nil)
  }

  /// - Throws: `AccessKey.Problem`, `KeyFileProblem`.
  func key(_ log: ServiceLog) throws -> AccessKey? {
    guard let keyFile else { return try Self.environment(keyVariable).map { try AccessKey($0) } }
    guard let data = FileManager.default.contents(atPath: keyFile) else {
      throw KeyFileProblem(description: "\(keyFile): cannot be read, expected a file with the key")
    }
    let mode = try FileManager.default.attributesOfItem(atPath: keyFile)[.posixPermissions] as? Int
    if let mode, mode & 0o077 != 0 {
      log.write(.warning, "key", [("message", .string("others can read the key file: chmod 600 mends it"))])
    }
    return try AccessKey(String(decoding: data, as: UTF8.self))
  }

  private static func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Bounds of studies that cannot be.
struct StoreProblem: KindedError {
  let description: String
  var kind: ErrorKind { .option }
}

/// A key file that is not there.
struct KeyFileProblem: KindedError {
  let description: String
  var kind: ErrorKind { .missing }
}

/// What requests may cost.
struct LimitOptions: ParsableArguments {
  @Option(help: "Bytes of a body.")
  var bodyBytes: Int = Limits().bodyBytes

  @Option(help: "Bytes of bodies held at once.")
  var heldBytes: Int = Limits().heldBytes

  @Option(help: "Texts or vectors of a request.")
  var items: Int = Limits().items

  @Option(help: "Characters of a text.")
  var textLength: Int = Limits().textLength

  @Option(help: "Texts and vectors that may wait for a model; beyond it requests get 429.")
  var waiting: Int = Limits().waiting

  @Option(help: "Texts and vectors that are scored together.")
  var batch: Int = Limits().batch

  @Option(help: "Milliseconds that a batch waits for company.")
  var gatherMilliseconds: Double = Limits().gatherSeconds * 1_000

  @Option(help: "Connections at once.")
  var connections: Int = Limits().connections

  @Option(help: "Seconds that a request may take to arrive, and to be answered.")
  var requestSeconds: Double = Limits().requestSeconds

  @Option(help: "Seconds after which a connection on which nothing moves is closed.")
  var idleSeconds: Double = Limits().idleSeconds

  @Option(help: "Seconds that requests under way get at the end.")
  var stopSeconds: Double = Limits().stopSeconds

  var value: Limits {
    var limits = Limits()
    limits.bodyBytes = bodyBytes
    limits.heldBytes = heldBytes
    limits.items = items
    limits.textLength = textLength
    limits.waiting = waiting
    limits.batch = batch
    limits.gatherSeconds = gatherMilliseconds / 1_000
    limits.connections = connections
    limits.requestSeconds = requestSeconds
    limits.idleSeconds = idleSeconds
    limits.stopSeconds = stopSeconds
    return limits
  }
}
