import Diagnostics

extension ShownSession {
  /// A session file again, each value followed by `# place`.
  func yaml() -> String {
    var lines: [(text: String, place: String?)] = []
    if let key = part.last {
      write([(key, root)], indentation: 0, to: &lines)
    } else if case .mapping(let members) = root {
      write(members, indentation: 0, to: &lines)
    }
    return aligned(lines)
  }

  /// A line for each value, its path in front.
  func flat() -> String {
    var lines: [(text: String, place: String?)] = []
    flatten(root, part, to: &lines)
    return aligned(lines)
  }

  private func flatten(_ node: Node, _ path: [String], to lines: inout [(text: String, place: String?)]) {
    let name = path.joined(separator: ".")
    switch node {
    case .scalar(let text, let isText, let origin):
      lines.append(("\(name) = \(yamlScalar(text, isText: isText))", place(origin)))
    case .list(_, let origin): lines.append(("\(name) = \(flow(node))", place(origin)))
    case .mapping(let members) where members.isEmpty: lines.append(("\(name) = {}", nil))
    case .mapping(let members): for (key, value) in members { flatten(value, path + [key], to: &lines) }
    }
  }

  private func aligned(_ lines: [(text: String, place: String?)]) -> String {
    let column = min(56, (lines.filter { $0.place != nil }.map(\.text.count).max() ?? 0)) + 2
    return lines.map { line in
      line.place.map { padded(line.text, column - 2) + "  # \($0)" } ?? line.text
    }.joined(separator: "\n") + "\n"
  }

  private func write(
    _ members: [(key: String, value: Node)], indentation: Int,
    to lines: inout [(text: String, place: String?)]
  ) {
    let blanks = String(repeating: " ", count: indentation)
    for (key, value) in members {
      switch value {
      case .scalar(let text, let isText, let origin):
        lines.append(("\(blanks)\(key): \(yamlScalar(text, isText: isText))", place(origin)))
      case .list(let items, let origin):
        if items.contains(where: \.isMapping) {
          lines.append(("\(blanks)\(key):", nil))
          for item in items { lines.append(("\(blanks)  - \(flow(item))", item.firstOrigin.map(place))) }
        } else {
          lines.append(("\(blanks)\(key): \(flow(value))", place(origin)))
        }
      case .mapping(let members) where members.isEmpty: lines.append(("\(blanks)\(key): {}", nil))
      case .mapping(let members):
        lines.append(("\(blanks)\(key):", nil))
        write(members, indentation: indentation + 2, to: &lines)
      }
    }
  }

  /// A value on one line.
  private func flow(_ node: Node) -> String {
    switch node {
    case .scalar(let text, let isText, _): yamlScalar(text, isText: isText, inFlow: true)
    case .list(let items, _): "[\(items.map(flow).joined(separator: ", "))]"
    case .mapping(let members): "{\(members.map { "\($0.key): \(flow($0.value))" }.joined(separator: ", "))}"
    }
  }

  private func place(_ origin: Origin) -> String {
    switch origin {
    case .initial: "default"
    case .written(let range, let via, let over):
      place(range) + (via.isEmpty ? "" : " (used at \(via.map(place).joined(separator: ", ")))")
        + over.map { ", over \($0.text) of \(place($0.range))" }.joined()
    }
  }

  private func place(_ range: SourceRange) -> String {
    range.file.path.hasPrefix("--set") ? "--set" : "\(range.file.path):\(range.start.line)"
  }

  // MARK: JSON

  func json() -> JSONValue {
    var origins: [JSONValue.Member] = []
    let session = value(root, path: part.joined(separator: "."), &origins)
    return ["version": 1, "path": .string(path), "session": session, "origins": .object(origins)]
  }

  private func value(_ node: Node, path: String, _ origins: inout [JSONValue.Member]) -> JSONValue {
    switch node {
    case .scalar(let text, let isText, let origin):
      origins.append(.init(path, json(origin)))
      if !isText, text == "true" || text == "false" { return .bool(text == "true") }
      return .string(text)
    case .list(let items, let origin):
      origins.append(.init(path, json(origin)))
      var unused: [JSONValue.Member] = []
      return .array(items.map { value($0, path: path, &unused) })
    case .mapping(let members):
      return .object(
        members.map { key, part in
          .init(key, value(part, path: path.isEmpty ? key : "\(path).\(key)", &origins))
        })
    }
  }

  private func json(_ origin: Origin) -> JSONValue {
    switch origin {
    case .initial: return ["kind": "default"]
    case .written(let range, let via, let over):
      var members: [JSONValue.Member] = [.init("kind", .string(kind(range)))]
      members += json(range)
      if !over.isEmpty {
        members.append(
          .init("over", .array(over.map { .object([.init("value", .string($0.text))] + json($0.range)) })))
      }
      if !via.isEmpty { members.append(.init("used_at", .array(via.map { .object(json($0)) }))) }
      return .object(members)
    }
  }

  private func kind(_ range: SourceRange) -> String {
    range.file.path.hasPrefix("--set") ? "set" : range.file.path.hasPrefix("preset ") ? "preset" : "file"
  }

  private func json(_ range: SourceRange) -> [JSONValue.Member] {
    let start = range.start
    return [
      .init("file", .string(range.file.path)), .init("line", .integer(start.line)),
      .init("column", .integer(start.column)),
    ]
  }
}

/// `text` as a YAML scalar, in double quotes where a reader would take it for something else.
func yamlScalar(_ text: String, isText: Bool, inFlow: Bool = false) -> String {
  needsQuotes(text, isText: isText, inFlow: inFlow) ? JSONValue.string(text).text() : text
}

private func needsQuotes(_ text: String, isText: Bool, inFlow: Bool) -> Bool {
  guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return true }
  if text == "null" && isText || text == "~" || first == " " || last == " " || last == ":" { return true }
  // Indicators of YAML 1.2, 5.3; `-` and `?` only before a blank.
  if ",[]{}#&*!|>'\"%@`".unicodeScalars.contains(first) || text == "-" || text == "?" { return true }
  if ["- ", "? ", ": "].contains(where: text.hasPrefix) || text.contains(": ") || text.contains(" #") {
    return true
  }
  if inFlow, text.contains(where: { ",[]{}".contains($0) }) { return true }
  let isInvisible = { (scalar: Unicode.Scalar) in
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value)
  }
  if text.unicodeScalars.contains(where: isInvisible) { return true }
  guard isText else { return false }
  // Texts that a reader of YAML 1.1 takes for a switch, a number or a date.
  return ["true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    || text.allSatisfy { "0123456789+-.:_eExTZ ".contains($0) }
}

extension ShownSession.Node {
  fileprivate var isMapping: Bool { if case .mapping = self { true } else { false } }

  /// The origin of its first value.
  fileprivate var firstOrigin: ShownSession.Origin? {
    switch self {
    case .scalar(_, _, let origin), .list(_, let origin): origin
    case .mapping(let members): members.lazy.compactMap(\.value.firstOrigin).first
    }
  }
}
