/// The playground: points in the unit square, their cells and weights, and both estimates, which follow as points move.
///
/// The paper's Figures 1 and 2 and its Theorem 3.2 in one's hands. The page computes all of it itself, by the formulas of
/// `VoronoiWeights` and `BradleyTerry`; `Scripts/check-playground` compares its numbers with the tool's.
public enum Playground {
  /// The page as a value: to write, or to serve with its policy.
  public static let page = Page(
    title: "What copies do to rewards",
    description:
      "Drag answers in a square, copy one, and see who wins under the standard and the weighted estimate.",
    body: WebFile.playground.body, styles: [WebFile.playground.style], scripts: WebFile.playground.scripts)

  /// The page as text: one file that loads nothing.
  public static var html: String { page.html }
}
