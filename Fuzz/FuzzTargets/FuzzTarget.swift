import Foundation
import Tessera
import TesseraFormats
import TesseraServices
import TesseraText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A reader of bytes that strangers make, and what must hold of whatever it accepts.
///
/// Three things end a run: a trap, an error that does not say its kind, and a value that breaks its promise.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case comparisonsJSONL = "comparisons-jsonl"
  case comparisonsCSV = "comparisons-csv"
  case alternatives, families, npy, npz, safetensors, parquet
  case parquetContexts = "parquet-contexts"
  case model, checkpoint, embedder, transform, state, tally, settings, fit, board
  /// What bodies of requests are read with.
  case json
  /// Replies of services.
  case embeddings, chat

  /// Reads some bytes.
  ///
  /// - Parameter folder: Where a file can be written, in memory if it is to be fast.
  /// - Returns: Whether they were accepted.
  @discardableResult
  public func run(_ bytes: [UInt8], in folder: String) -> Bool {
    let file = "\(folder)/\(rawValue).\(getpid())"
    if !Self.withoutFiles.contains(self) { write(bytes, to: file) }
    do {
      switch self {
      case .json: return Self.readJSON(bytes)
      case .embeddings:
        let rows = try EmbeddingService.read(Data(bytes), count: 2, address: "here") { $0 }
        precondition(rows.count == 2 && rows.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isFinite) })
      case .chat: _ = try ChatService.read(Data(bytes), address: "here") { $0 }
      default: try read(file)
      }
      return true
    } catch let error as any KindedError {
      // What is wrong with bytes is told in words.
      precondition(!"\(error)".isEmpty)
      return false
    } catch {
      fatalError("\(rawValue): an error without a kind: \(error)")
    }
  }

  private static let withoutFiles: Set<FuzzTarget> = [.json, .embeddings, .chat]

  /// What is read is written and read again as the same value.
  private static func readJSON(_ bytes: [UInt8]) -> Bool {
    let value: JSONValue
    do {
      value = try JSONReader.value(of: bytes)
    } catch let fault as JSONReader.Fault {
      precondition(fault.line >= 1 && fault.column >= 1 && !fault.expected.isEmpty)
      return false
    } catch {
      fatalError("json: an error of another kind: \(error)")
    }
    do {
      let again = try JSONReader.value(of: Array(value.compact().utf8))
      precondition(again == value, "another value after writing")
    } catch { fatalError("json: what was written cannot be read: \(error)") }
    return true
  }

  private func write(_ bytes: [UInt8], to file: String) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "\(file) cannot be written")
    defer { close(descriptor) }
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { writeOnce(descriptor, $0) }
      precondition(count > 0, "\(file) cannot be written")
      start += count
    }
  }

  private func read(_ file: String) throws {
    switch self {
    case .comparisonsJSONL: try Self.check(ComparisonReader().read(file, format: .jsonl))
    case .comparisonsCSV: try Self.check(ComparisonReader().read(file, format: .csv))
    case .alternatives:
      let read = try AlternativesReader.read(file, texts: .all, needsIdentifiers: false)
      precondition(read.contexts.map { $0.count == read.alternatives.count } ?? true)
      if let contexts = read.contexts { Self.check(contexts) }
    case .families: _ = try FamiliesReader.read(file, format: .csv, alternatives: ["x", "y", "z"])
    case .npy: Self.check(try NumpyFile.readContexts(file))
    case .npz:
      do {
        Self.check(try ContextsFile.read(file, member: nil))
      } catch { Self.check(try ContextsFile.read(file, member: "contexts")) }
    case .parquet: try Self.check(ComparisonReader().read(file, format: .parquet))
    case .parquetContexts: Self.check(try ContextsFile.read(file, member: nil))
    case .safetensors:
      let found = try SafetensorsFile(readingFrom: file)
      // What is written reads back: every number, not every byte.
      try found.write(to: file + ".again")
      let again = try SafetensorsFile(readingFrom: file + ".again")
      precondition(again.metadata == found.metadata && again.tensors.keys == found.tensors.keys)
    case .model:
      let found = try RewardModelFile(readingFrom: file)
      let inputs =
        found.transform.flatMap { $0.mean.isEmpty ? nil : $0.mean.count }
        ?? found.ensemble.models[0].dimension
      guard inputs <= 64 else { return }
      let contexts = try Contexts(Matrix((0..<3).map { i in (0..<inputs).map { Double(i + $0) } }))
      let scores = try found.ensemble.scores(of: found.transform?.apply(to: contexts) ?? contexts)
      precondition(scores.mean.allSatisfy(\.isFinite) && scores.deviation.allSatisfy(\.isFinite))
    case .checkpoint: _ = try TrainingCheckpointFile(readingFrom: file)
    case .embedder: _ = try FittedLexicalEmbedder(readingFrom: file)
    case .transform:
      let found = try ContextTransformFile.read(file)
      precondition(found.axes.allSatisfy { $0.count == found.mean.count })
      try ContextTransformFile.write(found, to: file + ".again")
      let again = try ContextTransformFile.read(file + ".again")
      precondition(again == found)
    case .state: _ = try DocumentFile.read(RewardFit.State.self, from: file)
    case .tally: _ = try DocumentFile.read(WeightsPartDocument.self, from: file)
    case .settings: _ = try DocumentFile.read(RewardFit.Settings.self, from: file)
    case .fit: _ = try DocumentFile.read(FitDocument.self, from: file)
    case .board: _ = try DocumentFile.read(BoardDocument.self, from: file)
    case .json, .embeddings, .chat: preconditionFailure("they are no files")
    }
  }

  private static func check(_ contexts: Contexts) {
    precondition(contexts.count > 0 && contexts.dimension > 0)
    for i in 0..<contexts.count { precondition(contexts.row(i).allSatisfy(\.isFinite)) }
  }

  private static func check(_ file: ComparisonFile) throws {
    let count = file.alternatives.count
    precondition(Set(file.ids.map { Array($0.utf8) }).count == count, "two alternatives of one id")
    precondition(file.comparisons.total.isFinite && file.comparisons.total > 0)
    for comparison in file.comparisons.comparisons {
      precondition(comparison.a != comparison.b && Int(max(comparison.a, comparison.b)) < count)
      precondition((0...1).contains(comparison.outcome) && comparison.count > 0)
    }
  }
}

/// The system's own call, whose name a member of the type hides.
private func writeOnce(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
