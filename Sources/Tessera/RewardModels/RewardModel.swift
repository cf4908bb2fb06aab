/// A reward as a function of the context: linear, or a multilayer perceptron with rectified hidden layers.
///
/// It scores answers that were never compared. The rewards of a data set alone are `RewardEstimate`.
public struct RewardModel: Sendable, Equatable {
  var layers: [DenseLayer]

  /// Sizes from the context's dimension to the one reward: [d, 32, 32, 1] for the paper's perceptron, [d, 1] for a
  /// linear reward.
  public var sizes: [Int] { [layers[0].inputs] + layers.map(\.outputs) }

  public var dimension: Int { layers[0].inputs }

  /// A model with random weights.
  ///
  /// - Parameter hidden: Sizes of the hidden layers; empty for a linear reward, which starts from zero.
  public init(dimension: Int, hidden: [Int], seed: UInt64) {
    var random = RandomStream(seed: seed, for: .modelStart)
    let sizes = [dimension] + hidden + [1]
    layers = (0..<sizes.count - 1).map { k in
      let last = k == sizes.count - 2
      if hidden.isEmpty { return DenseLayer(inputs: sizes[k], outputs: sizes[k + 1], isRectified: false) }
      return DenseLayer(inputs: sizes[k], outputs: sizes[k + 1], isRectified: !last, random: &random)
    }
  }

  /// A model from its numbers.
  ///
  /// - Parameter tensors: For each layer weights (outputs x inputs, row-major) and biases (outputs).
  /// - Precondition: Sizes follow one another and end in 1.
  public init(tensors: [(weights: Matrix<Float>, biases: [Float])]) {
    precondition(!tensors.isEmpty && tensors[tensors.count - 1].weights.rows == 1)
    layers = tensors.enumerated().map { k, tensor in
      precondition(tensor.biases.count == tensor.weights.rows)
      precondition(k == 0 || tensors[k - 1].weights.rows == tensor.weights.columns)
      var layer = DenseLayer(
        inputs: tensor.weights.columns, outputs: tensor.weights.rows, isRectified: k < tensors.count - 1)
      for output in 0..<layer.outputs {
        for input in 0..<layer.inputs { layer[input, output] = tensor.weights[output, input] }
        layer.parameters[layer.biasStart + output] = tensor.biases[output]
      }
      return layer
    }
  }

  /// Weights (outputs x inputs) and biases of each layer.
  public var tensors: [(weights: Matrix<Float>, biases: [Float])] {
    layers.map { layer in
      var weights = Matrix<Float>(rows: layer.outputs, columns: layer.inputs)
      for output in 0..<layer.outputs {
        for input in 0..<layer.inputs { weights[output, input] = layer[input, output] }
      }
      return (weights, Array(layer.parameters[layer.biasStart..<layer.biasStart + layer.outputs]))
    }
  }

  /// Rewards of contexts.
  ///
  /// - Parameter contexts: n x `dimension`.
  /// - Throws: `ContextsError.dimension`; `ContextsError.reward` where a sum is beyond what `Float` holds.
  /// - Complexity: O(n x number of weights).
  public func rewards(of contexts: Contexts, work: Work = Work()) throws -> [Double] {
    guard contexts.dimension == dimension else {
      throw ContextsError.dimension(found: contexts.dimension, expected: dimension)
    }
    let rows = contexts.singlePrecision
    var result = [Double](repeating: 0, count: contexts.count)
    let pieceRows = 256
    rows.withUnsafeBufferPointer { rows in
      result.withUnsafeMutableBufferPointer { result in
        let (rows, result) = (SharedInput(rows), Shared(result))
        work.forEachWithoutPause(pieces: (contexts.count + pieceRows - 1) / pieceRows) { piece, _ in
          let count = min(pieceRows, contexts.count - piece * pieceRows)
          let pass = ForwardPass(self, capacity: count)
          pass.run(self, rows[address: piece * pieceRows * dimension], count: count)
          for row in 0..<count { result[piece * pieceRows + row] = Double(pass.reward(row)) }
        }
      }
    }
    if let place = result.firstIndex(where: { !$0.isFinite }) {
      throw ContextsError.reward(alternative: place)
    }
    return result
  }
}

/// Space for the outputs of every layer over a batch of rows.
final class ForwardPass {
  let outputs: [UnsafeMutablePointer<Float>]
  private let widths: [Int]

  init(_ model: RewardModel, capacity: Int) {
    widths = model.layers.map(\.paddedOutputs)
    outputs = widths.map { .allocate(capacity: max($0 * capacity, 1)) }
  }

  deinit { for output in outputs { output.deallocate() } }

  /// Rows that lie one behind the other.
  func run(_ model: RewardModel, _ rows: UnsafePointer<Float>, count: Int) {
    model.layers[0].forward(rows, rowStride: model.dimension, count: count, into: outputs[0])
    runAbove(model, count: count)
  }

  /// Rows that each lie at a place of their own.
  func run(_ model: RewardModel, _ rows: [UnsafePointer<Float>?]) {
    model.layers[0].forward(rows, into: outputs[0])
    runAbove(model, count: rows.count)
  }

  private func runAbove(_ model: RewardModel, count: Int) {
    for (k, layer) in model.layers.enumerated().dropFirst() {
      layer.forward(outputs[k - 1], rowStride: widths[k - 1], count: count, into: outputs[k])
    }
  }

  func reward(_ row: Int) -> Float { outputs[outputs.count - 1][row * widths[widths.count - 1]] }
}
