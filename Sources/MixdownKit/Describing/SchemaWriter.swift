import Diagnostics
import Quantities
import SessionModel
import Tables

/// Writes JSON Schema (draft-07) from the tables that the decoder reads by.
///
/// A schema sees one file at a time, so what layers decide is left to the program: names that must exist, keys
/// that a parent or preset brings, units of computed values. What it accepts and refuses otherwise, the decoder
/// accepts and refuses too.
struct SchemaWriter {
  private var definitions: [String: JSONValue] = [:]

  static let identifierPattern = "^[a-z][a-z0-9_]*$"

  func sortedDefinitions() -> JSONValue {
    .object(definitions.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) })
  }

  /// A reference to the definition called `name`, made on first use.
  mutating func reference(_ name: String, _ make: (inout SchemaWriter) -> JSONValue) -> JSONValue {
    if definitions[name] == nil {
      definitions[name] = true  // while it is being made, for shapes that hold themselves
      definitions[name] = make(&self)
    }
    return ["$ref": .string("#/definitions/\(name)")]
  }

  // MARK: Fields

  /// The schema of a field's value, with its description and default.
  mutating func schema(of field: FieldShape) -> JSONValue {
    var members: [JSONValue.Member] = [.init("description", .string(description(of: field)))]
    if let initial = field.initial { members.append(.init("default", initialValue(initial, field.shape))) }
    if case .scalar(let scalar) = field.shape, !scalar.examples.isEmpty, scalar.choices.isEmpty,
      !scalar.isBoolean
    {
      members.append(.init("examples", .array(scalar.examples.map { .string($0) })))
    }
    members.append(.init("anyOf", .array(alternatives(field.shape))))
    return .object(members)
  }

  private func description(of field: FieldShape) -> String {
    guard case .scalar(let scalar) = field.shape, let range = scalar.rangeText else { return field.summary }
    return "\(field.summary) Range: \(range)."
  }

  private func initialValue(_ text: String, _ shape: Shape) -> JSONValue {
    guard case .scalar(let scalar) = shape, scalar.isBoolean else { return .string(text) }
    return .bool(text == "true")
  }

  /// What may stand at a place of this shape: its own forms, and what may stand anywhere.
  private mutating func alternatives(_ shape: Shape) -> [JSONValue] {
    own(shape) + [reference("open") { _ in Self.open }]
  }

  private static let open: JSONValue = [
    "description": .string(
      "`null` removes what a layer below says; `$name` is a parameter of this file or of one that extends it."
    ),
    "anyOf": [["type": "null"], ["type": "string", "pattern": "\\$(\\(|[a-z])"]],
  ]

  private mutating func own(_ shape: Shape) -> [JSONValue] {
    switch shape {
    case .scalar(let scalar): return own(scalar)
    case .record(let record):
      var forms = [reference(name(of: record)) { $0.definition(of: record) }]
      if record.acceptsNone { forms.insert(["const": "none"], at: 0) }
      if let key = record.shorthand, let field = record.fields.first(where: { $0.key == key }) {
        forms = own(field.shape) + forms
      }
      return forms
    case .map(let element, let noun): return [map(of: element, naming: noun)]
    case .variants(let variants):
      return [reference(identifier(from: variants.noun.droppingArticle + "s") ?? "") { $0.chain(variants) }]
    case .list(let element):
      return [["type": "array", "items": ["anyOf": .array(alternatives(element))]]]
    case .scalarOrList(let scalar, let element): return own(scalar) + own(element) + own(.list(of: element))
    case .lanes(let point): return [lanes(of: point)]
    case .freeMap(let summary, true):
      return [
        [
          "description": .string(summary), "type": "object",
          "patternProperties": [
            "^(\(Version.settable.joined(separator: "|")))(\\.[a-z][a-z0-9_]*)*$": true, "^x-": true,
          ], "additionalProperties": false,
        ]
      ]
    case .freeMap(let summary, false):
      return [
        [
          "description": .string(summary), "type": "object",
          "patternProperties": [
            Self.identifierPattern: ["type": ["string", "number", "boolean"]], "^x-": true,
          ], "additionalProperties": false,
        ]
      ]
    }
  }

  // MARK: Scalars

  private mutating func own(_ scalar: ScalarShape) -> [JSONValue] {
    if scalar.isText { return [["type": ["string", "number", "boolean"]]] }
    if scalar.isBoolean { return [["type": "boolean"]] }
    if scalar.pattern == "(\(scalar.choices.joined(separator: "|")))" {
      return [["enum": .array(names(scalar.choices))]]
    }
    var forms: [JSONValue] = []
    if scalar.acceptsNumber {
      forms.append(number(scalar))
    } else if accepts("0", scalar) {
      forms.append(["const": 0])
    }
    let name = identifier(from: String(scalar.noun.droppingArticle.prefix { $0 != ":" })) ?? "value"
    forms.append(
      reference(name) { _ in
        [
          "description": .string(scalar.noun), "type": "string",
          "pattern": .string("^(?:\(scalar.pattern))$"),
        ]
      })
    return forms
  }

  /// Names that YAML reads as numbers may stand as numbers too: `bit_depth: 24`.
  private func names(_ choices: [String]) -> [JSONValue] {
    choices.flatMap { name -> [JSONValue] in
      if let whole = Int(name) { return [.integer(whole), .string(name)] }
      if let number = Double(name), number.isFinite { return [.number(number), .string(name)] }
      return [.string(name)]
    }
  }

  private func number(_ scalar: ScalarShape) -> JSONValue {
    var members: [JSONValue.Member] = [.init("type", scalar.noun == Whole.noun ? "integer" : "number")]
    if !scalar.choices.isEmpty || scalar.noun == Slope.noun {
      // A few numbers only: those that the pattern takes.
      let taken = scalar.noun == Slope.noun ? Slope.allowed : [-6, -4.5, -3, 0]
      return ["enum": .array(taken.map { .number($0) })]
    }
    if scalar.noun == SampleRate.noun {
      return ["type": "integer", "minimum": 8000, "maximum": 768_000]
    }
    if let range = scalar.range {
      if range.lowerBound.isFinite { members.append(.init("minimum", .number(range.lowerBound))) }
      if range.upperBound.isFinite { members.append(.init("maximum", .number(range.upperBound))) }
    }
    return .object(members)
  }

  private func accepts(_ text: String, _ scalar: ScalarShape) -> Bool {
    guard let pattern = try? Regex(scalar.pattern) else { return false }
    return (try? pattern.wholeMatch(in: text)) != nil
  }

  // MARK: Mappings

  private func name(of record: RecordShape) -> String {
    identifier(from: record.noun.droppingArticle) ?? "mapping"
  }

  private mutating func definition(of record: RecordShape) -> JSONValue {
    var members = [.init("description", .string(record.summary))] + object(record.fields, required: [])
    let pairs = record.oneOf.enumerated().flatMap { index, key in
      record.oneOf.dropFirst(index + 1).map { other -> JSONValue in ["required": [.string(key), .string(other)]] }
    }
    if !pairs.isEmpty { members.append(.init("not", pairs.count == 1 ? pairs[0] : ["anyOf": .array(pairs)])) }
    return .object(members)
  }

  /// Lists of points by the paths of parameters.
  private mutating func lanes(of point: RecordShape) -> JSONValue {
    [
      "type": "object",
      "patternProperties": [
        "^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)*$": ["anyOf": .array(alternatives(.list(of: .record(point))))],
        "^x-": true,
      ], "additionalProperties": false,
    ]
  }

  /// A closed mapping of `fields`; keys that this version does not take are left out, so they are refused.
  mutating func object(_ fields: [FieldShape], required: [String]) -> [JSONValue.Member] {
    var properties: [JSONValue.Member] = []
    for field in fields where field.later == nil { properties.append(.init(field.key, schema(of: field))) }
    var members: [JSONValue.Member] = [.init("type", "object")]
    if !required.isEmpty { members.append(.init("required", .array(required.map { .string($0) }))) }
    return members + [
      .init("properties", .object(properties)), .init("patternProperties", ["^x-": true]),
      .init("additionalProperties", false),
    ]
  }

  private mutating func map(of element: Shape, naming noun: String) -> JSONValue {
    [
      "type": "object",
      "patternProperties": [
        Self.identifierPattern: ["anyOf": .array(alternatives(element))], "^x-": true,
      ], "additionalProperties": false,
    ]
  }

  // MARK: Variants

  /// Named things whose type is their `type:` or, without one, their name.
  private mutating func chain(_ variants: VariantsShape) -> JSONValue {
    let noun = identifier(from: variants.noun.droppingArticle) ?? "part"
    let typed = reference(noun) { $0.typed(variants, noun: noun) }
    let byName = variants.cases.map { variant -> JSONValue.Member in
      let own = reference("\(noun)_\(variant.type)") {
        $0.definition(of: $0.withType(variant.record, variants))
      }
      return .init(
        variant.type,
        [
          "description": .string(variant.record.summary), "if": ["required": ["type"]], "then": typed,
          "else": ["anyOf": [own, reference("open") { _ in Self.open }]],
        ])
    }
    return [
      "description": .string("Each is \(variants.noun). A name that is no type needs a `type:`."),
      "type": "object", "properties": .object(byName),
      // The names above match too; both schemas hold then.
      "patternProperties": [Self.identifierPattern: typed, "^x-": true], "additionalProperties": false,
    ]
  }

  /// One of the variants, told by its `type:`; without one, a mapping that any of them could be.
  private mutating func typed(_ variants: VariantsShape, noun: String) -> JSONValue {
    var branches: [JSONValue] = []
    for variant in variants.cases {
      let own = reference("\(noun)_\(variant.type)") {
        $0.definition(of: $0.withType(variant.record, variants))
      }
      branches.append([
        "if": ["properties": ["type": ["const": .string(variant.type)]], "required": ["type"]], "then": own,
      ])
    }
    var properties: [JSONValue.Member] = [.init("type", typeSchema(variants))]
    var shared: [String: [FieldShape]] = [:]
    var order: [String] = []
    for field in variants.cases.flatMap(\.record.fields) where field.later == nil {
      if shared[field.key] == nil { order.append(field.key) }
      shared[field.key, default: []].append(field)
    }
    for key in order {
      var forms: [JSONValue] = []
      for form in (shared[key] ?? []).flatMap({ own($0.shape) }) where !forms.contains(form) {
        forms.append(form)
      }
      forms.append(reference("open") { _ in Self.open })
      properties.append(.init(key, ["anyOf": .array(forms)]))
    }
    return [
      "description": .string(
        "\(variants.noun.prefix(1).uppercased() + variants.noun.dropFirst()), told by its `type`."),
      "anyOf": [
        [
          "type": "object", "properties": .object(properties), "patternProperties": ["^x-": true],
          "additionalProperties": false, "allOf": .array(branches),
        ],
        reference("open") { _ in Self.open },
      ],
    ]
  }

  private func typeSchema(_ variants: VariantsShape) -> JSONValue {
    [
      "description": "The type, where the name is none.",
      "enum": .array(variants.cases.map { .string($0.type) }),
    ]
  }

  /// The table of a variant with the key that tells its type.
  private func withType(_ record: RecordShape, _ variants: VariantsShape) -> RecordShape {
    var scalar = ScalarShape(String.self)
    scalar.isText = false
    scalar.choices = variants.cases.map(\.type)
    scalar.pattern = "(\(scalar.choices.joined(separator: "|")))"
    var record = record
    record.fields.insert(
      FieldShape(key: "type", shape: .scalar(scalar), summary: "The type, where the name is none."), at: 0)
    return record
  }
}
