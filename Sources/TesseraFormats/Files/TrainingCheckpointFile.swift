import Tessera

/// Training sessions on disk, so that a long training goes on after an interruption.
///
/// A safetensors file: for session S and run R the tensors `S.run.R.layer.K.parameters`, `.first` and `.second`, for
/// early stopping `S.run.R.best.K`, and `S.run.R.state` (steps, last loss, best loss, evaluations since the best,
/// stopped). The metadata hold `format` = `tessera-training`, `fingerprint`, `checksum` and the step of each session.
public struct TrainingCheckpointFile: Sendable, Equatable {
  /// Tells settings, data and weights: a checkpoint of others must not be resumed.
  public let fingerprint: String
  public var sessions: [String: TrainingSnapshot]

  public init(fingerprint: String, sessions: [String: TrainingSnapshot] = [:]) {
    self.fingerprint = fingerprint
    self.sessions = sessions
  }

  /// Writes the file, whole or not at all.
  public func write(to file: String) throws {
    var result = SafetensorsFile()
    result.metadata = ["format": "tessera-training", "version": "1", "fingerprint": fingerprint]
    func store(_ name: String, _ values: [Float]) {
      result.tensors[name] = SafetensorsFile.Tensor(shape: [values.count], values: .float32(values))
    }
    for (session, snapshot) in sessions {
      result.metadata["step.\(session)"] = "\(snapshot.step)"
      for (number, run) in snapshot.runs.enumerated() {
        let prefix = "\(session).run.\(number)"
        for (layer, lists) in run.layers.enumerated() {
          for (name, values) in zip(Self.lists, lists) { store("\(prefix).layer.\(layer).\(name)", values) }
        }
        for (layer, values) in run.best.enumerated() { store("\(prefix).best.\(layer)", values) }
        let state = [
          Double(run.steps), Double(run.lastLoss), run.bestLoss, Double(run.evaluationsSince),
          run.hasStopped ? 1 : 0,
        ]
        result.tensors["\(prefix).state"] = SafetensorsFile.Tensor(shape: [5], values: .float64(state))
      }
    }
    result.metadata["checksum"] = Self.checksum(result)
    try result.write(to: file)
  }

  /// Of all numbers and notes but the sum itself: a flipped bit would train another model, and nobody would see it.
  private static func checksum(_ file: SafetensorsFile) -> String {
    var print = Fingerprint()
    for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where key != "checksum" {
      print.add(key)
      print.add(value)
    }
    for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) {
      print.add(name)
      switch tensor.values {
      case .float32(let values):
        print.add(values.count)
        for value in values { print.add(UInt64(value.bitPattern)) }
      case .float64(let values): print.add(values)
      }
    }
    return print.text
  }

  private static let lists = ["parameters", "first", "second"]

  /// - Throws: `FormatError` naming what is missing.
  public init(readingFrom file: String) throws {
    let source = try SafetensorsFile(readingFrom: file)
    guard source.metadata["format"] == "tessera-training", let fingerprint = source.metadata["fingerprint"]
    else {
      throw FormatError.content(
        file: file, line: nil, field: nil, found: "another kind of safetensors file",
        expected: "a checkpoint written by tessera train")
    }
    guard source.metadata["checksum"] == Self.checksum(source) else {
      throw FormatError.content(
        file: file, line: nil, field: "checksum", found: "another sum than that of what the file holds",
        expected: "a checkpoint as it was written: remove it to train from the start")
    }
    func values(_ name: String) -> [Float]? {
      guard let tensor = source.tensors[name], case .float32(let values) = tensor.values else { return nil }
      return values
    }
    self.fingerprint = fingerprint
    sessions = [:]
    for (key, value) in source.metadata where key.hasPrefix("step.") {
      let session = String(key.dropFirst(5))
      guard let step = Int(value) else {
        throw FormatError.content(
          file: file, line: nil, field: key, found: "\"\(value)\"", expected: "a number of steps")
      }
      var runs: [TrainingSnapshot.Run] = []
      while let tensor = source.tensors["\(session).run.\(runs.count).state"] {
        let prefix = "\(session).run.\(runs.count)"
        guard case .float64(let state) = tensor.values, state.count == 5,
          let steps = Int(exactly: state[0]), let since = Int(exactly: state[3])
        else {
          throw FormatError.content(
            file: file, line: nil, field: "\(prefix).state", found: "other numbers",
            expected: "the state of a run")
        }
        var layers: [[[Float]]] = []
        while values("\(prefix).layer.\(layers.count).parameters") != nil {
          layers.append(Self.lists.map { values("\(prefix).layer.\(layers.count).\($0)") ?? [] })
        }
        var best: [[Float]] = []
        while let list = values("\(prefix).best.\(best.count)") { best.append(list) }
        runs.append(
          TrainingSnapshot.Run(
            layers: layers, steps: steps, lastLoss: Float(state[1]), best: best, bestLoss: state[2],
            evaluationsSince: since, hasStopped: state[4] != 0))
      }
      sessions[session] = TrainingSnapshot(step: step, runs: runs)
    }
  }
}
