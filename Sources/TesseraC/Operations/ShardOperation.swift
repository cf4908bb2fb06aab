import Tessera
import TesseraFormats

/// What a machine says of the rows it holds, and what follows from what all say. Rows that no machine holds whole.
///
/// A shard is given as the array `contexts` (rows x d, float32 or float64), where wanted `rows` and `columns` of it (int32), and
/// the setting `first`, the number of its first row among all.
enum ShardOperation {
  struct Settings: Decodable {
    var first: Int?
  }

  static func shard(_ request: Request) throws -> RowShard {
    let contexts = try request.required("contexts").contexts()
    let rows = try places(request, "rows", below: contexts.count)
    let columns = try places(request, "columns", below: contexts.dimension)
    let first = try request.settings(Settings.self).first ?? 0
    guard first >= 0, first <= Int(Int32.max) - contexts.count else {
      throw RequestError.setting("first", found: "\(first)", expected: "the number of a row below 2^31")
    }
    return RowShard(
      rows == nil && columns == nil ? contexts : contexts.selecting(rows: rows, columns: columns),
      first: first)
  }

  private static func places(_ request: Request, _ name: String, below count: Int) throws -> [Int]? {
    guard let array = request.array(name) else { return nil }
    let found = try array.elements(.int32, Int32.self).map { Int($0) }
    guard found.allSatisfy({ $0 >= 0 && $0 < count }) else {
      throw RequestError.array(name, found: "a place that is none", expected: "0 to \(count - 1)")
    }
    return found
  }

  static func doubles(_ request: Request, _ name: String) throws -> [Double] {
    Array(try request.required(name).elements(.float64, Double.self))
  }

  static func indices(_ request: Request, _ name: String) throws -> [Int32] {
    Array(try request.required(name).elements(.int32, Int32.self))
  }

  /// Arrays out: `lower`, `upper`, `fingerprints` (two words a row, as int64). The document: `vectorBits` of this machine.
  static func survey(_ request: Request, _ work: Work) throws -> Outcome {
    let shard = try shard(request)
    let bounds = shard.contexts.bounds(work: work)
    return Outcome(
      .object([("vectorBits", .integer(RowShard.vectorBits))]),
      arrays: [
        ("lower", .doubles(bounds.lower, columns: 1)), ("upper", .doubles(bounds.upper, columns: 1)),
        ("fingerprints", .places(shard.fingerprints(work: work).map(Int64.init(bitPattern:)))),
      ])
  }

  struct SumsSettings: Decodable {
    enum Terms: String, Decodable { case values, squares, norms }
    var terms: Terms
    var packing: Packing?
  }

  /// Settings: `terms`, which are values, squares (around the array `mean`) or norms (in a `packing`). Arrays out: `head`, `sums`.
  static func sums(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(SumsSettings.self)
    let shard = try shard(request)
    let sums: PieceSums
    switch (settings.terms, settings.packing) {
    case (.values, _): sums = shard.sums(work: work)
    case (.squares, _): sums = try shard.squareSums(around: doubles(request, "mean"), work: work)
    case (.norms, let packing?): sums = try shard.halfNormSums(packing, work: work)
    case (.norms, nil): throw RequestError.setting("packing", found: "none", expected: "that of all rows")
    }
    return Outcome(
      .object([
        ("first", .integer(sums.first)), ("count", .integer(sums.count)), ("width", .integer(sums.width)),
      ]),
      arrays: [("head", .doubles(sums.head, columns: 1)), ("sums", .doubles(sums.sums, columns: 1))])
  }

  struct TotalSettings: Decodable {
    struct Part: Decodable {
      var first: Int
      var count: Int
      var width: Int
    }
    var parts: [Part]
  }

  /// Settings: `parts`, the documents of sums; arrays in: `head 0`, `sums 0` and so on. Array out: `total`.
  static func total(_ request: Request, _ work: Work) throws -> Outcome {
    let parts = try request.settings(TotalSettings.self).parts.enumerated().map { number, part in
      try PieceSums(
        first: part.first, count: part.count, width: part.width, head: doubles(request, "head \(number)"),
        sums: doubles(request, "sums \(number)"))
    }
    return Outcome(arrays: [("total", .doubles(try PieceSums.total(parts), columns: 1))])
  }

  /// Array in: `fingerprints` of all rows in their order. Arrays out: `groups` of the rows, `representatives` of the groups.
  static func copies(_ request: Request, _ work: Work) throws -> Outcome {
    let words = try request.required("fingerprints").elements(.int64, Int64.self)
    let copies = Partition(fingerprints: words.map(UInt64.init(bitPattern:)))
    return Outcome(arrays: [
      ("groups", .indices(copies.groupOf.map { Int32($0) })),
      ("representatives", .indices(copies.representatives.map { Int32($0) })),
    ])
  }

  /// The copies that `groups` tell, which are numbered by their first row.
  static func partition(_ request: Request) throws -> Partition {
    let groups = try indices(request, "groups").map { Int($0) }
    let copies = Partition(numbering: groups)
    guard copies.groupOf == groups else {
      throw RequestError.array(
        "groups", found: "other numbers", expected: "groups numbered by their first row")
    }
    return copies
  }

  struct CentreSettings: Decodable {
    var packing: Packing
    var sum: Double
    var count: Int
  }

  /// Settings: `packing`, the `sum` of the half norms of so many rows (`count`). The document is the packing that shards use.
  static func centre(_ request: Request, _ work: Work) throws -> Outcome {
    let settings = try request.settings(CentreSettings.self)
    return Outcome(
      try DocumentEncoder.json(settings.packing.centred(sum: settings.sum, count: settings.count)))
  }
}
