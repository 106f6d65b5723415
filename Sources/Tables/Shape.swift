public import Quantities

/// What may stand at a place of a file, as data: the schema, the reference, completion and the expansion of
/// shorthands are read off it, and the decoder is made from the same line of the same table.
public indirect enum Shape: Sendable {
  case scalar(ScalarShape)
  case record(RecordShape)
  /// Named things in a mapping: tracks, buses, deliverables.
  case map(of: Shape, naming: String)
  /// Named things, each with a type that is its key's name or its `type:`: inserts, EQ bands.
  case variants(VariantsShape)
  case list(of: Shape)
  /// One value, or what it stands for, or a list of those: `tempo`.
  case scalarOrList(ScalarShape, of: Shape)
  /// Lists by the paths of parameters: automation lanes.
  case lanes(of: RecordShape)
  /// A mapping from names to texts, checked elsewhere (`with:`); or from paths to whatever stands there (`set:`).
  case freeMap(summary: String, byPath: Bool = false)
}

public struct ScalarShape: Sendable {
  public var noun: String
  public var examples: [String]
  public var pattern: String
  public var acceptsNumber: Bool
  /// The names of a choice, else empty.
  public var choices: [String] = []
  public var isBoolean = false
  public var isText = false
  /// Bounds in the base unit, and how they are written.
  public var range: ClosedRange<Double>?
  public var rangeText: String?
  /// Why a text is no such value, its bounds apart; `nil` when it is one.
  public var refusal: @Sendable (String) -> QuantityError?

  public init<Value: Quantity>(_: Value.Type) {
    noun = Value.noun
    examples = Value.examples
    pattern = Value.pattern
    acceptsNumber = Value.acceptsNumber
    if let choice = Value.self as? any Choice.Type { choices = choice.examples }
    isBoolean = Value.self == Bool.self
    isText = Value.self == String.self
    refusal = { text in
      do throws(QuantityError) {
        _ = try Value(parsing: text)
        return nil
      } catch { return error }
    }
  }

  public init<Value: NumericQuantity>(_: Value.Type, in range: ClosedRange<Double>) {
    self.init(Value.self)
    self.range = range
    let low = Value(magnitude: range.lowerBound).text
    rangeText =
      range.upperBound == .infinity
      ? "at least \(low)" : "\(low) … \(Value(magnitude: range.upperBound).text)"
  }
}

extension ScalarShape {
  /// Whether a value lies within the bounds, as far as that can be told without a tempo.
  func contains(_ value: some Quantity) -> Bool {
    guard let range else { return true }
    if case .seconds(let seconds)? = value as? TimeSpan { return range.contains(seconds) }
    return (value as? any NumericQuantity).map { range.contains($0.magnitude) } ?? true
  }

  /// A duration with bounds in seconds.
  public init(seconds: ClosedRange<Double>) {
    self.init(TimeSpan.self)
    range = seconds
    rangeText = "\(TimeSpan.seconds(seconds.lowerBound).text) … \(TimeSpan.seconds(seconds.upperBound).text)"
  }
}

public struct RecordShape: Sendable {
  /// What a sentence calls it: "a track".
  public var noun: String
  public var summary: String
  public var fields: [FieldShape]
  /// The key that a bare scalar stands for: `hall: -14 dB` is `{level: -14 dB}`.
  public var shorthand: String?
  /// Whether `none` may be written instead.
  public var acceptsNone: Bool
  /// A key that is short for one named thing of another key.
  public var wrapping: Wrapping?
  /// Keys of which exactly one must be there.
  public var oneOf: [String]

  /// `stem: F` is `clips: {stem: {stem: F}}`.
  public struct Wrapping: Sendable {
    public var key: String
    public var into: String

    public init(_ key: String, into: String) {
      self.key = key
      self.into = into
    }
  }

  public init(
    noun: String, summary: String, fields: [FieldShape], shorthand: String? = nil, acceptsNone: Bool = false,
    wrapping: Wrapping? = nil, oneOf: [String] = []
  ) {
    self.noun = noun
    self.summary = summary
    self.fields = fields
    self.shorthand = shorthand
    self.acceptsNone = acceptsNone
    self.wrapping = wrapping
    self.oneOf = oneOf
  }
}

public struct VariantsShape: Sendable {
  /// What a sentence calls one of them: "an insert".
  public var noun: String
  public var cases: [VariantShape]

  public init(noun: String, cases: [VariantShape]) {
    self.noun = noun
    self.cases = cases
  }
}

public struct VariantShape: Sendable {
  public var type: String
  public var record: RecordShape

  public init(type: String, record: RecordShape) {
    self.type = type
    self.record = record
  }
}

/// One line of a table, without the type it is decoded into.
public struct FieldShape: Sendable {
  public enum Automation: Sendable, Equatable {
    /// Not a number: nothing to automate.
    case none
    /// Moved in short steps, smoothed between them: what needs new coefficients.
    case stepped
    /// Moved with every sample, and by jumps of 5 ms: levels, pans, widths, mixes, mutes.
    case exact
    /// A number that stays as it is, and why.
    case fixed(String)

    public var moves: Bool { self == .stepped || self == .exact }
  }

  public var key: String
  public var shape: Shape
  public var summary: String
  /// The default, as it would be written; `nil` when there is none.
  public var initial: String?
  public var isRequired = false
  public var automation = Automation.none
  /// What brings it, when this version does not take it yet.
  public var later: String?

  public init(key: String, shape: Shape, summary: String, initial: String? = nil) {
    self.key = key
    self.shape = shape
    self.summary = summary
    self.initial = initial
  }
}
