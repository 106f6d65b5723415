public import DSP
public import Quantities
public import Tables

/// A feed-forward compressor in the log domain.
public enum CompressorProcessor: Processor {
  public static let type = "compressor"
  public static let summary =
    "Turns down what is above the threshold, by the ratio, with a soft knee. Attack and release are times to 63 % of a change."

  public enum Detector: String, Choice { case peak, rms }

  public struct Settings: Sendable {
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
    public var sidechainHighPass: Hertz?
  }

  public static let initial = Settings()
  public static let parameters: [Field<Settings>] = [
    .init("threshold", \.threshold, -100...24, "Where compression starts.", initial: -18, automation: .allowed),
    .init(
      "ratio", \.ratio, 1...(.infinity), "How many dB in give one dB more out, above the threshold.", initial: 2,
      automation: .allowed),
    .init("knee", \.knee, 0...48, "Width of the bend around the threshold.", initial: 6, automation: .allowed),
    .init("attack", \.attack, 0...2, "Time for 63 % of a rise of the reduction.", initial: .seconds(0.01)),
    .init("release", \.release, 0...10, "Time for 63 % of a fall of the reduction.", initial: .seconds(0.12)),
    .init(
      "makeup", \.makeup, "Gain after compression; `auto` is half the reduction of a level of 0 dBFS.",
      initial: .gain(0)),
    .init("detector", \.detector, "What is measured: peaks, or the mean power of 10 ms.", initial: .peak),
    .init("link", \.link, "Whether both channels share the reduction of the louder one.", initial: true),
    .init(
      "lookahead", \.lookahead, 0...0.1, "Time by which the detector hears ahead; the delay is compensated.",
      initial: .zero),
    .init("range", \.range, 0...100, "The most it may reduce.", automation: .allowed),
    .init(
      "sidechain_high_pass", \.sidechainHighPass, 1...384_000, "The detector does not hear below this.",
      automation: .allowed),
    .later("sidechain", "A track or bus that the detector hears instead.", with: "sidechains"),
  ]

  public static func latencyFrames(_ settings: Settings, _ context: ProcessorContext) -> Int {
    context.frames(settings.lookahead)
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> DynamicsKernel {
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
    return DynamicsKernel(kernel, sampleRate: context.sampleRate)
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

  public init(parsing text: String) throws(QuantityError) {
    if text == "auto" {
      self = .auto
      return
    }
    let gain = try Decibels(parsing: text)
    guard (-48...48).contains(gain.magnitude) else {
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
