import Diagnostics
import Tables

/// One rule for every layer: mappings merge by key, all else replaces, `null` removes.
struct Merging {
  var diagnostics: [Diagnostic] = []
  /// Paths below which a layer is missing that could have brought what a `null` removes.
  var incomplete: Set<String> = []

  /// Lays `upper` over `lower`. A `null` that removes nothing here stays, for a layer further down.
  func lay(_ upper: Setting, over lower: Setting?) -> Setting {
    guard let upperEntries = upper.entries, let lowerEntries = lower?.entries else {
      guard var below = lower, below.text != nil else { return upper }
      var result = upper
      result.replaced = upper.replaced + [below] + below.replaced
      below.replaced = []
      return result
    }
    var merged: [Setting.Entry?] = lowerEntries
    var places: [String: Int] = [:]
    for (place, entry) in lowerEntries.enumerated() { places[entry.key] = place }
    for var entry in upperEntries {
      guard let place = places[entry.key], let below = merged[place] else {
        merged.append(entry)
        continue
      }
      if entry.value.isNull, !below.value.isNull {
        merged[place] = nil
      } else {
        entry.value = lay(entry.value, over: below.value)
        merged[place] = entry
      }
    }
    var result = upper
    result.content = .mapping(merged.compactMap(\.self))
    return result
  }

  /// Takes out what is still `null` at the bottom of all layers: there it removes what is not there.
  mutating func settled(_ setting: Setting, _ shape: Shape? = Session.writtenShape, path: [String] = []) -> Setting {
    // What a version removes is there, in the session that it is laid over.
    if path.count == 3, path[0] == "versions", path[2] == "set" { return setting }
    var result = setting
    if let entries = setting.entries {
      var kept: [Setting.Entry] = []
      for var entry in entries where !entry.key.hasPrefix("x-") {
        if entry.value.isNull {
          let isTold = path.indices.contains { incomplete.contains(path[...$0].joined(separator: ".")) }
          if isTold {
            entry.value.content = .unreadable
          } else {
            entry.value = unsettled(entry, shape, beside: entries)
          }
        } else {
          entry.value = settled(entry.value, shape?.part(entry.key, entry.value), path: path + [entry.key])
        }
        kept.append(entry)
      }
      result.content = .mapping(kept)
    }
    return result
  }
}

extension Merging {
  /// What stands for a `null` that removes nothing. It is reported here, unless its key is the mistake: then the
  /// table will say so.
  private mutating func unsettled(_ entry: Setting.Entry, _ shape: Shape?, beside others: [Setting.Entry]) -> Setting {
    var value = entry.value
    value.content = .unreadable
    if case .record(let record)? = shape, !record.fields.contains(where: { $0.key == entry.key }) { return value }
    var message = "`\(entry.key)` is removed here, but no layer below has it"
    var hints = ["take the line out, or write a value"]
    var edit: Diagnostic.Edit?
    if case .variants(let variants)? = shape {
      guard variants.cases.contains(where: { $0.type == entry.key }) else {
        value.content = .mapping([])
        return value
      }
      message = "`\(entry.key)` has no value, and no layer below has one to remove"
      hints = ["write `\(entry.key): {}` for one with its defaults"]
      let end = entry.keyRange.bytes.upperBound
      let written = value.range.text.isEmpty ? SourceRange(value.range.file, end..<end) : value.range
      edit = Diagnostic.Edit(written, written.text.isEmpty ? ": {}" : "{}")
      // The colon stands behind the key already.
      if written.text.isEmpty, let colon = value.range.file.bytes[end...].firstIndex(of: UInt8(ascii: ":")) {
        edit = Diagnostic.Edit(SourceRange(value.range.file, colon + 1..<colon + 1), " {}")
      }
    } else if let meant = closestMatch(to: entry.key, among: others.filter { !$0.value.isNull }.map(\.key)),
      case .map? = shape
    {
      hints = ["did you mean `\(meant)`?"]
      edit = Diagnostic.Edit(entry.keyRange, meant)
    }
    diagnostics.append(Diagnostic(.nothingToRemove, .error, message, at: entry.keyRange, hints: hints, edit: edit))
    return value
  }
}

