import Diagnostics
import Quantities

// Values of another kind than the table's, where it is plain what they stand for: a text or a list for a mapping.

extension Decoder {
  /// A text that stands for a mapping of one key, as that mapping: `limiter: -1 dBTP`, `bass: bass.wav`.
  mutating func asRecord(_ setting: Setting, _ record: RecordShape) -> Setting? {
    guard let text = setting.text, record.shorthand == nil, !(record.acceptsNone && text == "none"),
      let key = record.key(for: text), record.isWhole(with: key), Int(path.last ?? "") == nil
    else { return nil }
    let mapping = Setting(
      .mapping([Setting.Entry(key, at: setting.range, setting)]), at: setting.range, via: setting.via)
    report(
      .wrongKind, "\(place) is a mapping (\(record.noun)), but \(setting.kind) was found", at: setting,
      hints: ["write `\(path.last ?? ""): \(flowText(mapping))`"], edit: flowText(mapping))
    return mapping
  }

  /// A list of things that carry their names, as the mapping from names that was wanted.
  mutating func asMapping(_ setting: Setting, _ shape: Shape, naming noun: String) -> Setting {
    guard case .list(let items) = setting.content, let mapping = mapping(of: items, shape, at: setting) else {
      return setting
    }
    // What is said of its parts is in the text already.
    var quiet = Decoder()
    let text = flowText(quiet.corrected(mapping, shape))
    let shown = text.count > 120 ? "{name: {…}, …}" : text
    report(
      .wrongKind, "\(place) is a mapping of names, each \(noun), but \(setting.kind) was found", at: setting,
      hints: ["write `\(path.last ?? ""): \(shown)`, each name once"], edit: setting.range.canBeRewritten ? text : nil)
    return quiet.corrected(mapping, shape)
  }

  /// `nil` where a name is missing or stands twice.
  private func mapping(of items: [Setting], _ shape: Shape, at list: Setting) -> Setting? {
    var entries: [Setting.Entry] = []
    for item in items {
      guard let entry = named(item, shape), !entries.contains(where: { $0.key == entry.key }) else { return nil }
      entries.append(entry)
    }
    return entries.isEmpty ? nil : Setting(.mapping(entries), at: list.range, via: list.via)
  }

  /// An item of a list with the name that it carries.
  private func named(_ item: Setting, _ shape: Shape) -> Setting.Entry? {
    var element: Shape?
    if case .map(let part, _) = shape { element = part }
    guard let entries = item.entries else {
      // `[kick.wav, bass.wav]`, `[wav, mp3]`, `[compressor]`.
      guard let text = item.text else { return nil }
      if case .record(let record)? = element, let key = record.key(for: text) {
        let file = text.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        guard let name = identifier(from: String(file)) else { return nil }
        return Setting.Entry(
          name, at: item.range, Setting(.mapping([Setting.Entry(key, at: item.range, item)]), at: item.range))
      }
      guard case .variants = shape, isIdentifier(text) else { return nil }
      return Setting.Entry(text, at: item.range, Setting(.mapping([]), at: item.range))
    }
    if entries.count == 1, entries[0].value.entries != nil || entries[0].value.isNull, isIdentifier(entries[0].key) {
      let value = entries[0].value.isNull ? Setting(.mapping([]), at: item.range) : entries[0].value
      return Setting.Entry(entries[0].key, at: entries[0].keyRange, value)
    }
    guard let naming = entries.first(where: { ["name", "id", "bus", "to", "type"].contains($0.key) }),
      let name = naming.value.text.flatMap(identifier(from:))
    else { return nil }
    let rest = entries.filter { $0.key != naming.key || naming.key == "type" && naming.value.text != name }
    if case .scalar? = element {
      // `markers: [{name: verse, at: 5|1}]`
      guard rest.count == 1 else { return nil }
      return Setting.Entry(name, at: naming.keyRange, rest[0].value)
    }
    return Setting.Entry(name, at: naming.keyRange, Setting(.mapping(rest), at: item.range, via: item.via))
  }
}

