import Processors
public import Quantities
public import Tables

/// One song, as its file says it: `*.mix.yaml`, resolved.
public struct Session: Record {
  public var edition: Edition?
  public var metadata = Metadata()
  public var sampleRate: SampleRate = 48_000
  /// In order; empty when the session has none.
  public var tempo: [TempoChange] = []
  public var meter = [MeterChange()]
  public var markers: [(name: String, position: Position)] = []
  public var start = Position.zero
  public var length: Position?
  public var tail = Tail.auto
  public var seed: Whole = 0
  public var panLaw = PanLawName.minus3
  public var tracks = Named<Track>()
  public var buses = Named<Bus>()
  public var vcas = Named<VCA>()
  public var main = MainBus()
  /// `nil`: nothing is done to the mix.
  public var master: Master?
  public var versions = Named<Version>()
  public var deliverables = Named<Deliverable>()
  public var checks = Checks()
  public var allow: [String]?

  public init() {}

  public static let trackLimit = 1000

  public static let noun = "a session"
  public static let summary = "One song: its tracks, buses, master and deliverables."
  public static let fields: [Field<Session>] = [
    Field.init("mixdown", \.edition, "The edition of the format and of every sound; always `1`.").required(),
    .init("metadata", \.metadata, "Tags, written into every format's own fields."),
    .init("sample_rate", \.sampleRate, "The rate that the session runs at.", initial: 48_000),
    .init(
      "tempo", \.tempo, single: TempoChange.scalar,
      "Quarter notes a minute, with `first_bar` where bar 1 begins later, or a list of changes; musical times need one.",
      make: { setting, decoder in
        decoder.number(setting, as: Tempo.self, TempoChange.scalar).map { TempoChange(bpm: $0) }
      }),
    .init(
      "meter", \.meter, single: ScalarShape(Meter.self), "Beats in a bar, or a list of changes at bar lines.",
      initial: Meter.common.text,
      make: { setting, decoder in
        decoder.quantity(setting, as: Meter.self, ScalarShape(Meter.self)).map { MeterChange(meter: $0) }
      }),
    markerField,
    .init("start", \.start, "Where the render begins.", initial: .zero),
    .init("length", \.length, "Where the song ends; by default after the last clip and its tail."),
    .init(
      "tail", \.tail,
      "What is kept after the last clip: `auto` until the mix stays below −100 dBFS, `none`, or a duration.",
      initial: .auto),
    .init("seed", \.seed, 0...9_007_199_254_740_991, "Keys every noise, so that it repeats.", initial: 0),
    .init("pan_law", \.panLaw, "Level of a centred mono signal in each side.", initial: .minus3),
    .init("tracks", \.tracks, naming: "a track", "The stems, each with its strip."),
    .init("buses", \.buses, naming: "a bus", "Groups and effect returns."),
    .init("vcas", \.vcas, naming: "a VCA", "Faders that add to those of their members."),
    .init("main", \.main, "The bus that everything ends in, before the master."),
    .init("master", \.master, "What is done to the mix as a whole; left out, nothing is."),
    .init(
      "deliverables", \.deliverables, naming: "a deliverable",
      "The files to make; by default one 24-bit WAV called `mix`."),
    .init("allow", \.allow, "Codes of notes that this session does not want to hear."),
    .init(
      "versions", \.versions, naming: "a version", "Other mixes of the song: instrumental, a cappella, clean edit."),
    .init("checks", \.checks, "Unit tests for the files that the session's own master makes."),
  ]

  /// Keys that are gone once a file is resolved: they stand in the file's schema, not in the session's table.
  public static let layeringFields: [FieldShape] = [
    FieldShape(
      key: "extends", shape: .scalar(ScalarShape(String.self)), summary: "The parent that this file is laid over."),
    FieldShape(key: "with", shape: .freeMap(summary: "Values"), summary: "Values for the parent's parameters."),
    FieldShape(
      key: "parameters", shape: .map(of: .record(ParameterDeclaration.recordShape), naming: "a parameter"),
      summary: "What this file leaves open."),
  ]

  private static var markerField: Field<Session> {
    let scalar = ScalarShape(Position.self)
    return Field(
      shape: FieldShape(
        key: "markers", shape: .map(of: .scalar(scalar), naming: "a marker"), summary: "Named places on the time line."),
      decode: { setting, session, decoder in
        decoder.named(setting, naming: "a marker") { name, part, decoder in
          if let position = decoder.quantity(part, as: Position.self, scalar) {
            session.markers.append((name, position))
          }
        }
      })
  }
}

/// The edition of the format, of which there is one.
public enum Edition: String, Choice {
  case first = "1"
  public static let noun = "the edition of the format, `1`"
}

/// What is kept after the end of the last clip.
public enum Tail: Quantity {
  case auto
  case none
  case span(TimeSpan)

  public static let noun = "a tail: `auto`, `none` or a duration"
  public static let examples = ["auto", "none", "2.5 s"]
  public static let pattern = "(auto|none|\(TimeSpan.pattern))"
  public static let acceptsNumber = false

  public init(parsing text: String) throws(QuantityError) {
    switch text {
    case "auto": self = .auto
    case "none": self = .none
    default: self = .span(try TimeSpan(parsing: text))
    }
  }

  public var text: String {
    switch self {
    case .auto: "auto"
    case .none: "none"
    case .span(let span): span.text
    }
  }
}
