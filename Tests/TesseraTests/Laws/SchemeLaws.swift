import Foundation
import Tessera
import Testing

/// Weights within prompts, as a scheme: answers to the left of zero are to one prompt, the others to another.
struct WithinPrompts: WeightScheme {
  let scheme: any WeightScheme
  var seed: UInt64 = 0

  var name: String { "per-prompt \(scheme.name)" }
  var uses: SchemeSettings { scheme.uses }

  func weights(of contexts: Contexts, work: Work) throws -> AlternativeWeights {
    let left = (0..<contexts.count).map { contexts[$0, 0] < 0 }
    // Every prompt has an answer.
    let prompts = Set(left).count == 2 ? left.map { $0 ? 1 : 0 } : left.map { _ in 0 }
    return try PromptWeights.weights(
      contexts: contexts, prompts: prompts, scheme: scheme, seed: seed, work: work)
  }

  func reseeded(_ seed: UInt64) -> any WeightScheme { WithinPrompts(scheme: scheme, seed: seed) }
}

/// What every weighing scheme promises. A new scheme joins the list.
@Suite struct SchemeLaws {
  static let specifications: [SchemeSpecification] = [
    .uniform, .voronoi, .linkage(resolution: 0), .linkage(resolution: 0.5), .horizon(distance: nil),
    .horizon(distance: 0.75), .meta(resolution: 0.5), .kMeans(count: 7), .topics, .radiusGraph,
    .density(bandwidth: nil),
    .density(bandwidth: 0.5), .removeDuplicates(threshold: 0.25),
  ]

  struct Case: Sendable, CustomTestStringConvertible {
    let specification: SchemeSpecification
    let dimension: Int
    let isWithinPrompts: Bool

    var scheme: any WeightScheme {
      let scheme = specification.scheme(Sampling(samples: 20_000))
      return isWithinPrompts ? WithinPrompts(scheme: scheme) : scheme
    }

    /// Whether cells are sampled in as many dimensions.
    var isSampled: Bool { dimension > 6 && scheme.uses.contains(.samples) }

    var testDescription: String {
      "\(specification.name) in \(dimension) dimensions\(isWithinPrompts ? ", within prompts" : "")"
    }
  }

  static let all: [Case] = specifications.flatMap { specification in
    [2, 9].flatMap { dimension in
      [false, true].map { Case(specification: specification, dimension: dimension, isWithinPrompts: $0) }
    }
  }

  /// Clouds that overlap, as many answers on either side of zero.
  static func rows(_ m: Int, _ d: Int) -> [[Double]] {
    var random = RandomStream(seed: 31, stream: UInt64(d))
    let centres = (0..<4).map { _ in (0..<d).map { _ in random.normal() } }
    return (0..<m).map { i in centres[i % 4].map { $0 + 0.7 * random.normal() } }
  }

  @Test(arguments: all)
  func `Weights sum to one and are not negative`(law: Case) throws {
    for rows in [
      Self.rows(40, law.dimension), Self.rows(2, law.dimension), Self.rows(1, law.dimension),
      Array(repeating: Self.rows(1, law.dimension)[0], count: 5),
    ] {
      let weights = try law.scheme.weights(of: contexts(rows))
      #expect(weights.values.count == rows.count)
      #expect(weights.standardErrors.count == rows.count)
      #expect(abs(weights.values.reduce(0, +) - 1) < 1e-12)
      #expect(weights.values.allSatisfy { $0 >= 0 })
      #expect(weights.standardErrors.allSatisfy { $0 >= 0 && $0.isFinite })
      #expect(weights.provenance.method == .sampled || weights.maxStandardError == 0)
      #expect((weights.provenance.method == .sampled) == (weights.provenance.samples > 0))
    }
  }

  @Test(arguments: all)
  func `Permuted contexts, permuted weights`(law: Case) throws {
    switch law.specification {
    // Which centres k-means starts from, and which of the duplicates is kept, depends on the order: documented.
    case .kMeans, .removeDuplicates: return
    default: break
    }
    let rows = Self.rows(40, law.dimension)
    var random = RandomStream(seed: 4)
    let order = rows.indices.shuffled(using: &random)
    let before = try law.scheme.weights(of: contexts(rows)).values
    let after = try law.scheme.weights(of: contexts(order.map { rows[$0] })).values
    #expect(largestDifference(after, order.map { before[$0] }) < 1e-12)
  }

