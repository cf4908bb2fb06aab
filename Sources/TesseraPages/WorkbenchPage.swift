/// The workbench's page: it opens preferences and asks its service about them, which has the numbers.
///
/// It holds no data and computes nothing but what stands on the screen, so that anybody may load it.
public enum WorkbenchPage {
  public static let page = Page(
    title: "Workbench – Tessera",
    description: "Open preferences, and see whether copies distort the rewards: live, under other weights.",
    body: WebFile.workbench.body, styles: [WebFile.workbench.style], scripts: WebFile.workbench.scripts,
    connects: true)
}
