import CTesseraKernels
import Foundation

/// Loss of a batch and its gradient by backpropagation.
struct GradientPass {
  /// One list for each layer, arranged as its parameters.
  private(set) var gradients: [[Float]]
  private let count: Int
  private let forward: ForwardPass

  /// - Parameter comparisons: Number of comparisons of the batch.
  init(_ model: RewardModel, comparisons: Int) {
    count = 2 * comparisons
    gradients = model.layers.map { Array(repeating: 0, count: $0.parameters.count) }
    forward = ForwardPass(model, capacity: count)
  }

  /// Fills `gradients` and returns the loss (see `RewardTraining`).
  ///
  /// - Parameter weights: One for each alternative, mean 1.
  mutating func run(
    _ model: RewardModel, _ contexts: Matrix<Float>, _ batch: [Comparison], _ weights: [Float], lambda: Float
  ) -> Float {
    let d = contexts.columns
    let inputs = UnsafeMutablePointer<Float>.allocate(capacity: max(count * d, 1))
    defer { inputs.deallocate() }
    contexts.withUnsafeBufferPointer { contexts in
      guard let base = contexts.baseAddress else { return }
      for (place, comparison) in batch.enumerated() {
        (inputs + 2 * place * d).update(from: base + Int(comparison.a) * d, count: d)
        (inputs + (2 * place + 1) * d).update(from: base + Int(comparison.b) * d, count: d)
      }
    }
    forward.run(model, inputs, count: count)

    // dLoss / dr of every row, in the first place of the last layer's padded outputs.
    let last = model.layers.count - 1
    var delta = [Float](repeating: 0, count: count * model.layers[last].paddedOutputs)
    let width = model.layers[last].paddedOutputs
    var loss: Float = 0
    let total = batch.reduce(0) { $0 + Float($1.count) }
    for (place, comparison) in batch.enumerated() {
      let (ra, rb) = (forward.reward(2 * place), forward.reward(2 * place + 1))
      let (va, vb) = (weights[Int(comparison.a)], weights[Int(comparison.b)])
      let p = Float(comparison.outcome)
      let share = Float(comparison.count) / total
      let difference = ra - rb
      let small = exp(-abs(difference))
      let probability = difference >= 0 ? 1 / (1 + small) : small / (1 + small)
      loss += share * va * vb * (log1p(small) + (difference >= 0 ? (1 - p) * difference : -p * difference))
      let slope = share * va * vb * (probability - p)
      // Both alternatives of a comparison count half in the mean over alternatives.
      loss += lambda * share / 2 * (va * ra * ra + vb * rb * rb)
      delta[2 * place * width] = slope + lambda * share * va * ra
      delta[(2 * place + 1) * width] = -slope + lambda * share * vb * rb
    }
    backward(model, inputs, d, &delta)
    return loss
  }

  private mutating func backward(
    _ model: RewardModel, _ inputs: UnsafePointer<Float>, _ inputStride: Int, _ delta: inout [Float]
  ) {
    for index in model.layers.indices.reversed() {
      let layer = model.layers[index]
      let width = layer.paddedOutputs
      if layer.isRectified {
        let outputs = forward.outputs[index]
        for place in delta.indices where outputs[place] <= 0 { delta[place] = 0 }
      }
      let (rows, stride) =
        index == 0
        ? (inputs, inputStride) : (UnsafePointer(forward.outputs[index - 1]), model.layers[index - 1].paddedOutputs)
      // dW = rows^T delta, panel by panel: a panel of delta is [row][32].
      for panel in 0..<layer.panels {
        var columns = [Float](repeating: 0, count: count * DenseLayer.panel)
        for row in 0..<count {
          for k in 0..<DenseLayer.panel {
            columns[row * DenseLayer.panel + k] = delta[row * width + panel * DenseLayer.panel + k]
          }
        }
        for row in 0..<count {
          for k in 0..<DenseLayer.panel {
            gradients[index][layer.biasStart + panel * DenseLayer.panel + k] += columns[row * DenseLayer.panel + k]
          }
        }
        gradients[index].withUnsafeMutableBufferPointer { gradient in
          guard let base = gradient.baseAddress else { return }
          tessera_strided_products(
            rows, 1, stride, Int32(layer.inputs), Int32(count), columns, 1,
            base + panel * layer.inputs * DenseLayer.panel, DenseLayer.panel)
        }
      }
      guard index > 0 else { return }
      let below = model.layers[index - 1].paddedOutputs
      var next = [Float](repeating: 0, count: count * below)
      next.withUnsafeMutableBufferPointer { next in
        guard let base = next.baseAddress else { return }
        tessera_strided_products(
          delta, width, 1, Int32(count), Int32(width), layer.transposed(), below / DenseLayer.panel, base, below)
      }
      delta = next
    }
  }
}
