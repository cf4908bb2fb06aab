import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Files made by Tests/References/parquet/make.py: row i, column j holds (7 i - 5 j) / 64.
@Suite struct ContextsFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func path(_ name: String) -> String { ParquetFixtures.path("other/" + name) }

  func failure(_ argument: String) -> String { parquetFailure { _ = try ContextsFile.read(argument) } }

  @Test(arguments: [
    "half.npy", "two.npz:contexts", "packed.npz", "packed.npz:contexts", "one.safetensors",
    "one.safetensors:brain",
    "many.safetensors:half", "many.safetensors:single", "many.safetensors:double", "vector.parquet",
    "vector.parquet:single", "vectors.parquet:half", "vectors.parquet:double",
  ])
  func `Every container gives the same contexts`(name: String) throws {
    let contexts = try ContextsFile.read(path(name))
    #expect(contexts.count == 4 && contexts.dimension == 3)
    for row in 0..<4 {
      // Sixty-fourths are exact in every precision.
      #expect(contexts.row(row) == (0..<3).map { Double(7 * row - 5 * $0) / 64 })
    }
  }

  @Test func `What cannot be contexts is named with its row`() throws {
    func vectors(_ column: String) -> String { failure(path("vectors.parquet:" + column)) }
    #expect(
      vectors("uneven")
        == #"vectors.parquet: row 3: field "uneven": found a list of 2 numbers, expected 1, as in row 1"#)
    #expect(vectors("gaps").contains("row 2: field \"gaps\": found null, expected a list of numbers"))
    #expect(vectors("holes").contains("row 3: field \"holes\": found null in place 1, expected a number"))
    #expect(vectors("empty").contains("row 2: field \"empty\": found an empty list"))
    #expect(
      vectors("infinite").contains("row 4: field \"infinite\": found inf in place 1, expected finite numbers")
    )
    #expect(vectors("id").contains("found a column of something else, expected lists of numbers"))
    #expect(vectors("no").contains("found no column of this name, expected one of: id, half, single"))
    #expect(
      failure(path("vectors.parquet")).contains(
        "found 8 columns that could be contexts, expected the name of one behind the file, as in FILE:NAME: half, single"
      ))
    #expect(failure(path("unread.parquet")).contains("found 0 columns that could be contexts"))
    #expect(failure(path("two.npz")).contains("found 2 arrays that could be contexts"))
    #expect(failure(path("two.npz:other")).contains("field \"other\": found the type <i8"))
    #expect(failure(path("two.npz:no")).contains("expected one of: contexts, other"))
    #expect(failure(path("many.safetensors")).contains("found 5 tensors that could be contexts"))
    #expect(
      failure(path("many.safetensors:line")).contains("field \"line\": found 1 dimension, expected two"))
    #expect(
      failure(path("many.safetensors:whole")).contains("found the type I64, expected F64, F32, F16 or BF16"))
    #expect(failure(path("half.npy:x")).contains("found a file of one array without a name"))
    #expect(failure(path("nothing.npy")) == "nothing.npy: no such file")
    #expect(failure(path("nothing.npy:x")).contains("no such file"))
  }

  @Test func `A name with a colon is a file where there is one`() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("half.npy"))))
    let file = try folder.write(bytes, to: "a:b.npy")
    #expect(ContextsFile.place(file) == ContextsFile.Place(path: file, member: nil))
    #expect(ContextsFile.place(file + ":c:d") == ContextsFile.Place(path: file, member: "c:d"))
    #expect(ContextsFile.place("none:x") == ContextsFile.Place(path: "none:x", member: nil))
    #expect(try ContextsFile.read(file).count == 4)
    #expect(ContextsFile.hasEnding(path("two.npz:contexts")) && !ContextsFile.hasEnding("a.jsonl"))
  }

  @Test(arguments: ["two.npz", "packed.npz", "one.safetensors", "vector.parquet", "half.npy"])
  func `Damaged files give an error or contexts`(name: String) throws {
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    let member = name == "two.npz" ? "contexts" : nil
    func survives(_ bytes: [UInt8]) throws -> Bool {
      let file = try folder.write(bytes, to: name)
      do {
        let contexts = try ContextsFile.read(file, member: member)
        return contexts.count > 0
      } catch is FormatError { return false }
    }
    #expect(try survives(whole))
    for length in stride(from: 0, to: whole.count, by: 3) { #expect(try !survives(Array(whole[..<length]))) }
    var random = RandomStream(seed: 5)
    for _ in 0..<1_000 {
      var damaged = whole
      for _ in 0...Int(random.next() % 2) {
        damaged[Int(random.next() % UInt64(whole.count))] =
          [UInt8(truncatingIfNeeded: random.next()), 0, 0x7F, 0xFF][
            Int(random.next() % 4)]
      }
      _ = try survives(damaged)
    }
  }

  @Test func `Half precision is read exactly`() throws {
    // Every bit pattern of the file format, beside the definition: (-1)^s 2^(e - 15) (1 + f / 1024).
    func expected(_ bits: Int) -> Double {
      let (sign, exponent, fraction) = (bits >> 15 == 0 ? 1.0 : -1, bits >> 10 & 31, Double(bits & 1_023))
      return sign
        * (exponent == 0 ? fraction * pow(2, -24) : (1 + fraction / 1_024) * pow(2, Double(exponent - 15)))
    }
    let finite = (0..<1 << 16).filter { $0 >> 10 & 31 != 31 }
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("half.npy"))))[..<128]
    let shape = "{'descr': '<f2', 'fortran_order': False, 'shape': (\(finite.count), 1), }"
    bytes.replaceSubrange(
      10..<128, with: Array(shape.utf8) + Array(repeating: 0x20, count: 117 - shape.utf8.count) + [0x0A])
    for bits in finite { bytes += [UInt8(bits & 255), UInt8(bits >> 8)] }
    let contexts = try ContextsFile.read(try folder.write(Array(bytes), to: "all.npy"))
    for (row, bits) in finite.enumerated() where contexts[row, 0] != expected(bits) {
      Issue.record("\(String(bits, radix: 16)): \(contexts[row, 0]), expected \(expected(bits))")
    }
  }
}