  @Test(arguments: all)
  func `The same bytes on any number of threads`(law: Case) throws {
    let contexts = try contexts(Self.rows(150, law.dimension))
    let one = try law.scheme.weights(of: contexts, work: Work(threads: 1))
    for threads in [2, 3, 5] {
      #expect(try law.scheme.weights(of: contexts, work: Work(threads: threads)) == one)
    }
  }

  @Test(arguments: all)
  func `Exact clones share, and take nothing from the others`(law: Case) throws {
    let rows = Self.rows(40, law.dimension)
    let before = try law.scheme.weights(of: contexts(rows)).values
    let after = try law.scheme.weights(of: contexts(rows + [rows[7], rows[7], rows[12]])).values
    let (first, second) = ([after[7], after[40], after[41]], [after[12], after[42]])
    switch law.specification {
    case .uniform:
      // The standard estimate's weights: a clone takes from everyone else. Within prompts, from its own.
      #expect(first.reduce(0, +) > 1.5 * before[7])
      return
    case .density:
      // A clone is dense as well: what lies near loses (documented). Copies still weigh the same.
      #expect(largestDifference(Array(after.prefix(40)), before) > 1e-6)
      #expect(Set(first).count == 1)
      return
    case .removeDuplicates:
      // The first keeps all.
      #expect(after[40] == 0 && after[41] == 0 && after[42] == 0)
    default:
      for group in [first, second] { #expect((group.max() ?? 0) - (group.min() ?? 0) < 1e-15) }
    }
    #expect(abs(first.reduce(0, +) - before[7]) < 1e-12)
    #expect(abs(second.reduce(0, +) - before[12]) < 1e-12)
    for i in 0..<40 where i != 7 && i != 12 { #expect(abs(after[i] - before[i]) < 1e-12) }
  }

  @Test(arguments: all)
  func `Another seed changes what is sampled and nothing else`(law: Case) throws {
    let contexts = try contexts(Self.rows(40, law.dimension))
    let zero = try law.scheme.weights(of: contexts)
    let other = law.scheme.reseeded(9)
    let weights = try other.weights(of: contexts)
    #expect(other.name == law.scheme.name)
    #expect((weights.provenance.method == .sampled) == law.isSampled)
    if law.isSampled {
      #expect(weights.values != zero.values)
      #expect(weights.provenance.seed == 9)
      #expect(try law.scheme.reseeded(9).weights(of: contexts) == weights)
    } else if law.specification == .kMeans(count: 7) || law.specification == .topics {
      // Centres start at random: groups depend on the seed where cells are exact.
      #expect(try law.scheme.reseeded(9).weights(of: contexts) == weights)
    } else {
      #expect(weights.values == zero.values)
    }
  }

  @Test(arguments: specifications)
  func `A name reads back, and a document keeps it`(specification: SchemeSpecification) throws {
    #expect(SchemeSpecification(name: specification.name) == specification)
    #expect(specification.scheme(Sampling()).name == specification.name)
    let stored = try JSONDecoder().decode(
      [SchemeSpecification].self, from: JSONEncoder().encode([specification]))
    #expect(stored == [specification])
    #expect(WeightChoice(name: specification.name) == .scheme(specification))
  }

  @Test(arguments: all)
  func `Provenance names the scheme, and what it used`(law: Case) throws {
    let weights = try law.scheme.weights(of: contexts(Self.rows(40, law.dimension)))
    let provenance = weights.provenance
    let word = law.specification.name.split(separator: "=").first.map(String.init)
    #expect(provenance.scheme == word)
    #expect((provenance.space != nil) == law.scheme.uses.contains(.space))
    #expect((provenance.prompts == nil) == !law.isWithinPrompts)
    #expect(provenance.samples == (law.isSampled ? 20_000 : 0))
    let stored = try JSONDecoder().decode(Provenance.self, from: JSONEncoder().encode(provenance))
    #expect(stored == provenance)
  }
}
