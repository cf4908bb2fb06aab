/// One statement of preference between two alternatives, or several equal ones counted together.
public struct Comparison: Sendable, Hashable {
  /// Index of the first alternative.
  public let a: Int32
  /// Index of the second alternative.
  public let b: Int32
  /// Share of preference that went to `a`: 1 first preferred, 0 second, 0.5 a tie, between them a soft label, or, with a count
  /// other than 1, the share of so many votes.
  public let outcome: Double
  /// How many statements this stands for; any positive number.
  public let count: Double
  /// Index of the annotator, -1 when unknown.
  public let annotator: Int32
  /// Index of the prompt, -1 when unknown.
  public let prompt: Int32

  public init(
    a: Int, b: Int, outcome: Double, count: Double = 1, annotator: Int? = nil, prompt: Int? = nil
  ) {
    self.init(
      a: Int32(a), b: Int32(b), outcome: outcome, count: count, annotator: Int32(annotator ?? -1),
      prompt: Int32(prompt ?? -1))
  }

  package init(a: Int32, b: Int32, outcome: Double, count: Double, annotator: Int32, prompt: Int32) {
    self.a = a
    self.b = b
    self.outcome = outcome
    self.count = count
    self.annotator = annotator
    self.prompt = prompt
  }
}
