import Foundation
import TesseraFormats
import Testing

/// A row's members are written from a list of their own: it must name them all.
@Suite struct FitDocumentRowTests {
  static let whole = """
    {"id": "a", "weight": 1, "weightStandardError": 2, "standardReward": 3, "standardRewardError": 4, "weightedReward": 5,
    "weightedRewardError": 6, "weightedRewardSamplingError": 7, "standardDifferenceError": 8,
    "weightedDifferenceError": 9, "winRate": 10, "weightedWinRate": 11, "averageWinRate": 12,
    "weightedAverageWinRate": 13, "comparisons": 14.5, "component": 15, "family": "f"}
    """
  static let bare = """
    {"id": "a", "weight": 1, "weightStandardError": 2, "standardReward": null, "standardRewardError": null,
    "weightedReward": null, "weightedRewardError": null, "winRate": null, "weightedWinRate": null, "comparisons": 3}
    """

  func row(_ text: String) throws -> FitDocument.Row {
    try JSONDecoder().decode(FitDocument.Row.self, from: Data(text.utf8))
  }

  @Test func `Every member is written, under its name and in its order`() throws {
    var written: [String] = []
    let row = try row(Self.whole)
    row.eachMember { key, _ in written.append(key.stringValue) }
    let declared = Mirror(reflecting: row).children.compactMap(\.label)
    #expect(written == declared.map { $0.hasPrefix("_") ? String($0.dropFirst()) : $0 })
  }

  @Test(arguments: [whole, bare])
  func `A row reads back as it was`(text: String) throws {
    let first = try row(text)
    let written = try DocumentEncoder.json(first)
    #expect(try row(written.text()) == first)
    #expect(try row(String(decoding: JSONEncoder().encode(first), as: UTF8.self)) == first)
    // Null where the text has null, left out where it has nothing.
    guard case .object(let members) = written else {
      Issue.record("found \(written), expected an object")
      return
    }
    let keys = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]).keys
    #expect(members.map(\.key).sorted() == keys.sorted())
  }
}
