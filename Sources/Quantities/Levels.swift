/// A level or gain in decibels; amplitude = 10^(dB/20). `-inf dB` is silence.
public struct Decibels: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let silence = Decibels(magnitude: -.infinity)

  public static var scale: QuantityScale { .decibels }
  public static let noun = "a level or gain"
  public static let examples = ["-4 dB", "+2.5 dB", "-inf dB"]
  public static let pattern = "(\(numberPattern)|[\\-−]inf)( *(\(Units.pattern("dB"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    let unit = text.dropFirst(4)
    if text.hasPrefix("-inf") || text.hasPrefix("−inf"),
      unit.isEmpty || unit.drop(while: { $0 == " " }).lowercased() == "db"
    {
      self = .silence
    } else if ["-infinity", "-inf", "-∞", "−∞", "-inf db"].contains(text.lowercased()) {
      throw QuantityError(.malformed, "\(quoted(text)) is written `-inf dB`", suggestions: ["-inf dB"])
    } else {
      magnitude = try Units.parse(text, as: Self.self, ["dB": 0])
    }
  }

  public var text: String { plainDecimal(magnitude) + " dB" }
}

/// A programme loudness in LUFS (ITU-R BS.1770).
public struct LUFS: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static var scale: QuantityScale { .decibels }
  public static let noun = "a loudness"
  public static let examples = ["-14 LUFS", "-23 LUFS"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("LUFS"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["LUFS": 0])
  }

  public var text: String { plainDecimal(magnitude) + " LUFS" }
}

/// A difference of loudnesses, in LU.
public struct LoudnessDifference: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a loudness difference"
  public static let examples = ["-3 LU", "8 LU"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("LU"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["LU": 0])
  }

  public var text: String { plainDecimal(magnitude) + " LU" }
}

/// A correlation of two channels, −1 … 1.
public struct Correlation: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let noun = "a correlation"
  public static let examples = ["0", "-0.2", "0.5"]
  public static let pattern = numberPattern
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    guard let number = try Decimal(prefixOf: text), number.rest.isEmpty else { throw Self.malformed(text) }
    magnitude = number.value()
  }

  public var text: String { plainDecimal(magnitude) }
}

/// A true peak level in dBTP (ITU-R BS.1770 annex 2).
public struct TruePeakLevel: NumericQuantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(floatLiteral value: Double) { magnitude = value }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static var scale: QuantityScale { .decibels }
  public static let noun = "a true peak level"
  public static let examples = ["-1 dBTP", "-0.3 dBTP"]
  public static let pattern = "\(numberPattern)( *(\(Units.pattern("dBTP"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["dBTP": 0])
  }

  public var text: String { plainDecimal(magnitude) + " dBTP" }
}

/// The steepness of a filter in dB per octave: one of 6, 12, 18, 24, 36, 48.
public struct Slope: NumericQuantity, ExpressibleByIntegerLiteral {
  public var magnitude: Double
  public init(magnitude: Double) { self.magnitude = magnitude }
  public init(integerLiteral value: Int) { magnitude = Double(value) }

  public static let allowed: [Double] = [6, 12, 18, 24, 36, 48]
  public static let noun = "a slope"
  public static let examples = ["12 dB/oct", "24 dB/oct", "12"]
  public static let pattern = "[+]?(6|12|18|24|36|48)(\\.0+)?( *(\(Units.pattern("dB/oct"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    magnitude = try Units.parse(text, as: Self.self, ["dB/oct": 0])
    let found = magnitude
    guard !Self.allowed.contains(found) else { return }
    let nearest = Self.allowed.min { abs($0 - found) < abs($1 - found) } ?? 12
    throw QuantityError(
      .range, "a slope is 6, 12, 18, 24, 36 or 48 dB/oct; \(quoted(text)) is none of them",
      suggestions: [Slope(magnitude: nearest).text])
  }

  /// The order of the filter: 6 dB/oct each.
  public var order: Int { Int(magnitude) / 6 }

  public var text: String { plainDecimal(magnitude) + " dB/oct" }
}
