/// Something that can be preferred: an answer, a question with its answer, or a model.
public struct Alternative: Sendable, Hashable, Codable, Identifiable {
  /// The name that comparisons use. Two alternatives with the same bytes are the same alternative.
  public let id: String
  public let text: String?
  public let prompt: String?
  public let model: String?

  public init(id: String, text: String? = nil, prompt: String? = nil, model: String? = nil) {
    self.id = id
    self.text = text
    self.prompt = prompt
    self.model = model
  }
}
