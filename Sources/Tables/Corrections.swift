import Diagnostics
import Quantities

// What a file most probably means where a key, a type or a kind is not the format's. It is told once, and the file is
// read on as it is meant, so that one slip is one message.

extension Decoder {
  /// `setting` as it is meant; what cannot be told is left for the table to refuse.
  public mutating func corrected(_ setting: Setting, _ shape: Shape) -> Setting {
    // A parameter could bring anything.
    if setting.isUnreadable || setting.isNull || setting.text?.contains("$") == true { return setting }
    switch shape {
    case .scalar, .freeMap: return setting
    case .record(let record): return correctedRecord(setting, record)
    case .scalarOrList(_, let element):
      if case .list = setting.content { return correctedItems(setting, element) }
      return setting.entries == nil ? setting : corrected(setting, element)
    case .list(let element): return correctedItems(setting, element)
    case .lanes(let point):
      return correctedValues(setting) { _, lane, decoder in decoder.correctedLane(lane, point) }
    case .map(let element, let noun):
      let mapping = gatheredBelow(asMapping(setting, shape, naming: noun), own: []) { _ in element }
      return correctedValues(correctedNames(mapping, noun)) { _, value, decoder in decoder.corrected(value, element) }
    case .variants(let variants):
      let mapping = asMapping(setting, shape, naming: variants.noun)
      return correctedVariants(correctedNames(mapping, variants.noun), variants)
    }
  }

  /// Each part of a mapping corrected; `setting` itself where it is none.
  private mutating func correctedValues(
    _ setting: Setting, _ correct: (String, Setting, inout Decoder) -> Setting
  ) -> Setting {
    guard let entries = setting.entries else { return setting }
    var result = setting
    result.content = .mapping(
      entries.map { entry in
        if entry.key.hasPrefix("x-") { return entry }
        return Setting.Entry(
          entry.key, at: entry.keyRange, at(entry.key) { correct(entry.key, entry.value, &$0) })
      })
    return result
  }

  private mutating func correctedItems(_ setting: Setting, _ element: Shape) -> Setting {
    guard case .list(let items) = setting.content else { return setting }
    if case .scalar = element { return setting }
    var result = setting
    result.content = .list(items.enumerated().map { index, item in at("\(index)") { $0.corrected(item, element) } })
    return result
  }

  /// A lane of one point may be written without the list.
  private mutating func correctedLane(_ setting: Setting, _ point: RecordShape) -> Setting {
    guard setting.entries != nil else { return correctedItems(setting, .record(point)) }
    let text = "[\(flowText(setting))]"
    report(
      .wrongKind, "a lane is a list of points, but \(setting.kind) was found", at: setting, hints: ["write `\(text)`"],
      edit: setting.isOfOneLine ? text : nil)
    return correctedItems(Setting(.list([setting]), at: setting.range, via: setting.via), .record(point))
  }

  // MARK: Keys

  private mutating func correctedRecord(_ setting: Setting, _ record: RecordShape) -> Setting {
    guard setting.entries != nil else {
      guard let mapping = asRecord(setting, record) else { return setting }
      return correctedRecord(mapping, record)
    }
    let gathered = gatheredBelow(setting, own: Set(record.fields.map(\.key))) { key in
      record.fields.first { $0.key == key }?.shape
    }
    let outer = correctedLevels(gathered, record)
    guard var entries = outer.entries else { return outer }
    var keys = Set(entries.map(\.key))
    var unknownKeys = 0
    for (index, entry) in entries.enumerated() where !entry.key.hasPrefix("x-") {
      if let field = record.fields.first(where: { $0.key == entry.key }) {
        if case .scalar = field.shape { continue }
        entries[index].value = at(entry.key) { $0.corrected(entry.value, field.shape) }
        continue
      }
      unknownKeys += 1
      if unknownKeys <= Self.guesses, let meaning = meaning(of: entry, in: record.fields, beside: keys) {
        report(meaning, of: entry, noun: record.noun)
        guard meaning.isFree else { continue }
        keys.remove(entry.key)
        keys.insert(meaning.field.key)
        entries[index].key = meaning.field.key
        entries[index].value = at(meaning.field.key) { $0.corrected(meaning.value, meaning.field.shape) }
      }
    }
    var result = outer
    result.content = .mapping(entries)
    return result
  }

