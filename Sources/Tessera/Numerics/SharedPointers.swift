/// A pointer that several workers may hold at once.
///
/// Safe as long as every worker writes only to the places of its own piece: the whole of the contract.
package struct Shared<Element>: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>?

  package init(_ buffer: UnsafeMutableBufferPointer<Element>) { base = buffer.baseAddress }

  /// The address of the first element, for kernels; nil for an empty buffer.
  @inline(__always)
  var start: UnsafeMutablePointer<Element>? { base }

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

  /// The address of the first element, for kernels; nil for an empty buffer.
  @inline(__always)
  var start: UnsafePointer<Element>? { base }

  @inline(__always)
  package subscript(address index: Int) -> UnsafePointer<Element> {
    base.unsafelyUnwrapped + index
  }

  @inline(__always)
  package subscript(index: Int) -> Element { base.unsafelyUnwrapped[index] }
}

/// Hands out pointers to any number of arrays at once, for loops on all cores.
///
/// Every worker must write only to the places of its own piece.
package func withPointers<A, R>(_ a: inout [A], _ body: (Shared<A>) throws -> R) rethrows -> R {
  try a.withUnsafeMutableBufferPointer { try body(Shared($0)) }
}

package func withPointers<A, B, R>(
  _ a: inout [A], _ b: inout [B], _ body: (Shared<A>, Shared<B>) throws -> R
) rethrows -> R {
  try a.withUnsafeMutableBufferPointer { a in
    try b.withUnsafeMutableBufferPointer { b in try body(Shared(a), Shared(b)) }
  }
}

package func withPointers<A, B, C, R>(
  _ a: inout [A], _ b: inout [B], _ c: inout [C], _ body: (Shared<A>, Shared<B>, Shared<C>) throws -> R
) rethrows -> R {
  try withPointers(&a, &b) { a, b in try c.withUnsafeMutableBufferPointer { try body(a, b, Shared($0)) } }
}

package func withPointers<A, B, C, D, R>(
  _ a: inout [A], _ b: inout [B], _ c: inout [C], _ d: inout [D],
  _ body: (Shared<A>, Shared<B>, Shared<C>, Shared<D>) throws -> R
) rethrows -> R {
  try withPointers(&a, &b) { a, b in try withPointers(&c, &d) { c, d in try body(a, b, c, d) } }
}

/// The same for arrays that are only read.
package func withInputs<A, B, R>(
  _ a: [A], _ b: [B], _ body: (SharedInput<A>, SharedInput<B>) throws -> R
) rethrows -> R {
  try a.withUnsafeBufferPointer { a in
    try b.withUnsafeBufferPointer { b in try body(SharedInput(a), SharedInput(b)) }
  }
}

package func withInputs<A, B, C, R>(
  _ a: [A], _ b: [B], _ c: [C], _ body: (SharedInput<A>, SharedInput<B>, SharedInput<C>) throws -> R
) rethrows -> R {
  try withInputs(a, b) { a, b in try c.withUnsafeBufferPointer { try body(a, b, SharedInput($0)) } }
}

package func withInputs<A, B, C, D, R>(
  _ a: [A], _ b: [B], _ c: [C], _ d: [D],
  _ body: (SharedInput<A>, SharedInput<B>, SharedInput<C>, SharedInput<D>) throws -> R
) rethrows -> R {
  try withInputs(a, b) { a, b in try withInputs(c, d) { c, d in try body(a, b, c, d) } }
}
