public import Diagnostics
import Processors
import Quantities
public import Tables

/// A processor as `processors` and the reference describe it.
public struct ProcessorPage: Sendable {
  public let type: String
  public let summary: String
  /// Its own parameters, without those that every insert has.
  public let parameters: [FieldShape]

  public static var all: [ProcessorPage] {
    standardCatalog.map {
      ProcessorPage(type: $0.type, summary: $0.summary, parameters: $0.parameters.map(\.shape))
    }
  }

  /// The keys that every insert has, whatever its processor.
  static var commonKeys: [String] {
    guard let first = Insert.cases.first, let own = all.first else { return [] }
    let ownKeys = Set(own.parameters.map(\.key))
    return first.fields.map(\.shape.key).filter { !ownKeys.contains($0) }
  }

  /// Parameters that are themselves named things of several types: the bands of an equaliser.
  var variants: [(key: String, shape: VariantsShape)] {
    parameters.compactMap { field in
      if case .variants(let shape) = field.shape { (field.key, shape) } else { nil }
    }
  }

  // MARK: Text

  /// A table for a terminal, `columns` wide.
  public func text(columns: Int = 100) -> String {
    var text = "\(type)\n\n" + wrapped(summary, columns: columns) + "\n\n"
    text += Self.table(parameters, columns: columns)
    for (key, shape) in variants {
      for variant in shape.cases {
        text += "\n\(key): \(variant.type)\n" + wrapped(variant.record.summary, columns: columns) + "\n\n"
        text += Self.table(variant.record.fields, columns: columns)
      }
    }
    return text
  }

  private static func table(_ fields: [FieldShape], columns: Int) -> String {
    let rows = fields.filter { $0.later == nil }.map { field -> [String] in
      [field.key, value(field.shape), field.initial ?? (field.isRequired ? "required" : "–"), field.summary]
    }
    let widths = (0..<3).map { place in rows.map { $0[place].count }.max() ?? 0 }
    let indentation = 2 + widths.reduce(0) { $0 + $1 + 2 }
    return rows.map { row in
      let head = "  " + (0..<3).map { padded(row[$0], widths[$0] + 2) }.joined()
      let prose = wrapped(row[3], columns: max(30, columns - indentation)).split(separator: "\n")
      return head + prose.joined(separator: "\n" + String(repeating: " ", count: indentation)) + "\n"
    }.joined()
  }

  static func value(_ shape: Shape) -> String {
    switch shape {
    case .scalar(let scalar):
      if !scalar.choices.isEmpty { return scalar.choices.joined(separator: " | ") }
      if let range = scalar.rangeText { return range }
      if scalar.isBoolean { return "true | false" }
      return scalar.noun.droppingArticle.replacing("`", with: "")
    case .record(let record): return record.noun.droppingArticle
    case .map(_, let noun): return "names, each \(noun)"
    case .variants(let variants): return "names, each \(variants.noun)"
    case .list(let element): return "list of \(value(element))"
    case .freeMap: return "names and values"
    case .scalarOrList(let scalar, _): return "\(scalar.noun), or a list of changes"
    case .lanes: return "lanes"
    }
  }

  // MARK: JSON

  public var json: JSONValue {
    [
      "type": .string(type), "summary": .string(summary), "parameters": .array(parameters.map(Self.json)),
    ]
  }

  private static func json(_ field: FieldShape) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("key", .string(field.key)), .init("summary", .string(field.summary)),
      .init("default", JSONValue(field.initial)), .init("required", .bool(field.isRequired)),
      .init("automatable", .bool(field.automation.moves)), .init("later", JSONValue(field.later)),
    ]
    switch field.shape {
    case .scalar(let scalar):
      members.append(.init("value", .string(scalar.noun)))
      members.append(.init("range", JSONValue(scalar.rangeText)))
      if !scalar.choices.isEmpty {
        members.append(.init("choices", .array(scalar.choices.map { .string($0) })))
      }
    case .variants(let variants):
      members.append(.init("value", .string(value(field.shape))))
      members.append(
        .init(
          "types",
          .array(
            variants.cases.map { variant in
              [
                "type": .string(variant.type), "summary": .string(variant.record.summary),
                "parameters": .array(variant.record.fields.map(json)),
              ]
            })))
    default: members.append(.init("value", .string(value(field.shape))))
    }
    return .object(members)
  }
}

/// `text` in lines of at most `columns` characters, broken at blanks.
package func wrapped(_ text: String, columns: Int) -> String {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= columns {
      lines[lines.count - 1] = "\(last) \(word)"
    } else {
      lines.append(String(word))
    }
  }
  return lines.joined(separator: "\n")
}
