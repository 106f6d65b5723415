/// A record whose table depends on its type: an insert, an EQ band.
public protocol VariantRecord: Sendable {
  static var noun: String { get }
  static var cases: [VariantCase<Self>] { get }
  /// Which of the cases it is.
  var type: String { get }
}

public struct VariantCase<Root>: Sendable {
  public var type: String
  public var summary: String
  public var make: @Sendable () -> Root
  public var fields: [Field<Root>]

  public init(type: String, summary: String, fields: [Field<Root>], make: @escaping @Sendable () -> Root) {
    self.type = type
    self.summary = summary
    self.fields = fields
    self.make = make
  }
}

extension VariantRecord {
  public static var variantsShape: VariantsShape {
    VariantsShape(
      noun: noun,
      cases: cases.map { variant in
        VariantShape(
          type: variant.type,
          record: RecordShape(noun: noun, summary: variant.summary, fields: variant.fields.map(\.shape)))
      })
  }
}

extension Field {
  /// The same line for an outer value that holds a `Root`.
  public func lifted<Outer>(
    _ get: @escaping @Sendable (Outer) -> Root, _ set: @escaping @Sendable (inout Outer, Root) -> Void
  ) -> Field<Outer> {
    let decode = decode, text = text, target = target
    var field = Field<Outer>(
      shape: shape,
      decode: { setting, outer, decoder in
        var root = get(outer)
        decode(setting, &root, &decoder)
        set(&outer, root)
      }, text: { text(get($0)) })
    field.target = { target(get($0), $1).lifted(get, set) }
    return field
  }
}
