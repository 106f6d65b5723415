/// One of a few names, written in snake case.
public protocol Choice: Quantity, RawRepresentable, CaseIterable where RawValue == String, AllCases == [Self] {
  /// Names of the format that this version does not take yet, each with what brings it.
  static var later: [String: String] { get }
  /// What other programs call them: to the name here, or to a sentence about what there is instead.
  static var foreign: [String: ForeignName] { get }
}

/// A name that another program uses.
public enum ForeignName: Sendable {
  case means(String)
  case absent(String)
}

extension Choice {
  public static var later: [String: String] { [:] }
  public static var foreign: [String: ForeignName] { [:] }
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
      let fact = "\(quoted(text)) is not \(Self.noun)"
      switch Self.foreign[text.lowercased()] {
      case .means(let name): throw QuantityError(.malformed, fact, suggestions: [name])
      case .absent(let sentence): throw QuantityError(.malformed, "\(fact); \(sentence)")
      case nil:
        let isCase = Self.allCases.first { $0.rawValue == text.lowercased() }
        throw QuantityError(.malformed, fact, suggestions: isCase.map { [$0.rawValue] } ?? [])
      }
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
  public static let pattern = "[+\\-−]?((3|6|0)(\\.0+)?|4\\.50*)( *(\(Units.pattern("dB"))))?"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    if let level = try? Decibels(parsing: text) {
      guard let law = Self.allCases.first(where: { $0.rawValue == level.text }) else {
        throw QuantityError(.range, "\(quoted(text)) is not \(Self.noun)")
      }
      self = law
      return
    }
    // A law is known by the level of its centre; these are the names that other programs give them.
    let names: [String: PanLawName] = [
      "equal_power": .minus3, "constant_power": .minus3, "sine": .minus3, "linear": .minus6, "constant_gain": .minus6,
      "compromise": .minus4Point5, "none": .zero, "balance": .zero,
    ]
    let word = text.lowercased().map { $0 == " " || $0 == "-" ? "_" : String($0) }.joined()
    throw QuantityError(
      .malformed, "\(quoted(text)) is not \(Self.noun)", suggestions: names[word].map { [$0.rawValue] } ?? [])
  }
}
