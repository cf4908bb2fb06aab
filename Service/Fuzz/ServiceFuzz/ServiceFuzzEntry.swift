import Dispatch
import Foundation
import Synchronization

/// What this process sends: TESSERA_FUZZ says which.
private let chosen: ServiceFuzzTarget = {
  guard let name = ProcessInfo.processInfo.environment["TESSERA_FUZZ"],
    let target = ServiceFuzzTarget(rawValue: name)
  else {
    let names = ServiceFuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("TESSERA_FUZZ is not one of \(names)")
  }
  return target
}()

private let bench: ServiceFuzzBench = {
  let folder = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
  let made = waiting { try? await ServiceFuzzBench(in: folder) }
  guard let made else { fatalError("the service that is fuzzed cannot be made") }
  return made
}()

/// The fuzzer's own thread waits; requests are answered on others, as in the service.
private func waiting<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
  let done = DispatchSemaphore(value: 0)
  let result = Mutex<Value?>(nil)
  Task.detached {
    let value = await body()
    result.withLock { $0 = value }
    done.signal()
  }
  done.wait()
  guard let value = result.withLock({ $0 }) else { fatalError("no answer") }
  return value
}

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let (target, bench) = (chosen, bench)
  _ = waiting { await target.run(bytes, at: bench) }
  return 0
}
