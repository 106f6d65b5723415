package import Diagnostics
import SessionModel
import Tables

/// The kinds of file that have a schema.
public enum SchemaKind: String, Sendable, CaseIterable {
  case session, template, preset
}

/// The schema of `kind` as text, with a line end after it.
func schemaText(_ kind: SchemaKind) -> String { schemaValue(kind).text(indented: true) + "\n" }

package func schemaValue(_ kind: SchemaKind) -> JSONValue {
  var writer = SchemaWriter()
  return switch kind {
  case .session: writer.sessionSchema()
  case .template: writer.templateSchema()
  case .preset: writer.presetSchema()
  }
}

extension SchemaWriter {
  private static let source = "http://json-schema.org/draft-07/schema#"

  mutating func sessionSchema() -> JSONValue {
    guard case .record(let record) = FileShapes.session else { return nil }
    var members = head(
      "session", title: "Mixdown session", description: "One song, mixed as code: `*.mix.yaml`, edition 1.")
    members += object(record.fields, required: ["mixdown"])
    // A file that extends another may leave out what its parent says.
    if let complete = completeness(of: .record(record), except: ["mixdown"]) {
      members += [
        .init("if", ["required": ["extends"]]), .init("then", true),
        .init("else", ["allOf": [["required": ["tracks"]], complete]]),
      ]
    }
    members.append(.init("definitions", sortedDefinitions()))
    return .object(members)
  }

  /// A session without anything that must be there, but for the edition.
  mutating func templateSchema() -> JSONValue {
    guard case .record(let record) = FileShapes.session else { return nil }
    var members = head(
      "template", title: "Mixdown template",
      description: "What several songs share, for `extends`: `*.template.yaml`, edition 1.")
    members += object(record.fields, required: ["mixdown"])
    members.append(.init("definitions", sortedDefinitions()))
    return .object(members)
  }

  mutating func presetSchema() -> JSONValue {
    var members = head(
      "preset", title: "Mixdown preset",
      description:
        "A chain of inserts, a channel strip or a master to be laid below others: `*.preset.yaml`, edition 1."
    )
    let kindField: JSONValue = [
      "description": .string("What the preset is for: `inserts`, `channel` or `master`."),
      "enum": .array(PresetKind.allCases.map { .string($0.rawValue) }),
    ]
    var properties: [JSONValue.Member] = []
    for field in FileShapes.presetHead { properties.append(.init(field.key, schema(of: field))) }
    properties.insert(.init("preset", kindField), at: min(1, properties.count))
    let keys = properties.map(\.name)
    var names: [String] = []
    for kind in PresetKind.allCases {
      for field in FileShapes.presetFields(kind) where field.later == nil && !keys.contains(field.key) {
        if !names.contains(field.key) { names.append(field.key) }
      }
    }
    // Each key is described under its kind; here they are only let through.
    properties += names.map { .init($0, true) }
    members += [
      .init("type", "object"), .init("required", ["mixdown", "preset"]),
      .init("properties", .object(properties)), .init("patternProperties", ["^x-": true]),
      .init("additionalProperties", false),
      .init("allOf", .array(PresetKind.allCases.map { branch($0, head: keys) })),
      .init("definitions", sortedDefinitions()),
    ]
    return .object(members)
  }

  /// What a preset of `kind` may hold.
  private mutating func branch(_ kind: PresetKind, head: [String]) -> JSONValue {
    var properties: [JSONValue.Member] = head.map { .init($0, true) }
    for field in FileShapes.presetFields(kind) where field.later == nil {
      properties.append(.init(field.key, schema(of: field)))
    }
    return [
      "if": ["properties": ["preset": ["const": .string(kind.rawValue)]], "required": ["preset"]],
      "then": [
        "properties": .object(properties), "patternProperties": ["^x-": true], "additionalProperties": false,
      ],
    ]
  }

  private func head(_ name: String, title: String, description: String) -> [JSONValue.Member] {
    [
      .init("$schema", .string(Self.source)), .init("title", .string(title)),
      .init("description", .string(description)),
    ]
  }
}
