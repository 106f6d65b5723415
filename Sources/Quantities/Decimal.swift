/// A number as a user may write one, and whatever follows it.
///
/// Plain decimals with an optional sign; `−` (U+2212), pasted from a text, is taken for `-`. An exponent, `_`, a
/// leading zero, hex and `.5` are refused, because other readers of YAML take them for something else.
struct Decimal {
  /// Sign and digits in ASCII, such as `-3.5`.
  var digits: String
  /// What follows the number, without the space between.
  var rest: String

  /// Far more than any quantity needs, and few enough to be read at once.
  private static let digitLimit = 40

  /// Reads the number at the start of `text`; `nil` when there is none.
  init?(prefixOf text: String) throws(QuantityError) {
    if let plain = Decimal(plain: text) {
      self = plain
      return
    }
    var characters = Substring(text)
    var digits = ""
    if let sign = characters.first, "+-−".contains(sign) {
      if sign != "+" { digits = "-" }
      characters.removeFirst()
    }
    let whole = characters.prefix(while: \.isDecimalDigit)
    characters.removeFirst(whole.count)
    if whole.isEmpty {
      if characters.first == ".", characters.dropFirst().first?.isDecimalDigit == true {
        throw QuantityError(
          .number, "\(quoted(text)) lacks a digit before the point",
          suggestions: [digits + "0" + characters])
      }
      return nil
    }
    if whole.first == "0", whole.count > 1 {
      let bare = String(whole.drop { $0 == "0" })
      throw QuantityError(
        .number, "\(quoted(text)) has a leading zero, which other programs read as octal",
        suggestions: [digits + (bare.isEmpty ? "0" : bare) + characters])
    }
    if whole == "0", let base = characters.first, "xXoObB".contains(base),
      characters.dropFirst().first?.isHexDigit == true
    {
      throw QuantityError(.number, "\(quoted(text)) is no plain decimal number")
    }
    digits += whole
    if characters.first == "." {
      let fraction = characters.dropFirst().prefix(while: \.isDecimalDigit)
      if fraction.isEmpty {
        throw QuantityError(
          .number, "\(quoted(text)) lacks a digit after the point", suggestions: [digits + characters.dropFirst()])
      }
      digits += "." + fraction
      characters.removeFirst(fraction.count + 1)
    }
    if let next = characters.first, next == "_" || next == "," {
      throw QuantityError(
        .number, "\(quoted(text)) groups or splits its digits with `\(next)`",
        suggestions: next == "_" ? [text.filter { $0 != "_" }] : Self.withoutComma(text))
    }
    if let next = characters.first, next == "e" || next == "E" {
      let power = characters.dropFirst().drop { "+-−".contains($0) }
      if power.first?.isDecimalDigit == true {
        throw QuantityError(.number, "\(quoted(text)) has an exponent; write the number out")
      }
    }
    guard digits.utf8.count <= Self.digitLimit else {
      throw QuantityError(.number, "\(quoted(text)) has more than \(Self.digitLimit) digits")
    }
    self.digits = digits
    rest = String(characters.drop { $0 == " " })
    if rest.isEmpty, !characters.isEmpty {
      throw QuantityError(
        .malformed, "\(quoted(text)) ends with a space", suggestions: [String(text.dropLast(characters.count))])
    }
  }

  /// A comma before three digits may group thousands (`1,000 Hz`), any other is a decimal point.
  private static func withoutComma(_ text: String) -> [String] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let plain = parts.joined(), decimal = parts.joined(separator: ".")
    if parts.count > 2 { return [plain] }
    let isGroup = parts[1].prefix(while: \.isDecimalDigit).count == 3 && !parts[0].hasSuffix("0")
    return isGroup ? [plain, decimal] : [decimal]
  }

  /// What nearly every number looks like, read byte by byte; `nil` for all that needs a closer look.
  private init?(plain text: String) {
    let bytes = text.utf8
    func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    var index = bytes.startIndex
    let isSigned = bytes.first == UInt8(ascii: "-")
    if isSigned || bytes.first == UInt8(ascii: "+") { index = bytes.index(after: index) }
    let start = index
    while index < bytes.endIndex, isDigit(bytes[index]) { index = bytes.index(after: index) }
    let wholeCount = bytes.distance(from: start, to: index)
    guard wholeCount > 0, wholeCount == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
    if index < bytes.endIndex, bytes[index] == UInt8(ascii: ".") {
      let point = index
      repeat { index = bytes.index(after: index) } while index < bytes.endIndex && isDigit(bytes[index])
      guard bytes.distance(from: point, to: index) > 1 else { return nil }
    }
    guard bytes.distance(from: start, to: index) < Self.digitLimit else { return nil }
    digits = (isSigned ? "-" : "") + text[start..<index]
    rest = ""
    if index == bytes.endIndex { return }
    // A unit after a blank, or one whose first letter is in no other way of writing a number.
    guard bytes[index] == UInt8(ascii: " ") || "dHksmL%u".utf8.contains(bytes[index]) else { return nil }
    while index < bytes.endIndex, bytes[index] == UInt8(ascii: " ") { index = bytes.index(after: index) }
    guard index < bytes.endIndex, bytes[index] < 128 else { return nil }
    rest = String(text[index...])
  }

  /// The number times ten to the `power`, rounded once.
  func value(timesTenToThe power: Int = 0) -> Double {
    // The text is a valid number by construction, so reading it cannot fail.
    Double(power == 0 ? digits : "\(digits)e\(power)") ?? .nan
  }
}

extension Character {
  /// Of ASCII only, and without a mark on it: `5\u{301}` lies between `5` and `6`, but is no digit.
  var isDecimalDigit: Bool { asciiValue.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false }
}

/// `decimal`, a plain decimal, with its point moved `places` to the right (to the left when negative): the same
/// digits in another unit, so that they read back as the same number.
func movingPoint(of decimal: String, by places: Int) -> String {
  let sign = decimal.hasPrefix("-") ? "-" : ""
  let parts = decimal.dropFirst(sign.count).split(separator: ".", omittingEmptySubsequences: false)
  var whole = String(parts[0]), fraction = parts.count > 1 ? String(parts[1]) : ""
  if places > 0 {
    fraction += String(repeating: "0", count: max(0, places - fraction.count))
    whole += fraction.prefix(places)
    fraction.removeFirst(places)
  } else {
    whole = String(repeating: "0", count: max(0, -places - whole.count)) + whole
    fraction = whole.suffix(-places) + fraction
    whole.removeLast(-places)
  }
  whole = String(whole.drop { $0 == "0" })
  while fraction.last == "0" { fraction.removeLast() }
  return sign + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
}

/// The shortest plain decimal that reads back as `value`: no exponent, no `.0`.
public func plainDecimal(_ value: Double) -> String {
  if value == 0 { return "0" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  var text = value.description
  if let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) {
    let power = Int(text[text.index(after: mark)...]) ?? 0
    var digits = text[..<mark].filter(\.isDecimalDigit)
    let sign = value < 0 ? "-" : ""
    let wholeDigits = (text[..<mark].drop { $0 == "-" }.firstIndex(of: ".") == nil ? digits.count : 1) + power
    if digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
    if wholeDigits <= 0 {
      text = sign + "0." + String(repeating: "0", count: -wholeDigits) + digits
    } else if wholeDigits >= digits.count {
      text = sign + digits + String(repeating: "0", count: wholeDigits - digits.count)
    } else {
      text = sign + digits.prefix(wholeDigits) + "." + digits.dropFirst(wholeDigits)
    }
  }
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
