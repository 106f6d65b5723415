public import Processors
public import Quantities
public import Tables

/// What is done to the mix as a whole.
public struct Master: Record {
  public var gain: Decibels = 0
  public var inserts = Named<Insert>()
  public var loudness: LoudnessTarget?
  public var clipper: MasterClipper?
  public var limiter: MasterLimiter?
  public var fadeIn: Fade?
  public var fadeOut: Fade?
  public var monoLoudness = MonoLoudness.dual
  public var pad = Padding.none
  public var checks = Checks()
  public var automation: [Lane] = []

  public init() {}

  public static let noun = "a master"
  public static let summary =
    "A gain, inserts, one gain to a loudness, a clipper, a true-peak limiter, fades: in this order, and only what is written."
  public static let fields: [Field<Master>] = [
    .init("gain", \.gain, -48...48, "Level of the mix as it enters the inserts.", initial: 0),
    .init("inserts", \.inserts, "Processors on the mix, in order."),
    .init("loudness", \.loudness, "The loudness that the delivered file has; `none` leaves it."),
    .init("clipper", \.clipper, "Cuts off the tips of peaks before the limiter; `none` (the default) leaves them."),
    .init("limiter", \.limiter, "A true-peak limiter that takes only what sticks out; `none` leaves the peaks."),
    .init("fade_in", \.fadeIn, "Fade at the start of the file: `50 ms`, or `50 ms equal_power`."),
    .init("fade_out", \.fadeOut, "Fade at the end of the file."),
    Lane.field(\.automation),
    .init(
      "mono_loudness", \.monoLoudness,
      "How loud a mono file is: as from two speakers (`dual`), or 3 LU less, as from one (`single`).", initial: .dual),
    .init(
      "pad", \.pad,
      "Silence at the file's end: `cd_frames` fills the last frame of a CD, 1/75 s, so that tracks join without a click.",
      initial: Padding.none),
    .init("checks", \.checks, "Bounds that its files must keep: one that misses them is not written."),
  ]
}

/// Whose a master is: names alone would mix them up, since which of them a run makes differs from run to run.
public enum MasterOwner: Hashable, Sendable {
  case session
  /// A deliverable with a master of its own.
  case deliverable(String)

  /// Where it stands in the session's file.
  public var path: String {
    switch self {
    case .session: "master"
    case .deliverable(let id): "deliverables.\(id).master"
    }
  }
}

/// The loudness of the delivered file, by ITU-R BS.1770-5.
public struct LoudnessTarget: Record {
  public var integrated: LUFS?
  public var shortTermMax: LUFS?
  public var momentaryMax: LUFS?
  public var maxLimiting: Decibels = 8

  public init() {}

  public static let oneOf = ["integrated", "short_term_max", "momentary_max"]
  public static let noun = "a loudness target"
  public static let summary = "One gain for the whole file, searched so that what is delivered lands on the target."
  public static let fields: [Field<LoudnessTarget>] = [
    .init("integrated", \.integrated, -60...0, "Integrated loudness of the delivered file."),
    .init("short_term_max", \.shortTermMax, -60...0, "Instead: its greatest loudness over 3 s."),
    .init("momentary_max", \.momentaryMax, -60...0, "Instead: its greatest loudness over 400 ms."),
    .init(
      "max_limiting", \.maxLimiting, 0...40,
      "The greatest mean reduction over 50 ms that clipper and limiter together may make; past it the deliverable fails.",
      initial: 8),
    .later("mode", "How songs of a release share a loudness.", with: "releases"),
  ]
}

/// How the loudness of mono files is measured (ITU-R BS.1770-5: one channel, or the same in two).
public enum MonoLoudness: String, Choice { case dual, single }

/// What a file is filled up to.
public enum Padding: String, Choice {
  case none
  /// A whole number of 1/75 s (IEC 60908): 588 samples at 44.1 kHz.
  case cdFrames = "cd_frames"
}

/// The last thing before the file: no true peak above the ceiling.
public struct MasterLimiter: Record {
  public var settings = LimiterProcessor.initial

  public init() {}

  public static let noun = "a limiter"
  public static let summary = LimiterProcessor.summary
  public static let fields: [Field<MasterLimiter>] = LimiterProcessor.parameters.map {
    $0.lifted({ $0.settings }, { $0.settings = $1 })
  }
}

/// What may come before the limiter: what is cut off it need not turn down.
public struct MasterClipper: Record {
  public var settings = ClipperProcessor.initial

  public init() {}

  public static let noun = "a clipper"
  public static let summary = ClipperProcessor.summary
  public static let fields: [Field<MasterClipper>] = ClipperProcessor.parameters.map {
    $0.lifted({ $0.settings }, { $0.settings = $1 })
  }
}

/// A fade: a duration, and optionally a curve.
public struct Fade: Quantity {
  public enum Curve: String, CaseIterable, Sendable {
    case linear, smooth, exponential
    case equalPower = "equal_power"
  }

  public var span: TimeSpan
  public var curve: Curve

  public static let noun = "a fade"
  public static let examples = ["50 ms", "4 s equal_power"]
  public static let pattern = "\(TimeSpan.pattern)( +(linear|equal_power|smooth|exponential))?"
  public static let acceptsNumber = false

  public init(span: TimeSpan, curve: Curve) {
    self.span = span
    self.curve = curve
  }

  public init(parsing text: String) throws(QuantityError) {
    let words = text.split(separator: " ")
    if words.count > 1, let last = words.last, let curve = Curve(rawValue: String(last)) {
      span = try TimeSpan(parsing: words.dropLast().joined(separator: " "))
      self.curve = curve
    } else if words.count > 1, let last = words.last, last.first?.isLetter == true, last.count > 2,
      !["bars", "beat", "beats", "bar", "samples", "sample"].contains(last)
    {
      let curves = Curve.allCases.map(\.rawValue)
      throw QuantityError(.malformed, "`\(last)` is no fade curve; the curves are \(listed(curves))")
    } else {
      span = try TimeSpan(parsing: text)
      curve = .linear
    }
  }

  public var text: String { curve == .linear ? span.text : "\(span.text) \(curve.rawValue)" }
}
