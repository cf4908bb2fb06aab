import Foundation
import Tessera
import TestSupport
import Testing

/// `--memory-limit`, and machines that have less than is needed.
@Suite struct MemoryLimitTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A .npy file of float32; what is not written is a hole of zeros, which costs no disk.
  private func array(_ rows: Int, _ columns: Int) throws -> String {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let start: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(header.utf8.count), 0]
    let file = try folder.write(start + Array(header.utf8), to: "x.npy")
    let handle = try #require(FileHandle(forUpdatingAtPath: file))
    try handle.truncate(atOffset: UInt64(10 + header.utf8.count + 4 * rows * columns))
    try handle.close()
    return file
  }

  @Test func `More than the limit is refused with the sizes, and what fits is done`() throws {
    let file = try array(60_000, 1_000)
    let refused = try Tool.run(["weights", file, "--memory-limit", "100MB", "--top", "1"])
    #expect(refused.code == 71 && refused.output.isEmpty)
    #expect(
      refused.errors.hasPrefix("tessera: contexts (60000 x 1000 numbers) would need 228.9 MiB, "),
      "\(refused.errors)")
    #expect(refused.errors.contains("expected 95.4 MiB at most, the limit of memory"), "\(refused.errors)")
    let small = try array(600, 10)
    let done = try Tool.run(["weights", small, "--memory-limit", "4GiB", "--top", "1"])
    #expect(done.code == 0, "\(done.errors)")
  }

  @Test func `A configuration file may set it, in either spelling, and the option wins`() throws {
    let file = try array(60_000, 1_000)
    for name in ["memoryLimit", "memory-limit"] {
      let config = try folder.write("{\"\(name)\": \"100MB\", \"weights\": \"uniform\"}", to: "s.json")
      #expect(try Tool.run(["weights", file, "--config", config, "--top", "1"]).code == 71)
      let won = try Tool.run(["weights", file, "--config", config, "--memory-limit", "8GiB", "--top", "1"])
      #expect(won.code == 0, "\(won.errors)")
    }
    let wrong = try folder.write("{\"memoryLimit\": \"much\"}", to: "s.json")
    let result = try Tool.run(["weights", file, "--config", wrong])
    #expect(result.code == 65 && result.errors.contains("a size such as 4GiB or 500MB"), "\(result.errors)")
  }

  @Test func `Sizes that are none are refused, and every command that reads much has the option`() throws {
    for size in ["4", "many", "-1GB", "0MB"] {
      #expect(try Tool.run(["fit", "v.csv", "--memory-limit", size]).code == 64)
    }
    for command in [
      "fit", "rank", "audit", "duplicates", "inspect", "export", "weights", "embed", "train", "score",
      "verify", "reproduce",
    ] {
      #expect(try Tool.run([command, "--help"]).output.contains("--memory-limit"), "\(command)")
    }
    #expect(try Tool.run(["--help"]).output.contains("71 more memory"))
  }

  #if os(Linux)
    @Test(.enabled(if: isWithoutSanitizer))
    func `Less memory than is needed is a message, not a trap`() throws {
      let file = try array(400_000, 1_000)
      for command in ["weights", "score"] {
        let words = command == "score" ? "score m.safetensors" : command
        if command == "score" {
          let data = try folder.write("a,b,winner\nx,y,a\n", to: "v.csv")
          let known = try folder.write(
            "xy".map { "{\"id\": \"\($0)\", \"context\": [1, 2]}\n" }.joined(), to: "a.jsonl")
          let trained = try Tool.run(
            [
              "train", data, "--alternatives", known, "--runs", "1", "--steps", "2", "--held-out", "0", "-o",
              "m.safetensors",
            ], in: folder.path)
          #expect(trained.code == 0, "\(trained.errors)")
        }
        // 1.6 GB of numbers in an address space of 1.5 GB, and beside 1 GB of data.
        for limit in ["-v 1500000", "-d 1000000"] {
          let line = "ulimit \(limit); exec \"\(Tool.path)\" \(words) \"\(file)\" --top 1"
          let result = try Tool.run(["-c", line], in: folder.path, program: "/bin/sh")
          #expect(
            result.code == 71 && result.errors.contains("which is free here"), "\(limit): \(result.errors)")
        }
      }
    }

    @Test(.enabled(if: isWithoutSanitizer))
    func `Votes are read where no other thread has room`() throws {
      var random = RandomStream(seed: 51)
      let votes = (0..<200_000).map { _ in
        let (a, b) = (Int(300 * random.uniform()), Int(300 * random.uniform()))
        return "{\"a\":\"m\(a)\",\"b\":\"n\(b)\",\"preference\":\(random.uniform() < 0.5 ? 1 : 0)}\n"
      }.joined()
      let file = try folder.write(votes, to: "v.jsonl")
      // From too little for the program to plenty, past where a thread's stack is the last that fits or the first that does not.
      for limit in stride(from: 430_000, through: 540_000, by: 5_000) {
        let line = "ulimit -v \(limit); exec timeout 60 \"\(Tool.path)\" inspect \"\(file)\" --format json"
        let result = try Tool.run(["-c", line], in: folder.path, program: "/bin/sh")
        #expect(result.code != 124, "\(limit) KiB: no end")
      }
    }
  #endif
}
