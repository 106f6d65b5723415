import Diagnostics
import Quantities
import SessionModel
import Tables

/// A resolved session as `show` prints it: every value with the place that it came from.
public struct ShownSession: Sendable {
  public enum Form: Sendable {
    case yaml, json
    /// A line for each value: its path, the value, where it came from.
    case flat
  }

  /// A value with where it came from.
  indirect enum Node: Sendable {
    case scalar(text: String, isText: Bool, Origin)
    case list([Node], Origin)
    case mapping([(key: String, value: Node)])
  }

  enum Origin: Sendable {
    /// Written at a place; the further places are where a parameter brought it in.
    case written(SourceRange, via: [SourceRange], over: [Replaced])
    /// The format's own default.
    case initial
  }

  /// A value of a lower layer, and its place.
  struct Replaced: Sendable {
    var text: String
    var range: SourceRange
  }

  private(set) var root: Node
  let path: String
  /// The keys that lead to the part that is shown.
  private(set) var part: [String] = []

  init(_ session: ResolvedSession, defaults: Bool) {
    path = session.path
    root = Builder(defaults: defaults).node(session.tree, .record(Session.recordShape), key: "")
  }

  /// What stands at a dotted path, by itself; `nil` when nothing does.
  func part(at path: String) -> ShownSession? {
    var part = self
    for key in path.split(separator: ".", omittingEmptySubsequences: false).map(String.init) {
      guard case .mapping(let members) = part.root, let value = members.first(where: { $0.key == key })?.value else {
        return nil
      }
      part.root = value
      part.part.append(key)
    }
    return part
  }

  /// Why there is nothing at a path: as far as it leads, and what could be meant.
  func missing(_ path: String) -> (message: String, hint: String) {
    var known: ShownSession = self
    for key in path.split(separator: ".", omittingEmptySubsequences: false).map(String.init) {
      if let next = known.part(at: key) {
        known = next
        continue
      }
      var keys: [String] = []
      if case .mapping(let members) = known.root { keys = members.map(\.key) }
      let place = known.part.isEmpty ? "the session" : "`\(known.part.joined(separator: "."))`"
      let hint =
        closestMatch(to: key, among: keys).map { near in
          "did you mean `\((known.part + [near]).joined(separator: "."))`?"
        } ?? (keys.isEmpty ? "it has no parts" : "it has \(keys.joined(separator: ", "))")
      return ("\(place) has no `\(key)`", hint)
    }
    return ("there is no `\(path)`", "")
  }

  func text(_ form: Form) -> String {
    switch form {
    case .flat: flat()
    case .yaml: yaml()
    case .json: json().text(indented: true) + "\n"
    }
  }

  // MARK: Putting it together

  private struct Builder {
    let defaults: Bool

    func node(_ setting: Setting, _ shape: Shape?, key: String) -> Node {
      let over = setting.replaced.map { Replaced(text: $0.text ?? "", range: $0.range) }
      let origin = Origin.written(setting.range, via: setting.via, over: over)
      switch setting.content {
      case .null, .unreadable: return .scalar(text: "null", isText: false, origin)
      case .text(let text):
        var isText = false
        if case .scalar(let scalar) = shape { isText = scalar.isText }
        // A dollar that is left is one of its own; file name patterns keep theirs.
        let shown = key == "name" ? text : text.replacing("$", with: "$$")
        return .scalar(text: shown, isText: isText, origin)
      case .list(let items):
        var element: Shape?
        switch shape {
        case .list(let of), .scalarOrList(_, let of): element = of
        default: break
        }
        return .list(items.map { node($0, element, key: "") }, origin)
      case .mapping(let entries): return .mapping(members(entries, shape))
      }
    }

    private func members(_ entries: [Setting.Entry], _ shape: Shape?) -> [(key: String, value: Node)] {
      switch shape {
      case .record(let record): return members(entries, fields: record.fields)
      case .map(let element, _):
        return entries.map { ($0.key, node($0.value, element, key: $0.key)) }
      case .variants(let variants):
        return entries.map { entry in
          let type = entry.value["type"]?.text ?? entry.key
          let fields = variants.cases.first { $0.type == type }?.record.fields ?? []
          guard let parts = entry.value.entries else {
            return (entry.key, node(entry.value, nil, key: entry.key))
          }
          let stated = parts.filter { $0.key == "type" }.map { ($0.key, node($0.value, nil, key: $0.key)) }
          return (entry.key, .mapping(stated + members(parts.filter { $0.key != "type" }, fields: fields)))
        }
      case .lanes(let point):
        return entries.map { ($0.key, node($0.value, .list(of: .record(point)), key: $0.key)) }
      default: return entries.map { ($0.key, node($0.value, nil, key: $0.key)) }
      }
    }

    /// In the order of the table, so that two files that say the same show the same.
    private func members(_ entries: [Setting.Entry], fields: [FieldShape]) -> [(key: String, value: Node)] {
      var members: [(key: String, value: Node)] = []
      let format = entries.first { $0.key == "format" }?.value.text
      for field in fields {
        if let entry = entries.first(where: { $0.key == field.key }) {
          members.append((field.key, node(entry.value, field.shape, key: field.key)))
        } else if defaults, field.later == nil, has(field.key, format), let initial = initial(of: field) {
          members.append((field.key, initial))
        }
      }
      let known = Set(fields.map(\.key))
      return members
        + entries.filter { !known.contains($0.key) }.map { ($0.key, node($0.value, nil, key: $0.key)) }
    }

    /// Whether a deliverable of this format has such a key.
    private func has(_ key: String, _ format: String?) -> Bool {
      guard let format, let formats = Deliverable.formatsByKey.first(where: { $0.key == key })?.formats else {
        return true
      }
      return formats.contains { $0.rawValue == format }
    }

    private func initial(of field: FieldShape) -> Node? {
      if field.key == "deliverables" {
        func scalar(_ text: String) -> Node { .scalar(text: text, isText: false, .initial) }
        return .mapping([
          (
            "mix",
            .mapping([("format", scalar("wav")), ("bit_depth", scalar("24")), ("channels", scalar("stereo"))])
          )
        ])
      }
      // Without a master of its own a deliverable has the session's.
      guard field.key != "master", let initial = field.initial else { return nil }
      return .scalar(text: initial, isText: false, .initial)
    }
  }
}
