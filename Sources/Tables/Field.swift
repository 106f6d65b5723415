public import Quantities

/// A plain struct that a mapping of a file is decoded into, by its table.
public protocol Record: Sendable {
  /// What a sentence calls it, with its article: "a track".
  static var noun: String { get }
  static var summary: String { get }
  /// The table: one line a key.
  static var fields: [Field<Self>] { get }
  static var shorthand: String? { get }
  /// A key that is short for one named thing of another.
  static var wrapping: RecordShape.Wrapping? { get }
  /// Keys of which exactly one must be there.
  static var oneOf: [String] { get }
  /// Every field at its default.
  init()
}

extension Record {
  public static var shorthand: String? { nil }
  public static var wrapping: RecordShape.Wrapping? { nil }
  public static var oneOf: [String] { [] }

  public static var recordShape: RecordShape {
    RecordShape(
      noun: noun, summary: summary, fields: fields.map(\.shape), shorthand: shorthand, wrapping: wrapping,
      oneOf: oneOf)
  }
}

/// One line of a table: a key, where its value goes, what it may be, and what it means.
///
/// The initial value of the property is the default; there is no second place where it is written.
public struct Field<Root>: Sendable {
  public var shape: FieldShape
  public var decode: @Sendable (Setting, inout Root, inout Decoder) -> Void
  /// The value as it would be written, for scalars.
  public var text: @Sendable (Root) -> String?
  /// Where the rest of a lane's path, past this key, leads.
  public var target: @Sendable (Root, ArraySlice<String>) -> AutomationLookup<Root> = { _, _ in
    .fixed("it is no number")
  }

  public init(
    shape: FieldShape, decode: @escaping @Sendable (Setting, inout Root, inout Decoder) -> Void,
    text: @escaping @Sendable (Root) -> String? = { _ in nil }
  ) {
    self.shape = shape
    self.decode = decode
    self.text = text
  }
}

