import Tessera
import TesseraFormats

/// What there is to say of weights, in the words of the command line.
enum WeightWords {
  /// "voronoi in bounding-box, 100,000 samples, seed 0".
  static func how(_ weights: AlternativeWeights) -> String {
    let p = weights.provenance
    var how = p.scheme
    if p.isPairSpace { how += " in the space of pairs" }
    if let space = p.space { how += p.isPairSpace ? " of \(space)" : " in \(space)" }
    if let prompts = p.prompts { how += " within \(Spell.plural(prompts, "prompt"))" }
    if let groups = p.groups { how += " of \(Spell.plural(groups, "group"))" }
    how += p.method == .exact ? ", exact" : ", \(Spell.plural(p.samples, "sample")), seed \(p.seed)"
    if let horizon = p.horizon { how += ", horizon \(Spell.short(horizon))" }
    if let resolution = p.resolution { how += ", resolution \(Spell.short(resolution))" }
    if let bandwidth = p.bandwidth { how += ", bandwidth \(Spell.short(bandwidth))" }
    return how
  }

  /// "1,240.5 different comparisons among 1,300 pairs, in 1,210 groups (largest 4)".
  static func how(_ local: LocalComparisonWeights, pairs: Int) -> String {
    "local: \(Spell.decimals(local.differentComparisons, 1)) different comparisons among \(Spell.plural(pairs, "pair")), largest group \(Spell.count(local.largestGroup)); alike within \(Spell.short(local.resolution)), different from \(Spell.short(local.reach))"
  }

  /// Advice, with options named as the command line spells them.
  static func say(_ weights: AlternativeWeights) -> [String] {
    WeightAdviceWords.commandLine.sentences(weights.advice)
  }

  /// Warnings on standard error.
  static func warn(_ weights: AlternativeWeights, of alternatives: Int) {
    let p = weights.provenance
    if p.outside > 0 {
      Console.warn(
        "\(p.outside) of \(alternatives) contexts lie outside the space \(p.space ?? ""); the part of their cell inside it counts"
      )
    }
    if p.samples >= VoronoiWeights.sampleLimit {
      Console.warn("the target error was not reached with \(Spell.count(p.samples)) samples")
    }
    for advice in say(weights) { Console.warn(advice) }
  }
}
