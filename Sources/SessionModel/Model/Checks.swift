public import Quantities
public import Tables

/// Unit tests for a mix: bounds on what is measured of its files.
public struct Checks: Record {
  public var integratedLoudness: Limits<LUFS>?
  public var shortTermMax: Limits<LUFS>?
  public var momentaryMax: Limits<LUFS>?
  public var loudnessRange: Limits<LoudnessDifference>?
  public var truePeak: Limits<TruePeakLevel>?
  public var plr: Limits<LoudnessDifference>?
  public var monoCompatibility: Limits<LoudnessDifference>?
  public var correlation: Limits<Correlation>?
  public var dcOffset: Limits<Decibels>?
  public var clippedSamples: Limits<Whole>?
  public var samplePeak: Limits<Decibels>?
  public var noiseFloor: Limits<Decibels>?
  public var sideLevel: Limits<Decibels>?
  public var bassSideLevel: Limits<Decibels>?
  public var sibilance: Limits<LoudnessDifference>?
  public var length: DurationLimits?
  public var silenceHead: DurationLimits?
  public var silenceTail: DurationLimits?
  public var cdFrameRemainder: Limits<Whole>?
  public var sections = Named<SectionChecks>()
  public var balance = Named<BalanceCheck>()

  public init() {}

  public static let noun = "checks"
  public static let summary = "Bounds on what is measured of the delivered files; a render that misses one ends with 1."
  public static let fields: [Field<Checks>] =
    soundFields + [
      .init("length", \.length, "How long the file is."),
      .init("silence_head", \.silenceHead, "Time before the first sample at or above −60 dBFS."),
      .init("silence_tail", \.silenceTail, "Time after the last sample at or above −60 dBFS."),
      .init(
        "cd_frame_remainder", \.cdFrameRemainder,
        "Samples over whole CD frames, which are 1/75 s: 588 samples at 44.1 kHz."),
      .init(
        "sections", \.sections, naming: "a section",
        "Bounds for parts of the file, each from the marker of its name to the next one."),
      .init(
        "balance", \.balance, naming: "a balance",
        "Bounds on how loud some tracks are against others: `vocals: {min: -3 LU}` is vocals over the rest."),
    ]

  /// What holds for a part of a file as well.
  static let soundFields: [Field<Checks>] = [
    .init("integrated_loudness", \.integratedLoudness, "Integrated loudness of the file."),
    .init("short_term_max", \.shortTermMax, "Its greatest loudness over 3 s."),
    .init("momentary_max", \.momentaryMax, "Its greatest loudness over 400 ms."),
    .init("loudness_range", \.loudnessRange, "Loudness range by EBU Tech 3342."),
    .init("true_peak", \.truePeak, "The highest true peak."),
    .init("plr", \.plr, "True peak over integrated loudness."),
    .init(
      "mono_compatibility", \.monoCompatibility,
      "Loudness of (L + R)/2 on both channels, minus the file's: 0 for mono, -3 for unrelated channels."),
    .init("correlation", \.correlation, "Correlation of left and right: 1 is mono, -1 cancels in mono."),
    .init("dc_offset", \.dcOffset, "Level of the mean of the samples."),
    .init("clipped_samples", \.clippedSamples, "Samples at full scale in runs of three or more."),
    .init("sample_peak", \.samplePeak, "The greatest sample, in dB under full scale."),
    .init(
      "noise_floor", \.noiseFloor,
      "Level of the quietest 400 ms without digital silence; in music without a rest, its quietest passage."),
    .init("side_level", \.sideLevel, "Level of the side, (L − R)/2, over that of the mid, (L + R)/2."),
    .init(
      "bass_side_level", \.bassSideLevel,
      "The loudest 400 ms of the side below 150 Hz over the loudest 400 ms of all sound: -3 dB for bass in one channel only."
    ),
    .init(
      "sibilance", \.sibilance, "Loudness of the loudest 50 ms between 5 and 10 kHz, over the integrated loudness."),
  ]
}

/// Bounds for a part of the song, as it is in the file.
public struct SectionChecks: Record {
  /// `nil` is the marker of the section's name.
  public var from: Position?
  /// `nil` is the next marker, or else the end of the file.
  public var to: Position?
  public var limits = Checks()

  public init() {}

  public static let noun = "a section"
  public static let summary =
    "Bounds on what is measured of a part of the file: from the marker of the section's name to the next marker."
  public static let fields: [Field<SectionChecks>] =
    [
      .init("from", \.from, "Where it begins; by default at the marker of its name."),
      .init("to", \.to, "Where it ends; by default at the next marker, or else at the end of the file."),
    ] + Checks.soundFields.map { $0.lifted({ $0.limits }, { $0.limits = $1 }) }
}

/// A least and a greatest value, both allowed.
public struct Limits<Value: NumericQuantity>: Record {
  public var min: Value?
  public var max: Value?
  public var because: String?
  public var advice: String?

  public init() {}

  public static var noun: String { "limits of \(Value.noun)" }
  public static var summary: String { "The least and the greatest allowed value; one of them is enough." }
  public static var fields: [Field<Limits>] {
    [
      .init("min", \.min, "The least value."), .init("max", \.max, "The greatest value."),
      .init("because", \.because, "Why, as the message goes on: `the stylus can jump`."),
      .init("advice", \.advice, "What to do about it."),
    ]
  }
}

/// A least and a greatest duration, both allowed.
public struct DurationLimits: Record {
  public var min: TimeSpan?
  public var max: TimeSpan?
  public var because: String?
  public var advice: String?

  public init() {}

  public static let noun = "limits of a duration"
  public static let summary = "The least and the greatest allowed duration; one of them is enough."
  public static let fields: [Field<DurationLimits>] = [
    .init("min", \.min, 0...86_400, "The least duration."), .init("max", \.max, 0...86_400, "The greatest duration."),
    .init("because", \.because, "Why, as the message goes on: `the stylus can jump`."),
    .init("advice", \.advice, "What to do about it."),
  ]
}
