/// The units of edition 1 and what each measures: how `10 ms` in place of a level is explained.
enum Units {
  static let dimensions: [(unit: String, noun: String)] = [
    ("dB", "a level or gain"), ("dBTP", "a true peak"), ("dBFS", "a sample level"), ("LUFS", "a loudness"),
    ("LU", "a loudness difference"), ("Hz", "a frequency"), ("kHz", "a frequency"), ("ms", "a time"),
    ("s", "a time"), ("samples", "a time"), ("bars", "a musical time"), ("beats", "a musical time"),
    ("%", "a percentage"), ("dB/oct", "a slope"), ("kbps", "a bitrate"), ("bpm", "a tempo"),
  ]

  /// Reads `text` as a number in one of `units` (each with its power of ten).
  /// - Throws: what was found and what to write instead, in terms of `Value`.
  static func parse<Value: Quantity>(
    _ text: String, as: Value.Type, _ units: KeyValuePairs<String, Int>
  ) throws(QuantityError) -> Double {
    guard let number = try Decimal(prefixOf: text) else { throw Value.malformed(text) }
    if number.rest.isEmpty, Value.acceptsNumber { return number.value() }
    for (unit, power) in units where unit == number.rest { return number.value(timesTenToThe: power) }
    let accepted = units.map(\.key)
    if number.rest.isEmpty {
      throw QuantityError(
        .missingUnit, "\(quoted(text)) needs a unit: \(Value.noun) is written like \(listed(Value.examples.prefix(3)))",
        suggestions: accepted.map { "\(number.digits) \($0)" })
    }
    if let unit = accepted.first(where: { $0.lowercased() == number.rest.lowercased() }) {
      throw QuantityError(
        .unit, "the unit `\(number.rest)` is written `\(unit)`", suggestions: ["\(number.digits) \(unit)"])
    }
    if let other = dimensions.first(where: { $0.unit == number.rest }) {
      throw QuantityError(
        .unit,
        "\(quoted(text)) is \(other.noun), but \(Value.noun) is wanted here, like \(listed(Value.examples.prefix(3)))",
        suggestions: accepted.prefix(1).map { "\(number.digits) \($0)" })
    }
    throw QuantityError(
      .unit,
      "`\(number.rest)` is no unit of \(Value.noun.droppingArticle); write it like \(listed(Value.examples.prefix(3)))",
      suggestions: accepted.prefix(1).map { "\(number.digits) \($0)" })
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
