public import Quantities
public import Tables

/// What a file leaves open, with a type: `vocal_level: {type: level, default: -3 dB}`.
public struct ParameterDeclaration: Record {
  public var type: ParameterType = .text
  public var initial: String?
  public var comment: String?

  public init() {}

  public static let noun = "a parameter"
  public static let summary = "A value that a file leaves open for others to give."
  public static let fields: [Field<ParameterDeclaration>] = [
    Field.init("type", \.type, "The kind of value.").required(),
    .init("default", \.initial, "The value when none is given; without it one must be given."),
    .init("comment", \.comment, "For people."),
  ]
}

public enum ParameterType: String, Choice {
  case text, path, level, gain, frequency, duration, position, pan, ratio, percent, slope, loudness, tempo, number,
    `switch`
  case truePeak = "true_peak"

  /// Why `text` is no value of this type; `nil` when it is one.
  func refusal(of text: String) -> QuantityError? {
    do throws(QuantityError) {
      switch self {
      case .text, .path: break
      case .level, .gain: _ = try Decibels(parsing: text)
      case .frequency: _ = try Hertz(parsing: text)
      case .duration: _ = try TimeSpan(parsing: text)
      case .position: _ = try Position(parsing: text)
      case .pan: _ = try Pan(parsing: text)
      case .ratio: _ = try Ratio(parsing: text)
      case .percent: _ = try Percent(parsing: text)
      case .slope: _ = try Slope(parsing: text)
      case .loudness: _ = try LUFS(parsing: text)
      case .truePeak: _ = try TruePeakLevel(parsing: text)
      case .tempo: _ = try Tempo(parsing: text)
      case .number: _ = try Whole(parsing: text)
      case .switch: _ = try Bool(parsing: text)
      }
      return nil
    } catch {
      return error
    }
  }
}
