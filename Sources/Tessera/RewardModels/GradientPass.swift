import CTesseraKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Loss of a batch and its gradient by backpropagation.
///
/// A batch goes through in pieces that stay in the second-level cache, forward and backward, adding to the gradient.
/// Contexts are read where they lie: the products wait for memory less than a copy would. Memory is plain and kept between
/// batches.
final class GradientPass {
  /// Comparisons of a piece.
  private static let pieceSize = 32

  /// One list for each layer, arranged as its parameters.
  let gradients: [UnsafeMutablePointer<Float>]
  private let sizes: [Int]
  private let widths: [Int]
  private let forward: ForwardPass
  /// dLoss / d(output) of a layer, padded as its outputs; one for each layer.
  private let deltas: [UnsafeMutablePointer<Float>]
  /// A panel of a delta, [row][32].
  private let columns: UnsafeMutablePointer<Float>
  private let one: UnsafeMutablePointer<Float>

  init(_ model: RewardModel) {
    let rows = 2 * Self.pieceSize
    sizes = model.layers.map(\.parameters.count)
    widths = model.layers.map(\.paddedOutputs)
    gradients = sizes.map { .allocate(capacity: $0) }
    forward = ForwardPass(model, capacity: rows)
    deltas = widths.map { .allocate(capacity: rows * $0) }
    columns = .allocate(capacity: rows * DenseLayer.panel)
    one = .allocate(capacity: 1)
    one.initialize(to: 1)
  }

  deinit {
    for list in gradients + deltas { list.deallocate() }
    columns.deallocate()
    one.deallocate()
  }

  /// Fills `gradients` and returns the loss (see `RewardTraining`).
  ///
  /// - Parameters:
  ///   - batch: Positions in `comparisons`.
  func run(
    _ model: RewardModel, _ contexts: Matrix<Float>, _ comparisons: [Comparison], _ batch: [Int32],
    _ masses: TrainingMasses, lambda: Float
  ) -> Float {
    for (gradient, size) in zip(gradients, sizes) { gradient.update(repeating: 0, count: size) }
    let transposed = model.layers.indices.map { $0 == 0 ? [] : model.layers[$0].transposed() }
    let total = batch.reduce(Float(0)) { $0 + Float(comparisons[Int($1)].count) }
    return contexts.withUnsafeBufferPointer { contexts in
      guard let base = contexts.baseAddress else { return 0 }
      var loss: Float = 0
      for start in stride(from: 0, to: batch.count, by: Self.pieceSize) {
        let places = batch[start..<min(start + Self.pieceSize, batch.count)]
        let piece = places.map { comparisons[Int($0)] }
        // Contexts of a piece's alternatives, a and b of each comparison in turn.
        let rows = piece.flatMap { [base + Int($0.a) * model.dimension, base + Int($0.b) * model.dimension] }
        forward.run(model, rows)
        loss += score(piece, places, masses, lambda, total)
        backward(model, transposed, rows)
      }
      return loss
    }
  }

  /// The loss of a piece, and dLoss / dr of its rows in the first place of the last layer's outputs.
  private func score(
    _ piece: [Comparison], _ places: ArraySlice<Int32>, _ masses: TrainingMasses, _ lambda: Float,
    _ total: Float
  ) -> Float {
    let (delta, width) = (deltas[deltas.count - 1], widths[widths.count - 1])
    delta.update(repeating: 0, count: 2 * piece.count * width)
    var loss: Float = 0
    for (place, (comparison, number)) in zip(piece, places).enumerated() {
      let (ra, rb) = (forward.reward(2 * place), forward.reward(2 * place + 1))
      let mass = masses.loss[Int(number)]
      let (ridgeA, ridgeB) = (masses.ridgeA[Int(number)], masses.ridgeB[Int(number)])
      let p = Float(comparison.outcome)
      let share = Float(comparison.count) / total
      let difference = ra - rb
      let small = exp(-abs(difference))
      let probability = difference >= 0 ? 1 / (1 + small) : small / (1 + small)
      loss += share * mass * (log1p(small) + (difference >= 0 ? (1 - p) * difference : -p * difference))
      let slope = share * mass * (probability - p)
      loss += lambda * share / 2 * (ridgeA * ra * ra + ridgeB * rb * rb)
      delta[2 * place * width] = slope + lambda * share * ridgeA * ra
      delta[(2 * place + 1) * width] = -slope + lambda * share * ridgeB * rb
    }
    return loss
  }

  private func backward(
    _ model: RewardModel, _ transposed: [[Float]], _ contexts: [UnsafePointer<Float>?]
  ) {
    let (panel, rows) = (DenseLayer.panel, contexts.count)
    for index in model.layers.indices.reversed() {
      let layer = model.layers[index]
      let (delta, width, gradient) = (deltas[index], widths[index], gradients[index])
      if layer.isRectified {
        let outputs = forward.outputs[index]
        // Rows are whole panels. By vectors, since a branch for each number would cost more than the products.
        for place in stride(from: 0, to: rows * width, by: 4) {
          let output = UnsafeRawPointer(outputs + place).loadUnaligned(as: SIMD4<Float>.self)
          var slope = UnsafeRawPointer(delta + place).loadUnaligned(as: SIMD4<Float>.self)
          slope.replace(with: 0, where: output .<= 0)
          UnsafeMutableRawPointer(delta + place).storeBytes(of: slope, as: SIMD4<Float>.self)
        }
      }
      for number in 0..<width / panel {
        // One panel lies as the kernel wants it; of several, each is copied together.
        var source = UnsafePointer(delta)
        if width > panel {
          for row in 0..<rows {
            (columns + row * panel).update(from: delta + row * width + number * panel, count: panel)
          }
          source = UnsafePointer(columns)
        }
        // The biases are the weights of one more input that is always 1: strides of zero repeat it.
        tessera_add_products(
          one, 0, 0, 1, Int32(rows), source, 1, gradient + layer.biasStart + number * panel, panel)
        // dW += rows^T delta
        let weights = gradient + number * layer.inputs * panel
        if index == 0 {
          tessera_add_column_products(
            contexts, Int32(layer.inputs), Int32(rows), source, 1, weights, panel)
        } else {
          tessera_add_products(
            forward.outputs[index - 1], 1, widths[index - 1], Int32(layer.inputs), Int32(rows), source, 1,
            weights, panel)
        }
      }
      guard index > 0 else { return }
      let (next, nextWidth) = (deltas[index - 1], widths[index - 1])
      next.update(repeating: 0, count: rows * nextWidth)
      tessera_add_products(
        delta, width, 1, Int32(rows), Int32(width), transposed[index], nextWidth / panel, next, nextWidth)
    }
  }
}
