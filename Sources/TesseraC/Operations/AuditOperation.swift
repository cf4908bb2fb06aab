import Tessera
import TesseraFormats
import TesseraReports

/// An audit, without the writing. Subject: data that were read, their prompts kept.
///
/// Settings: those of `AuditRequest`, and `title`, how the data are named. Array in, optional: `plotly`, the text of plotly.min.js to
/// copy into the page. Arrays out: a file each, bytes under its name below the folder of the report, in the order in which they are
/// to be written. The document has what is said of them: `summary` and `warnings`.
enum AuditOperation {
  private struct Title: Decodable { var title: String? }

  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let asked = try request.settings(AuditRequest.self)
    let title = try request.settings(Title.self).title ?? ""
    let script = try request.array("plotly").map { try $0.elements(.bytes, UInt8.self) }
    let data = try request.subject(Data.self, "data that were read")
    let plan = try AuditPlan(asked, of: data.dataset, work: work.silent)
    let report = try plan.report(title: title, work: work)
    let files = try report.files(
      plotly: script.map { .embedded(String(decoding: $0, as: UTF8.self)) } ?? .contentDeliveryNetwork)
    return Outcome(
      .object([
        ("summary", .string(report.summary)), ("sentences", .array(report.sentences.map(JSONValue.string))),
        ("warnings", .array(report.warnings.map(JSONValue.string))),
      ]), arrays: files.map { ($0.name, .bytes(Array($0.text.utf8))) })
  }
}
