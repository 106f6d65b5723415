public import Quantities

/// A value of a parameter as automation sees it. A musical time is one only at a place of the song.
public enum AutomationValue: Sendable, Equatable {
  case number(Double)
  case time(TimeSpan)
}

/// What automation must know of a parameter that it moves.
public struct AutomatableParameter: Sendable {
  public var scale: QuantityScale
  /// Moved with every sample, and by jumps of 5 ms.
  public var isExact: Bool
  public var scalar: ScalarShape
  public var parse: @Sendable (String) throws(QuantityError) -> AutomationValue
  /// A number in the base unit as it would be written.
  public var text: @Sendable (Double) -> String
  /// What the file says, or the default; `nil` when there is neither.
  public var initial: AutomationValue?

  /// Whether points may give an `offset` in dB.
  public var takesOffset: Bool { scale == .decibels }
}

/// A parameter of `Root`, with the way to set it.
public struct AutomationTarget<Root>: Sendable {
  public var parameter: AutomatableParameter
  public var set: @Sendable (inout Root, Double) -> Void
}

/// Where the path of a lane leads.
public enum AutomationLookup<Root>: Sendable {
  case target(AutomationTarget<Root>)
  /// To something that does not move, and why: `it is no number`.
  case fixed(String)
  /// Nowhere: this key is none of those.
  case unknown(String, among: [String])

  public func lifted<Outer>(
    _ get: @escaping @Sendable (Outer) -> Root, _ set: @escaping @Sendable (inout Outer, Root) -> Void
  ) -> AutomationLookup<Outer> {
    switch self {
    case .fixed(let reason): return .fixed(reason)
    case .unknown(let key, let keys): return .unknown(key, among: keys)
    case .target(let target):
      return .target(
        AutomationTarget<Outer>(parameter: target.parameter) { outer, value in
          var root = get(outer)
          target.set(&root, value)
          set(&outer, root)
        })
    }
  }
}

/// Follows the path of a lane through a table, one key at a time.
public func automationTarget<Root>(
  _ path: ArraySlice<String>, of root: Root, in fields: [Field<Root>]
) -> AutomationLookup<Root> {
  guard let key = path.first else { return .fixed("it is no single value") }
  guard let field = fields.first(where: { $0.shape.key == key && $0.shape.later == nil }) else {
    return .unknown(key, among: fields.filter { $0.shape.later == nil }.map(\.shape.key))
  }
  return field.target(root, path.dropFirst())
}

extension Field where Root: Sendable {
  /// Lets automation at a scalar, as its table line says.
  mutating func automate(
    _ automation: FieldShape.Automation, scale: QuantityScale,
    parse: @escaping @Sendable (String) throws(QuantityError) -> AutomationValue,
    text: @escaping @Sendable (Double) -> String,
    get: @escaping @Sendable (Root) -> AutomationValue?, set: @escaping @Sendable (inout Root, Double) -> Void
  ) {
    shape.automation = automation
    guard case .scalar(let scalar) = shape.shape else { return }
    let fixed: String? =
      switch automation {
      case .none: "it is no number"
      case .fixed(let reason): reason
      case .stepped, .exact: nil
      }
    target = { root, rest in
      if let key = rest.first { return .unknown(key, among: []) }
      if let fixed { return .fixed(fixed) }
      let parameter = AutomatableParameter(
        scale: scale, isExact: automation == .exact, scalar: scalar, parse: parse, text: text,
        initial: get(root))
      return .target(AutomationTarget(parameter: parameter, set: set))
    }
  }

  /// The same, for a quantity with a form of its own for the moving value.
  public func automated<Value: NumericQuantity>(
    _ automation: FieldShape.Automation, as _: Value.Type, in range: ClosedRange<Double>,
    get: @escaping @Sendable (Root) -> Double?, set: @escaping @Sendable (inout Root, Double) -> Void
  ) -> Field {
    var field = self
    field.shape.shape = .scalar(ScalarShape(Value.self, in: range))
    field.automate(
      automation, scale: Value.scale,
      parse: { text throws(QuantityError) in .number(try Value(parsing: text).magnitude) },
      text: { Value(magnitude: $0).text },
      get: { get($0).map { .number($0) } }, set: set)
    field.shape.shape = shape.shape
    return field
  }
}
