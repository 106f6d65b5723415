public import Quantities

/// A plain struct that a mapping of a file is decoded into, by its table.
public protocol Record: Sendable {
  /// What a sentence calls it, with its article: "a track".
  static var noun: String { get }
  static var summary: String { get }
  /// The table: one line a key.
  static var fields: [Field<Self>] { get }
  static var shorthand: String? { get }
  /// Every field at its default.
  init()
}

extension Record {
  public static var shorthand: String? { nil }

  public static var recordShape: RecordShape {
    RecordShape(noun: noun, summary: summary, fields: fields.map(\.shape), shorthand: shorthand)
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
    shape.automation = automation
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
    shape.automation = automation
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
    shape.automation = automation
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
    shape.automation = automation
  }

  /// A mapping with a table of its own.
  public init<Value: Record>(_ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ summary: String) {
    self.init(
      shape: FieldShape(key: key, shape: .record(Value.recordShape), summary: summary),
      decode: { setting, root, decoder in
        if let value = decoder.record(setting, as: Value.self) { root[keyPath: path] = value }
      })
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
  }

  /// A list of quantities.
  public init<Value: Quantity>(
    _ key: String, _ path: any WritableKeyPath<Root, [Value]?> & Sendable, _ summary: String
  ) {
    let scalar = ScalarShape(Value.self)
    self.init(
      shape: FieldShape(key: key, shape: .list(of: .scalar(scalar)), summary: summary),
      decode: { setting, root, decoder in
        guard case .list(let items) = setting.content else {
          decoder.report(.wrongKind, "`\(key)` is a list, but \(setting.kind) was found", at: setting)
          return
        }
        root[keyPath: path] = items.compactMap { decoder.quantity($0, as: Value.self, scalar) }
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
