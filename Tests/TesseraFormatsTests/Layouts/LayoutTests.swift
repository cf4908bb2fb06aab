import Foundation
import Tessera
import TesseraFormats
import TestSupport
import Testing

/// Every layout, by rows written by hand after its documentation.
@Suite struct LayoutTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func read(
    _ text: String, _ name: String = "c.jsonl", _ change: (inout ComparisonReader) -> Void = { _ in }
  ) throws -> ComparisonFile {
    var reader = ComparisonReader()
    reader.keepsTexts = true
    reader.keepsRecords = true
    change(&reader)
    let path = try folder.write(text, to: name)
    return try reader.read(path, format: try #require(RowFormat(file: path)))
  }

  func failure(
    _ text: String, _ name: String = "c.jsonl", _ change: (inout ComparisonReader) -> Void = { _ in }
  ) throws -> String {
    do {
      let file = try read(text, name, change)
      return "no error: \(file.layout), \(file.comparisons.total)"
    } catch let error as FormatError {
      return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  /// "text > text | prompt", in the order of rows.
  func said(_ file: ComparisonFile) -> [String] {
    let prompts = Dictionary(uniqueKeysWithValues: zip(file.prompts, file.promptTexts))
    return file.records.compactMap(\.comparison).map { row in
      let (a, b) = (file.alternatives[Int(row.a)], file.alternatives[Int(row.b)])
      let sign = row.outcome == 1 ? ">" : row.outcome == 0 ? "<" : row.outcome == 0.5 ? "=" : "\(row.outcome)"
      let under = a.prompt.map { " | \(prompts[$0] ?? $0)" } ?? ""
      return "\(a.text ?? a.id) \(sign) \(b.text ?? b.id)\(under)"
    }
  }

  // MARK: One fixture for every layout

  @Test func `TRL - prompt, chosen, rejected as texts`() throws {
    let file = try read(
      #"""
      {"prompt": "What colour is the sky?", "chosen": "Blue.", "rejected": "Green."}
      {"prompt": "Two and two?", "chosen": "Four", "rejected": "Five", "margin": 0.5, "score": 3}
      """#)
    #expect(file.layout == "preference")
    #expect(said(file) == ["Blue. > Green. | What colour is the sky?", "Four > Five | Two and two?"])
    #expect(file.fields == ["prompt", "chosen", "rejected"])
  }

  @Test func `TRL - messages, with and without a prompt, are the same alternatives as texts`() throws {
    let text = #"{"prompt": "Two and two?", "chosen": "Four", "rejected": "Five"}"#
    let forms = [
      #"{"prompt": [{"role": "user", "content": "Two and two?"}], "chosen": [{"role": "assistant", "content": "Four"}], "rejected": [{"role": "assistant", "content": "Five"}]}"#,
      #"{"chosen": [{"role": "user", "content": "Two and two?"}, {"role": "assistant", "content": "Four"}], "rejected": [{"role": "user", "content": "Two and two?"}, {"role": "assistant", "content": "Five"}]}"#,
      // A prompt beside dialogues that say it again.
      #"{"prompt": "Two and two?", "chosen": [{"role": "user", "content": "Two and two?"}, {"content": "Four", "role": "assistant"}], "rejected": [{"role": "user", "content": "Two and two?"}, {"role": "assistant", "content": "Five"}]}"#,
      #"{"prompt": "Two and two?", "chosen": [{"from": "gpt", "value": "Four"}], "rejected": [{"from": "gpt", "value": "Five"}]}"#,
      #"{"chosen": "\n\nHuman: Two and two?\n\nAssistant: Four", "rejected": "\n\nHuman: Two and two?\n\nAssistant: Five"}"#,
      #"{"input": {"messages": [{"role": "user", "content": "Two and two?"}]}, "preferred_output": [{"role": "assistant", "content": "Four"}], "non_preferred_output": [{"role": "assistant", "content": "Five"}]}"#,
      #"{"prompt": [{"role": "user", "content": [{"type": "text", "text": "Two and two?", "image": null}]}], "chosen": [{"role": "assistant", "content": "Four", "tool_calls": []}], "rejected": [{"role": "assistant", "content": "Five"}]}"#,
    ]
    let expected = try read(text)
    #expect(said(expected) == ["Four > Five | Two and two?"])
    for form in forms {
      let file = try read(form)
      #expect(file.ids == expected.ids, "\(form)")
      #expect(said(file) == said(expected))
      #expect(file.prompts == expected.prompts)
    }
    // The same as a CSV file with JSON in its cells, and as a JSON array over several lines.
    let csv =
      "prompt,chosen,rejected\nTwo and two?,\"[{\"\"role\"\": \"\"assistant\"\", \"\"content\"\": \"\"Four\"\"}]\",Five\n"
    #expect(try read(csv, "c.csv").ids == expected.ids)
    #expect(
      try read(
        "[\n  {\n \"chosen\": \"Four\",\n\"rejected\": \"Five\", \"prompt\": \"Two and two?\"\n}\n]\n",
        "c.json"
      ).ids == expected.ids)
  }

  @Test func `Several turns - what both sides begin with is the prompt`() throws {
    func turns(_ last: String) -> String {
      #"[{"role": "system", "content": "S"}, {"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}, {"role": "user", "content": "C"}, {"role": "assistant", "content": "\#(last)"}]"#
    }
    let file = try read(#"{"chosen": \#(turns("D")), "rejected": \#(turns("E"))}"#)
    #expect(said(file) == ["D > E | system: S\n\nuser: A\n\nassistant: B\n\nuser: C"])
  }

  @Test func `hh-rlhf - dialogues in one text`() throws {
    let file = try read(
      #"{"chosen": "\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Bye\n\nAssistant: So long.", "rejected": "\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Bye\n\nAssistant: No."}"#
    )
    #expect(said(file) == ["So long. > No. | user: Hi\n\nassistant: Hello.\n\nuser: Bye"])
  }

  @Test func `TRL unpaired - within a prompt every true one against every false one`() throws {
    let file = try read(
      #"""
      {"prompt": "P", "completion": "good", "label": true}
      {"prompt": "Q", "completion": "fine", "label": true}
      {"prompt": "P", "completion": "bad", "label": false}
      {"prompt": "P", "completion": "worse", "label": false}
      """#)
    #expect(file.layout == "unpaired")
    #expect(said(file) == ["good > bad | P", "good > worse | P"])
    // The prompt that has nothing to compare is counted.
    #expect(file.faults.count(.noOutcome) == 1)
    #expect(file.warnings.count == 1)
  }

  @Test func `NeMo - ranked completions, a lower rank is better`() throws {
    let file = try read(
      #"{"context": [{"role": "user", "content": "P"}], "completions": [{"rank": 1, "completion": [{"role": "assistant", "content": "second"}]}, {"rank": 0, "completion": [{"role": "assistant", "content": "first"}]}, {"rank": 1, "completion": [{"role": "assistant", "content": "also"}]}]}"#
    )
    #expect(file.layout == "ranked")
    #expect(said(file) == ["second < first | P", "first > also | P"])
    #expect(file.faults.count(.equalRatings) == 1)
  }

  @Test func `HelpSteer3 - a strength below zero is for the first, annotators speak for themselves`() throws {
    let line =
      #"{"domain": "code", "language": "python", "context": [{"role": "user", "content": "P"}], "response1": "one", "response2": "two", "overall_preference": -2, "individual_preference": [{"score": -2, "reasoning": "r", "feedback1": "f", "feedback2": "g"}, {"score": 0, "reasoning": "r"}, {"score": 1, "reasoning": "r"}]}"#
    #expect(try said(read(line)) == ["one > two | P", "one = two | P", "one < two | P"])
    #expect(try said(read(line, "c.jsonl") { $0.keepsAnnotators = false }) == ["one > two | P"])
  }

  @Test func `HelpSteer2 - preference_strength`() throws {
    let file = try read(
      #"{"prompt": "P", "response_1": "one", "response_2": "two", "preference_strength": 3, "preference_statement": "s"}"#
    )
    #expect(file.layout == "helpsteer")
    #expect(said(file) == ["one < two | P"])
  }

  static let ultrafeedback =
    #"{"source": "s", "instruction": "P", "models": ["m1", "m2", "m3"], "completions": [{"model": "m1", "response": "one", "annotations": {"helpfulness": {"Rating": "5", "Rationale": "r"}, "honesty": {"Rating": "1"}}}, {"model": "m2", "response": "two", "annotations": {"helpfulness": {"Rating": "4"}, "honesty": {"Rating": "4"}}}, {"model": "m3", "response": "three", "annotations": {"helpfulness": {"Rating": "N/A"}, "honesty": {"Rating": "4"}}}]}"#

  @Test func `UltraFeedback - pairs of unequal rating, of the mean or one aspect, of answers or models`()
    throws
  {
    #expect(try said(read(Self.ultrafeedback)) == ["one < two | P", "one < three | P"])
    let helpful = try read(Self.ultrafeedback, "c.jsonl") { $0.aspect = "helpfulness" }
    #expect(said(helpful) == ["one > two | P"])
    #expect(helpful.faults.count(.notRated) == 1)
    #expect(helpful.alternatives.map(\.model) == ["m1", "m2"])
    let models = try read(Self.ultrafeedback, "c.jsonl") { $0.by = .model }
    #expect(said(models) == ["m1 < m2", "m1 < m3"])
  }

  @Test func `Arena battles - models by default, answers on request, judges are annotators`() throws {
    let line =
      #"{"question_id": "q", "model_a": "gpt", "model_b": "pal", "winner": "tie (bothbad)", "judge": "u1", "conversation_a": [{"role": "user", "content": "P"}, {"role": "assistant", "content": "one"}], "conversation_b": [{"role": "user", "content": "P"}, {"role": "assistant", "content": "two"}], "turn": 1, "language": "English", "tstamp": 1682351591.1}"#
    let file = try read(line)
    #expect(file.layout == "votes")
    #expect(said(file) == ["gpt = pal"])
    #expect(file.annotators == ["u1"])
    #expect(file.bothBad == [1, 1] && file.bothBadTotal == 1)
    let answers = try read(line) { $0.by = .answer }
    #expect(said(answers) == ["one = two | P"])
    #expect(answers.alternatives.map(\.model) == ["gpt", "pal"])
  }

  @Test(arguments: [("1,0,0", ">"), ("0,1,0", "<"), ("0,0,1", "="), ("0.0,0.0,1.0", "=")])
  func `Arena 55k - a column for every outcome`(cells: String, sign: String) throws {
    let file = try read(
      "id,model_a,model_b,winner_model_a,winner_model_b,winner_tie\n7,x,y,\(cells)\n", "c.csv")
    #expect(said(file) == ["x \(sign) y"])
  }

  @Test func `Evalica's triples`() throws {
    let file = try read("left,right,winner\nPizza,Sushi,left\nBurger,Pasta,right\nPizza,Pasta,tie\n", "c.csv")
    #expect(said(file) == ["Pizza > Sushi", "Burger < Pasta", "Pizza = Pasta"])
    #expect(
      try said(
        read("Item X,Item Y,Winner\npizza,burger,x\nburger,sushi,y\n", "c.csv") {
          $0.map = FieldMap(["outcome": "Winner"])
        }) == ["pizza > burger", "burger < sushi"])
  }

  @Test func `Two answers side by side`() throws {
    let file = try read("prompt,response_a,response_b,winner\nP,one,two,response_b\nP,one,three,a\n", "c.csv")
    #expect(file.layout == "answers")
    #expect(said(file) == ["one < two | P", "one > three | P"])
  }

  @Test func `Label Studio - the selected side of a pairwise tag, annotator by annotator`() throws {
    let text = #"""
      [
        {"id": 1, "data": {"prompt": "P", "text1": "one", "text2": "two"},
         "annotations": [
           {"id": 9, "completed_by": 4, "was_cancelled": false,
            "result": [{"id": "x", "type": "pairwise", "from_name": "pw", "to_name": "text1,text2", "value": {"selected": "left"}}]},
           {"id": 10, "completed_by": {"id": 5, "email": "e"},
            "result": [{"type": "pairwise", "from_name": "pw", "to_name": "text1,text2", "value": {"selected": "right"}}]},
           {"id": 11, "completed_by": 6, "was_cancelled": true,
            "result": [{"type": "pairwise", "to_name": "text1,text2", "value": {"selected": "left"}}]}
         ]},
        {"id": 2, "data": {"prompt": "Q", "text1": "a", "text2": "b"}, "annotations": []}
      ]
      """#
    let file = try read(text, "export.json")
    #expect(file.layout == "label-studio")
    #expect(said(file) == ["one > two | P", "one < two | P"])
    #expect(file.annotators == ["4", "5"])
    #expect(file.faults.count(.noOutcome) == 1)
  }

  @Test func `Argilla - nested and flattened records, labels and rankings`() throws {
    let nested =
      #"[{"id": "r1", "fields": {"prompt": "P", "response1": "one", "response2": "two"}, "metadata": {}, "suggestions": {}, "responses": {"preference": [{"value": "response2", "user_id": "u1"}, {"value": "tie", "user_id": "u2"}]}, "status": "completed"}]"#
    let file = try read(nested, "records.json")
    #expect(file.layout == "argilla")
    #expect(said(file) == ["one < two | P", "one = two | P"])
    #expect(file.annotators == ["u1", "u2"])
    let flat = #"""
      {"id": "r1", "prompt": "P", "response1": "one", "response2": "two", "preference.responses": ["response2", "response1"], "preference.responses.users": ["u1", "u3"], "preference.responses.status": ["submitted", "draft"], "preference.suggestion": "response1"}
      {"id": "r2", "prompt": "P", "response1": "one", "response2": "two", "preference.responses": [[{"value": "response1", "rank": 1}, {"value": "response2", "rank": 2}]], "preference.responses.users": ["u1"], "preference.responses.status": ["submitted"]}
      """#
    #expect(try said(read(flat)) == ["one < two | P", "one > two | P"])
  }

  @Test func `Ratings - what one annotator rated differently under one prompt`() throws {
    let file = try read(
      "annotator,item,score\nann,x,5\nann,y,3\nann,z,3\nbob,x,1\nbob,y,2\n", "c.csv")
    #expect(file.layout == "ratings")
    #expect(said(file) == ["x > y", "x > z", "x < y"])
    #expect(file.faults.count(.equalRatings) == 1)
    #expect(file.annotators == ["ann", "bob"])
  }

  // MARK: Promises

  @Test func `Equal texts are one alternative under one prompt, and two under two`() throws {
    let file = try read(
      #"""
      {"prompt": "P", "chosen": "yes", "rejected": "no"}
      {"prompt": "Q", "chosen": "no", "rejected": "yes"}
      {"prompt": "P", "chosen": "yes", "rejected": "maybe"}
      """#)
    #expect(file.alternatives.count == 5)
    #expect(file.alternatives.map(\.text) == ["yes", "no", "no", "yes", "maybe"])
    // Ids are the content's: the order of rows does not move them.
    let other = try read(#"{"prompt": "Q", "chosen": "no", "rejected": "yes"}"#)
    #expect(other.ids == Array(file.ids[2...3]))
    #expect(other.ids.allSatisfy { $0.utf8.count == 12 })
  }

  @Test func `Names of fields can be others, and layouts can be named`() throws {
    let file = try read(#"{"question": "P", "better": "x", "worse": "y"}"#) {
      $0.map = FieldMap(["chosen": "better", "rejected": "worse", "prompt": "question"])
    }
    #expect(said(file) == ["x > y | P"])
    #expect(LayoutName(name: "hh-rlhf") == .preference && LayoutName(name: "arena") == .votes)
    #expect(LayoutName(name: "Arena ") == nil)
    // Asked for, though another one would be recognised.
    #expect(
      try read(#"{"a": "x", "b": "y", "winner": "a", "chosen": "1", "rejected": "2"}"#) {
        $0.layout = .votes
      }.layout == "votes")
  }

  @Test func `Filters leave rows out, and say how many`() throws {
    let text = #"""
      {"a": "x", "b": "y", "winner": "a", "language": "English", "tstamp": 1700000000}
      {"a": "x", "b": "y", "winner": "b", "language": "German", "tstamp": 1700086400}
      {"a": "x", "b": "z", "winner": "both_bad", "language": "English", "tstamp": 1700172800}
      {"a": "y", "b": "z", "winner": "tie", "language": "English", "tstamp": 1700259200}
      """#
    func rows(_ change: (inout RowFilter) -> Void) throws -> ([String], Int) {
      let file = try read(text) { change(&$0.filter) }
      return (said(file), file.faults.count(.filtered))
    }
    #expect(try rows { $0.conditions = [.init(field: "language", value: "German")] } == (["x < y"], 3))
    #expect(
      try rows { $0.conditions = [.init(field: "language", value: "German", isEqual: false)] }.0.count == 3)
    #expect(try rows { $0.since = RowFilter.seconds("2023-11-16T00:00:00Z") }.0 == ["x = z", "y = z"])
    #expect(try rows { $0.until = RowFilter.seconds("2023-11-15") }.0 == ["x > y"])
    #expect(try rows { $0.dropped = ["both_bad"] } == (["x > y", "x < y", "y = z"], 1))
    #expect(try rows { $0.dropped = ["tie"] }.0 == ["x > y", "x < y", "x = z"])
    #expect(try rows { $0.limit = 2 }.0 == ["x > y", "x < y"])
  }

  @Test(arguments: [
    ("1970-01-02", 86_400.0), ("2000-02-29T12:30:00Z", 951_827_400),
    ("2000-02-29 14:30:00+02:00", 951_827_400),
    ("951827400", 951_827_400), ("951827400000", 951_827_400), ("2026-11-27T00:00:00.5Z", 1_795_737_600.5),
  ])
  func `Times are read`(text: String, seconds: Double) {
    #expect(RowFilter.seconds(text) == seconds)
  }

  // Days that no month has, and a day as eight digits, which are seconds as well.
  @Test(arguments: [
    "tomorrow", "2026-13-01", "2026-00-10", "2026-02-29", "2026-04-31", "1900-02-29", "2026-02-30T12:00:00Z",
    "2026-01-00", "20260301", "20240229",
  ])
  func `What is no time, or could be another one, is refused`(text: String) {
    #expect(RowFilter.seconds(text) == nil)
  }

  @Test func `Eight digits that are no day are seconds`() {
    #expect(RowFilter.seconds("20260231") == 20_260_231)
    #expect(RowFilter.seconds("86400000") == 86_400_000)
    #expect(RowFilter.seconds("2024-02-29") == 1_709_164_800 && RowFilter.seconds("2000-02-29") != nil)
  }

  @Test func `Faults are counted and listed, and nothing is dropped in silence`() throws {
    let file = try read(
      #"""
      {"prompt": "P?", "chosen": "same", "rejected": "same"}
      {"prompt": "P?", "chosen": "x", "rejected": "y"}
      {"prompt": "P?", "chosen": "y", "rejected": "x"}
      {"prompt": "P?", "chosen": "x", "rejected": "y"}
      {"prompt": "p", "chosen": "aaaa1", "rejected": "aaaa2"}
      """#
    ) { $0.truncation = 4 }
    let faults = file.allFaults
    #expect(file.rows == 5 && file.comparisons.total == 4)
    #expect(faults.count(.equalSides) == 1)
    #expect(faults.count(.contradictory) == 3)
    #expect(faults.count(.duplicated) == 1)
    #expect(faults.count(.bothRoles) == 2)
    #expect(faults.count(.promptSpelledTwice) == 1)
    #expect(faults.count(.equalWhenTruncated) == 1)
    #expect(faults.listed.filter { $0.kind == .duplicated }.map(\.place) == [4])
    // The numbers alone need no records.
    let counts = file.faultCounts
    for kind in RowFaults.Kind.allCases { #expect(counts[kind] ?? 0 == faults.count(kind), "\(kind)") }
  }

  @Test func `Of rows that say the same, the first alone is read where that is asked for`() throws {
    let text = #"""
      {"prompt": "P", "chosen": "x", "rejected": "y", "annotator": "ann"}
      {"prompt": "P", "chosen": "x", "rejected": "y", "annotator": "bob"}
      {"prompt": "P", "chosen": "x", "rejected": "y", "annotator": "ann"}
      {"prompt": "P", "chosen": "y", "rejected": "x", "annotator": "ann"}
      {"prompt": "Q", "chosen": "x", "rejected": "y", "annotator": "ann"}
      {"prompt": "P", "chosen": "x", "rejected": "y", "annotator": "ann", "count": 3}
      """#
    let all = try read(text)
    #expect(all.repeats == 1 && all.comparisons.total == 8 && all.comparesTexts)
    let once = try read(text) { $0.filter.dropsRepeats = true }
    #expect(once.repeats == 0 && once.comparisons.total == 7 && once.faults.count(.repeated) == 1)
    #expect(once.faults.listed.filter { $0.kind == .repeated }.map(\.place) == [3])
    // The same vote of the same person on two questions is two votes, and soft labels are votes too.
    let votes = try read(
      #"""
      {"a": "x", "b": "y", "winner": "a", "judge": "ann", "question_id": 1}
      {"a": "x", "b": "y", "winner": "a", "judge": "ann", "question_id": 2}
      {"a": "y", "b": "x", "winner": "b", "judge": "ann", "question_id": 2}
      {"a": "x", "b": "y", "preference": 0.75, "judge": "ann", "question_id": 2}
      {"a": "x", "b": "y", "preference": 0.75, "judge": "ann", "question_id": 2}
      """#
    ) { $0.filter.dropsRepeats = true }
    #expect(said(votes) == ["x > y", "x > y", "x 0.75 y"] && votes.faults.count(.repeated) == 2)
    #expect(!votes.comparesTexts)
    // Votes of annotators without names, in one row, are votes of several.
    let several = try read(
      #"{"context": "P", "response1": "x", "response2": "y", "individual_preference": [{"score": -1}, {"score": -2}]}"#
    ) { $0.filter.dropsRepeats = true }
    #expect(several.comparisons.total == 2 && several.repeats == 0)
  }

  @Test func `Names win here and lose there by their nature, texts seldom do`() throws {
    let names = try read(
      #"""
      {"a": "x", "b": "y", "winner": "a"}
      {"a": "x", "b": "y", "winner": "b"}
      """#)
    #expect(names.allFaults.count(.bothRoles) == 0 && names.faultCounts[.bothRoles] == nil)
    #expect(names.allFaults.count(.contradictory) == 2)
  }

  @Test func `axolotl - a system field is the prompt's first turn, as a message of that role is`() throws {
    let messages = try read(
      #"{"prompt": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "P"}], "chosen": "x", "rejected": "y"}"#
    )
    #expect(said(messages) == ["x > y | system: Be kind.\n\nuser: P"])
    for row in [
      #"{"system": "Be kind.", "prompt": "P", "chosen": "x", "rejected": "y"}"#,
      #"{"system": "Be kind.", "input": "P", "chosen": "x", "rejected": "y"}"#,
      #"{"system": "Be kind.", "prompt": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "P"}], "chosen": "x", "rejected": "y"}"#,
      #"{"system": "Be kind.", "chosen": [{"role": "user", "content": "P"}, {"role": "assistant", "content": "x"}], "rejected": [{"role": "user", "content": "P"}, {"role": "assistant", "content": "y"}]}"#,
      #"{"system": "Be kind.", "prompt": "P", "chosen": [{"role": "user", "content": "P"}, {"role": "assistant", "content": "x"}], "rejected": [{"role": "user", "content": "P"}, {"role": "assistant", "content": "y"}]}"#,
      #"{"system": "Be kind.", "chosen": "\n\nHuman: P\n\nAssistant: x", "rejected": "\n\nHuman: P\n\nAssistant: y"}"#,
    ] {
      let file = try read(row)
      #expect(file.ids == messages.ids && said(file) == said(messages), "\(row)")
      #expect(file.fields.contains("system"))
    }
    // One that says nothing changes nothing.
    for system in ["\"\"", "null"] {
      let file = try read(#"{"system": \#(system), "prompt": "P", "chosen": "x", "rejected": "y"}"#)
      #expect(said(file) == ["x > y | P"])
    }
  }

  @Test func `UltraFeedback - a rating that is N-A is none, and is counted`() throws {
    let file = try read(
      #"""
      {"instruction": "P", "completions": [{"response": "x", "annotations": {"h": {"Rating": "5"}, "t": {"Rating": "N/A"}}}, {"response": "y", "annotations": {"h": {"Rating": "N/A"}, "t": {"Rating": "N/A"}}}, {"response": "z", "annotations": {"h": {"Rating": "4"}, "t": {"Rating": "5"}}}]}
      """#)
    #expect(said(file) == ["x > z | P"])
    #expect(file.faults.count(.notRated) == 3 && file.faults.count(.noOutcome) == 0)
  }

  @Test func `Names that are compared beside answers are told, where nobody asked for them`() throws {
    let row =
      #"{"model_a": "m", "model_b": "n", "response_a": "x", "response_b": "y", "winner": "model_a"}"#
    #expect(try read(row).passedOver == ["response_a", "response_b"])
    #expect(try read(row) { $0.layout = .votes }.passedOver.isEmpty)
    #expect(try read(row) { $0.by = .model }.passedOver.isEmpty)
    #expect(try read(row) { $0.by = .answer }.passedOver.isEmpty)
    #expect(try read(#"{"model_a": "m", "model_b": "n", "winner": "model_a"}"#).passedOver.isEmpty)
  }

  @Test func `Rows between texts are told from votes and from alternatives`() throws {
    func compares(_ text: String, _ change: (inout ComparisonReader) -> Void = { _ in }) throws -> Bool {
      var reader = ComparisonReader()
      change(&reader)
      return try reader.comparesTexts(folder.write(text, to: "c.jsonl"), format: .jsonl)
    }
    #expect(try compares(#"{"id": "7", "prompt": "P", "chosen": "x", "rejected": "y"}"#))
    #expect(try compares(#"{"prompt": "P", "response": "x", "score": 3}"#))
    #expect(try !compares(#"{"id": "7", "text": "x", "model": "m", "score": 3}"#))
    #expect(try !compares(#"{"a": "x", "b": "y", "winner": "a"}"#))
    let battle = #"{"model_a": "m", "model_b": "n", "response_a": "x", "response_b": "y", "winner": "a"}"#
    #expect(try !compares(battle))
    #expect(try compares(battle) { $0.by = .answer })
    #expect(throws: FormatError.self) { try compares(#"{"id": "7", "text": "x"}"#) }
  }

  // MARK: Traps: file, row, field, found, expected

  @Test func `Bad rows are named with file, row, field, found and expected`() throws {
    let good = #"{"prompt": "P", "chosen": "x", "rejected": "y"}"# + "\n"
    let cases: [(String, String)] = [
      (
        good + #"{"prompt": "P", "chosen": "x"}"#,
        #"c.jsonl:2: field "rejected": found nothing, expected the answer"#
      ),
      (
        good + #"{"prompt": "P", "chosen": true, "rejected": "y"}"#,
        #"c.jsonl:2: field "chosen": found "true", expected a text or a list"#
      ),
      (good + #"{"chosen": [], "rejected": "y"}"#, #"c.jsonl:2: field "chosen": found an empty list"#),
      (
        good + #"{"chosen": [{"role": "user"}], "rejected": "y"}"#,
        #"c.jsonl:2: field "chosen": found a message without content"#
      ),
      (good + #"{"chosen": ["x"], "rejected": "y"}"#, #"c.jsonl:2: field "chosen": found a list with"#),
      (
        good + #"{"chosen": "x", "chosen": "z", "rejected": "y"}"#,
        #"c.jsonl:2: field "chosen": found it twice in one object"#
      ),
      (
        #"{"prompt": "P", "completion": "x", "label": "maybe"}"#,
        #"c.jsonl:1: field "label": found "maybe", expected true or false"#
      ),
      (
        #"{"prompt": "P", "completions": [{"rank": 1}]}"#,
        #"c.jsonl:1: field "completions[0].completion": found nothing"#
      ),
      (
        #"{"prompt": "P", "completions": [{"rank": 1, "completion": "x"}]}"#,
        #"c.jsonl:1: field "completions": found one completion, expected at least two"#
      ),
      (
        #"{"context": "P", "response1": "x", "response2": "y", "overall_preference": 7}"#,
        #"c.jsonl:1: field "overall_preference": found 7.0, expected a number from -3"#
      ),
      (
        #"{"instruction": "P", "completions": [{"response": "x", "annotations": {"honesty": {"Rating": "much"}}}]}"#,
        #"c.jsonl:1: field "completions[0].annotations.honesty.Rating": found "much""#
      ),
      (
        #"{"preferred_output": "x", "non_preferred_output": "y", "input": {}}"#,
        #"c.jsonl:1: field "input.messages": found nothing"#
      ),
      (
        #"{"data": {"text1": "x", "text2": "y"}, "annotations": [{"result": [{"type": "pairwise", "value": {"selected": "up"}}]}]}"#,
        #"c.jsonl:1: field "annotations[0].result[0].value.selected": found "up""#
      ),
      (
        #"{"fields": {"response1": "x", "response2": "y"}, "responses": {"q": [{"value": "response3"}]}}"#,
        #"c.jsonl:1: field "responses.q[0]": found "response3""#
      ),
      (#"{"item": "x", "score": "high"}"#, #"c.jsonl:1: field "score": found "high", expected a number"#),
      (
        #"{"a": "x", "b": "y", "winner": "model_c"}"#,
        #"c.jsonl:1: field "winner": found "model_c", expected "a""#
      ),
      (
        #"{"a": "x", "b": "y", "winner": "a", "preference": 0.1}"#,
        #"c.jsonl:1: field "winner": found the opposite of what the field "preference" says"#
      ),
      (#"{"text": "x"}"#, "c.jsonl:1: found the fields text, expected the columns a and b"),
    ]
    for (text, expected) in cases {
      let found = try failure(text)
      #expect(found.hasPrefix(expected), "\(found)")
    }
    #expect(
      try failure("chosen,rejected\n\"[{'role': 'user', 'content': 'x'}]\",y\n", "c.csv").contains(
        "a Python list"))
    #expect(
      try failure("model_a,model_b,winner_model_a,winner_model_b,winner_tie\nx,y,1,1,0\n", "c.csv").contains(
        "2 outcomes"))
    #expect(
      try failure("[{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"} {\"a\": 1}]", "c.json").contains(
        "without a comma"))
    #expect(
      try failure("[{\"a\": \"x\", \"b\": \"y\", \"winner\": \"a\"}", "c.json").contains(
        "the end of the file inside the array"))
    #expect(try failure("a,b,winner,a\nx,y,a,z\n", "c.csv").contains("two columns of this name"))
    #expect(
      try failure("a,b,winner\nx,y,a\n", "c.csv") { $0.map = FieldMap(["annotator": "who"]) }.contains(
        "no such column for annotator"))
    #expect(
      try failure("a,b,winner\nx,y,a\n", "c.csv") {
        $0.filter.conditions = [.init(field: "lang", value: "x")]
      }.contains("field \"lang\": found no such column"))
  }

  @Test func `A field that no row has is named, with those that are there`() throws {
    let row = #"{"prompt": "P", "better": "x", "worse": "y"}"# + "\n"
    #expect(
      try failure(row) { $0.map = FieldMap(["chosen": "beter", "rejected": "worse"]) }
        == "c.jsonl:1: field \"beter\": found no such field for chosen, expected one of prompt, better, worse"
    )
    let votes =
      #"{"a": "x", "b": "y", "winner": "a"}"# + "\n" + #"{"a": "x", "b": "z", "winner": "a", "lang": "en"}"#
    #expect(
      try failure(votes) { $0.map = FieldMap(["a": "left"]) }
        == "c.jsonl:1: field \"left\": found no such field for a, expected one of a, b, winner")
    #expect(
      try failure(votes) { $0.map = FieldMap(["annotator": "who"]) }
        == "c.jsonl: field \"who\": found no such field for annotator in any row, expected one of a, b, winner, lang"
    )
    for isEqual in [true, false] {
      #expect(
        try failure(votes) {
          $0.filter.conditions = [.init(field: "language", value: "en", isEqual: isEqual)]
        }
          == "c.jsonl: field \"language\": found no such field in any row, expected one of a, b, winner, lang"
      )
    }
    // Annotation tools have the fields that are named inside of others.
    let labelled =
      #"{"data": {"one": "x", "other": "y"}, "annotations": [{"result": [{"type": "pairwise", "value": {"selected": "left"}}]}]}"#
    #expect(try said(read(labelled) { $0.map = FieldMap(["a": "one", "b": "other"]) }) == ["x > y"])
    // One row that has it is enough; rows that were not read could have it.
    #expect(
      try read(votes) { $0.filter.conditions = [.init(field: "lang", value: "en")] }.comparisons.total == 1)
    #expect(
      try read(votes) {
        $0.filter.conditions = [.init(field: "language", value: "en", isEqual: false)]
        $0.filter.limit = 1
      }.comparisons.total == 1)
  }

  @Test func `Rows of no layout are answered with names that could be meant`() throws {
    func hint(_ row: String) throws -> String? {
      let found = try failure(row)
      return found.range(of: "; here perhaps --map ").map { String(found[$0.upperBound...]) }
    }
    #expect(try hint(#"{"prompt": "P", "better": "x", "worse": "y"}"#) == "chosen=better,rejected=worse")
    #expect(try hint(#"{"id": 7, "loser": "x", "winning": "y"}"#) == "chosen=winning,rejected=loser")
    #expect(try hint(#"{"query": "P", "one": "x", "two": "y", "choice": 1}"#) == "a=one,b=two")
    #expect(
      try hint(#"{"yes": [{"role": "user", "content": "P"}], "no": [{"role": "user", "content": "P"}]}"#)
        == "chosen=yes,rejected=no")
    #expect(try hint(#"{"prompt": "P", "one": "x", "two": "y", "three": "z"}"#) == nil)
    #expect(try hint(#"{"text": "x"}"#) == nil)
  }
}
