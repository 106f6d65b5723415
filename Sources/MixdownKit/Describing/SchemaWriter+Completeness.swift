import Diagnostics
import Quantities
import SessionModel
import Tables

extension SchemaWriter {
  /// What a file must say when no layer lies below it: required keys, and a `type:` where a name is none. `nil`
  /// when it must say nothing. Where a preset lies below, it may say the rest.
  mutating func completeness(of shape: Shape, except: Set<String> = []) -> JSONValue? {
    switch shape {
    case .scalar, .freeMap: return nil
    case .scalarOrList(_, let element):
      return completeness(of: element).map {
        ["if": ["type": "array"], "then": ["items": $0], "else": ["if": ["type": "object"], "then": $0]]
      }
    case .list(let element):
      return completeness(of: element).map { ["if": ["type": "array"], "then": ["items": $0]] }
    case .lanes(let point):
      guard let inner = completeness(of: .record(point)) else { return nil }
      return ["additionalProperties": ["if": ["type": "array"], "then": ["items": inner]]]
    case .map(let element, _):
      return completeness(of: element).map { ["patternProperties": [Self.identifierPattern: $0]] }
    case .variants(let variants): return completeness(of: variants)
    case .record(let record):
      var own = completeness(of: record.fields, except: except)
      if !record.oneOf.isEmpty {
        let either: JSONValue = ["anyOf": .array(record.oneOf.map { ["required": [.string($0)]] })]
        own = own.map { ["allOf": [$0, either]] } ?? either
      }
      guard let own, Session.nounsWithPreset.contains(record.noun) else { return own }
      return ["if": ["required": ["preset"]], "then": true, "else": own]
    }
  }

  private mutating func completeness(of fields: [FieldShape], except: Set<String>) -> JSONValue? {
    var required: [JSONValue] = []
    var properties: [JSONValue.Member] = []
    for field in fields where field.later == nil {
      if field.isRequired, !except.contains(field.key) { required.append(.string(field.key)) }
      // A deliverable's master lies over the session's.
      let isOverlay = field.key == "master" && fields.contains { $0.key == "format" }
      if !isOverlay, let inner = completeness(of: field.shape) { properties.append(.init(field.key, inner)) }
    }
    var members: [JSONValue.Member] = []
    if !required.isEmpty { members.append(.init("required", .array(required))) }
    if !properties.isEmpty { members.append(.init("properties", .object(properties))) }
    return members.isEmpty ? nil : .object(members)
  }

  private mutating func completeness(of variants: VariantsShape) -> JSONValue? {
    var inner: [(type: String, schema: JSONValue?)] = []
    for variant in variants.cases {
      inner.append((variant.type, completeness(of: variant.record.fields, except: [])))
    }
    let noun = identifier(from: variants.noun.droppingArticle) ?? "part"
    let typed = reference("complete_\(noun)") { _ in
      let branches = inner.compactMap { type, schema -> JSONValue? in
        guard let schema else { return nil }
        return [
          "if": ["properties": ["type": ["const": .string(type)]], "required": ["type"]], "then": schema,
        ]
      }
      let members: [JSONValue.Member] = branches.isEmpty ? [] : [.init("allOf", .array(branches))]
      return .object([.init("required", ["type"])] + members)
    }
    let named = inner.map { type, schema in
      JSONValue.Member(type, ["if": ["required": ["type"]], "then": typed, "else": schema ?? true])
    }
    return ["properties": .object(named), "patternProperties": ["^x-": true], "additionalProperties": typed]
  }
}
