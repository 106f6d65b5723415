public import DSP
public import Quantities
public import Tables

/// A feed-forward compressor in the log domain.
public enum CompressorProcessor: Processor {
  public static let type = "compressor"
  public static let summary =
    "Turns down what is above the threshold, by the ratio, with a soft knee. Attack and release are times to 63 % of a change."

  public enum Detector: String, Choice { case peak, rms }

  public struct Settings: Sendable, Equatable {
    public var threshold: Decibels = -18
    public var ratio: Ratio = 2
    public var knee: Decibels = 6
    public var attack: TimeSpan = .seconds(0.01)
    public var release: TimeSpan = .seconds(0.12)
    public var makeup = Makeup.gain(0)
    public var detector = Detector.peak
    public var link = true
    public var lookahead: TimeSpan = .zero
    public var range: Decibels?
    /// The id of a track or bus.
    public var sidechain: String?
    public var sidechainHighPass: Hertz?
  }

  public static let initial = Settings()
  public static let additivity = Additivity.whenKeyed
  public static let parameters: [Field<Settings>] = [
    .init("threshold", \.threshold, -100...24, "Where compression starts.", initial: -18, automation: .stepped),
    .init(
      "ratio", \.ratio, 1...(.infinity), "How many dB in give one dB more out, above the threshold.", initial: 2,
      automation: .stepped),
    .init("knee", \.knee, 0...48, "Width of the bend around the threshold.", initial: 6, automation: .stepped),
    .init(
      "attack", \.attack, 0...2, "Time for 63 % of a rise of the reduction.", initial: .seconds(0.01),
      automation: .stepped),
    .init(
      "release", \.release, 0...10, "Time for 63 % of a fall of the reduction.", initial: .seconds(0.12),
      automation: .stepped),
    .init(
      "makeup", \.makeup, "Gain after compression; `auto` is half the reduction of a level of 0 dBFS.",
      initial: .gain(0)
    )
    .automated(
      .exact, as: Decibels.self, in: Makeup.range,
      get: { if case .gain(let gain) = $0.makeup { gain.magnitude } else { nil } },
      set: { $0.makeup = .gain(Decibels(magnitude: $1)) }),
    .init("detector", \.detector, "What is measured: peaks, or the mean power of 10 ms.", initial: .peak),
    .init("sidechain", \.sidechain, "A track or bus that the detector hears instead: its signal after its inserts."),
    .init("link", \.link, "Whether both channels share the reduction of the louder one.", initial: true),
    .init(
      "lookahead", \.lookahead, 0...0.1, "Time by which the detector hears ahead; the delay is compensated.",
      initial: .zero, automation: .fixed("the latency of a path does not change in a song")),
    .init("range", \.range, 0...100, "The most it may reduce.", automation: .stepped),
    .init(
      "sidechain_high_pass", \.sidechainHighPass, 1...384_000, "The detector does not hear below this.",
      automation: .stepped),
  ]

  public static func latencyFrames(_ settings: Settings, _ context: ProcessorContext) -> Int {
    context.frames(settings.lookahead)
  }

  public static func sidechain(_ settings: Settings) -> String? { settings.sidechain }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> DynamicsKernel {
    DynamicsKernel(kernelSettings(settings, context), sampleRate: context.sampleRate)
  }

  public static func update(
    _ kernel: inout DynamicsKernel, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    kernel.setSettings(kernelSettings(settings, context), rampFrames: change.frames)
  }

  private static func kernelSettings(_ settings: Settings, _ context: ProcessorContext) -> DynamicsKernel.Settings {
    var kernel = DynamicsKernel.Settings(
      curve: .compressor(
        threshold: settings.threshold.magnitude, ratio: settings.ratio.magnitude, knee: settings.knee.magnitude))
    kernel.attack = context.seconds(settings.attack)
    kernel.release = context.seconds(settings.release)
    kernel.makeup =
      switch settings.makeup {
      case .auto: .auto
      case .gain(let gain): .decibels(gain.magnitude)
      }
    kernel.detector = settings.detector == .rms ? .rms : .peak
    kernel.isLinked = settings.link
    kernel.lookahead = Double(context.frames(settings.lookahead)) / context.sampleRate
    kernel.keyHighPass = settings.sidechainHighPass?.magnitude
    kernel.range = settings.range?.magnitude
    return kernel
  }
}

/// Makeup gain: a level, or `auto`.
public enum Makeup: Quantity {
  case gain(Decibels)
  case auto

  public static let noun = "a gain or `auto`"
  public static let examples = ["3 dB", "auto"]
  public static let pattern = "(auto|\(Decibels.pattern))"
  public static let acceptsNumber = true
  /// In dB.
  static let range = -48.0...48

  public init(parsing text: String) throws(QuantityError) {
    if text == "auto" {
      self = .auto
      return
    }
    let gain = try Decibels(parsing: text)
    guard Self.range.contains(gain.magnitude) else {
      throw QuantityError(.range, "makeup is \(gain.text), outside -48 dB … 48 dB")
    }
    self = .gain(gain)
  }

  public var text: String {
    switch self {
    case .auto: "auto"
    case .gain(let gain): gain.text
    }
  }
}
