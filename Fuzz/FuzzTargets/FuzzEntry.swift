#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The reader that this process feeds: TESSERA_FUZZ says which.
private let chosen: FuzzTarget = {
  guard let name = getenv("TESSERA_FUZZ").map({ String(cString: $0) }),
    let target = FuzzTarget(rawValue: name)
  else {
    fatalError("TESSERA_FUZZ is not one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  return target
}()

/// A folder that is memory, where there is one.
private let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  chosen.run(Array(UnsafeBufferPointer(start: start, count: count)), in: folder)
  return 0
}
