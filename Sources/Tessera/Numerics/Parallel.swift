import Dispatch
import Foundation
import Synchronization

/// Runs numbered pieces of work on all cores.
///
/// The pieces are fixed by the caller and every result has a place of its own, so the outcome is the same on
/// any number of cores.
package enum Parallel {
  /// Cores that pieces are shared among when the caller names no number.
  package static let defaultThreads = ProcessInfo.processInfo.activeProcessorCount

  /// Calls `body(piece, worker)` once for every piece in `0..<pieces`.
  ///
  /// `worker` is below the number of threads; no two calls with the same worker overlap, so it can index
  /// scratch space.
  package static func forEach(
    pieces: Int, threads: Int? = nil, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void
  ) {
    let workers = min(max(threads ?? defaultThreads, 1), pieces)
    guard workers > 1 else {
      for piece in 0..<max(pieces, 0) { body(piece, 0) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieces { return }
        body(piece, worker)
      }
    }
  }
}

/// A pointer that several workers may hold at once.
///
/// Safe as long as every worker writes only to the places of its own piece: the whole of the contract.
package struct Shared<Element>: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>?

  package init(_ buffer: UnsafeMutableBufferPointer<Element>) { base = buffer.baseAddress }

  /// The address of an element. Traps for an empty buffer, which has none.
  @inline(__always)
  package subscript(address index: Int) -> UnsafeMutablePointer<Element> {
    base.unsafelyUnwrapped + index
  }

  @inline(__always)
  package subscript(index: Int) -> Element {
    get { base.unsafelyUnwrapped[index] }
    nonmutating set { base.unsafelyUnwrapped[index] = newValue }
  }
}

/// A read-only pointer that several workers may hold at once.
package struct SharedInput<Element>: @unchecked Sendable {
  private let base: UnsafePointer<Element>?

  package init(_ buffer: UnsafeBufferPointer<Element>) { base = buffer.baseAddress }

  @inline(__always)
  package subscript(address index: Int) -> UnsafePointer<Element> {
    base.unsafelyUnwrapped + index
  }

  @inline(__always)
  package subscript(index: Int) -> Element { base.unsafelyUnwrapped[index] }
}

/// Hands out pointers to several arrays at once, for loops on all cores.
package func withPointers<A, B, C, D, R>(
  _ a: inout [A], _ b: inout [B], _ c: inout [C], _ d: inout [D],
  _ body: (Shared<A>, Shared<B>, Shared<C>, Shared<D>) throws -> R
) rethrows -> R {
  try a.withUnsafeMutableBufferPointer { a in
    try b.withUnsafeMutableBufferPointer { b in
      try c.withUnsafeMutableBufferPointer { c in
        try d.withUnsafeMutableBufferPointer { d in
          try body(Shared(a), Shared(b), Shared(c), Shared(d))
        }
      }
    }
  }
}