extension RecordShape {
  /// The key that a bare `text` most probably stands for.
  func key(for text: String) -> String? {
    // `true_peak: -1 dBTP` could be either.
    if fields.contains(where: { $0.key == "min" }) { return nil }
    for field in fields where field.later == nil {
      guard case .scalar(let scalar) = field.shape else { continue }
      if scalar.isText {
        // A file, and no lines of which one lacks a colon.
        let isPath = (text.contains(".") || text.contains("/")) && !text.contains("=") && !text.contains(": ")
        if oneOf.contains(field.key), isPath { return field.key }
      } else if !scalar.isBoolean, scalar.refusal(text) == nil {
        return field.key
      }
    }
    return nil
  }

  /// How such a mapping looks, in a few keys.
  var example: String {
    if fields.contains(where: { $0.key == "min" }) { return "{min: …}` or `{max: …}" }
    let keys = fields.filter { $0.isRequired || oneOf.contains($0.key) } + fields.filter { !$0.isRequired }
    for field in keys where field.later == nil {
      guard case .scalar(let scalar) = field.shape, let text = scalar.examples.first ?? field.initial else { continue }
      return "{\(field.key): \(text)}"
    }
    return "{\(fields.first?.key ?? "key"): …}"
  }
}

extension RecordShape {
  /// Whether a mapping of this key alone lacks nothing.
  fileprivate func isWhole(with key: String) -> Bool { fields.allSatisfy { !$0.isRequired || $0.key == key } }
}

extension Shape {
  /// Whether `setting` is of a kind that can stand here.
  func couldBe(_ setting: Setting) -> Bool {
    switch (self, setting.content) {
    case (.scalar(let scalar), .text(let text)): text.contains("$") || scalar.refusal(text) == nil
    case (.record(let record), .text(let text)):
      record.acceptsNone && text == "none" || record.shorthand != nil || record.key(for: text) != nil
    case (.list, .list), (.scalarOrList, .text), (.scalarOrList, .list): true
    case (.scalar, _), (.list, _): false
    case (_, .mapping): true
    default: false
    }
  }
}

extension Shape {
  /// Whether `entry` can stand below this.
  func canHold(_ entry: Setting.Entry) -> Bool {
    switch self {
    case .record(let record):
      record.fields.contains { $0.key == entry.key && $0.shape.couldBe(entry.value) }
    case .variants(let variants):
      entry.value.entries != nil && (variants.cases.contains { $0.type == entry.key } || entry.value["type"] != nil)
    default: false
    }
  }
}

extension Setting {
  /// Whether it was put together from what stands beside it: its place is still that of nothing.
  var isGathered: Bool { entries?.isEmpty == false && range.bytes.isEmpty }

  mutating func gather(_ entry: Entry) { content = .mapping((entries ?? []) + [entry]) }
}

// MARK: As it would be written

extension Setting.Entry {
  /// From the key to the end of the value.
  var range: SourceRange {
    guard value.range.file == keyRange.file else { return keyRange }
    return SourceRange(
      keyRange.file, keyRange.bytes.lowerBound..<max(keyRange.bytes.upperBound, value.range.bytes.upperBound))
  }
  var isOfOneLine: Bool { value.range.file == keyRange.file && !range.text.contains(where: \.isNewline) }
}

extension Setting {
  var isOfOneLine: Bool { !range.text.contains(where: \.isNewline) }

  mutating func replace(_ key: String, with content: Content) {
    guard var entries else { return }
    guard let place = entries.firstIndex(where: { $0.key == key }) else {
      self.content = .mapping(entries + [Entry(key, at: range, Setting(content, at: range))])
      return
    }
    entries[place].value.content = content
    self.content = .mapping(entries)
  }
}

extension SourceRange {
  /// Whether it can be written anew: no comment gets lost.
  var canBeRewritten: Bool { !text.contains("#") }
}

/// A setting on one line.
func flowText(_ setting: Setting) -> String {
  switch setting.content {
  case .text(let text):
    let isPlain =
      !text.isEmpty && text != "null" && text != "~" && !text.contains(": ")
      && !text.contains { $0.isNewline || ",[]{}#".contains($0) } && !"&*!|>'\"%@`".contains(text.first ?? " ")
    return isPlain ? text : "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  case .null: return "null"
  case .unreadable: return setting.isOfOneLine ? setting.range.text : "null"
  case .list(let items): return "[\(items.map(flowText).joined(separator: ", "))]"
  case .mapping(let entries):
    return "{\(entries.map { "\($0.key): \(flowText($0.value))" }.joined(separator: ", "))}"
  }
}
