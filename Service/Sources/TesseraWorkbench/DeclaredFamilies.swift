import Tessera
import TesseraFormats

extension LiveStudy {
  /// A family for each answer, from pairs of an id and a family.
  ///
  /// - Throws: `WorkbenchProblem.setting` for an id that is none or stands twice, and an empty family.
  public static func families(_ pairs: [(id: String, family: String)], of data: PreferenceDataset) throws
    -> Partition
  {
    let places = Dictionary(
      data.alternatives.enumerated().map { (Array($0.element.id.utf8), $0.offset) },
      uniquingKeysWith: { a, _ in a })
    var names = [String?](repeating: nil, count: data.alternatives.count)
    for (number, pair) in pairs.enumerated() {
      guard let place = places[Array(pair.id.utf8)] else {
        throw WorkbenchProblem.setting(
          name: "families[\(number)].id", found: "another name", expected: "the id of an answer")
      }
      guard names[place] == nil else {
        throw WorkbenchProblem.setting(
          name: "families[\(number)].id", found: "an id a second time", expected: "each once")
      }
      guard !pair.family.isEmpty else {
        throw WorkbenchProblem.setting(
          name: "families[\(number)].family", found: "an empty name", expected: "a name")
      }
      names[place] = pair.family
    }
    return Partition(names: names)
  }

  /// The same from the store.
  static func families(json: String, of data: PreferenceDataset) throws -> Partition? {
    guard case .array(let rows) = try JSONReader.value(of: Array(json.utf8)) else { return nil }
    let pairs = rows.compactMap { row -> (id: String, family: String)? in
      guard case .object(let members) = row,
        case .string(let id)? = members.first(where: { $0.key == "id" })?.value,
        case .string(let family)? = members.first(where: { $0.key == "family" })?.value
      else { return nil }
      return (id, family)
    }
    return pairs.isEmpty ? nil : try families(pairs, of: data)
  }
}
