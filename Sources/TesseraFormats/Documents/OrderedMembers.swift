/// Values by name, in an order of their own: an object whose members the data name, as weighting schemes do.
///
/// Encoded, the members keep their order where the encoder does (`DocumentEncoder`). Readers of JSON do not
/// keep it: after reading, members stand in the order of their names. The order does not count when two are
/// compared.
public struct OrderedMembers<Value: Sendable & Equatable & Codable>: Sendable, Codable {
  public let names: [String]
  /// One for each name.
  public let values: [Value]

  /// - Precondition: As many names as values. Of a name that comes twice, only the last value is written.
  public init(_ names: [String], _ values: [Value]) {
    precondition(names.count == values.count)
    self.names = names
    self.values = values
  }

  /// The value of a name; nil where there is none.
  public subscript(name: String) -> Value? { names.lastIndex(of: name).map { values[$0] } }

  public init(from decoder: any Decoder) throws { try self.init(from: decoder, besides: []) }

  /// Reads the members of an object that are not read otherwise.
  init(from decoder: any Decoder, besides others: Set<String>) throws {
    let container = try decoder.container(keyedBy: MemberName.self)
    let keys = container.allKeys.filter { !others.contains($0.stringValue) }
      .sorted { $0.stringValue < $1.stringValue }
    self.init(keys.map(\.stringValue), try keys.map { try container.decode(Value.self, forKey: $0) })
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: MemberName.self)
    for (name, value) in zip(names, values) {
      try container.encode(value, forKey: MemberName(stringValue: name))
    }
  }
}

extension OrderedMembers: Equatable {
  public static func == (a: OrderedMembers, b: OrderedMembers) -> Bool {
    Set(a.names) == Set(b.names) && a.names.allSatisfy { a[$0] == b[$0] }
  }
}

private struct MemberName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