  /// Of how many unknown keys of one mapping it is guessed what they mean: guessing takes time, and a file with more
  /// of them is something else than a session.
  static let guesses = 50

  /// What an unknown key is meant as.
  struct Meaning {
    var field: FieldShape
    var value: Setting
    /// The entry as it would be written, where the value is written otherwise too.
    var text: String?
    /// Whether the key is not there yet.
    var isFree: Bool
    /// Why the value cannot stand there.
    var refusal: QuantityError?
  }

  func meaning(of entry: Setting.Entry, in fields: [FieldShape], beside others: Set<String>) -> Meaning? {
    let known = fields.filter { $0.later == nil }
    func field(_ key: String) -> FieldShape? { known.first { $0.key == key } }
    if let (key, value) = ForeignWords.rewriting(entry, in: known.map(\.key)), let field = field(key) {
      return Meaning(
        field: field, value: value, text: "\(key): \(flowText(value))", isFree: !others.contains(key))
    }
    guard
      let field = ForeignWords.key(entry.key, among: known.map(\.key)).flatMap(field)
        ?? Self.nearest(to: entry, among: fields)
    else { return nil }
    var meaning = Meaning(field: field, value: entry.value, isFree: field.later == nil && !others.contains(field.key))
    if case .scalar(let scalar) = field.shape, let text = entry.value.text, !text.contains("$") {
      meaning.refusal = scalar.refusal(text)
    }
    if meaning.refusal != nil || entry.value.isNull { meaning.value.content = .unreadable }
    return meaning
  }

  /// The key that is nearest in spelling, rather one that can have such a value.
  private static func nearest(to entry: Setting.Entry, among fields: [FieldShape]) -> FieldShape? {
    let fitting = fields.filter { $0.shape.couldBe(entry.value) }
    let key =
      closestMatch(to: entry.key, among: fitting.map(\.key)) ?? closestMatch(to: entry.key, among: fields.map(\.key))
    return fields.first { $0.key == key }
  }

  /// Reports an unknown key with what it is meant as.
  mutating func report(_ meaning: Meaning, of entry: Setting.Entry, noun: String) {
    var hints = [meaning.text.map { "write `\($0)`" } ?? "did you mean `\(meaning.field.key)`?"]
    if let refusal = meaning.refusal {
      hints.append(refusal.message)
      if !refusal.suggestions.isEmpty { hints.append("write \(listed(refusal.suggestions))") }
    }
    let canEdit = meaning.isFree && meaning.refusal == nil && entry.value.range.file == entry.keyRange.file
    var edit: Diagnostic.Edit?
    if let text = meaning.text {
      edit = entry.isOfOneLine ? Diagnostic.Edit(entry.range, text) : nil
    } else {
      edit = Diagnostic.Edit(entry.keyRange, meaning.field.key)
    }
    report(
      .unknownKey, "\(noun) has no key `\(entry.key)`", at: entry.keyRange, hints: hints, edit: canEdit ? edit : nil)
  }

  // MARK: Keys that stand a level too high

