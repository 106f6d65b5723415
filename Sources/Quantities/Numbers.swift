/// A frequency in hertz.
public struct Hertz: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static var scale: QuantityScale { .logarithmic }
  public static let noun = "a frequency"
  public static let examples = ["80 Hz", "3.5 kHz", "80"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("Hz", "kHz"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["Hz": 0, "kHz": 3])
  }

  public var text: String {
    let hertz = plainDecimal(magnitude)
    return magnitude >= 1000 && magnitude.isFinite ? movingPoint(of: hertz, by: -3) + " kHz" : hertz + " Hz"
  }
}

/// A percentage; `fraction` is a hundredth of it.
public struct Percent: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a percentage"
  public static let examples = ["35 %", "100%"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("%"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["%": 0])
  }

  public var fraction: Double { magnitude / 100 }
  public var text: String { plainDecimal(magnitude) + " %" }
}

/// A compression ratio, R in R:1; `inf:1` is a limiter.
public struct Ratio: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static var scale: QuantityScale { .reciprocal }
  public static let noun = "a ratio"
  public static let examples = ["3:1", "2.5", "inf:1"]
  public static let pattern = "(\(numberPattern)|inf)( *: *1)?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    var left = text
    if let colon = text.firstIndex(of: ":") {
      let right = text[text.index(after: colon)...].drop { $0 == " " }
      guard right == "1" else {
        throw QuantityError(
          .malformed, "\(quoted(text)) is not a ratio to 1; write it like \(listed(Self.examples))",
          suggestions: [])
      }
      left = String(text[..<colon])
      while left.last == " " { left.removeLast() }
    }
    if left == "inf" {
      magnitude = .infinity
      return
    }
    guard let number = try Decimal(prefixOf: left), number.rest.isEmpty else { throw Self.malformed(text) }
    magnitude = number.value()
  }

  public var text: String { plainDecimal(magnitude) + ":1" }
}

/// A place in the stereo field, −100 (left) … +100 (right).
public struct Pan: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a pan position"
  public static let examples = ["C", "L30", "R100"]
  public static let pattern = "(C|[LR](0|[1-9][0-9]*)(\\.[0-9]+)?|\(numberPattern))"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    if text == "C" {
      magnitude = 0
      return
    }
    var number = text
    var sign = 1.0
    if let side = text.first, "LRlr".contains(side) {
      number.removeFirst()
      guard number.first?.isDecimalDigit == true else {
        // A letter alone may be either side's beginning.
        let meant = text.count > 1 ? Self.meant(by: text) : nil
        throw QuantityError(.malformed, Self.malformed(text).message, suggestions: meant.map { [$0] } ?? [])
      }
      if side.isLowercase {
        throw QuantityError(
          .malformed, "\(quoted(text)) is written with a capital letter",
          suggestions: [side.uppercased() + number])
      }
      if side == "L" { sign = -1 }
    }
    guard let decimal = try Decimal(prefixOf: number), decimal.rest.isEmpty else {
      throw QuantityError(
        .malformed, Self.malformed(text).message, suggestions: Self.meant(by: text).map { [$0] } ?? [])
    }
    magnitude = sign * decimal.value()
  }

  /// What other programs write: `center`, `left`, `30L`, `L 30`.
  private static func meant(by text: String) -> String? {
    let word = text.lowercased().filter { $0 != " " && $0 != "%" }
    switch word {
    case "c", "center", "centre", "mid", "middle": return "C"
    case "left", "l", "hardleft": return "L100"
    case "right", "r", "hardright": return "R100"
    default: break
    }
    guard let last = word.last, last == "l" || last == "r", let number = Double(word.dropLast()),
      (0...100).contains(number)
    else {
      guard let first = word.first, first == "l" || first == "r", let number = Double(word.dropFirst()),
        (0...100).contains(number)
      else { return nil }
      return first.uppercased() + plainDecimal(number)
    }
    return last.uppercased() + plainDecimal(number)
  }

  public var text: String {
    magnitude == 0 ? "C" : (magnitude < 0 ? "L" : "R") + plainDecimal(abs(magnitude))
  }
}

/// Quarter notes a minute.
public struct Tempo: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a tempo"
  public static let examples = ["112", "93.5 bpm"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("bpm"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["bpm": 0])
  }

  public var text: String { plainDecimal(magnitude) }
}

/// Samples a second, a whole number.
public struct SampleRate: NumericQuantity, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a sample rate"
  public static let examples = ["48 kHz", "44.1 kHz", "44100"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("Hz", "kHz"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["Hz": 0, "kHz": 3])
    guard (8_000...768_000).contains(magnitude) else {
      let meantKilohertz = (8...768).contains(magnitude)
      throw QuantityError(
        .range, "a sample rate lies between 8 kHz and 768 kHz; \(quoted(text)) does not",
        suggestions: meantKilohertz ? ["\(plainDecimal(magnitude)) kHz"] : [])
    }
    guard Double(Int(magnitude)) == magnitude else {
      throw QuantityError(.range, "a sample rate is a whole number of hertz; \(quoted(text)) is not")
    }
  }

  public var text: String { plainDecimal(magnitude / 1000) + " kHz" }
}

/// A data rate in kilobits a second.
public struct Bitrate: NumericQuantity, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a bitrate"
  public static let examples = ["320 kbps", "192 kbps"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("kbps"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["kbps": 0])
  }

  public var text: String { plainDecimal(magnitude) + " kbps" }
}

/// A whole number: a channel, a seed, a compression level.
public struct Whole: NumericQuantity, ExpressibleByIntegerLiteral {
  public var value: Int
  public init(_ value: Int) { self.value = value }
  public init(integerLiteral value: Int) { self.value = value }
  public init(magnitude: Double) { value = Int(magnitude) }
  public var magnitude: Double { Double(value) }

  public static let noun = "a whole number"
  public static let examples = ["0", "8"]
  public static let pattern = "[+\\-−]?(0|[1-9][0-9]*)"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    guard let number = try Decimal(prefixOf: text), number.rest.isEmpty else { throw Self.malformed(text) }
    guard let value = Int(number.digits) else {
      throw QuantityError(
        number.digits.contains(".") ? .malformed : .range, "\(quoted(text)) is not a whole number of up to 18 digits")
    }
    self.value = value
  }

  public var text: String { String(value) }
}

/// The quality factor of a filter, a bare number.
public struct Quality: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a quality factor"
  public static let examples = ["0.7071", "1.4"]
  public static let pattern = numberPattern
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    guard let number = try Decimal(prefixOf: text), number.rest.isEmpty else { throw Self.malformed(text) }
    magnitude = number.value()
  }

  public var text: String { plainDecimal(magnitude) }
}
