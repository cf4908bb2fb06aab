import CTesseraKernels
import Tessera
import Testing

/// Products of rows that each lie at a place of their own are those of the same rows one behind the other.
@Suite struct RowProductsTests {
  // Counts with every rest beside groups of eight and four; some rows twice, as an alternative of two comparisons is.
  @Test(arguments: [(1, 1), (3, 7), (8, 16), (13, 33), (64, 100)])
  func `Rows and columns read in place give the products of a copy to the last bit`(rows: Int, width: Int) {
    var random = RandomStream(seed: 4)
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.normal()) } }
    let all = numbers(2 * rows * width)
    let places = (0..<rows).map { $0 % 5 == 4 ? 0 : (7 * $0 + 3) % (2 * rows) }
    let copy = places.flatMap { all[$0 * width..<($0 + 1) * width] }
    let panel = 32
    let (weights, deltas) = (numbers(2 * width * panel), numbers(2 * rows * panel))
    var (forward, forwardOfCopy) = (numbers(rows * 2 * panel), [Float]())
    forwardOfCopy = forward
    var (gradient, gradientOfCopy) = (numbers(width * 2 * panel), [Float]())
    gradientOfCopy = gradient
    let (count, inner) = (Int32(rows), Int32(width))
    all.withUnsafeBufferPointer { all in
      let list = places.map { place in all.baseAddress.map { $0 + place * width } }
      #expect(list.allSatisfy { $0 != nil })
      tessera_add_row_products(list, count, inner, weights, 2, &forward, 2 * panel)
      tessera_add_column_products(list, inner, count, deltas, 2, &gradient, 2 * panel)
    }
    tessera_add_products(copy, width, 1, count, inner, weights, 2, &forwardOfCopy, 2 * panel)
    tessera_add_products(copy, 1, width, inner, count, deltas, 2, &gradientOfCopy, 2 * panel)
    #expect(forward == forwardOfCopy)
    #expect(gradient == gradientOfCopy)
  }
}
