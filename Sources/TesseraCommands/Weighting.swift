import ArgumentParser
import Tessera

/// What `--weights` asks for.
enum Weighting: Hashable, CustomStringConvertible {
  /// Nothing was asked for: the paper's weights where contexts are known.
  case unspecified
  /// The scheme that won the study of the documentation, where contexts are known.
  case automatic
  case scheme(WeightingScheme)

  static let paper = WeightingScheme.voronoi
  static let winner = WeightingScheme.horizon(distance: nil)

  static let help: String =
    "auto, \(WeightingScheme.spellings). auto is the winner of the documentation's study, \(winner.name)."

  var needsContexts: Bool {
    switch self {
    case .unspecified, .automatic, .scheme(.uniform): false
    case .scheme: true
    }
  }

  /// The scheme to use.
  func chosen(hasContexts: Bool) -> WeightingScheme {
    switch self {
    case .unspecified: hasContexts ? Self.paper : .uniform
    case .automatic: hasContexts ? Self.winner : .uniform
    case .scheme(let scheme): scheme
    }
  }

  var description: String {
    switch self {
    case .unspecified: "voronoi where contexts are known"
    case .automatic: "auto"
    case .scheme(let scheme): scheme.name
    }
  }
}

extension Weighting: ExpressibleByArgument {
  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let scheme = WeightingScheme(name: argument) {
      self = .scheme(scheme)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { description }
}
