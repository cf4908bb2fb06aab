import CTesseraKernels

/// One layer of a reward model: outputs = activation(inputs W + b).
///
/// Weights lie in panels of 32 outputs, [panel][input][32], as the product kernel wants them; places beyond the
/// outputs are zero and stay zero.
struct DenseLayer: Sendable, Equatable {
  let inputs: Int
  let outputs: Int
  /// Whether negative outputs become zero (ReLU); the last layer has no activation.
  let isRectified: Bool
  /// `panels * inputs * 32` weights, then `panels * 32` biases.
  var parameters: [Float]

  static let panel = Int(TESSERA_PANEL)
  var panels: Int { (outputs + Self.panel - 1) / Self.panel }
  /// Outputs with their padding: the width of a row of outputs.
  var paddedOutputs: Int { panels * Self.panel }
  var biasStart: Int { paddedOutputs * inputs }

  /// A layer of zeros.
  init(inputs: Int, outputs: Int, isRectified: Bool) {
    self.inputs = inputs
    self.outputs = outputs
    self.isRectified = isRectified
    let padded = (outputs + Self.panel - 1) / Self.panel * Self.panel
    parameters = Array(repeating: 0, count: padded * (inputs + 1))
  }

  /// Random weights of variance 2 / inputs for rectified layers, 1 / inputs for the last (He et al., 2015).
  init(inputs: Int, outputs: Int, isRectified: Bool, random: inout RandomStream) {
    self.init(inputs: inputs, outputs: outputs, isRectified: isRectified)
    let deviation = ((isRectified ? 2 : 1) / Double(max(inputs, 1))).squareRoot()
    for input in 0..<inputs {
      for output in 0..<outputs { parameters[position(input, output)] = Float(deviation * random.normal()) }
    }
  }

  func position(_ input: Int, _ output: Int) -> Int {
    (output / Self.panel * inputs + input) * Self.panel + output % Self.panel
  }

  /// Weight from an input to an output.
  subscript(input: Int, output: Int) -> Float {
    get { parameters[position(input, output)] }
    set { parameters[position(input, output)] = newValue }
  }

  /// Weights of the transposed layer, padded alike: [panel of inputs][output][32].
  func transposed() -> [Float] {
    let inputPanels = (inputs + Self.panel - 1) / Self.panel
    var result = [Float](repeating: 0, count: inputPanels * paddedOutputs * Self.panel)
    for input in 0..<inputs {
      for output in 0..<outputs {
        result[(input / Self.panel * paddedOutputs + output) * Self.panel + input % Self.panel] =
          self[input, output]
      }
    }
    return result
  }

  /// result = activation(rows W + b); rows of `rowStride` numbers, results of `paddedOutputs`.
  func forward(
    _ rows: UnsafePointer<Float>, rowStride: Int, count: Int, into result: UnsafeMutablePointer<Float>
  ) {
    forward(count: count, into: result) { weights in
      tessera_add_products(
        rows, rowStride, 1, Int32(count), Int32(inputs), weights, panels, result, paddedOutputs)
    }
  }

  /// The same for rows that each lie at a place of their own.
  func forward(_ rows: [UnsafePointer<Float>?], into result: UnsafeMutablePointer<Float>) {
    forward(count: rows.count, into: result) { weights in
      tessera_add_row_products(
        rows, Int32(rows.count), Int32(inputs), weights, panels, result, paddedOutputs)
    }
  }

  private func forward(
    count: Int, into result: UnsafeMutablePointer<Float>, addProducts: (UnsafePointer<Float>) -> Void
  ) {
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      for row in 0..<count {
        (result + row * paddedOutputs).update(from: base + biasStart, count: paddedOutputs)
      }
      addProducts(base)
      if isRectified {
        for place in 0..<count * paddedOutputs { result[place] = max(result[place], 0) }
      }
    }
  }
}
