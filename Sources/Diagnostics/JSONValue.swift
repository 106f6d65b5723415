/// A JSON value whose objects keep the order in which they were written.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// Written in the shortest form that reads back as the same number; what JSON cannot write (infinities,
  /// not-a-number) becomes `null`.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public init(_ value: Bool?) { self = value.map { .bool($0) } ?? .null }
  public init(_ value: Int?) { self = value.map { .integer($0) } ?? .null }
  public init(_ value: Double?) { self = value.map { .number($0) } ?? .null }
  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }

  /// The value of an object's member; nil when this is no object or has no such member.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The value as text: on one line, or indented by two spaces a level, without a line end after it.
  public func text(indented: Bool = false) -> String {
    var text = ""
    write(to: &text, indented: indented, depth: 0)
    return text
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0, $1) })
  }
}

extension JSONValue {
  private func write(to text: inout String, indented: Bool, depth: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.text(value)
    case .string(let value): Self.write(value, to: &text)
    case .array(let elements):
      Self.write(elements, to: &text, brackets: ("[", "]"), indented: indented, depth: depth) {
        $0.write(to: &$1, indented: indented, depth: depth + 1)
      }
    case .object(let members):
      Self.write(members, to: &text, brackets: ("{", "}"), indented: indented, depth: depth) {
        Self.write($0.name, to: &$1)
        $1 += ": "
        $0.value.write(to: &$1, indented: indented, depth: depth + 1)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], to text: inout String, brackets: (String, String), indented: Bool, depth: Int,
    element write: (Element, inout String) -> Void
  ) {
    text += brackets.0
    for (index, element) in elements.enumerated() {
      if index > 0 { text += indented ? "," : ", " }
      if indented { text += "\n" + String(repeating: "  ", count: depth + 1) }
      write(element, &text)
    }
    if indented, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: depth) }
    text += brackets.1
  }

  private static func text(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    let text = value.description  // the shortest that reads back as the same number
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
