public import DSP
public import Quantities
public import Tables

/// A parametric equaliser of any number of bands.
public enum EqualizerProcessor: Processor {
  public static let type = "eq"
  public static let summary =
    "Parametric equaliser, minimum phase. Every band follows its analogue prototype up to half the sample rate, without the cramping of bilinear designs."

  public struct Settings: Sendable, Equatable {
    public var bands = Named<EqualizerBand>()
    public var phase = Phase.minimum
  }

  public enum Phase: String, Choice {
    case minimum
    public static let later = ["linear": Later.processors]
  }

  public static let initial = Settings()
  public static let additivity = Additivity.linear
  public static let parameters: [Field<Settings>] = [
    .init("bands", \.bands, "The bands by name; they are applied in order, which changes nothing that can be heard."),
    .init("phase", \.phase, "Phase of the whole equaliser.", initial: .minimum),
  ]

  /// One section rings after the other. 140 dB, and 80 for what boosts and resonances may have put on top.
  public static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double {
    sections(settings, context).reduce(0) { $0 + $1.decayFrames(decibels: 220) } / context.sampleRate
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> BiquadCascade {
    BiquadCascade(sections(settings, context))
  }

  /// From 20 Hz to 20 kHz in 50 ms, coefficients that are even within 4 frames stay 70 dB below the signal beside
  /// those of every frame.
  public static let stepFrames = 4...32

  public static func update(
    _ kernel: inout BiquadCascade, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    kernel.setCoefficients(sections(settings, context), rampFrames: change.frames)
  }

  public static func blocksOffset(_ settings: Settings) -> Bool {
    settings.bands.contains { !$0.value.bypass && [.highPass, .bandPass].contains($0.value.kind) }
  }

  private static func sections(_ settings: Settings, _ context: ProcessorContext) -> [BiquadCoefficients] {
    // By name, so that the order in the file changes no bit.
    let bands = settings.bands.filter { !$0.value.bypass }.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    return bands.flatMap { $0.value.sections(context.sampleRate) }
  }
}

/// A band of the equaliser: its type decides which keys it has.
public struct EqualizerBand: VariantRecord, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case bell
    case lowShelf = "low_shelf"
    case highShelf = "high_shelf"
    case highPass = "high_pass"
    case lowPass = "low_pass"
    case bandPass = "band_pass"
    case notch
    case allPass = "all_pass"
    case tilt
  }

  public let kind: Kind
  public var type: String { kind.rawValue }
  public var frequency: Hertz = 1000
  public var gain: Decibels = 0
  /// `nil`: the kind's own.
  public var q: Quality?
  public var slope: Slope = 12
  public var bypass = false

  public static let noun = "a band"

  private static let frequency = Field<EqualizerBand>(
    "frequency", \.frequency, 1...384_000, "Centre or corner, up to half the sample rate.", automation: .stepped
  ).required()
  private static let gain = Field<EqualizerBand>(
    "gain", \.gain, -36...36, "Boost or cut.", initial: 0, automation: .stepped)
  private static let bypass = Field<EqualizerBand>("bypass", \.bypass, "Takes the band out.", initial: false)
  private static let slope = Field<EqualizerBand>(
    "slope", \.slope, "Steepness: 6, 12, 18, 24, 36 or 48 dB/oct, Butterworth.", initial: 12
  ).automated(
    .fixed("another slope has another number of sections"), as: Slope.self, in: 6...48,
    get: { $0.slope.magnitude }, set: { $0.slope = Slope(magnitude: $1) })
  private static let dynamic = Field<EqualizerBand>.later(
    "dynamic", "A threshold from which the gain applies.", with: Later.processors)

  private static func q(_ summary: String, initial: String) -> Field<EqualizerBand> {
    var field = Field<EqualizerBand>("q", \.q, 0.1...40, summary, automation: .stepped)
    field.shape.initial = initial
    return field
  }

  private static let fields: [Kind: [Field<EqualizerBand>]] = [
    .bell: [frequency, gain, q("Sharpness: centre over bandwidth.", initial: "1"), dynamic],
    .lowShelf: [frequency, gain, q("Steepness of the shelf; above 0.71 it overshoots.", initial: "0.7071"), dynamic],
    .highShelf: [frequency, gain, q("Steepness of the shelf; above 0.71 it overshoots.", initial: "0.7071"), dynamic],
    .highPass: [frequency, slope, q("Resonance at 12 dB/oct; other slopes are Butterworth.", initial: "0.7071")],
    .lowPass: [frequency, slope, q("Resonance at 12 dB/oct; other slopes are Butterworth.", initial: "0.7071")],
    .bandPass: [frequency, q("Sharpness: centre over bandwidth.", initial: "1")],
    .notch: [frequency, q("Sharpness: centre over bandwidth.", initial: "1")],
    .allPass: [frequency, q("Steepness of the phase.", initial: "0.7071")],
    .tilt: [frequency, gain],
  ]

  private static let summaries: [Kind: String] = [
    .bell: "Boost or cut around a frequency.", .lowShelf: "Boost or cut below a frequency.",
    .highShelf: "Boost or cut above a frequency.", .highPass: "Takes away what is below.",
    .lowPass: "Takes away what is above.", .bandPass: "Keeps what is around.", .notch: "Takes one frequency out.",
    .allPass: "Turns the phase and leaves the level.",
    .tilt: "Turns the spectrum around a frequency: half the gain up above, half down below.",
  ]

  public static let cases: [VariantCase<EqualizerBand>] = Kind.allCases.map { kind in
    VariantCase(
      type: kind.rawValue, summary: summaries[kind] ?? "", fields: (fields[kind] ?? []) + [bypass],
      make: { EqualizerBand(kind: kind) })
  }
}

extension EqualizerBand {
  /// The band's second-order sections, at the rate of the session.
  func sections(_ sampleRate: Double) -> [BiquadCoefficients] {
    let f0 = frequency.magnitude, gain = gain.magnitude
    let butterworth = FilterDesign.butterworthQ
    func quality(_ initial: Double) -> Double { q?.magnitude ?? initial }
    switch kind {
    case .bell: return [FilterDesign.bell(frequency: f0, gain: gain, q: quality(1), sampleRate: sampleRate)]
    case .lowShelf:
      return [FilterDesign.lowShelf(frequency: f0, gain: gain, q: quality(butterworth), sampleRate: sampleRate)]
    case .highShelf:
      return [FilterDesign.highShelf(frequency: f0, gain: gain, q: quality(butterworth), sampleRate: sampleRate)]
    case .highPass:
      return FilterDesign.highPass(
        frequency: f0, slope: Int(slope.magnitude), q: quality(butterworth), sampleRate: sampleRate)
    case .lowPass:
      return FilterDesign.lowPass(
        frequency: f0, slope: Int(slope.magnitude), q: quality(butterworth), sampleRate: sampleRate)
    case .bandPass: return [FilterDesign.bandPass(frequency: f0, q: quality(1), sampleRate: sampleRate)]
    case .notch: return [FilterDesign.notch(frequency: f0, q: quality(1), sampleRate: sampleRate)]
    case .allPass: return [FilterDesign.allPass(frequency: f0, q: quality(butterworth), sampleRate: sampleRate)]
    case .tilt: return [FilterDesign.tilt(frequency: f0, gain: gain, sampleRate: sampleRate)]
    }
  }
}
