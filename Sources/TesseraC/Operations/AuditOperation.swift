import Tessera
import TesseraFormats
import TesseraReports

/// An audit, without the writing. Subject: data that were read, their prompts kept; declared families are those that they were read
/// with.
///
/// Settings: those of `AuditRequest`, `title`, how the data are named, and `origin`, what makes the page again. Arrays in, optional:
/// `library`, the bundle of Vega-Lite to copy into the page, `notices`, its licences, and `families`, the name of each alternative's
/// (empty for none), in place of those. Arrays out: a file each, bytes under its name below the folder of the report, in the order in
/// which they are to be written. The document has what is said of them: `summary` and `warnings`.
enum AuditOperation {
  private struct Naming: Decodable {
    struct Origin: Decodable {
      struct Source: Decodable { var name: String, digest: String }

      var command: String?
      var version: String?
      var date: String?
      var sources: [Source]?

      var page: PageOrigin {
        var origin = PageOrigin()
        (origin.command, origin.version, origin.date) = (command, version, date)
        origin.sources = (sources ?? []).map { ($0.name, $0.digest) }
        return origin
      }
    }

    var title: String?
    var origin: Origin?
  }

  private static func declared(_ request: Request, _ ids: [String]) throws -> FamiliesFile? {
    guard let names = try request.texts("families") else { return nil }
    guard names.count == ids.count else {
      throw RequestError.array(
        "families", found: "\(names.count)", expected: "\(ids.count), one for every alternative")
    }
    return FamiliesFile(names: names.map { $0.isEmpty ? nil : $0 })
  }

  static func run(_ request: Request, _ work: Work) throws -> Outcome {
    let asked = try request.settings(AuditRequest.self)
    let naming = try request.settings(Naming.self)
    func text(_ name: String) throws -> String? {
      try request.array(name).map { String(decoding: try $0.elements(.bytes, UInt8.self), as: UTF8.self) }
    }
    let library = try text("library").map { script in
      HTMLPage.Library(script: script, notices: try text("notices") ?? "")
    }
    let data = try request.subject(Data.self, "data that were read")
    let ids = data.dataset.alternatives.map(\.id)
    let families =
      try declared(request, ids) ?? data.families?.read(ids, inRows: data.file.families(of: ids))
    let plan = try AuditPlan(asked, of: data.dataset, families: families, work: work.silent)
    var report = try plan.report(title: naming.title ?? "", work: work)
    report.origin = naming.origin?.page ?? PageOrigin()
    let files = try report.files(library: library)
    return Outcome(
      .object([
        ("summary", .string(report.summary)), ("sentences", .array(report.sentences.map(JSONValue.string))),
        ("warnings", .array(report.warnings.map(JSONValue.string))),
      ]), arrays: files.map { ($0.name, .bytes(Array($0.text.utf8))) })
  }
}
