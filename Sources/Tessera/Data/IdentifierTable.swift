/// Places of ids, told apart by their bytes: two spellings of one letter are two ids, as in files.
struct IdentifierTable {
  private var places: [[UInt8]: Int] = [:]

  init(_ ids: some Sequence<String>) {
    for (place, id) in ids.enumerated() where places[Array(id.utf8)] == nil { places[Array(id.utf8)] = place }
  }

  subscript(id: String) -> Int? { places[Array(id.utf8)] }
}
