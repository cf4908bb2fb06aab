import Dispatch
import Foundation
import Synchronization
import Tessera
import Testing

@Suite struct WorkTests {
  @Test(arguments: [1, 2, 3, 5])
  func `Every piece is done once, and no two at a time by one worker`(threads: Int) throws {
    let counts = Mutex([Int](repeating: 0, count: 1_000))
    let busy = Mutex(Set<Int>())
    try Work(threads: threads).forEach(pieces: 1_000) { piece, worker in
      #expect(worker < threads)
      #expect(busy.withLock { $0.insert(worker).inserted })
      counts.withLock { $0[piece] += 1 }
      _ = busy.withLock { $0.remove(worker) }
    }
    #expect(counts.withLock { $0 } == Array(repeating: 1, count: 1_000))
  }

  @Test func `Parts report as parts of the whole`() {
    let seen = Recorder<String>()
    let work = Work { share, what in seen.add("\(what) \(share)") }
    let half = work.part(0.5...1, "second half")
    half.report(0.5)
    half.part(0...0.5, nil).report(1, "details")
    half.part(0.5...1, "end").report(2)
    work.silent.report(1)
    #expect(seen.values == ["second half 0.75", "second half, details 0.75", "end 1.0"])
  }

  @Test func `Cancelled work leaves out pieces that had not begun`() throws {
    let stop = Cancellation()
    let work = Work(threads: 1, cancellation: stop)
    let done = Recorder<Int>()
    #expect(throws: Cancelled.self) {
      try work.forEach(pieces: 100) { piece, _ in
        done.add(piece)
        if piece == 9 { stop.cancel() }
      }
    }
    #expect(done.values == Array(0..<10))
    #expect(work.isCancelled)
    #expect(throws: Cancelled.self) { try work.check() }
  }
}

/// Long work stops soon after it is asked to, from another thread.
@Suite(.serialized) struct CancellationTests {
  /// Seconds; sanitizers make everything slower.
  static let limit =
    ProcessInfo.processInfo.environment["TESSERA_STOP_SECONDS"].flatMap(Double.init) ?? 0.2

  /// Starts `work`, asks it to stop 0.1 seconds later, and measures how long that takes.
  ///
  /// The best of three: other tests share the cores, and a thread that has none cannot stop.
  func secondsToStop(_ work: (Work) throws -> Void) -> Double {
    var best = Double.infinity
    for _ in 0..<3 where best > 0.2 {
      let stop = Cancellation()
      let asked = Mutex<DispatchTime?>(nil)
      DispatchQueue.global(qos: .userInteractive).asyncAfter(deadline: .now() + 0.1) {
        asked.withLock { $0 = .now() }
        stop.cancel()
      }
      do {
        try work(Work(cancellation: stop))
        Issue.record("the work ended before it was asked to stop")
        return .infinity
      } catch is Cancelled {
        guard let start = asked.withLock({ $0 }) else { continue }
        best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9)
      } catch {
        Issue.record("found \(error), expected Cancelled")
        return .infinity
      }
    }
    return best
  }

  @Test func `Sampling stops`() throws {
    let contexts = try clusteredContexts(300, 40, seed: 1)
    let space = try BoundingBox(around: contexts)
    #expect(
      secondsToStop { work in
        _ = try VoronoiWeights.weights(contexts: contexts, space: space, samples: 200_000_000, work: work)
      } < Self.limit)
    let flat = try clusteredContexts(300, 3, seed: 1)
    #expect(
      secondsToStop { work in
        _ = try VoronoiWeights.weights(
          contexts: flat, space: BoundingBox(around: flat), method: .sampled, samples: 2_000_000_000,
          work: work)
      } < Self.limit)
  }

  @Test func `Horizon weights stop`() throws {
    let contexts = try clusteredContexts(60_000, 64, seed: 2)
    #expect(secondsToStop { work in _ = try Horizon().weights(of: contexts, work: work) } < Self.limit)
  }

  @Test func `An audit stops`() throws {
    let data = try voteData(60, votes(60, 3_000, seed: 91))
    var settings = CloneAudit.Settings()
    settings.bootstraps = 1_000_000
    #expect(secondsToStop { work in _ = try CloneAudit(data, settings: settings, work: work) } < Self.limit)
  }

  @Test func `A large estimate and its errors stop`() throws {
    let counts = RandomInstance(seed: 92, alternatives: 1_500).counts
    let pairs = try PairWeights(uniform: counts)
    // One fit takes some tenths of a second: fit after fit, until one is stopped in its middle.
    #expect(
      secondsToStop { work in
        for _ in 0..<1_000 { _ = try BradleyTerry(lambda: 1e-6).fit(counts, pairs, work: work) }
      } < Self.limit)
    let estimate = try BradleyTerry(lambda: 1e-3).fit(counts, pairs)
    #expect(
      secondsToStop { work in
        _ = try StandardErrors(of: estimate, counts, pairs, draws: 1_000_000_000, denseLimit: 0, work: work)
      } < Self.limit)
  }

  @Test func `The whole pipeline stops`() throws {
    let data = try voteData(300, votes(300, 5_000, seed: 93), dimension: 40)
    let fit = RewardFit(fitSettings { $0.samples = 100_000_000 })
    #expect(secondsToStop { work in _ = try fit.run(data, work: work) } < Self.limit)
  }
}
