import TesseraFormats

/// A specification of Vega-Lite, as far as our figures need one: layers of marks on two axes that all of them share.
///
/// Names are Vega-Lite's own (version 6), and so is what they mean. Nothing in it is an expression: texts of the data stand in
/// rows alone, and are never evaluated.
public struct VegaLite: Sendable, Equatable, Codable {
  public var schema = "https://vega.github.io/schema/vega-lite/v6.json"
  public var name: String
  public var description: String
  public var width: Double
  public var height: Double
  public var layer: [Layer]
  public var resolve: Resolve?
  public var usermeta: Meta

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case name, description, width, height, layer, resolve, usermeta
  }

  /// For whoever shows it: whether a unit of one axis is as long as a unit of the other.
  public struct Meta: Sendable, Equatable, Codable { public var square: Bool }

  public struct Layer: Sendable, Equatable, Codable {
    public var data: Rows
    public var mark: Mark
    public var encoding: Encoding
  }

  public struct Rows: Sendable, Equatable, Codable { public var values: [Row] }

  public struct Row: Sendable, Equatable, Codable {
    public var x: Value?
    public var x2: Value?
    public var y: Value?
    public var y2: Value?
    public var series: String?
    /// What decides a colour by a scale, and a colour itself.
    public var value: Double?
    public var colour: String?
    public var text: String?
    /// Parts of a line with the same number hang together.
    public var run: Int?
    public var order: Int?
  }

  /// A number, or a name on an axis.
  public enum Value: Sendable, Equatable, Codable {
    case number(Double)
    case name(String)

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self =
        if let number = try? container.decode(Double.self) { .number(number) } else {
          .name(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .name(let name): try container.encode(name)
      }
    }
  }

  public struct Mark: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable { case line, point, bar, rule, text }

    public var type: Kind
    public var clip: Bool?
    public var filled: Bool?
    public var interpolate: String?
    public var size: Double?
    public var opacity: Double?
    public var stroke: String?
    public var strokeWidth: Double?
    public var color: String?
    public var align: String?
    public var baseline: String?
    public var dx: Double?
    public var dy: Double?

    public init(_ type: Kind) { self.type = type }
  }

  public struct Encoding: Sendable, Equatable, Codable {
    public var x: Channel?
    public var xOffset: Channel?
    public var x2: Channel?
    public var y: Channel?
    public var y2: Channel?
    public var color: Channel?
    public var fill: Channel?
    public var shape: Channel?
    public var strokeDash: Channel?
    public var detail: Channel?
    public var order: Channel?
    public var text: Channel?
    public var tooltip: [Channel]?

    public init() {}
  }

  public struct Channel: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable { case quantitative, nominal, ordinal }

    public var field: String
    public var type: Kind?
    /// An empty title is none.
    public var title: String?
    /// `null` where values are colours themselves.
    @Absent public var scale: Scale?
    public var axis: Axis?
    /// `null` for no legend.
    @Absent public var legend: Legend?
    public var format: String?

    public init(_ field: String, _ type: Kind? = nil, title: String? = nil) {
      (self.field, self.type, self.title) = (field, type, title)
      (_scale, _legend) = (Absent(), Absent())
    }
  }

  public struct Scale: Sendable, Equatable, Codable {
    public var type: String?
    public var domain: [Value]?
    public var range: [Style]?
    public var scheme: String?
    public var zero: Bool?
    public var nice: Bool?

    public init() {}
  }

  /// What a scale makes of a name: a colour, the name of a shape, or the lengths of dashes.
  public enum Style: Sendable, Equatable, Codable {
    case name(String)
    case dashes([Double])

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self =
        if let name = try? container.decode(String.self) { .name(name) } else {
          .dashes(try container.decode([Double].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .name(let name): try container.encode(name)
      case .dashes(let lengths): try container.encode(lengths)
      }
    }
  }

  public struct Axis: Sendable, Equatable, Codable {
    public var grid: Bool?
    public var labelLimit: Double?
    public var labelAngle: Double?
  }

  public struct Legend: Sendable, Equatable, Codable {
    public var title: String
    public var orient: String
    public var columns: Int?
    public var labelLimit: Double?
  }

  public struct Resolve: Sendable, Equatable, Codable {
    public var scale: [String: String]
  }
}

/// A member that is left out, `null`, or there: in Vega-Lite, left out means a default and `null` means none.
@propertyWrapper
public struct Absent<Value: Sendable & Equatable & Codable>: Sendable, Equatable, Codable {
  /// nil for `null` and for what is left out.
  public var wrappedValue: Value? { didSet { isLeftOut = false } }
  private(set) var isLeftOut = true

  public init() {}

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    isLeftOut = false
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}

extension KeyedEncodingContainer {
  mutating func encode<Value>(_ value: Absent<Value>, forKey key: Key) throws {
    guard !value.isLeftOut else { return }
    if let wrapped = value.wrappedValue {
      try encode(wrapped, forKey: key)
    } else {
      try encodeNil(forKey: key)
    }
  }
}

extension KeyedDecodingContainer {
  func decode<Value>(_ type: Absent<Value>.Type, forKey key: Key) throws -> Absent<Value> {
    try decodeIfPresent(type, forKey: key) ?? Absent()
  }

  /// `null` is a value here.
  func decodeIfPresent<Value>(_ type: Absent<Value>.Type, forKey key: Key) throws -> Absent<Value>? {
    guard contains(key) else { return nil }
    var found = Absent<Value>()
    found.wrappedValue = try decodeNil(forKey: key) ? nil : try decode(Value.self, forKey: key)
    return found
  }
}
