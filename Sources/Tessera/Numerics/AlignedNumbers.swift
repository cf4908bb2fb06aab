/// Numbers that begin where a cache line begins, so that no vector of a kernel lies across two.
///
/// Filled by whoever makes it before others may see it.
final class AlignedNumbers: @unchecked Sendable {
  let address: UnsafeMutablePointer<Float>

  /// - Parameter count: Of numbers, none of which has a value yet.
  init(count: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    address = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(address).deallocate() }
}
