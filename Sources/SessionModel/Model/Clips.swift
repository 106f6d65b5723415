public import Quantities
public import Tables

/// A piece of a stem at a place of the song.
///
/// The file is taken at the session's rate, cut (`from`, `to`, `length`), turned round (`reverse`), repeated
/// (`loop`); gain and fades go over the whole.
public struct Clip: Record {
  public var stem = ""
  public var at = Position.zero
  public var from: TimeSpan = .zero
  public var to: TimeSpan?
  public var length: TimeSpan?
  public var gain: Decibels = 0
  public var fadeIn: Fade?
  public var fadeOut: Fade?
  public var loop = LoopCount.times(1)
  public var reverse = false
  /// Channels of the file to take, from 1; by default the track's.
  public var channels: [Whole]?
  public var mute = false

  public init() {}

  public static let noun = "a clip"
  public static let summary = "A piece of a stem at a place of the song: cut, then reversed, then looped, then faded."
  public static let shorthand: String? = "stem"
  public static let fields: [Field<Clip>] = [
    Field.init("stem", \.stem, "The audio file.").required(),
    .init("at", \.at, "Where it begins.", initial: .zero),
    .init("from", \.from, 0...86_400, "Where in the stem it begins.", initial: .zero),
    .init("to", \.to, 0...86_400, "Where in the stem it ends; by default at the stem's end."),
    .init(
      "length", \.length, 0...86_400,
      "How much of the stem is taken; with `loop: fill`, how long the clip is. The earlier end wins."),
    .init("gain", \.gain, -.infinity...48, "Level of the clip.", initial: 0),
    .init("fade_in", \.fadeIn, "Fade at its start: `50 ms`, or `50 ms equal_power`."),
    .init("fade_out", \.fadeOut, "Fade at its end."),
    .init(
      "loop", \.loop, "How often it plays; `fill` is until its `length`, or else the song's end.", initial: .times(1)),
    .init("reverse", \.reverse, "Whether it plays backwards.", initial: false),
    .init("channels", \.channels, "Channels of the file to take, counted from 1: `[1]` or `[1, 2]`."),
    .init("mute", \.mute, "Leaves it out; the song keeps its length.", initial: false),
  ]
}

/// A tempo from a place on.
public struct TempoChange: Record {
  public var at = Position(.bar(1, beat: 1))
  public var bpm: Tempo = 120
  public var firstBar: TimeSpan?

  public init() {}
  public init(bpm: Tempo) { self.bpm = bpm }

  static let scalar = ScalarShape(Tempo.self, in: range)
  private static let range = 10.0...999

  public static let noun = "a tempo change"
  public static let summary = "A tempo from a bar and beat on, or from a time on, which the bars follow."
  public static let fields: [Field<TempoChange>] = [
    Field.init(
      "at", \.at, "Bar and beat, the first `1|1`; or a time, at the first one that at which bar 1 begins.",
      initial: Position(.bar(1, beat: 1))),
    Field.init("bpm", \.bpm, range, "Quarter notes a minute.").required(),
    Field.init(
      "first_bar", \.firstBar, 0...Timeline.limit, "Where bar 1 begins, at the first change only; at time 0 otherwise."),
  ]

  /// Where it begins; `nil` for what is neither a bar and beat nor a time.
  func place(_ rate: Double) -> TempoMap.Place? {
    guard at.offset == nil else { return nil }
    switch at.anchor {
    case .bar(let bar, let beat): return .bar(bar, beat: beat)
    case .time(let span): return span.plainSeconds(rate).map { .seconds($0) }
    case .marker: return nil
    }
  }
}

extension TimeSpan {
  /// Its length, unless that depends on the tempo.
  func plainSeconds(_ rate: Double) -> Double? {
    switch self {
    case .seconds(let value): value
    case .samples(let count): Double(count) / rate
    case .bars, .beats, .note: nil
    }
  }
}

/// A meter from a bar on.
public struct MeterChange: Record {
  public var at = Position(.bar(1, beat: 1))
  public var meter = Meter.common

  public init() {}
  public init(meter: Meter) { self.meter = meter }

  public static let noun = "a meter change"
  public static let summary = "A meter from a bar line on."
  public static let fields: [Field<MeterChange>] = [
    Field.init("at", \.at, "The bar, as `17|1`; the first is `1|1`.").required(),
    Field.init("meter", \.meter, "Beats in a bar.").required(),
  ]
}
