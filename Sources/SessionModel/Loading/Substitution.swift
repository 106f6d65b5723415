import Diagnostics
import Quantities
import Tables

/// Parameters with their values, for one file.
struct Environment {
  struct Value {
    var setting: Setting
    var type: ParameterType
    var declared: SourceRange
    var isDefault: Bool
  }

  var values: [String: Value] = [:]
  private(set) var used: Set<String> = []
  var diagnostics: [Diagnostic] = []

  /// Replaces every `$name` and `$(name)` in `setting`.
  ///
  /// A whole value takes the parameter's own place and remembers where it was used; within a text only the text
  /// changes. `$$` is a dollar. Where `reserved` says so, a name is left for later (file name patterns).
  mutating func substitute(_ setting: Setting) -> Setting {
    // Most files hold no dollar at all.
    setting.range.file.bytes.contains(UInt8(ascii: "$")) ? substitute(setting, reserved: []) : setting
  }

  private mutating func substitute(_ setting: Setting, reserved: Set<String>) -> Setting {
    var result = setting
    switch setting.content {
    case .null, .unreadable: break
    case .list(let items): result.content = .list(items.map { substitute($0, reserved: reserved) })
    case .mapping(let entries):
      result.content = .mapping(
        entries.map { entry in
          let reserved = entry.key == "name" ? Self.namePatterns : reserved
          return Setting.Entry(entry.key, at: entry.keyRange, substitute(entry.value, reserved: reserved))
        })
    case .text(let text):
      guard text.contains("$") else { break }
      if let name = Self.wholeName(text), !reserved.contains(name) || values[name] != nil {
        guard let value = lookUp(name, at: setting) else {
          result.content = .unreadable
          break
        }
        result.content = value.setting.content
        result.range = value.setting.range
        result.via = setting.via + [setting.range] + value.setting.via
      } else {
        let text = substituteWithin(text, at: setting, reserved: reserved)
        result.content = text.map { .text($0) } ?? .unreadable
      }
    }
    return result
  }

  /// What a deliverable's `name` may be made from.
  static let namePatterns: Set<String> = [
    "session", "deliverable", "version", "artist", "title", "album", "track", "node",
  ]

  private static func wholeName(_ text: String) -> String? {
    guard text.first == "$" else { return nil }
    var name = text.dropFirst()
    if name.first == "(", name.last == ")" { name = name.dropFirst().dropLast() }
    return isIdentifier(String(name)) ? String(name) : nil
  }

  private mutating func substituteWithin(_ text: String, at setting: Setting, reserved: Set<String>) -> String? {
    var result = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        result += reserved.isEmpty ? "$" : "$$"
        rest.removeFirst()
        continue
      }
      let isBracketed = rest.first == "("
      let inner = isBracketed ? rest.dropFirst() : rest
      let name = String(inner.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      let after = inner.dropFirst(name.count)
      guard isIdentifier(name), !isBracketed || after.first == ")" else {
        diagnostics.append(
          Diagnostic(
            .badSubstitution, .error, "a `$` in \(quoted(text)) is followed by no parameter's name", at: setting.range,
            hints: ["a dollar itself is written `$$`"]))
        return nil
      }
      rest = isBracketed ? after.dropFirst() : after
      if reserved.contains(name), values[name] == nil {
        result += isBracketed ? "$(\(name))" : "$\(name)"
      } else {
        guard let text = lookUp(name, at: setting)?.setting.text else { return nil }
        result += text
      }
    }
    return result + rest
  }

  private mutating func lookUp(_ name: String, at setting: Setting) -> Value? {
    if let value = values[name] {
      used.insert(name)
      return value
    }
    let meant = closestMatch(to: name, among: values.keys.sorted())
    diagnostics.append(
      Diagnostic(
        .unknownParameter, .error, "there is no parameter `\(name)`", at: setting.range,
        hints: [
          meant.map { "did you mean `$\($0)`?" }
            ?? "declare it: `parameters: {\(name): {type: text}}`; a dollar itself is written `$$`"
        ]))
    return nil
  }
}