extension Shape {
  /// What stands below a key, where that is known.
  func part(_ key: String, _ value: Setting) -> Shape? {
    switch self {
    case .record(let record): record.fields.first { $0.key == key }?.shape
    case .map(let element, _): element
    case .variants(let variants):
      variants.cases.first { $0.type == value["type"]?.text ?? key }.map { .record($0.record) }
    default: nil
    }
  }

  /// Whether a thing called `name` comes to be when its key `inner` is set.
  func isMade(_ name: String, by inner: String, isNear: Bool) -> Bool {
    switch self {
    case .map(.record(let record), _):
      let needed = record.fields.filter(\.isRequired).map(\.key) + record.oneOf
      return needed.isEmpty ? !isNear && record.noun != Bus.noun : needed.contains(inner)
    case .variants(let variants): return inner == "type" || variants.cases.contains { $0.type == name }
    default: return true
    }
  }
}

/// Writes shorthands out, so that layers meet on the same keys: `hall: -14 dB` is `hall: {level: -14 dB}`.
func expandingShorthands(_ setting: Setting, _ shape: Shape) -> Setting {
  var result = setting
  switch shape {
  case .scalar, .freeMap, .lanes: break
  case .list(let element), .scalarOrList(_, let element):
    if case .list(let items) = setting.content {
      result.content = .list(items.map { expandingShorthands($0, element) })
    }
  case .record(let record):
    if let shorthand = record.shorthand, setting.text != nil, !(record.acceptsNone && setting.text == "none") {
      result.content = .mapping([Setting.Entry(shorthand, at: setting.range, setting)])
    } else if let entries = setting.entries {
      let expanded = entries.map { entry in
        var entry = entry
        if let field = record.fields.first(where: { $0.key == entry.key }) {
          entry.value = expandingShorthands(entry.value, field.shape)
        }
        return entry
      }
      result.content = .mapping(wrapping(expanded, record))
    }
  case .map(let element, _):
    result = mappingValues(setting) { _, value in expandingShorthands(value, element) }
  case .variants(let variants):
    result = mappingValues(setting) { key, value in
      let type = value["type"]?.text ?? key
      guard let variant = variants.cases.first(where: { $0.type == type }) else { return value }
      return expandingShorthands(value, .record(variant.record))
    }
  }
  return result
}

/// Writes `stem: F` as `clips: {stem: {stem: F}}`; beside `clips` it is left, and refused later.
private func wrapping(_ entries: [Setting.Entry], _ record: RecordShape) -> [Setting.Entry] {
  guard let wrapping = record.wrapping, !entries.contains(where: { $0.key == wrapping.into }),
    let place = entries.firstIndex(where: { $0.key == wrapping.key })
  else { return entries }
  var entries = entries
  let (entry, value) = (entries[place], entries[place].value)
  func mapping(_ key: String, _ part: Setting) -> Setting {
    Setting(.mapping([Setting.Entry(key, at: entry.keyRange, part)]), at: value.range, via: value.via)
  }
  let inner = value.isNull ? value : mapping(wrapping.key, value)
  entries[place] = Setting.Entry(wrapping.into, at: entry.keyRange, mapping(wrapping.key, inner))
  return entries
}

/// The same mapping with each value replaced; anything but a mapping is left as it is.
func mappingValues(_ setting: Setting, _ transform: (String, Setting) -> Setting) -> Setting {
  guard let entries = setting.entries else { return setting }
  var result = setting
  result.content = .mapping(entries.map { Setting.Entry($0.key, at: $0.keyRange, transform($0.key, $0.value)) })
  return result
}
