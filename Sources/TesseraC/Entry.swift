import Tessera
import TesseraFormats

/// The C interface: seven functions, one of which does all the work.
///
///     tessera_run(name, settings, length, arrays, count, subject, control) -> result
///
/// A document of settings (JSON, UTF-8) and borrowed arrays go in, a result comes out: a document and arrays of its own, which
/// live until `tessera_free`. A result can be the subject of the next run, so that data are read once and fitted often. Errors are
/// results too, with a kind and a sentence. What each operation takes and gives stands beside it in `Operations/`.
///
/// Pointers are borrowed for the length of a call. A result is used by one thread at a time; different results, and `control`,
/// by any.

/// An array in either direction: `tessera_array` in C.
///
/// The layout is that of the C struct { const char *name; const void *data; int64_t rows, columns; int32_t kind; }.
struct BorrowedArray {
  var name: UnsafePointer<CChar>?
  var data: UnsafeRawPointer?
  var rows: Int64
  var columns: Int64
  /// `ArrayKind`.
  var kind: Int32
}

/// Runs an operation.
///
/// - Returns: A result, always: see `tessera_status`. Free it with `tessera_free`.
@_cdecl("tessera_run")
public func tesseraRun(
  _ name: UnsafePointer<CChar>, _ settings: UnsafePointer<UInt8>?, _ length: Int, _ arrays: UnsafeRawPointer?,
  _ count: Int, _ subject: UnsafeMutableRawPointer?, _ control: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer {
  // The caller promises `count` arrays in the layout above, alive until the call returns.
  let borrowed = UnsafeBufferPointer(start: arrays?.assumingMemoryBound(to: BorrowedArray.self), count: count)
  let request = Request(
    settings: Array(UnsafeBufferPointer(start: settings, count: settings == nil ? 0 : length)),
    arrays: borrowed.map(InputArray.init),
    // Handles are what these functions gave out: the caller promises that they were not freed.
    subject: subject.map { Unmanaged<Outcome>.fromOpaque($0).takeUnretainedValue() })
  let control = control.map { Unmanaged<Control>.fromOpaque($0).takeUnretainedValue() }
  let outcome: Outcome
  do {
    outcome = try Operation.run(String(cString: name), request, control?.work() ?? Work())
  } catch {
    outcome = Outcome(failure: error)
  }
  return Unmanaged.passRetained(outcome).toOpaque()
}

/// 0: done; 1: an error, which the document describes; 2: stopped on request.
@_cdecl("tessera_status")
public func tesseraStatus(_ result: UnsafeMutableRawPointer) -> Int32 {
  Unmanaged<Outcome>.fromOpaque(result).takeUnretainedValue().status.rawValue
}

/// The document of a result, JSON in UTF-8; it lives as long as the result.
@_cdecl("tessera_document")
public func tesseraDocument(
  _ result: UnsafeMutableRawPointer, _ length: UnsafeMutablePointer<Int>
) -> UnsafePointer<UInt8>? {
  let document = Unmanaged<Outcome>.fromOpaque(result).takeUnretainedValue().documentBytes
  length.pointee = document.count
  return document.baseAddress.map { UnsafePointer($0) }
}

/// An array of a result, which lives as long as the result.
///
/// - Parameters:
///   - place: From 0.
///   - array: Where it is described.
/// - Returns: 0 where there are no more.
@_cdecl("tessera_output")
public func tesseraOutput(
  _ result: UnsafeMutableRawPointer, _ place: Int, _ array: UnsafeMutableRawPointer
) -> Int32 {
  let outcome = Unmanaged<Outcome>.fromOpaque(result).takeUnretainedValue()
  guard let found = outcome.array(place) else { return 0 }
  // The caller promises memory for one array.
  array.assumingMemoryBound(to: BorrowedArray.self).pointee = found
  return 1
}

@_cdecl("tessera_free")
public func tesseraFree(_ result: UnsafeMutableRawPointer) {
  Unmanaged<Outcome>.fromOpaque(result).release()
}

/// Something to watch and stop a run by. Free it with `tessera_control_free` when no run uses it.
///
/// - Parameter threads: Cores to use; 0 for all that this process may use.
@_cdecl("tessera_control_new")
public func tesseraControlNew(_ threads: Int) -> UnsafeMutableRawPointer {
  Unmanaged.passRetained(Control(threads: threads)).toOpaque()
}

/// The share that is done, 0 to 1; from any thread.
@_cdecl("tessera_control_share")
public func tesseraControlShare(_ control: UnsafeMutableRawPointer) -> Double {
  Unmanaged<Control>.fromOpaque(control).takeUnretainedValue().share
}

/// Asks the run to stop: it ends within some tenths of a second; from any thread.
@_cdecl("tessera_control_stop")
public func tesseraControlStop(_ control: UnsafeMutableRawPointer) {
  Unmanaged<Control>.fromOpaque(control).takeUnretainedValue().stop()
}

@_cdecl("tessera_control_free")
public func tesseraControlFree(_ control: UnsafeMutableRawPointer) {
  Unmanaged<Control>.fromOpaque(control).release()
}
