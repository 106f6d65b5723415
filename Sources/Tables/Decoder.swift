public import Diagnostics
public import Quantities

/// Turns settings into typed values by their tables, reporting every problem and going on.
public struct Decoder: Sendable {
  public private(set) var diagnostics: [Diagnostic] = []
  /// Paths of what could not be read, so that nothing is said about its being absent; `tracks.lead.?` is whatever an
  /// unknown key of `tracks.lead` was meant as.
  public private(set) var doubtful: Set<String> = []
  private(set) var path: [String] = []
  /// The key of the named thing that is being read.
  var nameRange: SourceRange?

  /// Paths below which a layer is missing that could have brought more.
  private let incomplete: Set<String>

  public init(incomplete: Set<String> = []) { self.incomplete = incomplete }

  /// Whether what is missing here could be in a layer that could not be read.
  var isIncomplete: Bool {
    !incomplete.isEmpty && path.indices.contains { incomplete.contains(path[...$0].joined(separator: ".")) }
  }

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

  private func below(_ key: String) -> String { (path + [key]).joined(separator: ".") }

  /// What stands here could not be read.
  mutating func doubt() { doubtful.insert(path.joined(separator: ".")) }

  // MARK: Scalars

  public mutating func quantity<Value: Quantity>(
    _ setting: Setting, as _: Value.Type, _ shape: ScalarShape
  ) -> Value? {
    if setting.isUnreadable {
      doubt()
      return nil
    }
    guard let text = setting.text else { return single(setting, as: Value.self, shape) }
    if text.isEmpty, Value.self != String.self {
      doubt()
      report(
        .malformed, "\(place) is empty; write \(shape.noun), like \(listed(shape.examples.prefix(3)))", at: setting)
      return nil
    }
    do throws(QuantityError) {
      return try Value(parsing: text)
    } catch {
      var hints: [String] = []
      // What the key would refuse is no help.
      let suggestions = error.suggestions.filter { text in
        (try? Value(parsing: text)).map { shape.contains($0) } ?? false
      }
      var meant = suggestions.count == 1 ? suggestions[0] : nil
      if suggestions.isEmpty, let choice = closestMatch(to: text, among: shape.choices) {
        hints = ["did you mean `\(choice)`?"]
        meant = choice
      } else if !suggestions.isEmpty {
        hints = ["write \(listed(suggestions))"]
      }
      report(error.code, error.message, at: setting, hints: hints, edit: meant)
      // What is sure enough to be offered is read as meant, so that nothing further is said.
      guard let meant, let value = try? Value(parsing: meant) else {
        doubt()
        return nil
      }
      return value
    }
  }