  /// `title: …` in a session, `ceiling: …` in a master: keys of a part of it, together in one message for each part.
  private mutating func correctedLevels(_ setting: Setting, _ record: RecordShape) -> Setting {
    guard var entries = setting.entries else { return setting }
    let own = Set(record.fields.map(\.key))
    for field in record.fields where Self.parts.contains(field.key) {
      guard case .record(let part) = field.shape else { continue }
      let strays = entries.filter { entry in
        !own.contains(entry.key) && ForeignWords.key(entry.key, among: Array(own)) == nil
          && part.fields.contains { $0.key == entry.key && $0.later == nil && $0.shape.couldBe(entry.value) }
      }
      guard let first = strays.first, let last = strays.last else { continue }
      // What is said of the values is in the text already.
      var quiet = Decoder()
      let values = strays.map { stray in
        Setting.Entry(
          stray.key, at: stray.keyRange,
          quiet.corrected(stray.value, part.fields.first { $0.key == stray.key }?.shape ?? .freeMap(summary: "")))
      }
      let text = "\(field.key): \(flowText(Setting(.mapping(values), at: first.keyRange)))"
      let isFree = !entries.contains { $0.key == field.key }
      let place = entries.firstIndex { $0.key == first.key } ?? 0
      let areTogether = entries[place..<min(entries.count, place + strays.count)].map(\.key) == strays.map(\.key)
      let range = SourceRange(first.range.file, first.range.bytes.lowerBound..<last.range.bytes.upperBound)
      report(
        .unknownKey,
        "\(record.noun) has no \(strays.count > 1 ? "keys" : "key") \(listed(strays.map(\.key), conjunction: "and"))",
        at: first.keyRange, also: strays.dropFirst().map { Diagnostic.Label($0.keyRange) },
        hints: [isFree ? "write `\(text)`" : "write \(strays.count > 1 ? "them" : "it") below `\(field.key)`"],
        edit: isFree && areTogether && range.canBeRewritten ? Diagnostic.Edit(range, text) : nil)
      entries.removeAll { entry in strays.contains { $0.key == entry.key } }
      if isFree {
        entries.insert(
          Setting.Entry(field.key, at: first.keyRange, Setting(.mapping(values), at: first.value.range)), at: place)
      } else if let there = entries.firstIndex(where: { $0.key == field.key }),
        let others = entries[there].value.entries
      {
        entries[there].value.content = .mapping(
          others + values.filter { value in !others.contains { $0.key == value.key } })
      }
    }
    var result = setting
    result.content = .mapping(entries)
    return result
  }

  /// The parts whose keys are looked for where they are left out.
  private static let parts = ["metadata", "master", "loudness", "limiter"]

  // MARK: Keys that are indented too little

  /// `lead:` and then `stem: …` beside it, not below it: the keys are what `lead` was to have.
  private mutating func gatheredBelow(
    _ setting: Setting, own: Set<String>, _ shape: (String) -> Shape?
  ) -> Setting {
    guard let entries = setting.entries, entries.contains(where: \.value.isNull) else { return setting }
    var kept: [Setting.Entry] = []
    for entry in entries {
      if let owner = kept.last, let part = shape(owner.key), owner.value.isNull || owner.value.isGathered,
        part.canHold(entry), !own.contains(entry.key)
      {
        kept[kept.count - 1].value.gather(entry)
      } else {
        kept.append(entry)
      }
    }
    guard kept.count < entries.count else { return setting }
    for entry in kept where entry.value.isGathered {
      guard let first = entry.value.entries?.first, let last = entry.value.entries?.last else { continue }
      let range = SourceRange(first.range.file, first.keyRange.bytes.lowerBound..<last.range.bytes.upperBound)
      report(
        .wrongKind, "`\(entry.key)` has no value: what follows is indented as much as it is", at: first.keyRange,
        also: [Diagnostic.Label(entry.keyRange, "nothing is below this")],
        hints: ["indent it by two spaces more"],
        edit: Diagnostic.Edit(range, "  " + range.text.replacing("\n", with: "\n  ")))
    }
    var result = setting
    result.content = .mapping(kept)
    return result
  }

  // MARK: Types

