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
  public var color: String?
  public var comment: String?

  public init() {}

  static let trimFields: [Field<Strip>] = [
    .init(
      "trim", \.trim, -96...48, "Level at the top of the strip, before the inserts.", initial: 0, automation: .allowed),
    .init("polarity", \.polarity, "Sign of the signal.", initial: .normal),
  ]
  static let insertsField = Field<Strip>("inserts", \.inserts, "Processors, in order.")
  static let faderFields: [Field<Strip>] = [
    .init("level", \.level, -.infinity...48, "The fader.", initial: 0, automation: .allowed),
    .init("pan", \.pan, -100...100, "Place in the stereo field.", initial: 0, automation: .allowed),
    .init("pan_law", \.panLaw, "Level of a centred mono signal in each side; by default the session's."),
    .init(
      "pan_mode", \.panMode, "How stereo is panned: `balance` turns one side down, `stereo` moves both.",
      initial: .balance),
    .init(
      "width", \.width, 0...200, "Stereo width: 0 % is mono, 200 % doubles the side.", initial: 100,
      automation: .allowed),
    .init("mute", \.mute, "Silences the output and all sends.", initial: false),
    .init("solo", \.solo, "Silences all that neither feeds this nor is fed by it.", initial: false),
  ]
  static let routingFields: [Field<Strip>] = [
    .init("sends", \.sends, naming: "a send", "Levels into other buses, by their names."),
    .init("output", \.output, "The bus that this feeds.", initial: "main"),
  ]
  static let noteFields: [Field<Strip>] = [
    .init("color", \.color, "For the report."),
    .init("comment", \.comment, "For people."),
    .later("automation", "Lanes of parameters that move.", with: Delivery.timeline),
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
    Field.init("level", \.level, -.infinity...48, "How much of it.", automation: .allowed).required(),
    .init("pan", \.pan, -100...100, "Place in the bus.", initial: 0, automation: .allowed),
    .init("tap", \.tap, "Where the signal is taken.", initial: .postFader),
  ]
}

/// A stem with its strip.
public struct Track: Record {
  public var stem = ""
  /// Channels of the file to take, from 1; all of a mono or stereo file by default.
  public var channels: [Whole]?
  public var strip = Strip()

  public init() {}

  public static let noun = "a track"
  public static let summary = "A stem and its strip: trim, inserts, sends, fader, pan."
  public static let fields: [Field<Track>] =
    [
      Field.init("stem", \.stem, "The audio file.").required(),
      .init("channels", \.channels, "Channels of the file to take, counted from 1: `[1]` or `[1, 2]`."),
      .later("clips", "Pieces of stems, placed in time.", with: Delivery.timeline),
      .later("delay", "Shifts the track in time.", with: Delivery.timeline),
    ]
    + (Strip.trimFields + [Strip.insertsField] + Strip.faderFields + Strip.routingFields + Strip.noteFields)
    .map { $0.lifted({ $0.strip }, { $0.strip = $1 }) }
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
