import Diagnostics
import Quantities

// One of several records, told by its type: an insert, an EQ band.

extension Decoder {
  /// Decodes one of several records, by its `type:` or, without one, by its name.
  public mutating func variant<Value: VariantRecord>(_ setting: Setting, id: String, as _: Value.Type) -> Value? {
    guard let entries = setting.entries else {
      doubt()
      if setting.isUnreadable { return nil }
      report(
        .wrongKind, "\(place) is a mapping (\(Value.noun)), but \(setting.kind) was found", at: setting,
        hints: ["write `\(id): {}` for one with its defaults"], edit: setting.text == nil ? nil : "{}")
      return nil
    }
    guard let type = type(of: setting, id: id, Value.self),
      let chosen = Value.cases.first(where: { $0.type == type })
    else {
      doubt()
      return nil
    }
    var value = chosen.make()
    fill(&value, entries.filter { $0.key != "type" }, chosen.fields, noun: "`\(type)`", at: setting)
    return value
  }

  /// The type that it has; `nil` when there is none, which is reported.
  private mutating func type<Value: VariantRecord>(of setting: Setting, id: String, _: Value.Type) -> String? {
    let types = Value.cases.map(\.type), noun = Value.noun.droppingArticle
    let list = "the types are \(types.joined(separator: ", "))"
    guard let stated = setting["type"] else {
      if types.contains(id) { return id }
      let name = nameRange ?? setting.range
      if !isIncomplete, !isLater(id, at: name) {
        report(.missingKey, "`\(id)` is no type of \(noun), so it needs a `type:`", at: name, hints: [list])
      }
      return nil
    }
    if stated.isUnreadable { return nil }
    guard let type = stated.text else {
      report(.wrongKind, "`type` is \(listed(types)), but \(stated.kind) was found", at: stated)
      return nil
    }
    if types.contains(type) { return type }
    if !isLater(type, at: stated.range) {
      report(.unknownType, "there is no \(noun) of type `\(type)`", at: stated, hints: [list])
    }
    return nil
  }

  /// Whether a later version brings the type, which is then reported.
  private mutating func isLater(_ type: String, at range: SourceRange) -> Bool {
    let name = ForeignWords.type(type) ?? type
    guard let delivery = Later.types[name] else { return false }
    let fact =
      name == type
      ? "the type `\(type)` is part of the format, but not in this version of Mixdown"
      : "`\(type)` is called `\(name)`, which this version of Mixdown does not have yet"
    report(.notInThisVersion, fact, at: range, hints: ["it comes with \(delivery)"])
    return true
  }
}

/// Types that later versions bring: named, so that a session that uses one gets a clear word.
public enum Later {
  public static let processors = "the complete set of processors"
  static let types: [String: String] = Dictionary(
    uniqueKeysWithValues: [
      "expander", "gate", "de_esser", "multiband", "transient", "saturation", "convolution", "chorus", "flanger",
      "phaser", "tremolo", "auto_pan",
    ].map { ($0, processors) })
}
