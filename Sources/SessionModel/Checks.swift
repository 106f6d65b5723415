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

  public init() {}

  public static let noun = "checks"
  public static let summary = "Bounds on what is measured of the delivered files; a render that misses one ends with 1."
  public static let fields: [Field<Checks>] = [
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
  ]
}

/// A least and a greatest value, both allowed.
public struct Limits<Value: NumericQuantity>: Record {
  public var min: Value?
  public var max: Value?

  public init() {}

  public static var noun: String { "limits of \(Value.noun)" }
  public static var summary: String { "The least and the greatest allowed value; one of them is enough." }
  public static var fields: [Field<Limits>] {
    [.init("min", \.min, "The least value."), .init("max", \.max, "The greatest value.")]
  }

  public func contains(_ value: Double) -> Bool {
    (min.map { value >= $0.magnitude } ?? true) && (max.map { value <= $0.magnitude } ?? true)
  }

  /// As a sentence says it: `at least -14.5 LUFS, at most -13.5 LUFS`.
  public var text: String {
    [min.map { "at least \($0.text)" }, max.map { "at most \($0.text)" }].compactMap(\.self).joined(separator: ", ")
  }
}
