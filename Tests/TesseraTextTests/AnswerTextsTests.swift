import Tessera
import TesseraFormats
import TesseraText
import Testing

@Suite struct AnswerTextsTests {
  let alternatives = [
    Alternative(id: "a", text: "yes", prompt: "p"), Alternative(id: "b", text: "yes", prompt: "q"),
    Alternative(id: "c", text: "no", prompt: "q"),
  ]

  func texts(withPrompt: Bool) throws -> AnswerTexts {
    try AnswerTexts(
      of: alternatives, prompts: ["p": "Is it?"], withPrompt: withPrompt, file: "answers.jsonl")
  }

  @Test func `An embedder reads answers, behind their prompts where that is asked for`() throws {
    #expect(try texts(withPrompt: false).texts == ["yes", "yes", "no"])
    // A prompt whose text is not known is its own text.
    #expect(try texts(withPrompt: true).texts == ["Is it?\nyes", "q\nyes", "q\nno"])
  }

  @Test func `The same words under two prompts are two places, unless the prompt was read`() throws {
    let contexts = try Contexts(Matrix([[1.0, 0], [1, 0], [0, 1]]))
    let placed = try texts(withPrompt: false).placed(contexts)
    let apart = try contexts.apart(byPrompt: ["p", "q", "q"])
    #expect(rows(placed) == rows(apart))
    #expect(placed.row(0) != placed.row(1) && rows(placed.answers) == rows(contexts))
    #expect(try rows(texts(withPrompt: true).placed(contexts)) == rows(contexts))
  }

  func rows(_ contexts: Contexts) -> [[Double]] {
    (0..<contexts.count).map { Array(contexts.row($0)) }
  }

  @Test func `An alternative without a text is named`() {
    #expect(
      throws: FormatError.content(
        file: "answers.jsonl", line: nil, field: "text", found: "no text of \"d\"",
        expected: "one for every alternative, or contexts")
    ) {
      try AnswerTexts(
        of: alternatives + [Alternative(id: "d")], withPrompt: false, file: "answers.jsonl")
    }
  }
}
