#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The optimiser Adam (Kingma and Ba, 2015) for one list of parameters.
struct Adam: Sendable, Equatable, Codable {
  private(set) var steps = 0
  /// Running means of the gradient and of its square.
  private(set) var first: [Float]
  private(set) var second: [Float]

  init(parameters: Int) {
    first = Array(repeating: 0, count: parameters)
    second = first
  }

  /// An optimiser that has taken steps already.
  init(steps: Int, first: [Float], second: [Float]) {
    self.steps = steps
    self.first = first
    self.second = second
  }

  /// One step against the gradient.
  mutating func update(
    _ parameters: inout [Float], gradient: UnsafePointer<Float>, learningRate: Double, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8
  ) {
    steps += 1
    let correction1 = 1 - pow(beta1, Double(steps))
    let correction2 = 1 - pow(beta2, Double(steps))
    let rate = Float(learningRate / correction1)
    let scale = Float(1 / correction2)
    let (b1, b2, small) = (Float(beta1), Float(beta2), Float(epsilon))
    let count = parameters.count
    parameters.withUnsafeMutableBufferPointer { parameters in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          for i in 0..<count {
            let g = gradient[i]
            first[i] = b1 * first[i] + (1 - b1) * g
            second[i] = b2 * second[i] + (1 - b2) * g * g
            parameters[i] -= rate * first[i] / ((second[i] * scale).squareRoot() + small)
          }
        }
      }
    }
  }
}
