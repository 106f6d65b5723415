public import Diagnostics
public import Quantities

/// Turns settings into typed values by their tables, reporting every problem and going on.
public struct Decoder: Sendable {
  public private(set) var diagnostics: [Diagnostic] = []
  private var path: [String] = []
  /// The key of the named thing that is being read.
  private var nameRange: SourceRange?

  public init() {}

  // MARK: Reporting

  /// Reports a problem at `setting`; the places of the templates that brought it are labelled too.
  public mutating func report(
    _ code: DiagnosticCode, _ message: String, severity: Severity = .error, at setting: Setting,
    hints: [String] = [], edit: String? = nil
  ) {
    report(
      code, message, severity: severity, at: setting.range,
      also: setting.via.map { Diagnostic.Label($0, "brought in here") }, hints: hints,
      edit: edit.map { Diagnostic.Edit(setting.range, $0) })
  }

  public mutating func report(
    _ code: DiagnosticCode, _ message: String, severity: Severity = .error, at range: SourceRange,
    also: [Diagnostic.Label] = [], hints: [String] = [], edit: Diagnostic.Edit? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        code, severity, message, at: range, also: also, path: path.isEmpty ? nil : path.joined(separator: "."),
        hints: hints, edit: edit))
  }

  /// Runs `body` with `key` added to the path that messages carry.
  public mutating func at<Result>(_ key: String, _ body: (inout Decoder) -> Result) -> Result {
    path.append(key)
    defer { path.removeLast() }
    return body(&self)
  }

  // MARK: Scalars

  public mutating func quantity<Value: Quantity>(
    _ setting: Setting, as _: Value.Type, _ shape: ScalarShape
  ) -> Value? {
    if setting.isUnreadable { return nil }
    guard let text = setting.text else {
      let examples = shape.examples.isEmpty ? "" : ", like \(listed(shape.examples.prefix(3)))"
      report(.wrongKind, "\(place) is \(shape.noun)\(examples), but \(setting.kind) was found", at: setting)
      return nil
    }
    if text.isEmpty, Value.self != String.self {
      report(
        .malformed, "\(place) is empty; write \(shape.noun), like \(listed(shape.examples.prefix(3)))", at: setting)
      return nil
    }
    do throws(QuantityError) {
      return try Value(parsing: text)
    } catch {
      var hints: [String] = []
      if Value.self is any Choice.Type, let meant = closestMatch(to: text, among: shape.choices) {
        report(error.code, error.message, at: setting, hints: ["did you mean `\(meant)`?"], edit: meant)
        return nil
      }
      if !error.suggestions.isEmpty { hints.append("write \(listed(error.suggestions))") }
      report(
        error.code, error.message, at: setting, hints: hints,
        edit: error.suggestions.count == 1 ? error.suggestions[0] : nil)
      return nil
    }
  }

  public mutating func number<Value: NumericQuantity>(
    _ setting: Setting, as _: Value.Type, _ shape: ScalarShape
  ) -> Value? {
    guard let value = quantity(setting, as: Value.self, shape) else { return nil }
    if let range = shape.range, let rangeText = shape.rangeText, !range.contains(value.magnitude) {
      let nearest = value.magnitude < range.lowerBound ? range.lowerBound : range.upperBound
      report(
        .outOfRange, "\(place) is \(value.text), outside \(rangeText)", at: setting,
        hints: ["the nearest allowed value is `\(Value(magnitude: nearest).text)`"])
      return nil
    }
    warnOfFraction(value, setting)
    return value
  }

  /// `mix: 0.5` is half a percent, and `pan: 0.3` the centre: who writes that counts from 0 to 1.
  private mutating func warnOfFraction<Value: NumericQuantity>(_ value: Value, _ setting: Setting) {
    guard Value.self == Percent.self || Value.self == Pan.self, value.magnitude != 0, abs(value.magnitude) <= 1,
      let text = setting.text, text.last?.isNumber == true, "+-0123456789".contains(text.first ?? " ")
    else { return }
    let meant = Value(magnitude: (value.magnitude * 10_000).rounded() / 100).text
    report(
      .looksLikeFraction, "\(place) is \(value.text), which is next to nothing", severity: .warning, at: setting,
      hints: ["write `\(meant)`, or `\(value.text)` if that is meant"], edit: meant)
  }

  public mutating func duration(_ setting: Setting, _ shape: ScalarShape) -> TimeSpan? {
    guard let value = quantity(setting, as: TimeSpan.self, shape) else { return nil }
    if case .seconds(let seconds) = value, let range = shape.range, let rangeText = shape.rangeText,
      !range.contains(seconds)
    {
      report(.outOfRange, "\(place) is \(value.text), outside \(rangeText)", at: setting)
      return nil
    }
    return value
  }

  private var place: String { "`\(path.last ?? "this")`" }

  // MARK: Mappings

  /// Decodes a mapping by the table of `Value`; `nil` when it is no mapping.
  public mutating func record<Value: Record>(_ setting: Setting, as _: Value.Type) -> Value? {
    guard let entries = setting.entries else {
      if setting.isUnreadable { return nil }
      let shape = Value.recordShape
      let meant = setting.text.flatMap { text in
        shape.oneOf.first.flatMap { key -> String? in
          guard case .scalar(let scalar)? = shape.fields.first(where: { $0.key == key })?.shape,
            !scalar.isText, let pattern = try? Regex("^(?:\(scalar.pattern))$"), text.wholeMatch(of: pattern) != nil
          else { return nil }
          return "{\(key): \(text)}"
        }
      }
      report(
        .wrongKind, "\(place) is a mapping (\(Value.noun)), but \(setting.kind) was found", at: setting,
        hints: [meant.map { "write `\(path.last ?? ""): \($0)`" } ?? "write it like `\(path.last ?? ""): \(shape.example)`"],
        edit: meant)
      return nil
    }
    var value = Value()
    fill(&value, entries, Value.fields, noun: Value.noun, at: setting)
    return value
  }

  /// Sets what `entries` say; unknown keys, keys of later versions and missing keys are reported.
  mutating func fill<Root>(
    _ root: inout Root, _ entries: [Setting.Entry], _ fields: [Field<Root>], noun: String, at setting: Setting
  ) {
    var unknownKeys = 0
    // What unknown keys are meant as: those are not missing.
    var meant: Set<String> = []
    for entry in entries where !entry.key.hasPrefix("x-") {
      guard let field = fields.first(where: { $0.shape.key == entry.key }) else {
        // As many as are shown get help; a file of nothing but wrong keys must not take long.
        unknownKeys += 1
        if unknownKeys <= 50 {
          if let key = unknownKey(entry, among: fields.map(\.shape), noun: noun, beside: entries) {
            meant.insert(key)
          }
        } else {
          report(.unknownKey, "\(noun) has no key `\(entry.key)`", at: entry.keyRange)
        }
        continue
      }
      if entry.value.isUnreadable { continue }
      at(entry.key) { decoder in
        if let delivery = field.shape.later {
          decoder.report(
            .notInThisVersion, "`\(entry.key)` is part of the format, but not in this version of Mixdown",
            at: entry.keyRange, hints: ["it comes with \(delivery)"])
        } else {
          field.decode(entry.value, &root, &decoder)
        }
      }
    }
    for field in fields where field.shape.isRequired {
      guard !meant.contains(field.shape.key), !entries.contains(where: { $0.key == field.shape.key }) else { continue }
      report(.missingKey, "\(noun) needs `\(field.shape.key)`: \(field.shape.summary)", at: setting.range)
    }
  }

  /// Reports an unknown key, and tells which one was meant.
  private mutating func unknownKey(
    _ entry: Setting.Entry, among fields: [FieldShape], noun: String, beside entries: [Setting.Entry]
  ) -> String? {
    let known = fields.filter { $0.later == nil }.map(\.key)
    let message = "\(noun) has no key `\(entry.key)`"
    if let whole = ForeignWords.rewriting(entry, in: known, beside: entries.map(\.key)) {
      let range = SourceRange(
        entry.keyRange.file, entry.keyRange.bytes.lowerBound..<max(entry.keyRange.bytes.upperBound, entry.value.range.bytes.upperBound))
      report(
        .unknownKey, message, at: entry.keyRange, hints: ["write `\(whole.text)`"],
        edit: whole.isEdit && entry.value.range.file == entry.keyRange.file ? Diagnostic.Edit(range, whole.text) : nil)
      return whole.key
    }
    if let meant = ForeignWords.key(entry.key, among: known) ?? closestMatch(to: entry.key, among: fields.map(\.key)) {
      let isFree = !entries.contains { $0.key == meant }
      report(
        .unknownKey, message, at: entry.keyRange, hints: ["did you mean `\(meant)`?"],
        edit: isFree ? Diagnostic.Edit(entry.keyRange, meant) : nil)
      return meant
    }
    report(
      .unknownKey, message, at: entry.keyRange,
      hints: ["its keys are \(known.joined(separator: ", "))", "a key of your own starts with `x-`"])
    return nil
  }

  /// Visits named things, whose names must be ids.
  public mutating func named(
    _ setting: Setting, naming noun: String, _ visit: (String, Setting, inout Decoder) -> Void
  ) {
    guard let entries = setting.entries else {
      if setting.isUnreadable { return }
      let key = path.last ?? ""
      let mapping = mappingText(ofList: setting)
      report(
        .wrongKind, "\(place) is a mapping of names, each \(noun), but \(setting.kind) was found", at: setting,
        hints: [mapping.map { "write `\(key): \($0)`" } ?? "write it like `\(key): {name: …}`, each name once"],
        edit: mapping)
      return
    }
    for entry in entries where !entry.key.hasPrefix("x-") {
      at(entry.key) { decoder in
        if isIdentifier(entry.key) {
          if entry.value.isUnreadable { return }
          decoder.nameRange = entry.keyRange
          visit(entry.key, entry.value, &decoder)
        } else {
          decoder.report(
            .badName,
            "`\(entry.key)` is no name for \(noun): names are lower-case letters, digits and `_`, and start with a letter",
            at: entry.keyRange, hints: identifier(from: entry.key).map { ["write `\($0)`"] } ?? [])
        }
      }
    }
  }

  /// Decodes one of several records, by its `type:` or, without one, by its name.
  public mutating func variant<Value: VariantRecord>(_ setting: Setting, id: String, as _: Value.Type) -> Value? {
    guard let entries = setting.entries else {
      report(.wrongKind, "\(place) is a mapping (\(Value.noun)), but \(setting.kind) was found", at: setting)
      return nil
    }
    let name = nameRange ?? setting.range
    let cases = Value.cases
    let types = cases.map(\.type)
    let type: String
    if let stated = setting["type"] {
      if stated.isUnreadable { return nil }
      guard let text = stated.text else {
        report(.wrongKind, "`type` is \(listed(types)), but \(stated.kind) was found", at: stated)
        return nil
      }
      type = text
      guard types.contains(type) else {
        if let laterWith = Later.types[type] {
          report(
            .notInThisVersion, "the type `\(type)` is part of the format, but not in this version of Mixdown",
            at: stated, hints: ["it comes with \(laterWith)"])
          return nil
        }
        let foreign = ForeignWords.type(type)
        if let foreign, let laterWith = Later.types[foreign] {
          report(
            .notInThisVersion, "`\(type)` is called `\(foreign)`, which this version of Mixdown does not have yet",
            at: stated, hints: ["it comes with \(laterWith)"])
          return nil
        }
        let meant = foreign.flatMap { types.contains($0) ? $0 : nil } ?? closestMatch(to: type, among: types)
        report(
          .unknownType, "there is no \(Value.noun.droppingArticle) of type `\(type)`", at: stated,
          hints: meant.map { ["did you mean `\($0)`?"] } ?? ["the types are \(types.joined(separator: ", "))"],
          edit: meant)
        return nil
      }
    } else if types.contains(id) {
      type = id
    } else if let laterWith = Later.types[id] {
      report(
        .notInThisVersion, "`\(id)` is part of the format, but not in this version of Mixdown", at: name,
        hints: ["it comes with \(laterWith)"])
      return nil
    } else {
      let foreign = ForeignWords.type(id)
      if let foreign, let laterWith = Later.types[foreign] {
        report(
          .notInThisVersion, "`\(id)` is called `\(foreign)`, which this version of Mixdown does not have yet", at: name,
          hints: ["it comes with \(laterWith)"])
        return nil
      }
      if let foreign, types.contains(foreign) {
        report(
          .missingKey, "`\(id)` is no type of \(Value.noun.droppingArticle), so it needs a `type:`", at: name,
          hints: ["did you mean `\(foreign)`? Or write `type: \(foreign)` below `\(id)`"],
          edit: Diagnostic.Edit(name, foreign))
        return nil
      }
      let meant = closestMatch(to: id, among: types)
      report(
        .missingKey, "`\(id)` is no type of \(Value.noun.droppingArticle), so it needs a `type:`", at: name,
        hints: (meant.map { ["did you mean `\($0)`?"] } ?? []) + ["the types are \(types.joined(separator: ", "))"],
        edit: meant.map { Diagnostic.Edit(name, $0) })
      return nil
    }
    guard let chosen = cases.first(where: { $0.type == type }) else { return nil }
    var value = chosen.make()
    let rest = entries.filter { $0.key != "type" }
    fill(&value, rest, chosen.fields, noun: "`\(type)`", at: setting)
    return value
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

/// Whether `name` matches `[a-z][a-z0-9_]*`.
public func isIdentifier(_ name: String) -> Bool {
  guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
  return name.utf8.allSatisfy {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      || $0 == UInt8(ascii: "_")
  }
}

/// A name like `text` that is an id; `nil` when nothing of it can stand.
public func identifier(from text: String) -> String? {
  var name = ""
  for scalar in text.lowercased().unicodeScalars {
    if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
      name.unicodeScalars.append(scalar)
    } else if !name.isEmpty, name.last != "_" {
      name.append("_")
    }
  }
  if name.last == "_" { name.removeLast() }
  guard let first = name.first else { return nil }
  return first.isNumber ? "n" + name : name
}

extension QuantityError {
  public var code: DiagnosticCode {
    switch kind {
    case .malformed: .malformed
    case .number: .numberForm
    case .unit: .wrongUnit
    case .missingUnit: .missingUnit
    case .range: .outOfRange
    case .later: .notInThisVersion
    }
  }
}
