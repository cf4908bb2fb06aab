import Tessera
import Testing

@Suite struct RewardModelTests {
  @Test func `Tensors rebuild the model`() throws {
    let model = RewardModel(dimension: 9, hidden: [40, 3], seed: 1)
    #expect(model.sizes == [9, 40, 3, 1])
    let again = RewardModel(tensors: model.tensors)
    #expect(again == model)
    // The forward pass, written out.
    var random = RandomStream(seed: 2)
    let row = (0..<9).map { _ in random.normal() }
    var values = row
    for (k, layer) in model.tensors.enumerated() {
      values = (0..<layer.weights.rows).map { output in
        let sum = values.indices.reduce(Double(layer.biases[output])) {
          $0 + Double(layer.weights[output, $1]) * values[$1]
        }
        return k < 2 ? max(sum, 0) : sum
      }
    }
    let reward = try model.rewards(of: Contexts(Matrix([row])))[0]
    #expect(abs(reward - values[0]) < 1e-5)
    // The sum of products is beyond what Float holds.
    #expect(throws: ContextsError.reward(alternative: 1)) {
      try model.rewards(of: Contexts(Matrix([row, row.map { $0 * 1e200 }])))
    }
    #expect(throws: ContextsError.dimension(found: 2, expected: 9)) {
      try model.rewards(of: Contexts(Matrix([[1, 2.0]])))
    }
  }
}
