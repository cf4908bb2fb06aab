import CMachine
import Foundation
import Tessera
import TesseraFormats

/// What this machine can do at most, a second: on one core, and on all of them at once.
enum Limits {
  /// How wide vectors may be: as for the kernels of the library.
  static let bits = Int32(ProcessInfo.processInfo.environment["TESSERA_VECTOR_BITS"] ?? "") ?? widest

  private static var widest: Int32 {
    let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return flags.contains("avx512f") ? 512 : flags.contains("avx2") ? 256 : 128
  }

  /// The best rate of a few tries: an interrupted try says nothing about the machine.
  ///
  /// - Parameter body: Does some work for core `core` and says how many operations it was.
  static func rate(cores: Int, tries: Int = 7, _ body: @Sendable (_ core: Int) -> Double) -> Double {
    var best = 0.0
    for _ in 0..<tries {
      let counted = Counts(cores)
      let time = seconds {
        if cores == 1 {
          counted.values[0] = body(0)
        } else {
          DispatchQueue.concurrentPerform(iterations: cores) { counted.values[$0] = body($0) }
        }
      }
      best = max(best, counted.sum / time)
    }
    return best
  }

  /// One number a core.
  private final class Counts: @unchecked Sendable {
    let values: UnsafeMutablePointer<Double>
    private let count: Int
    init(_ count: Int) {
      self.count = count
      values = .allocate(capacity: count)
      values.initialize(repeating: 0, count: count)
    }
    deinit { values.deallocate() }
    var sum: Double { UnsafeBufferPointer(start: values, count: count).reduce(0, +) }
  }

  /// Arrays that no cache holds.
  private final class Arrays: @unchecked Sendable {
    let count: Int
    let numbers: [UnsafeMutablePointer<Double>]
    init(count: Int) {
      self.count = count
      numbers = (0..<3).map { _ in
        let array = UnsafeMutablePointer<Double>.allocate(capacity: count)
        array.initialize(repeating: 1, count: count)
        return array
      }
    }
    deinit { for array in numbers { array.deallocate() } }
    func part(_ array: Int, _ core: Int, of cores: Int) -> UnsafeMutablePointer<Double> {
      numbers[array] + core * (count / cores)
    }
  }

  /// Rates by name, each for one core and for all.
  static func measured() -> [(key: String, value: JSONValue)] {
    let all = ProcessInfo.processInfo.activeProcessorCount
    let arrays = Arrays(count: 1 << 25)
    let bits = bits
    let loops: [(String, @Sendable (_ core: Int, _ cores: Int) -> Double)] = [
      ("single", { _, _ in machine_multiply_adds_single(bits, 2_000_000) }),
      ("double", { _, _ in machine_multiply_adds_double(bits, 2_000_000) }),
      ("additions", { _, _ in machine_additions(bits, 2_000_000) }),
      ("mixed", { _, _ in machine_mixed(bits, 2_000_000) }),
      ("kept", { _, _ in machine_kept(bits, 2_000_000) }),
      ("roots", { _, _ in machine_roots(bits, 200_000) }),
      ("divisions", { _, _ in machine_divisions(bits, 200_000) }),
      ("exponentials", { _, _ in machine_exponentials(500_000) }),
      ("vector exponentials", { _, _ in machine_vector_exponentials(bits, 200_000) }),
      (
        "draws",
        { core, _ in
          var random = RandomStream(seed: 1, stream: UInt64(core))
          var sum: UInt64 = 0
          for _ in 0..<20_000_000 { sum ^= random.next() }
          return sum == 0 ? 0 : 20_000_000
        }
      ),
      ("read", { machine_read(arrays.part(0, $0, of: $1), arrays.count / $1) }),
      (
        "triad",
        {
          let (a, b, c) = (arrays.part(0, $0, of: $1), arrays.part(1, $0, of: $1), arrays.part(2, $0, of: $1))
          return machine_triad(a, b, c, arrays.count / $1)
        }
      ),
    ]
    return [("bits", .integer(Int(bits))), ("cores", .integer(all))]
      + loops.map { name, body in
        (
          name,
          .array([1, all].map { cores in .number(rate(cores: cores) { body($0, cores) }) })
        )
      }
  }
}
