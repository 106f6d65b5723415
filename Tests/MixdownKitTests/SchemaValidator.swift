import Diagnostics

/// Validates by the part of JSON Schema draft-07 that our schemas use; any other keyword is a fault of the schema.
///
/// Faults are found, not explained: a text for each, for the test's message.
struct SchemaValidator {
  let root: JSONValue

  private static let annotations: Set<String> = [
    "$schema", "title", "description", "default", "examples", "definitions",
  ]

  func faults(_ value: JSONValue) -> [String] { faults(value, root, at: "") }

  private func faults(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
    switch schema {
    case .bool(let accepts): return accepts ? [] : ["\(path) is not allowed"]
    case .object(let keywords):
      // Beside a reference nothing else counts (draft-07, 8.3).
      if case .string(let reference)? = schema["$ref"] {
        return faults(value, definition(reference), at: path)
      }
      return keywords.flatMap { keyword in faults(value, keyword, of: schema, at: path) }
    default: return ["the schema at \(path) is neither an object nor a boolean"]
    }
  }

  private func definition(_ reference: String) -> JSONValue {
    root["definitions"]?[reference.replacing("#/definitions/", with: "")]
      ?? .string("no definition \(reference)")
  }

  private func faults(_ value: JSONValue, _ keyword: JSONValue.Member, of schema: JSONValue, at path: String)
    -> [String]
  {
    switch (keyword.name, keyword.value) {
    case ("type", .string(let type)): return has(value, type) ? [] : ["\(path) is no \(type)"]
    case ("type", .array(let types)):
      let fits = types.contains { if case .string(let type) = $0 { has(value, type) } else { false } }
      return fits ? [] : ["\(path) is of none of the types"]
    case ("enum", .array(let values)):
      return values.contains { isEqual($0, value) } ? [] : ["\(path) is not listed"]
    case ("const", let constant): return isEqual(constant, value) ? [] : ["\(path) is not \(constant.text())"]
    case ("pattern", .string(let pattern)):
      guard case .string(let text) = value else { return [] }
      return matches(text, pattern) ? [] : ["\(path) does not match"]
    case ("minimum", let bound):
      guard let number = number(value), let bound = self.number(bound) else { return [] }
      return number >= bound ? [] : ["\(path) is below \(bound)"]
    case ("maximum", let bound):
      guard let number = number(value), let bound = self.number(bound) else { return [] }
      return number <= bound ? [] : ["\(path) is above \(bound)"]
    case ("required", .array(let keys)):
      guard case .object = value else { return [] }
      return keys.compactMap { key in
        if case .string(let key) = key, value[key] == nil { "\(path) lacks \(key)" } else { nil }
      }
    case ("properties", .object), ("patternProperties", .object), ("additionalProperties", _):
      return keyword.name == members(of: schema).first ? faultsOfMembers(value, schema, at: path) : []
    case ("items", let items):
      guard case .array(let elements) = value else { return [] }
      return elements.enumerated().flatMap { faults($0.element, items, at: "\(path)[\($0.offset)]") }
    case ("allOf", .array(let schemas)): return schemas.flatMap { faults(value, $0, at: path) }
    case ("anyOf", .array(let schemas)):
      let all = schemas.map { faults(value, $0, at: path) }
      return all.contains([]) ? [] : all.flatMap(\.self)
    case ("not", let refused):
      return faults(value, refused, at: path).isEmpty ? ["\(path) is what it must not be"] : []
    case ("if", let condition):
      let holds = faults(value, condition, at: path).isEmpty
      return (holds ? schema["then"] : schema["else"]).map { faults(value, $0, at: path) } ?? []
    case ("then", _), ("else", _): return []
    case (let name, _) where Self.annotations.contains(name): return []
    default: return ["the schema at \(path) uses `\(keyword.name)`, which this validator does not know"]
    }
  }

  /// The three keywords about members count together; they are looked at when the first of them comes up.
  private func members(of schema: JSONValue) -> [String] {
    guard case .object(let keywords) = schema else { return [] }
    return keywords.map(\.name).filter {
      ["properties", "patternProperties", "additionalProperties"].contains($0)
    }
  }

  private func faultsOfMembers(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
    guard case .object(let entries) = value else { return [] }
    var patterns: [JSONValue.Member] = []
    if case .object(let found)? = schema["patternProperties"] { patterns = found }
    return entries.flatMap { entry -> [String] in
      let below = path.isEmpty ? entry.name : "\(path).\(entry.name)"
      var schemas = patterns.filter { matches(entry.name, $0.name) }.map(\.value)
      if let own = schema["properties"]?[entry.name] { schemas.append(own) }
      if schemas.isEmpty, let others = schema["additionalProperties"] { schemas.append(others) }
      return schemas.flatMap { faults(entry.value, $0, at: below) }
    }
  }

  // MARK: Values

  private func has(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
      ("number", .integer), ("number", .number), ("integer", .integer):
      true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }

  private func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let whole): Double(whole)
    case .number(let number): number
    default: nil
    }
  }

  private func isEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
    if let left = number(left), let right = number(right) { return left == right }
    return left == right
  }

  private func matches(_ text: String, _ pattern: String) -> Bool {
    guard let expression = try? Regex(pattern) else { return false }
    return text.firstMatch(of: expression) != nil
  }
}
