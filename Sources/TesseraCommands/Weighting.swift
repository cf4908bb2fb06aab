import ArgumentParser
import Tessera

/// What `--weights` asks for.
enum Weighting: Hashable, CustomStringConvertible {
  /// The scheme that the study of the documentation recommends, where contexts are known.
  case automatic
  case scheme(WeightingScheme)

  static let recommended = WeightingScheme.voronoi

  static let help: String =
    "auto, \(WeightingScheme.spellings). auto is \(recommended.name) where contexts are known, uniform elsewhere."

  var needsContexts: Bool {
    switch self {
    case .automatic, .scheme(.uniform): false
    case .scheme: true
    }
  }

  /// The scheme to use.
  func chosen(hasContexts: Bool) -> WeightingScheme {
    switch self {
    case .automatic: hasContexts ? Self.recommended : .uniform
    case .scheme(let scheme): scheme
    }
  }

  var description: String {
    switch self {
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
