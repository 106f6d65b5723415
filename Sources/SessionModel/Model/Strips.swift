public import Processors
public import Quantities
public import Tables

public enum Polarity: String, Choice { case normal, inverted }

/// How a stereo signal is panned.
public enum PanMode: String, Choice { case balance, stereo }

public enum SendTap: String, Choice {
  case postFader = "post_fader"
  case preFader = "pre_fader"
}

/// What a track, a bus and `main` have in common: the path of a signal from its source to its output.
public struct Strip: Sendable {
  public var trim: Decibels = 0
  public var polarity = Polarity.normal
  public var delay = TimeShift.zero
  public var inserts = Named<Insert>()
  public var level: Decibels = 0
  public var pan: Pan = 0
  public var panLaw: PanLawName?
  public var panMode = PanMode.balance
  public var width: Percent = 100
  public var mute = false
  public var solo = false
  public var sends = Named<Send>()
  /// A bus, or `main`.
  public var output = "main"
  public var automation: [Lane] = []
  public var color: String?
  public var comment: String?

  public init() {}

  static let trimFields: [Field<Strip>] = [
    .init(
      "trim", \.trim, -.infinity...48, "Level at the top of the strip, before the inserts.", initial: 0,
      automation: .exact),
    .init("polarity", \.polarity, "Sign of the signal.", initial: .normal),
    .init("delay", \.delay, "Shifts the signal in time; a minus makes it earlier.", initial: .zero),
  ]
  static let insertsField = Field<Strip>("inserts", \.inserts, "Processors, in order.")
  static let faderFields: [Field<Strip>] = [
    .init("level", \.level, -.infinity...48, "The fader.", initial: 0, automation: .exact),
    .init("pan", \.pan, -100...100, "Place in the stereo field.", initial: 0, automation: .exact),
    .init("pan_law", \.panLaw, "Level of a centred mono signal in each side; by default the session's."),
    .init(
      "pan_mode", \.panMode, "How stereo is panned: `balance` turns one side down, `stereo` moves both.",
      initial: .balance),
    .init(
      "width", \.width, 0...200, "Stereo width: 0 % is mono, 200 % doubles the side.", initial: 100,
      automation: .exact),
    .init("mute", \.mute, "Silences the output and all sends.", initial: false, automation: .exact),
    .init("solo", \.solo, "Silences all that neither feeds this nor is fed by it.", initial: false),
  ]
  static let routingFields: [Field<Strip>] = [
    .init("sends", \.sends, naming: "a send", "Levels into other buses, by their names."),
    .init("output", \.output, "The bus that this feeds.", initial: "main"),
  ]
  static let noteFields: [Field<Strip>] = [
    .init("color", \.color, "For the report."),
    .init("comment", \.comment, "For people."),
    Lane.field(\.automation),
  ]
}

/// A part of the signal into a bus.
public struct Send: Record {
  public var level: Decibels = 0
  public var pan: Pan = 0
  public var tap = SendTap.postFader

  public init() {}

  public static let noun = "a send"
  public static let summary = "A part of the signal into a bus; its name is the bus."
  public static let shorthand: String? = "level"
  public static let fields: [Field<Send>] = [
    Field.init("level", \.level, -.infinity...48, "How much of it.", automation: .exact).required(),
    .init("pan", \.pan, -100...100, "Place in the bus.", initial: 0, automation: .exact),
    .init("tap", \.tap, "Where the signal is taken.", initial: .postFader),
  ]
}

/// Clips with their strip.
public struct Track: Record {
  public var clips = Named<Clip>()
  /// Channels of its files to take where a clip does not say, from 1; all of a mono or stereo file by default.
  public var channels: [Whole]?
  public var strip = Strip()

  public init() {}

  public static let noun = "a track"
  public static let summary =
    "Clips of stems and their strip: trim, inserts, sends, fader, pan. `stem: F` is short for one clip from the start."
  public static let wrapping: RecordShape.Wrapping? = RecordShape.Wrapping("stem", into: "clips")
  public static let oneOf = ["stem", "clips"]
  public static let fields: [Field<Track>] =
    [
      stemField,
      .init("clips", \.clips, naming: "a clip", "Pieces of stems, placed in time; where they overlap they add up."),
      .init("channels", \.channels, "Channels of the file to take, counted from 1: `[1]` or `[1, 2]`."),
    ]
    + (Strip.trimFields + [Strip.insertsField] + Strip.faderFields + Strip.routingFields + Strip.noteFields)
    .map { $0.lifted({ $0.strip }, { $0.strip = $1 }) }
}

extension Track {
  /// Written out before layers meet; what is left stands beside `clips`.
  private static let stemField = Field<Track>(
    shape: FieldShape(key: "stem", shape: .scalar(ScalarShape(String.self)), summary: "The audio file."),
    decode: { setting, _, decoder in
      decoder.report(
        .conflictingKeys, "`stem` is short for a clip of that name, and stands beside `clips`", at: setting,
        hints: ["write it as `clips: {stem: {stem: \(setting.text ?? "F")}}`"])
    })
}

/// A group or an effect return.
public struct Bus: Record {
  public var strip = Strip()

  public init() {}

  public static let noun = "a bus"
  public static let summary = "A sum of signals with a strip: a group, or the return of an effect."
  public static let fields: [Field<Bus>] =
    (Strip.trimFields + [Strip.insertsField] + Strip.faderFields + Strip.routingFields + Strip.noteFields)
    .map { $0.lifted({ $0.strip }, { $0.strip = $1 }) }
}

/// The bus that everything ends in.
public struct MainBus: Record {
  public var strip = Strip()

  public init() {}

  public static let noun = "`main`"
  public static let summary = "The bus that everything ends in, before the master."
  public static let fields: [Field<MainBus>] =
    (Strip.trimFields + [Strip.insertsField] + Strip.faderFields + Strip.noteFields)
    .map { $0.lifted({ $0.strip }, { $0.strip = $1 }) }
}

extension FieldShape {
  /// Keys of a track, a bus or a master that are gone once its preset is laid below it.
  public static let presetFields = [
    FieldShape(
      key: "preset", shape: .scalar(ScalarShape(String.self)),
      summary: "A preset laid below these keys: a built-in name or a `*.preset.yaml` file."),
    FieldShape(key: "with", shape: .freeMap(summary: "Values"), summary: "Values for the preset's parameters."),
  ]
}

/// A fader that adds to those of its members.
public struct VCA: Record {
  /// Ids of tracks, buses and other VCAs.
  public var members: [String]?
  public var level: Decibels = 0
  public var mute = false
  public var solo = false
  public var automation: [Lane] = []

  public init() {}

  public static let noun = "a VCA"
  public static let summary = "A fader without a signal: its level, mute and solo act on those of its members."
  public static let fields: [Field<VCA>] = [
    Field.init("members", \.members, "Tracks, buses and other VCAs.").required(),
    .init("level", \.level, -.infinity...48, "Added to the level of each member.", initial: 0, automation: .exact),
    .init("mute", \.mute, "Mutes the members.", initial: false, automation: .exact),
    .init("solo", \.solo, "Solos the members.", initial: false),
    Lane.field(\.automation),
  ]
}
