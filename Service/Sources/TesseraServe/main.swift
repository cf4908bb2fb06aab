import Foundation
import Tessera
import TesseraFormats
import TesseraHTTP
import TesseraService
import TesseraWorkbench

let log = ServiceLog()
let options = ServeOptions.parseOrExit()
/// Ends the process with the store closed: a temporary one is gone then.
func end(_ code: Int32, _ workbench: Workbench?) -> Never {
  workbench?.close()
  exit(code)
}
var workbench: Workbench?
do {
  // Batches are split among threads by the service; OpenBLAS must not do so again.
  LinearAlgebra.useOneThread()
  // A client that goes away is no reason to end.
  signal(SIGPIPE, SIG_IGN)
  let metrics = Metrics { event, detail in log.write(.warning, event, [("detail", .string(detail))]) }
  // Before the store is made: what cannot be served leaves nothing behind.
  let models = try options.models()
  let key = try options.key(log)
  workbench = try options.workbench()
  let service = try RewardService(
    models, address: options.address, key: key, limits: options.limits.value,
    specialTokens: options.specialToken, workbench: workbench, metrics: metrics)
  try await RewardServer(service, at: options.address, log: log, logsRequests: options.logRequests).run()
  workbench?.close()
} catch let error as any KindedError {
  log.write(.error, "failed", [("message", .string("\(error)"))])
  end(error.kind.exitCode, workbench)
} catch {
  log.write(.error, "failed", [("message", .string("\(error)"))])
  end(1, workbench)
}
