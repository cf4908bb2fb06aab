import Foundation
import Tessera
import TesseraText
import TestSupport
import Testing

@Suite struct LexicalEmbedderTests {
  static let sentences = [
    "The river Seine divides the city into two banks.",
    "Painters have always come to Montmartre for its light.",
    "A croissant in the morning costs little more than a euro.",
    "The last metro leaves shortly after one o'clock.",
    "Bridges are lit at night, and couples walk along the quays.",
    "The museum is closed on Tuesdays and free on the first Sunday.",
    "Cheese is served before dessert, with bread and a glass of red.",
    "Students fill the cafes around the old university.",
  ]

  func distance(_ contexts: Contexts, _ i: Int, _ j: Int) -> Double {
    zip(contexts.row(i), contexts.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  @Test func nearDuplicatesLieCloseTogetherAndOthersApart() throws {
    let near = Self.sentences[0].replacingOccurrences(of: "divides", with: "splits")
    let texts = Self.sentences + [near, Self.sentences[1].uppercased()]
    let contexts = try LexicalEmbedder(dimension: 64).contexts(of: texts)
    #expect(contexts.count == 10)
    let others = (1..<8).map { distance(contexts, 0, $0) }.min() ?? 0
    #expect(distance(contexts, 0, 8) < 0.6 * others)
    #expect(distance(contexts, 1, 9) < 1e-6, "case does not count")
    for i in 0..<10 {
      let length = contexts.row(i).reduce(0) { $0 + $1 * $1 }
      #expect(abs(length - 1) < 1e-5)
    }
  }

  @Test func distancesAreThoseOfTheFullVectorsWhereNothingIsCutOff() throws {
    // With as many directions as texts, the reduction is a rotation: inner products are those of the tf-idf vectors.
    let contexts = try LexicalEmbedder(dimension: 64).contexts(
      of: Self.sentences + [Self.sentences[2] + " Really."])
    #expect(contexts.dimension <= 9)
    let wide = try LexicalEmbedder(dimension: 200).contexts(
      of: Self.sentences + [Self.sentences[2] + " Really."])
    for i in 0..<9 { for j in 0..<9 { #expect(abs(distance(contexts, i, j) - distance(wide, i, j)) < 1e-5) } }
  }

  @Test func exactCopiesMoveNothing() throws {
    let embedder = LexicalEmbedder(dimension: 4)
    let before = try embedder.contexts(of: Self.sentences)
    let after = try embedder.contexts(of: Self.sentences + Array(repeating: Self.sentences[3], count: 40))
    for i in Self.sentences.indices { #expect(before.row(i) == after.row(i)) }
    #expect(after.row(20) == before.row(3))
  }

  @Test func theSameBytesOnAnyNumberOfThreads() throws {
    var random = RandomStream(seed: 1)
    let words = Self.sentences.flatMap { $0.split(separator: " ") }
    let texts = (0..<300).map { _ in
      (0..<12).map { _ in String(words[Int(random.uniform() * Double(words.count))]) }.joined(separator: " ")
    }
    let one = try LexicalEmbedder(dimension: 32).contexts(of: texts, work: Work(threads: 1))
    let three = try LexicalEmbedder(dimension: 32).contexts(of: texts, work: Work(threads: 3))
    for i in texts.indices { #expect(one.row(i) == three.row(i)) }
    let other = try LexicalEmbedder(dimension: 32, seed: 9).contexts(of: texts)
    // Another random start finds the same leading directions.
    #expect(abs(distance(one, 0, 1) - distance(other, 0, 1)) < 0.05)
  }

  @Test func aFittedEmbedderTreatsNewTextsAlikeAndTravelsInAFile() throws {
    let folder = try TemporaryFolder()
    let fitted = try LexicalEmbedder(dimension: 6).fit(Self.sentences)
    try fitted.write(to: folder.file("e.safetensors"))
    let read = try FittedLexicalEmbedder(readingFrom: folder.file("e.safetensors"))
    #expect(read == fitted)
    let alone = try read.contexts(of: [Self.sentences[5], "xylophone qqq"])
    let all = try fitted.contexts(of: Self.sentences)
    #expect(alone.row(0) == all.row(5))
    #expect(throws: (any Error).self) {
      try FittedLexicalEmbedder(readingFrom: folder.write("no", to: "bad"))
    }
  }

  @Test func worstTexts() throws {
    let embedder = LexicalEmbedder()
    // All equal, empty, signs alone, other scripts, very long.
    let same = try embedder.contexts(of: Array(repeating: "same", count: 5))
    #expect(same.dimension == 1 && same.count == 5)
    let odd = ["", " ", "!!!", "🙂", "日本語の文", String(repeating: "word ", count: 20_000), "ß", "a"]
    let contexts = try embedder.contexts(of: odd)
    #expect(contexts.count == odd.count)
    #expect(distance(contexts, 2, 4) > 0.5)
  }
}
