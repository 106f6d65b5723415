/// The units of edition 1, how else people write them, and what each measures.
enum Units {
  static let dimensions: [(unit: String, noun: String)] = [
    ("dB", "a level or gain"), ("dBTP", "a true peak"), ("dBFS", "a sample level"), ("LUFS", "a loudness"),
    ("LU", "a loudness difference"), ("Hz", "a frequency"), ("kHz", "a frequency"), ("ms", "a time"),
    ("s", "a time"), ("samples", "a time"), ("bars", "a musical time"), ("beats", "a musical time"),
    ("%", "a percentage"), ("dB/oct", "a slope"), ("kbps", "a bitrate"), ("bpm", "a tempo"),
  ]

  /// Other words for a unit that can mean nothing else. Case never counts.
  static let synonyms: [String: [String]] = [
    "s": ["sec", "secs", "second", "seconds"], "ms": ["msec", "msecs", "millisecond", "milliseconds"],
    "samples": ["sample"], "bars": ["bar"], "beats": ["beat"], "LUFS": ["LKFS"], "kbps": ["kbit/s", "kb/s"],
    "%": ["percent"], "Hz": ["hertz"],
  ]

  /// The unit that `word` names, as it is usually written.
  static func unit(_ word: String, among units: some Sequence<String>) -> String? {
    let wanted = word.lowercased()
    return units.first { unit in
      unit.lowercased() == wanted || synonyms[unit, default: []].contains { $0.lowercased() == wanted }
    }
  }

  /// Units whose numbers mean the same where the other is wanted: a threshold in dBFS is one in dB.
  private static let kin: [String: [String]] = [
    "dB": ["dBFS", "LU"], "dBTP": ["dB", "dBFS"], "LUFS": ["dB", "LU"], "LU": ["dB"], "dB/oct": ["dB"],
  ]

  /// The pattern of these units, in any case, with their other words.
  static func pattern(_ units: String...) -> String {
    units.flatMap { [$0] + synonyms[$0, default: []] }.map(anyCase).joined(separator: "|")
  }

  /// `dB` → `[dD][bB]`: the dialect of JSON Schema has no switch for it.
  private static func anyCase(_ word: String) -> String {
    word.map { letter in
      letter.isLetter ? "[\(letter.lowercased())\(letter.uppercased())]" : String(letter)
    }.joined()
  }

  /// Reads `text` as a number in one of `units` (each with its power of ten).
  /// - Throws: what was found and what to write instead, in terms of `Value`.
  static func parse<Value: Quantity>(
    _ text: String, as: Value.Type, _ units: KeyValuePairs<String, Int>
  ) throws(QuantityError) -> Double {
    guard let number = try Decimal(prefixOf: text) else { throw Value.malformed(text) }
    if number.rest.isEmpty, Value.acceptsNumber { return number.value() }
    for (unit, power) in units where unit == number.rest { return number.value(timesTenToThe: power) }
    let accepted = units.map(\.key)
    if let unit = unit(number.rest, among: accepted), let power = units.first(where: { $0.key == unit })?.value {
      return number.value(timesTenToThe: power)
    }
    let examples = listed(Value.examples.prefix(3))
    if number.rest.isEmpty {
      throw QuantityError(
        .missingUnit, "\(quoted(text)) needs a unit: \(Value.noun) is written like \(examples)",
        suggestions: accepted.map { "\(number.digits) \($0)" })
    }
    if let other = unit(number.rest, among: dimensions.map(\.unit)),
      let noun = dimensions.first(where: { $0.unit == other })?.noun
    {
      // A number in a unit of another kind is another number in this one: nothing is offered that changes it.
      let related = accepted.filter { kin[$0, default: []].contains(other) }
      throw QuantityError(
        .unit, "\(quoted(text)) is \(noun), but \(Value.noun) is wanted here, like \(examples)",
        suggestions: related.prefix(1).map { "\(number.digits) \($0)" })
    }
    // `3.5k` is a thousand of them, as people say it.
    let thousands = number.rest.lowercased() == "k" ? accepted.filter { $0.hasPrefix("k") } : []
    throw QuantityError(
      .unit, "`\(number.rest)` is no unit of \(Value.noun.droppingArticle); write it like \(examples)",
      suggestions: thousands.map { "\(number.digits) \($0)" })
  }
}

extension String {
  /// "a level" → "level".
  public var droppingArticle: String {
    for article in ["a ", "an "] where hasPrefix(article) { return String(dropFirst(article.count)) }
    return self
  }
}

/// The pattern of a plain decimal number, as `Decimal` reads it.
let numberPattern = "[+\\-−]?(0|[1-9][0-9]*)(\\.[0-9]+)?"
