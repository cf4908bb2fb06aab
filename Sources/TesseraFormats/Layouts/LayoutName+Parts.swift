import Tessera

extension LayoutName {
  /// Fields of the layout that files can have under other names.
  var parts: [String] {
    switch self {
    case .votes, .answers:
      ["a", "b", "outcome", "preference", "preference_b", "count", "annotator", "prompt"]
    case .preference: ["chosen", "rejected", "prompt", "system", "annotator", "count"]
    case .unpaired: ["prompt", "completion", "label"]
    case .openai: ["input", "preferred_output", "non_preferred_output"]
    case .ranked: ["context", "completions", "prompt"]
    case .helpsteer:
      [
        "context", "prompt", "response1", "response2", "response_1", "response_2", "overall_preference",
        "preference_strength", "individual_preference",
      ]
    case .ultrafeedback: ["instruction", "completions", "prompt"]
    case .ratings: ["item", "score", "annotator", "prompt"]
    case .labelStudio: ["a", "b", "prompt"]
    case .argilla: ["a", "b", "outcome", "prompt"]
    }
  }

  /// Of all layouts; the time of a row is a filter's.
  static let allParts = Set(allCases.flatMap(\.parts) + ["time"]).sorted()
}

/// A field that was named for a file and that is none of ours.
public struct UnknownPart: KindedError, Equatable {
  public let name: String
  /// nil where no layout has it.
  public let layout: LayoutName?

  public var kind: ErrorKind { .option }

  public var description: String {
    let known = (layout.map { $0.parts + ["time"] } ?? LayoutName.allParts)
    let all = known.joined(separator: ", ")
    let near = NearestName.of(name, among: known + FieldMap.aliases.keys).map {
      "did you mean \($0)? Expected"
    }
    let place = layout.map { "rows of the layout \($0.rawValue) have" } ?? "there is"
    return
      "\(place) no field \(name) that --map or --columns could name; \(near ?? "expected") one of \(all)."
  }
}

extension FieldMap {
  /// - Parameter layout: nil for all of them.
  /// - Throws: `UnknownPart`, for a name that is no part of the layout.
  func check(_ layout: LayoutName?) throws(UnknownPart) {
    let known = layout.map { $0.parts + ["time"] } ?? LayoutName.allParts
    if let name = names.keys.sorted().first(where: { !known.contains($0) }) {
      throw UnknownPart(name: name, layout: layout)
    }
  }
}
