/// One of a few names, written in snake case.
public protocol Choice: Quantity, RawRepresentable, CaseIterable where RawValue == String, AllCases == [Self] {
  /// Names of the format that this version does not take yet, each with what brings it.
  static var later: [String: String] { get }
}

extension Choice {
  public static var later: [String: String] { [:] }
  public static var noun: String { "one of \(listed(allCases.map(\.rawValue)))" }
  public static var examples: [String] { allCases.map(\.rawValue) }
  public static var pattern: String { "(\(allCases.map(\.rawValue).joined(separator: "|")))" }
  public static var acceptsNumber: Bool { allCases.contains { Int($0.rawValue) != nil } }

  public init(parsing text: String) throws(QuantityError) {
    if let value = Self(rawValue: text) {
      self = value
    } else if let delivery = Self.later[text] {
      throw QuantityError(
        .later, "\(quoted(text)) is part of the format, but not in this version of Mixdown; it comes with \(delivery)")
    } else {
      throw QuantityError(.malformed, "\(quoted(text)) is not \(Self.noun)")
    }
  }

  public var text: String { rawValue }
}

extension Bool: Quantity {
  public static let noun = "`true` or `false`"
  public static let examples = ["true", "false"]
  public static let pattern = "(true|false)"
  public static let acceptsNumber = false

  public init(parsing text: String) throws(QuantityError) {
    switch text {
    case "true": self = true
    case "false": self = false
    case "yes", "on", "True", "TRUE", "Yes", "YES", "On", "ON", "y", "1":
      throw QuantityError(
        .malformed, "\(quoted(text)) is text here; a switch is `true` or `false`", suggestions: ["true"])
    case "no", "off", "False", "FALSE", "No", "NO", "Off", "OFF", "n", "0":
      throw QuantityError(
        .malformed, "\(quoted(text)) is text here; a switch is `true` or `false`", suggestions: ["false"])
    default:
      throw QuantityError(.malformed, "\(quoted(text)) is neither `true` nor `false`")
    }
  }

  public var text: String { self ? "true" : "false" }
}

extension String: Quantity {
  public static let noun = "text"
  public static let examples: [String] = []
  public static let pattern = ".*"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) { self = text }
  public var text: String { self }
}

/// How a mono signal is spread when it is panned: the level of each side at the centre.
public enum PanLawName: String, Choice {
  case minus3 = "-3 dB"
  case minus4Point5 = "-4.5 dB"
  case minus6 = "-6 dB"
  case zero = "0 dB"

  public static let noun = "a pan law: `-3 dB`, `-4.5 dB`, `-6 dB` or `0 dB`"
  public static let pattern = "[+\\-−]?((3|6|0)(\\.0+)?|4\\.50*)( *dB)?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    let level = try Decibels(parsing: text)
    guard let law = Self.allCases.first(where: { $0.rawValue == level.text }) else {
      throw QuantityError(.range, "\(quoted(text)) is not \(Self.noun)")
    }
    self = law
  }
}
