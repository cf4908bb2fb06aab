import ArgumentParser
import Tessera
import TesseraFormats

struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract:
      "Weigh alternatives, by the share of the alternative space nearest to each (Definition 4.1) or otherwise.",
    discussion: """
      Examples:
        tessera weights embeddings.npy
        tessera weights alternatives.jsonl --space unit-cube --format json
      """)

  @Argument(help: "NumPy file of contexts (.npy), or JSONL file of alternatives with a context or text each.")
  var file: String

  @OptionGroup var space: SpaceOptions

  @Option(name: .customLong("weights"), help: ArgumentHelp(Weighting.help, valueName: "scheme"))
  var weighting: Weighting = .unspecified

  @Option(help: ArgumentHelp("Draw the cells of a space of 2 dimensions (SVG).", valueName: "file"))
  var picture: String?

  @OptionGroup var texts: TextOptions

  @OptionGroup var rows: RowOptions

  @OptionGroup var output: OutputOptions

  func run() throws {
    let (ids, contexts) = try NamedContexts.read(file) {
      try texts.contexts(of: $0, file: file, seed: space.seed, threads: space.threads)?.contexts
    }
    let weights = try self.weights(ids, contexts)
    try write(ids, weights)
  }

  private func weights(_ ids: [String], _ contexts: Contexts) throws -> AlternativeWeights {
    let scheme = weighting.chosen(hasContexts: true)
    guard scheme == .voronoi else {
      if picture != nil { throw ValidationError("--picture draws Voronoi cells: give --weights voronoi.") }
      let (prepared, transform) = try space.transformed(contexts)
      return try space.weights(scheme, ofTransformed: prepared, transform)
    }
    return try space.weights(of: contexts) { region, aligned, weights in
      guard let picture else { return }
      guard region.dimension == 2 else {
        throw ValidationError(
          "--picture draws spaces of 2 dimensions; this one has \(region.dimension). --pca 2 reduces it.")
      }
      let cells = CellPicture(space: region, contexts: aligned, ids: ids, weights: weights.values)
      try FileAccess.write(Array(cells.svg(seed: space.seed).utf8), to: picture)
    }
  }

  private func write(_ ids: [String], _ weights: AlternativeWeights) throws {
    switch output.format {
    case .table: try output.write(table(ids, weights))
    case .json:
      try output.write(
        JSONValue.object([
          ("weights", weights.json),
          ("alternatives", .array(ids.indices.map { .object(row($0, ids, weights)) })),
        ]).text())
    case .csv:
      var text = "id,weight,weightStandardError\n"
      for i in ids.indices {
        text += row(i, ids, weights).map { csvField($0.value.plainText) }.joined(separator: ",") + "\n"
      }
      try output.write(text)
    }
  }

  private func row(_ i: Int, _ ids: [String], _ weights: AlternativeWeights) -> [(
    key: String, value: JSONValue
  )] {
    [
      ("id", .string(ids[i])), ("weight", .number(weights.values[i])),
      ("weightStandardError", .number(weights.standardErrors[i])),
    ]
  }

  private func table(_ ids: [String], _ weights: AlternativeWeights) -> String {
    let d = weights.diagnostics
    var text = "\(Spell.plural(ids.count, "alternative")) in \(d.origin.space ?? d.origin.scheme.rawValue), "
    text +=
      d.origin.method == .exact
      ? "exact\n" : "\(Spell.plural(d.origin.samples, "sample")), seed \(d.origin.seed)\n"
    text +=
      "effective alternatives \(Spell.decimals(d.effectiveAlternatives, 1)), weight zero \(Spell.percent(d.zeroWeightShare)), largest standard error \(Spell.short(d.maxStandardError))\n\n"
    var table = TextTable([
      ("alternative", .left), ("weight", .right), ("standard error", .right), ("times 1/m", .right),
    ])
    let order = ids.indices.sorted { (weights.values[$1], $0) < (weights.values[$0], $1) }
    for i in order.prefix(rows.limit) {
      table.add([
        ids[i], Spell.decimals(weights.values[i], 6), Spell.short(weights.standardErrors[i]),
        Spell.decimals(weights.values[i] * Double(ids.count), 2),
      ])
    }
    text += table.text
    text += rows.rest(of: order.count)
    return text
  }
}