  /// A list of one value is that value; no other mapping or list is.
  private mutating func single<Value: Quantity>(
    _ setting: Setting, as _: Value.Type, _ shape: ScalarShape
  ) -> Value? {
    // A noun such as "`true` or `false`" says already how it is written.
    let examples =
      shape.noun.contains("`") || shape.examples.isEmpty ? "" : ", like \(listed(shape.examples.prefix(3)))"
    var meant: String?
    if case .list(let items) = setting.content, items.count == 1, let text = items[0].text, shape.refusal(text) == nil {
      meant = text
    }
    report(
      .wrongKind, "\(place) is \(shape.noun)\(examples), but \(setting.kind) was found", at: setting,
      hints: meant.map { ["write `\($0)`"] } ?? [], edit: meant)
    guard let meant, let value = try? Value(parsing: meant) else {
      doubt()
      return nil
    }
    return value
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
      doubt()
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
      doubt()
      return nil
    }
    return value
  }

  var place: String { "`\(path.last ?? "this")`" }

  // MARK: Lists

  /// The items of a list; one value by itself is told to be a list of it.
  mutating func items(_ setting: Setting, _ key: String) -> [Setting] {
    if case .list(let items) = setting.content { return items }
    if setting.isUnreadable {
      doubt()
      return []
    }
    let meant = setting.text.map { _ in "[\(flowText(setting))]" }
    report(
      .wrongKind, "`\(key)` is a list, but \(setting.kind) was found", at: setting,
      hints: meant.map { ["write `\($0)`"] } ?? [], edit: meant)
    if meant == nil { doubt() }
    return meant == nil ? [] : [setting]
  }

  /// Reports a list of texts where each is to be a mapping.
  mutating func refuseTexts<Value: Record>(_ setting: Setting, _: Value.Type) {
    doubt()
    report(
      .wrongKind, "\(place) is a list of mappings (each \(Value.noun)), but a list of texts was found", at: setting,
      hints: ["write it like `\(path.last ?? ""): [\(Value.recordShape.example)]`"])
  }

  // MARK: Mappings

  /// Decodes a mapping by the table of `Value`; `nil` when it is no mapping.
  public mutating func record<Value: Record>(_ setting: Setting, as _: Value.Type) -> Value? {
    let setting = setting.entries == nil ? asRecord(setting, Value.recordShape) ?? setting : setting
    guard let entries = setting.entries else {
      doubt()
      if setting.isUnreadable { return nil }
      report(
        .wrongKind, "\(place) is a mapping (\(Value.noun)), but \(setting.kind) was found", at: setting,
        hints: (setting.text?.contains("=") == true ? ["a key is followed by a colon and a blank, not by `=`"] : [])
          + ["write it like `\(path.last ?? ""): \(Value.recordShape.example)`"])
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
        guard unknownKeys <= Self.guesses else {
          report(.unknownKey, "\(noun) has no key `\(entry.key)`", at: entry.keyRange)
          continue
        }
        if let meaning = meaning(of: entry, in: fields.map(\.shape), beside: Set(entries.map(\.key))) {
          report(meaning, of: entry, noun: noun)
          meant.insert(meaning.field.key)
        } else {
          let known = fields.filter { $0.shape.later == nil }.map(\.shape.key)
          report(
            .unknownKey, "\(noun) has no key `\(entry.key)`", at: entry.keyRange,
            hints: ["its keys are \(known.joined(separator: ", "))", "a key of your own starts with `x-`"])
          doubtful.insert(below("?"))
        }
        continue
      }
      at(entry.key) { decoder in
        if entry.value.isUnreadable {
          decoder.doubt()
        } else if let delivery = field.shape.later {
          decoder.report(
            .notInThisVersion, "`\(entry.key)` is part of the format, but not in this version of Mixdown",
            at: entry.keyRange, hints: ["it comes with \(delivery)"])
        } else {
          field.decode(entry.value, &root, &decoder)
        }
      }
    }
    for field in fields where field.shape.isRequired && !isIncomplete {
      guard !meant.contains(field.shape.key), !entries.contains(where: { $0.key == field.shape.key }) else { continue }
      report(.missingKey, "\(noun) needs `\(field.shape.key)`: \(field.shape.summary)", at: setting.range)
    }
  }

  /// Visits named things, whose names must be ids.
  public mutating func named(
    _ setting: Setting, naming noun: String, _ visit: (String, Setting, inout Decoder) -> Void
  ) {
    guard let entries = setting.entries else {
      doubt()
      if setting.isUnreadable { return }
      report(
        .wrongKind, "\(place) is a mapping of names, each \(noun), but \(setting.kind) was found", at: setting,
        hints: ["write it like `\(path.last ?? ""): {name: …}`, each name once"])
      return
    }
    for entry in entries where !entry.key.hasPrefix("x-") {
      at(entry.key) { decoder in
        guard isIdentifier(entry.key) else { return decoder.reportName(entry, noun) }
        if entry.value.isUnreadable { return decoder.doubt() }
        decoder.nameRange = entry.keyRange
        visit(entry.key, entry.value, &decoder)
      }
    }
  }
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
