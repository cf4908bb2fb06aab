import Tessera
import Testing

@Suite struct TargetErrorTests {
  @Test func `A target error is reached`() throws {
    let contexts = try Contexts(Matrix(spreadRows(40, 12, seed: 9)))
    let space = try BoundingBox(around: contexts)
    let seen = Recorder<Double>()
    let absolute = try VoronoiWeights.weights(
      contexts: contexts, space: space, target: TargetError(5e-4), seed: 2,
      work: Work { share, what in
        // "error 1.2e-3", to two digits.
        if let error = Double(what.split(separator: " ").last ?? "") { seen.add(error) }
        #expect(share <= 1)
      })
    #expect(absolute.maxStandardError <= 5e-4)
    #expect(abs((seen.values.last ?? 0) / absolute.maxStandardError - 1) < 0.05)
    #expect(seen.values.first ?? 0 > 5e-4)
    let relative = try VoronoiWeights.weights(
      contexts: contexts, space: space, target: TargetError(0.05, isRelative: true), seed: 2)
    for (w, e) in zip(relative.values, relative.standardErrors) where w > 1 / 400.0 { #expect(e <= 0.05 * w) }
    let again = try VoronoiWeights.weights(
      contexts: contexts, space: space, target: TargetError(5e-4), seed: 2, work: Work(threads: 1))
    #expect(again == absolute)
    #expect(throws: WeightsError.targetError(found: 0)) { try TargetError(0) }
    #expect(throws: WeightsError.self) { try TargetError(.nan) }
  }
}
