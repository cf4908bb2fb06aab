import Tessera
import TesseraFormats
import TesseraReports

/// An audit, without the writing. Subject: data that were read, their prompts kept.
///
/// Settings: those of `AuditRequest`, and `title`, how the data are named. Arrays in, optional: `library`, the bundle of
/// Vega-Lite to copy into the page, and `notices`, its licences. Arrays out: a file each, bytes under its name below the folder of
/// the report, in the order in which they are to be written. The document has what is said of them: `summary` and `warnings`.
enum AuditOperation {
  private struct Title: Decodable { var title: String? }

  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let asked = try request.settings(AuditRequest.self)
    let title = try request.settings(Title.self).title ?? ""
    func text(_ name: String) throws -> String? {
      try request.array(name).map { String(decoding: try $0.elements(.bytes, UInt8.self), as: UTF8.self) }
    }
    let library = try text("library").map { script in
      HTMLPage.Library(script: script, notices: try text("notices") ?? "")
    }
    let data = try request.subject(Data.self, "data that were read")
    let plan = try AuditPlan(asked, of: data.dataset, work: work.silent)
    let report = try plan.report(title: title, work: work)
    let files = try report.files(library: library)
    return Outcome(
      .object([
        ("summary", .string(report.summary)), ("sentences", .array(report.sentences.map(JSONValue.string))),
        ("warnings", .array(report.warnings.map(JSONValue.string))),
      ]), arrays: files.map { ($0.name, .bytes(Array($0.text.utf8))) })
  }
}