  private mutating func correctedVariants(_ setting: Setting, _ variants: VariantsShape) -> Setting {
    guard var entries = setting.entries else { return setting }
    let types = variants.cases.map(\.type)
    func meant(_ word: String) -> String? {
      if types.contains(word) || Later.types[word] != nil || word.contains("$") { return nil }
      guard let foreign = ForeignWords.type(word) else { return closestMatch(to: word, among: types) }
      return types.contains(foreign) ? foreign : nil
    }
    for index in entries.indices where !entries[index].key.hasPrefix("x-") {
      at(entries[index].key) { $0.correctTypeKey(&entries[index].value, variants) }
      let entry = entries[index]
      var type = entry.key
      if let stated = entry.value["type"] {
        guard let text = stated.text else { continue }
        type = text
        if let name = meant(text) {
          at(entry.key) {
            $0.report(
              .unknownType, "there is no \(variants.noun.droppingArticle) of type `\(text)`", at: stated,
              hints: ["did you mean `\(name)`?"], edit: name)
          }
          type = name
          entries[index].value.replace("type", with: .text(name))
        }
      } else if !types.contains(entry.key), let name = meant(entry.key) {
        let isFree = !entries.contains { $0.key == name }
        at(entry.key) {
          $0.report(
            .missingKey, "`\(entry.key)` is no type of \(variants.noun.droppingArticle), so it needs a `type:`",
            at: entry.keyRange, hints: ["did you mean `\(name)`? Or write `type: \(name)` below `\(entry.key)`"],
            edit: isFree ? Diagnostic.Edit(entry.keyRange, name) : nil)
        }
        type = name
        if isFree { entries[index].key = name } else { entries[index].value.replace("type", with: .text(name)) }
      }
      guard let variant = variants.cases.first(where: { $0.type == type }) else { continue }
      var record = variant.record
      record.noun = "`\(type)`"
      record.fields.append(FieldShape(key: "type", shape: .scalar(ScalarShape(String.self)), summary: ""))
      entries[index].value = at(entries[index].key) { $0.corrected(entries[index].value, .record(record)) }
    }
    var result = setting
    result.content = .mapping(entries)
    return result
  }

  /// `tpye: bell`, `kind: bell`: without its type nothing else can be told of it.
  private mutating func correctTypeKey(_ setting: inout Setting, _ variants: VariantsShape) {
    guard var entries = setting.entries, setting["type"] == nil,
      let place = entries.firstIndex(where: { entry in
        (["kind", "shape", "filter"].contains(entry.key) || closestMatch(to: entry.key, among: ["type"]) != nil)
          && entry.value.text != nil && !variants.cases.contains { $0.record.fields.contains { $0.key == entry.key } }
      })
    else { return }
    report(
      .unknownKey, "\(variants.noun) has no key `\(entries[place].key)`", at: entries[place].keyRange,
      hints: ["did you mean `type`?"], edit: Diagnostic.Edit(entries[place].keyRange, "type"))
    entries[place].key = "type"
    setting.content = .mapping(entries)
  }

  // MARK: Names

  private mutating func correctedNames(_ setting: Setting, _ noun: String) -> Setting {
    guard var entries = setting.entries else { return setting }
    for (index, entry) in entries.enumerated() where !entry.key.hasPrefix("x-") && !isIdentifier(entry.key) {
      guard let name = identifier(from: entry.key), !entries.contains(where: { $0.key == name }) else { continue }
      at(entry.key) { $0.reportName(entry, noun, edit: Diagnostic.Edit(entry.keyRange, name)) }
      entries[index].key = name
    }
    var result = setting
    result.content = .mapping(entries)
    return result
  }

  mutating func reportName(_ entry: Setting.Entry, _ noun: String, edit: Diagnostic.Edit? = nil) {
    report(
      .badName,
      "`\(entry.key)` is no name for \(noun): names are lower-case letters, digits and `_`, and start with a letter",
      at: entry.keyRange, hints: identifier(from: entry.key).map { ["write `\($0)`"] } ?? [], edit: edit)
  }
}
