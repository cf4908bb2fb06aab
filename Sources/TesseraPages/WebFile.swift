/// Our own style sheets, scripts and markup: files under `web/`, put into the program by the build.
///
/// A file that is added there is named here, and nowhere else in Swift.
package enum WebFile {
  /// What all pages share: colours in light and dark, type, tables, controls, print.
  static let houseStyle = text(PackageResources.house_css)

  /// A script's files stand in the order in which they use each other.
  static let playground = (
    body: text(PackageResources.playground_html),
    style: text(PackageResources.playground_css),
    scripts: [
      PackageResources.cells_js, PackageResources.estimate_js, PackageResources.population_js,
      PackageResources.state_js,
      PackageResources.presets_js, PackageResources.outcome_js, PackageResources.files_js,
      PackageResources.drawing_js,
      PackageResources.square_js, PackageResources.compass_js, PackageResources.table_js,
      PackageResources.slopes_js,
      PackageResources.playground_js,
    ].map(text)
  )

  /// Reports: figures that one can point at, tables that sort, the map, members side by side.
  package static let reportStyle = text(PackageResources.report_css)
  /// In the order in which they use each other.
  package static let reportScripts = [
    PackageResources.report_differences_js, PackageResources.report_tables_js,
    PackageResources.report_members_js, PackageResources.report_map_js, PackageResources.report_figures_js,
  ].map(text)

  static let workbench = (
    body: text(PackageResources.workbench_html),
    style: text(PackageResources.workbench_css),
    scripts: [
      PackageResources.elements_js, PackageResources.asking_js, PackageResources.opening_js,
      PackageResources.study_js, PackageResources.board_js, PackageResources.copies_js,
      PackageResources.below_js,
      PackageResources.workbench_js,
    ].map(text)
  )

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
