import Tessera

/// How frequent near-duplicates are, in words.
public struct NearDuplicateSentences: Sendable {
  public let frequency: NearDuplicateFrequency

  public init(_ frequency: NearDuplicateFrequency) { self.frequency = frequency }

  /// What there is.
  public var sentence: String {
    let levels = frequency.within.map {
      "\(AuditSpelling.percent($0.portion.share)) within \(AuditSpelling.short($0.distance))"
    }
    let (copies, m) = (frequency.copies.alternatives, frequency.copies.of)
    var text =
      "\(copies) of \(m) alternatives \(copies == 1 ? "has" : "have") an exact copy; \(levels.joined(separator: ", ")) of the median distance of nearest neighbours have another one"
    if let same = frequency.samePrompt {
      text += "; for \(AuditSpelling.percent(same.share)) the nearest one answers the same prompt"
    }
    return text + "."
  }

  /// What it means for weights.
  public var meaning: String {
    let near = frequency.within.last?.portion ?? frequency.copies
    if near.alternatives == 0 {
      return
        "For weights: no alternative has another within half the median, so weights against clones change little."
    }
    if frequency.partner.share > 0.5 {
      return
        "For weights: most alternatives lie nearest to one that they were compared with, which duplicates nothing; a comparison is duplicated only by one with both ends near."
    }
    return
      "For weights: what is said of up to \(AuditSpelling.percent(near.share)) of the alternatives can count more than once; weights let near ones share. tessera audit shows what that does to rewards."
  }
}
