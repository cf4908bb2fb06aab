extension Contexts {
  /// Contexts of answers, with the answers to different prompts moved apart.
  ///
  /// A text under another prompt is another alternative: "yes" and "yes" are no copies where the questions differ. Contexts that
  /// were made of answers alone do not know that. Each prompt gets a direction of its own, drawn by its name alone; distances
  /// within a prompt stay as they are, and answers to different prompts come to lie further apart than any two answers are.
  ///
  /// - Parameter prompts: For each row the name of its prompt; nil for none, which is a prompt of its own.
  /// - Returns: m x (d + 32). Itself where there are fewer than two prompts.
  /// - Throws: `ContextsError.notFinite` where norms leave the range of numbers.
  /// - Complexity: O(m d).
  public func apart(byPrompt prompts: [String?]) throws -> Contexts {
    precondition(prompts.count == count)
    guard Set(prompts).count > 1 else { return self }
    var directions: [String?: [Double]] = [:]
    return try apart { i in
      if let known = directions[prompts[i]] { return known }
      let found = Self.direction(of: prompts[i])
      directions[prompts[i]] = found
      return found
    }
  }

  /// The answers alone: what `apart(byPrompt:)` was given.
  public var answers: Contexts {
    promptColumns == 0 ? self : selecting(columns: Array(0..<dimension - promptColumns))
  }

  /// A map of the answers; those to different prompts stay apart.
  func mapAnswers(_ map: (Contexts) throws -> Contexts) throws -> Contexts {
    guard promptColumns > 0 else { return try map(self) }
    return try map(answers).apart { i in
      let place = self.row(i).suffix(promptColumns)
      let norm = place.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return place.map { $0 / norm }
    }
  }

  /// - Parameter direction: Of each row, a unit vector.
  private func apart(_ direction: (Int) -> [Double]) throws -> Contexts {
    var largest = 0.0
    for i in 0..<count {
      var square = 0.0
      withRow(i) { _, value in square += value * value }
      largest = max(largest, square)
    }
    // Directions in 32 dimensions are nearly orthogonal: two prompts are some 5.7 norms apart, and two answers 2 at most.
    let length = 4 * (largest > 0 ? largest.squareRoot() : 1)
    let width = dimension + Self.promptDimensions
    func moved<Scalar: BinaryFloatingPoint>(_ values: Matrix<Scalar>) -> Matrix<Scalar> {
      var storage: [Scalar] = []
      storage.reserveCapacity(count * width)
      for i in 0..<count {
        storage.append(contentsOf: values.row(i))
        for value in direction(i) { storage.append(Scalar(value * length)) }
      }
      return Matrix(rows: count, columns: width, storage: storage)
    }
    let result =
      switch storage {
      case .single(let values): try Contexts(moved(values))
      case .double(let values): try Contexts(moved(values))
      }
    return Contexts(result, promptColumns: Self.promptDimensions)
  }

  private static let promptDimensions = 32

  /// A unit vector that a name alone decides.
  private static func direction(of prompt: String?) -> [Double] {
    var print = Fingerprint()
    print.add(prompt ?? "")
    print.add(prompt == nil ? 0 : 1)
    var state = print.word
    let values = (0..<promptDimensions).map { _ in
      Double(Int64(bitPattern: RandomStream.splitMix(&state))) / Double(Int64.max)
    }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / norm }
  }
}
