import Foundation
import TestSupport
import Testing

/// What an export writes beside the rows, and what it says of them.
@Suite struct ExportCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Near-duplicates under every prompt, and one row that is there twice.
  private func pairs() throws -> String {
    let answers = ["The answer to it is #.", "The answer to it is #!", "Nobody knows that."]
    let rows = (0..<6).flatMap { i in
      answers.map { answer in
        let chosen = answer.replacingOccurrences(of: "#", with: "\(i)")
        return "{\"prompt\": \"What is \(i)?\", \"chosen\": \"\(chosen)\", \"rejected\": \"No.\"}\n"
      }
    }
    return try folder.write(rows.joined() + rows[2], to: "pairs.jsonl")
  }

  private func lines(_ file: String) throws -> [[String: Any]] {
    try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func export(_ arguments: [String]) throws -> (made: Tool.Result, rows: [[String: Any]]) {
    let target = folder.file("out.jsonl")
    let made = try Tool.run(["export"] + arguments + ["-o", target])
    #expect(made.code == 0, "\(made.errors)")
    return (made, try lines(target))
  }

  @Test func `A margin is written where it is asked for alone, and help says who reads it`() throws {
    let pairs = try pairs()
    let plain = try export([pairs, "--rewards"]).rows
    #expect(plain.allSatisfy { $0["reward_a"] != nil && $0["reward_b"] != nil && $0["margin"] == nil })
    let both = try export([pairs, "--rewards", "--margin"]).rows
    let margins = try export([pairs, "--margin"]).rows
    for (row, other) in zip(both, margins) {
      let a = try #require(row["reward_a"] as? Double)
      let b = try #require(row["reward_b"] as? Double)
      for one in [row, other] {
        // What reads the file here may miss the last bit of a number.
        let margin = try #require(one["margin"] as? Double)
        #expect(abs(margin - (a - b)) < 1e-14)
      }
      #expect(other["reward_a"] == nil && other["reward_b"] == nil)
    }
    let help = try Tool.run(["export", "-h"]).output.split(whereSeparator: \.isWhitespace)
    #expect(
      help.joined(separator: " ").contains("TRL's RewardTrainer subtracts a column of that name unasked."))
  }

  @Test func `Rows that are drawn weigh 1, and keep the weights of their answers`() throws {
    let (made, rows) = try export([pairs(), "--resample", "40", "--seed", "1"])
    #expect(rows.count == 40 && rows.allSatisfy { $0["weight"] as? Double == 1 })
    #expect(Set(rows.compactMap { $0["weight_a"] as? Double }).count > 1)
    #expect(made.output.contains("every row that is written weighs 1"))
  }

  @Test func `Weights have mean 1 over the rows that are written`() throws {
    let (made, rows) = try export([pairs(), "--deduplicate"])
    #expect(rows.count < 18)
    let weights = rows.compactMap { $0["weight"] as? Double }
    // The sum of so few numbers rounds by less.
    #expect(abs(weights.reduce(0, +) / Double(rows.count) - 1) < 1e-12)
    #expect(made.output.contains("equal ones of \(rows.count)\n"))
  }

  @Test func `Rows that are there twice are told once, and left out on request`() throws {
    let pairs = try pairs()
    let remark = "tessera: 1 row says what an earlier one says, word for word"
    for command in [["export", pairs, "-o", folder.file("out.jsonl")], ["fit", pairs, "--lambda", "0.1"]] {
      let said = try Tool.run(command)
      #expect(said.code == 0 && said.errors.components(separatedBy: remark).count == 2, "\(said.errors)")
      #expect(said.errors.contains("--drop repeats"))
    }
    let (made, rows) = try export([pairs, "--drop", "repeats"])
    #expect(rows.count == 18 && !made.errors.contains(remark))
    #expect(made.errors.contains("1 comparison that says what an earlier one says is left out"))
    let read = try Tool.run(["inspect", pairs, "--drop", "repeats", "--format", "json"])
    #expect(read.json["comparisons"] as? Int == 18)
    // The same model wins again and again: that is what votes are.
    let votes = try folder.write(
      "a,b,winner\n" + String(repeating: "x,y,a\ny,z,a\n", count: 5), to: "v.csv")
    #expect(try !Tool.run(["fit", votes]).errors.contains("word for word"))
  }

  @Test func `Battles with answers are told to be read as names`() throws {
    let rows = (0..<4).map {
      "{\"model_a\": \"x\", \"model_b\": \"y\", \"prompt\": \"\($0)?\", \"response_a\": \"yes \($0)\", \"response_b\": \"no\", \"winner\": \"a\"}\n"
    }
    let battles = try folder.write(rows.joined(), to: "battles.jsonl")
    let remark = "alternatives are the models that rows name, not their answers (response_a and response_b)"
    let named = try export([battles]).made
    #expect(named.errors.contains(remark) && named.errors.contains("--by answer"))
    #expect(try !export([battles, "--by", "answer"]).made.errors.contains(remark))
    // A leaderboard is about models.
    #expect(try !Tool.run(["rank", battles]).errors.contains(remark))
  }

  @Test func `Rows that have our columns already are refused before any work`() throws {
    let weighted = folder.file("weighted.jsonl")
    #expect(try Tool.run(["export", pairs(), "-o", weighted]).code == 0)
    let again = try Tool.run(["export", weighted, "-o", folder.file("again.jsonl")])
    #expect(again.code == 65 && again.errors.contains("field \"weight\""))
    // Texts are embedded only after that.
    #expect(!again.errors.contains("contexts of"))
    // Pairs of their own take nothing over.
    #expect(try Tool.run(["export", weighted, "--as", "pairs", "-o", folder.file("p.jsonl")]).code == 0)
  }

  @Test func `Help of an export does not offer standard input`() throws {
    #expect(try !Tool.run(["export", "--help"]).output.contains("- reads"))
    #expect(try Tool.run(["fit", "--help"]).output.contains("- reads"))
    let refused = try Tool.run(["export", "-", "-o", folder.file("x.jsonl")])
    #expect(refused.code == 64 && refused.errors.contains("Rows are read twice"))
  }
}