extension Field where Root: Sendable {
  /// A quantity without bounds of its own.
  public init<Value: Quantity>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ summary: String, initial: Value? = nil
  ) {
    let scalar = ScalarShape(Value.self)
    self.init(
      shape: FieldShape(key: key, shape: .scalar(scalar), summary: summary, initial: initial?.text),
      decode: { setting, root, decoder in
        if let value = decoder.quantity(setting, as: Value.self, scalar) { root[keyPath: path] = value }
      }, text: { $0[keyPath: path].text })
  }

  /// A number within `range`, in its base unit; bounds are inclusive.
  public init<Value: NumericQuantity>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ range: ClosedRange<Double>,
    _ summary: String, initial: Value? = nil, automation: FieldShape.Automation = .none
  ) {
    let scalar = ScalarShape(Value.self, in: range)
    self.init(
      shape: FieldShape(key: key, shape: .scalar(scalar), summary: summary, initial: initial?.text),
      decode: { setting, root, decoder in
        if let value = decoder.number(setting, as: Value.self, scalar) { root[keyPath: path] = value }
      }, text: { $0[keyPath: path].text })
    automate(
      automation, scale: Value.scale,
      parse: { text throws(QuantityError) in .number(try Value(parsing: text).magnitude) },
      text: { Value(magnitude: $0).text },
      get: { .number($0[keyPath: path].magnitude) }, set: { $0[keyPath: path] = Value(magnitude: $1) })
  }

  /// A switch that automation can turn.
  public init(
    _ key: String, _ path: any WritableKeyPath<Root, Bool> & Sendable, _ summary: String, initial: Bool,
    automation: FieldShape.Automation
  ) {
    self.init(key, path, summary, initial: initial)
    automate(
      automation, scale: .linear,
      parse: { text throws(QuantityError) in .number(try Bool(parsing: text) ? 1 : 0) },
      text: { ($0 >= 0.5).text },
      get: { .number($0[keyPath: path] ? 1 : 0) }, set: { $0[keyPath: path] = $1 >= 0.5 })
  }

  /// A duration within `seconds`. A musical one is checked once the tempo is known.
  public init(
    _ key: String, _ path: any WritableKeyPath<Root, TimeSpan> & Sendable, _ seconds: ClosedRange<Double>,
    _ summary: String, initial: TimeSpan, automation: FieldShape.Automation = .none
  ) {
    let scalar = ScalarShape(seconds: seconds)
    self.init(
      shape: FieldShape(key: key, shape: .scalar(scalar), summary: summary, initial: initial.text),
      decode: { setting, root, decoder in
        if let value = decoder.duration(setting, scalar) { root[keyPath: path] = value }
      }, text: { $0[keyPath: path].text })
    automate(
      automation, scale: .logarithmic, parse: { text throws(QuantityError) in .time(try TimeSpan(parsing: text)) },
      text: { TimeSpan.seconds($0).text },
      get: { .time($0[keyPath: path]) }, set: { $0[keyPath: path] = .seconds($1) })
  }

  /// A duration within `seconds` that may be left out.
  public init(
    _ key: String, _ path: any WritableKeyPath<Root, TimeSpan?> & Sendable, _ seconds: ClosedRange<Double>,
    _ summary: String, automation: FieldShape.Automation = .none
  ) {
    let scalar = ScalarShape(seconds: seconds)
    self.init(
      shape: FieldShape(key: key, shape: .scalar(scalar), summary: summary),
      decode: { setting, root, decoder in
        if let value = decoder.duration(setting, scalar) { root[keyPath: path] = value }
      }, text: { $0[keyPath: path]?.text })
    automate(
      automation, scale: .logarithmic, parse: { text throws(QuantityError) in .time(try TimeSpan(parsing: text)) },
      text: { TimeSpan.seconds($0).text },
      get: { $0[keyPath: path].map { .time($0) } }, set: { $0[keyPath: path] = .seconds($1) })
  }

  /// A quantity that may be left out.
  public init<Value: Quantity>(
    _ key: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ summary: String
  ) {
    let scalar = ScalarShape(Value.self)
    self.init(
      shape: FieldShape(key: key, shape: .scalar(scalar), summary: summary),
      decode: { setting, root, decoder in
        if let value = decoder.quantity(setting, as: Value.self, scalar) { root[keyPath: path] = value }
      }, text: { $0[keyPath: path]?.text })
  }

  /// A number within `range` that may be left out.
  public init<Value: NumericQuantity>(
    _ key: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ range: ClosedRange<Double>,
    _ summary: String, automation: FieldShape.Automation = .none
  ) {
    let scalar = ScalarShape(Value.self, in: range)
    self.init(
      shape: FieldShape(key: key, shape: .scalar(scalar), summary: summary),
      decode: { setting, root, decoder in
        if let value = decoder.number(setting, as: Value.self, scalar) { root[keyPath: path] = value }
      }, text: { $0[keyPath: path]?.text })
    automate(
      automation, scale: Value.scale,
      parse: { text throws(QuantityError) in .number(try Value(parsing: text).magnitude) },
      text: { Value(magnitude: $0).text },
      get: { $0[keyPath: path].map { .number($0.magnitude) } }, set: { $0[keyPath: path] = Value(magnitude: $1) })
  }

  /// A mapping with a table of its own.
  public init<Value: Record>(_ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ summary: String) {
    self.init(
      shape: FieldShape(key: key, shape: .record(Value.recordShape), summary: summary),
      decode: { setting, root, decoder in
        if let value = decoder.record(setting, as: Value.self) { root[keyPath: path] = value }
      })
    target = { root, rest in
      automationTarget(rest, of: root[keyPath: path], in: Value.fields)
        .lifted({ $0[keyPath: path] }, { $0[keyPath: path] = $1 })
    }
  }

  /// A mapping with a table of its own, that may be left out or be `none`, which are the same.
  public init<Value: Record>(_ key: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ summary: String) {
    var shape = Value.recordShape
    shape.acceptsNone = true
    self.init(
      shape: FieldShape(key: key, shape: .record(shape), summary: summary, initial: "none"),
      decode: { setting, root, decoder in
        if setting.text == "none" {
          root[keyPath: path] = nil
        } else if let value = decoder.record(setting, as: Value.self) {
          root[keyPath: path] = value
        }
      })
  }

  /// Named things, each with the same table.
  public init<Value: Record>(
    _ key: String, _ path: any WritableKeyPath<Root, Named<Value>> & Sendable, naming: String, _ summary: String
  ) {
    self.init(
      shape: FieldShape(key: key, shape: .map(of: .record(Value.recordShape), naming: naming), summary: summary),
      decode: { setting, root, decoder in
        decoder.named(setting, naming: naming) { id, part, decoder in
          if let value = decoder.record(part, as: Value.self) { root[keyPath: path].append(id, value) }
        }
      })
    target = { root, rest in Self.target(in: path, of: root, rest) { _ in Value.fields } }
  }

  /// Named things, each with a type.
  public init<Value: VariantRecord>(
    _ key: String, _ path: any WritableKeyPath<Root, Named<Value>> & Sendable, _ summary: String
  ) {
    self.init(
      shape: FieldShape(key: key, shape: .variants(Value.variantsShape), summary: summary),
      decode: { setting, root, decoder in
        decoder.named(setting, naming: Value.noun) { id, part, decoder in
          if let value = decoder.variant(part, id: id, as: Value.self) { root[keyPath: path].append(id, value) }
        }
      })
    target = { root, rest in
      Self.target(in: path, of: root, rest) { value in Value.cases.first { $0.type == value.type }?.fields ?? [] }
    }
  }

  /// Follows a lane's path into one of several named things.
  private static func target<Value: Sendable>(
    in path: any WritableKeyPath<Root, Named<Value>> & Sendable, of root: Root, _ rest: ArraySlice<String>,
    fields: (Value) -> [Field<Value>]
  ) -> AutomationLookup<Root> {
    guard let id = rest.first else { return .fixed("it is no single value") }
    let named = root[keyPath: path]
    guard let place = named.firstIndex(where: { $0.id == id }) else { return .unknown(id, among: named.map(\.id)) }
    return automationTarget(rest.dropFirst(), of: named[place].value, in: fields(named[place].value))
      .lifted({ $0[keyPath: path].items[place].value }, { $0[keyPath: path].items[place].value = $1 })
  }

  /// A list of records, or one of them, or one value that `make` makes one from.
  public init<Value: Record>(
    _ key: String, _ path: any WritableKeyPath<Root, [Value]> & Sendable, single scalar: ScalarShape,
    _ summary: String, initial: String? = nil, make: @escaping @Sendable (Setting, inout Decoder) -> Value?
  ) {
    self.init(
      shape: FieldShape(
        key: key, shape: .scalarOrList(scalar, of: .record(Value.recordShape)), summary: summary, initial: initial),
      decode: { setting, root, decoder in
        if case .list(let items) = setting.content {
          // One slip, however many there are of them.
          guard items.isEmpty || items.contains(where: { $0.text == nil }) else {
            return decoder.refuseTexts(setting, Value.self)
          }
          let values = items.enumerated().compactMap { index, item in
            decoder.at("\(index)") { $0.record(item, as: Value.self) }
          }
          // Where none could be read, the default stays.
          if !values.isEmpty || items.isEmpty { root[keyPath: path] = values }
        } else if setting.entries != nil {
          if let value = decoder.record(setting, as: Value.self) { root[keyPath: path] = [value] }
        } else if let value = make(setting, &decoder) {
          root[keyPath: path] = [value]
        }
      })
  }

  /// A list of quantities.
  public init<Value: Quantity>(
    _ key: String, _ path: any WritableKeyPath<Root, [Value]?> & Sendable, _ summary: String
  ) {
    let scalar = ScalarShape(Value.self)
    self.init(
      shape: FieldShape(key: key, shape: .list(of: .scalar(scalar)), summary: summary),
      decode: { setting, root, decoder in
        root[keyPath: path] = decoder.items(setting, key).compactMap { decoder.quantity($0, as: Value.self, scalar) }
      })
  }

  /// A key of the format that this version does not take yet: refused with a word about it, never ignored.
  public static func later(_ key: String, _ summary: String, with delivery: String) -> Field {
    var field = Field(
      shape: FieldShape(key: key, shape: .freeMap(summary: summary), summary: summary), decode: { _, _, _ in })
    field.shape.later = delivery
    return field
  }

  public func required() -> Field {
    var field = self
    field.shape.isRequired = true
    field.shape.initial = nil
    return field
  }
}

extension Named: Equatable where Value: Equatable {
  public static func == (a: Named, b: Named) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.id == $1.id && $0.value == $1.value }
  }
}

/// Named things in the order they were written.
public struct Named<Value: Sendable>: Sendable, RandomAccessCollection {
  public typealias Element = (id: String, value: Value)
  var items: [Element] = []

  public init() {}
  public init(_ items: [Element]) { self.items = items }

  public var startIndex: Int { items.startIndex }
  public var endIndex: Int { items.endIndex }
  public subscript(position: Int) -> Element { items[position] }
  public subscript(id: String) -> Value? { items.first { $0.id == id }?.value }
  public mutating func append(_ id: String, _ value: Value) { items.append((id, value)) }
}
