import Diagnostics
import Tables

/// One rule for every layer: mappings merge by key, all else replaces, `null` removes.
struct Merging {
  var diagnostics: [Diagnostic] = []

  /// Lays `upper` over `lower`. A `null` that removes nothing here stays, for a layer further down.
  func lay(_ upper: Setting, over lower: Setting?) -> Setting {
    guard let upperEntries = upper.entries, let lowerEntries = lower?.entries else { return upper }
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
  mutating func settled(_ setting: Setting, path: [String] = []) -> Setting {
    // What a version removes is there, in the session that it is laid over.
    if path.count == 3, path[0] == "versions", path[2] == "set" { return setting }
    var result = setting
    if let entries = setting.entries {
      var kept: [Setting.Entry] = []
      for var entry in entries where !entry.key.hasPrefix("x-") {
        if entry.value.isNull {
          diagnostics.append(
            Diagnostic(
              .nothingToRemove, .error, "`\(entry.key)` is removed here, but no layer below has it", at: entry.keyRange,
              hints: ["take the line out, or write a value"]))
        } else {
          entry.value = settled(entry.value, path: path + [entry.key])
          kept.append(entry)
        }
      }
      result.content = .mapping(kept)
    }
    return result
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
