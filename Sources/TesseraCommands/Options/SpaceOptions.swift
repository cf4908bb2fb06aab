import ArgumentParser
import Foundation
import Tessera
import TesseraFormats

/// The alternative space, how it is sampled, and what is done to the contexts before.
struct SpaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Alternative space: bounding-box (the default; with a margin: bounding-box=0.1), unit-cube, centered-cube (of \
      another side: centered-cube=2), box=LO:HI (bounds are numbers, or lists with a number for each coordinate), ball \
      (of a radius about zero: ball=1), gaussian, factor-mixture, factor-product (with another factor: \
      factor-product=3), pool=FILE.npy (contexts of unlabelled answers).
      """, valueName: "space"))
  var space: SpaceSpecification?

  /// The file of contexts of unlabelled answers.
  var pool: String? {
    if case .pool(let file) = space { return ContextsFile.place(file).path }
    return nil
  }

  @Option(
    help: "auto (the default): exact where cells are cheap; exact: boxes of up to 6 dimensions; sampled.")
  var method: VoronoiWeights.Method?

  @Option(help: "Random points, where the weights are sampled (default: 100000).")
  var samples: Int?

  @Option(help: ArgumentHelp("Sample until the largest standard error is below this.", valueName: "error"))
  var targetError: Double?

  @Flag(help: "The target error is a share of each weight above 1/(10 m).")
  var relative = false

  @Option(help: "Seed: the same one gives the same bytes on any number of cores (default: 0).")
  var seed: UInt64?

  @Option(help: "Cores to use (default: all).")
  var threads: Int?

  @OptionGroup(title: "What is done to contexts before") var transforms: TransformOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected at least 1.") }
    if relative, targetError == nil {
      throw ValidationError("--relative says how --target-error is meant: give both.")
    }
  }

  /// Puts what was given into settings.
  func apply(to settings: inout RewardFit.Settings, _ given: inout Set<RewardFit.Settings.Key>) {
    func put<Value>(
      _ key: RewardFit.Settings.Key, _ value: Value?, _ place: WritableKeyPath<RewardFit.Settings, Value>
    ) {
      guard let value else { return }
      settings[keyPath: place] = value
      given.insert(key)
    }
    put(.space, space, \.space)
    put(.method, method, \.method)
    put(.samples, samples, \.samples)
    put(.targetError, targetError.map(Optional.some), \.targetError)
    put(.relative, relative ? true : nil, \.relative)
    put(.seed, seed, \.seed)
    put(.normalize, transforms.normalize ? true : nil, \.normalize)
    put(.center, transforms.center ? true : nil, \.center)
    put(.pca, transforms.pca.map(Optional.some), \.pca)
  }

  /// What settings name and files hold.
  func aids(_ settings: RewardFit.Settings) throws -> RewardFit.Aids {
    var aids = RewardFit.Aids()
    if let transform = transforms.transform { aids.transform = try ContextTransformFile.read(transform) }
    if case .pool(let file) = settings.space { aids.pool = try ContextsFile.read(file) }
    return aids
  }

  /// Stores the transform, where that was asked for.
  func store(_ chosen: ContextTransform?) throws {
    guard let saveTransform = transforms.saveTransform else { return }
    guard let chosen else {
      throw ValidationError("--save-transform has nothing to store: give --normalize, --center or --pca.")
    }
    try ContextTransformFile.write(chosen, to: saveTransform)
  }
}

/// What is done to contexts before anything measures them.
struct TransformOptions: ParsableArguments {
  @Flag(help: "Scale every context to length 1, so that distances are those of cosines.")
  var normalize = false

  @Flag(help: "Subtract the mean of the contexts, in which clones count as one.")
  var center = false

  @Option(
    help: ArgumentHelp(
      "Keep the first K principal axes, fitted with weights that clones share.", valueName: "K"))
  var pca: Int?

  @Option(
    help: ArgumentHelp("Use a stored transform of the contexts instead of fitting one.", valueName: "file"))
  var transform: String?

  @Option(help: ArgumentHelp("Store the transform of the contexts (JSON).", valueName: "file"))
  var saveTransform: String?

  func validate() throws {
    if transform != nil, normalize || center || pca != nil {
      throw ValidationError("--transform takes the place of --normalize, --center and --pca.")
    }
  }
}

extension SpaceSpecification: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  public static var allValueStrings: [String] { spellings.components(separatedBy: ", ") }
  public static var defaultCompletionKind: CompletionKind { .words(of: allValueStrings) }
}

extension VoronoiWeights.Method: ExpressibleByArgument {}
extension PairConvention: ExpressibleByArgument {}
extension LambdaConvention: ExpressibleByArgument {}

extension WeightChoice: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  public static var allValueStrings: [String] { spellings.components(separatedBy: ", ") }
  public static var defaultCompletionKind: CompletionKind { .words(of: allValueStrings) }

  static let help =
    "\(spellings). auto (the default) follows what the data satisfy and says so; paper is voronoi where contexts are known."
}

extension CompletionKind {
  /// Values that can be typed as they stand: those that ask for a number or a file cannot.
  static func words(of values: [String]) -> CompletionKind { .list(values.filter { !$0.contains("=") }) }
}
