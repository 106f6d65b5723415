public import Processors
public import Quantities
public import Tables

/// What is done to the mix as a whole.
public struct Master: Record {
  public var inserts = Named<Insert>()
  public var loudness: LoudnessTarget?
  public var limiter: MasterLimiter?
  public var fadeIn: Fade?
  public var fadeOut: Fade?
  public var automation: [Lane] = []

  public init() {}

  public static let noun = "a master"
  public static let summary =
    "Inserts, one gain to a loudness, a true-peak limiter, fades: in this order, and only what is written."
  public static let fields: [Field<Master>] = [
    .init("inserts", \.inserts, "Processors on the mix, in order."),
    .init("loudness", \.loudness, "The loudness that the delivered file has; `none` leaves it."),
    .init("limiter", \.limiter, "A true-peak limiter that takes only what sticks out; `none` leaves the peaks."),
    .init("fade_in", \.fadeIn, "Fade at the start of the file: `50 ms`, or `50 ms equal_power`."),
    .init("fade_out", \.fadeOut, "Fade at the end of the file."),
    Lane.field(\.automation),
    .later("mono_loudness", "How mono files are measured.", with: Delivery.masters),
  ]
}

/// The loudness of the delivered file, by ITU-R BS.1770-5.
public struct LoudnessTarget: Record {
  public var integrated: LUFS = -14
  public var maxLimiting: Decibels = 8

  public init() {}

  public static let noun = "a loudness target"
  public static let summary = "One gain for the whole file, searched so that what is delivered lands on the target."
  public static let fields: [Field<LoudnessTarget>] = [
    Field.init("integrated", \.integrated, -60...0, "Integrated loudness of the delivered file.").required(),
    .init(
      "max_limiting", \.maxLimiting, 0...40,
      "The greatest momentary gain reduction that the limiter may make; past it the deliverable fails.", initial: 8),
    .later("short_term_max", "A bound on the short-term loudness.", with: Delivery.masters),
    .later("momentary_max", "A bound on the momentary loudness.", with: Delivery.masters),
    .later("mode", "How songs of a release share a loudness.", with: "releases"),
  ]
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
