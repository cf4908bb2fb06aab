import Foundation
import Tessera
import TesseraFormats
import TesseraHTTP
import TesseraService

let log = ServiceLog()
let options = ServeOptions.parseOrExit()
do {
  // Batches are split among threads by the service; OpenBLAS must not do so again.
  LinearAlgebra.useOneThread()
  // A client that goes away is no reason to end.
  signal(SIGPIPE, SIG_IGN)
  let metrics = Metrics { event, detail in log.write(.warning, event, [("detail", .string(detail))]) }
  let service = try RewardService(
    options.models(), address: options.address, key: options.key(log), limits: options.limits.value,
    specialTokens: options.specialToken, metrics: metrics)
  try await RewardServer(service, at: options.address, log: log, logsRequests: options.logRequests).run()
} catch let error as any KindedError {
  log.write(.error, "failed", [("message", .string("\(error)"))])
  exit(error.kind.exitCode)
} catch {
  log.write(.error, "failed", [("message", .string("\(error)"))])
  exit(1)
}
