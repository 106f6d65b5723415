/// A value that a user writes with its unit: `-4 dB`, `3.5 kHz`, `3:1`, `L30`.
///
/// One conformance serves the decoder, the JSON Schema, the reference and every message: how the quantity is
/// called, how it is written, and how it is read and printed. Text is read by the type, never guessed.
public protocol Quantity: Sendable, Equatable {
  /// What a sentence calls it, with its article: "a level".
  static var noun: String { get }
  /// Ways to write it, the customary one first.
  static var examples: [String] { get }
  /// An ECMA 262 regular expression, unanchored, that accepts what `init(parsing:)` accepts (ranges apart).
  static var pattern: String { get }
  /// Whether a bare number, without a unit, is enough.
  static var acceptsNumber: Bool { get }

  /// Reads `text` as a user wrote it.
  /// - Throws: a `QuantityError` that says what was found, what is taken, and what to write instead.
  init(parsing text: String) throws(QuantityError)

  /// The canonical way to write it: reading it back gives an equal value.
  var text: String { get }
}

/// A quantity that is one number in one base unit, and so has ranges and can be automated.
public protocol NumericQuantity: Quantity {
  /// The number in the base unit (dB, Hz, s, %, …).
  var magnitude: Double { get }
  init(magnitude: Double)
  /// The scale on which automation moves it.
  static var scale: QuantityScale { get }
}

extension NumericQuantity {
  public static var scale: QuantityScale { .linear }
}

/// What is even in a move from one value to another.
public enum QuantityScale: Sendable {
  case linear
  /// Steps of dB; from or to silence, steps of amplitude.
  case decibels
  /// Ratios, for frequencies and times; linear where one end is 0.
  case logarithmic
  /// Steps of 1/x, for compression ratios, which have an infinity.
  case reciprocal
}

/// Why a text is no value of a quantity.
public struct QuantityError: Error, Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Not of the quantity's form.
    case malformed
    /// A number in a form that is not taken (exponent, leading zero, underscore, hex).
    case number
    /// A known unit of another dimension, or an unknown unit.
    case unit
    /// A number whose unit cannot be guessed.
    case missingUnit
    /// Outside what the quantity can ever be.
    case range
    /// Part of the format, but not taken by this version.
    case later
  }

  public var kind: Kind
  /// The fact: what was found and what is allowed.
  public var message: String
  /// Texts to write instead, best first.
  public var suggestions: [String]

  public init(_ kind: Kind, _ message: String, suggestions: [String] = []) {
    self.kind = kind
    self.message = message
    self.suggestions = suggestions
  }
}

extension Quantity {
  /// The error for a text that has nothing of this quantity.
  static func malformed(_ text: String) -> QuantityError {
    QuantityError(
      .malformed, "\(quoted(text)) is not \(noun); write it like \(listed(examples.prefix(3)))")
  }
}

/// `text` between back-ticks, shortened when it is long.
public func quoted(_ text: String) -> String {
  if text.isEmpty { return "an empty text" }
  return text.count > 60 ? "`\(text.prefix(57))…`" : "`\(text)`"
}

/// "`a`", "`a` or `b`", "`a`, `b` or `c`".
public func listed(_ items: some Sequence<String>, conjunction: String = "or") -> String {
  let marked = items.map { "`\($0)`" }
  guard let last = marked.last else { return "" }
  if marked.count == 1 { return last }
  return marked.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}
