public import DSP
public import Quantities
public import Tables

/// Echoes.
public enum DelayProcessor: Processor {
  public static let type = "delay"
  public static let summary =
    "Echoes of the input, the input itself not among them: use it on a return, or with `mix`. The first echo is at unity; each later one goes through the feedback and its filters once more."

  public struct Settings: Sendable {
    public var time: TimeSpan = .seconds(0.25)
    public var feedback: Percent = 0
    public var pingPong = false
    public var lowCut: Hertz?
    public var highCut: Hertz?
    public var width: Percent = 100
  }

  public static let initial = Settings()
  public static let parameters: [Field<Settings>] = [
    .init(
      "time", \.time, 0.0001...10, "Time to the first echo, and between echoes: `1/8d` follows the tempo.",
      initial: .seconds(0.25)),
    .init("feedback", \.feedback, 0...95, "Level of each echo after the one before.", initial: 0, automation: .allowed),
    .init("ping_pong", \.pingPong, "Whether echoes alternate between left and right.", initial: false),
    .init("low_cut", \.lowCut, 1...384_000, "12 dB/oct high-pass in the feedback.", automation: .allowed),
    .init("high_cut", \.highCut, 1...384_000, "12 dB/oct low-pass in the feedback.", automation: .allowed),
    .init("width", \.width, 0...200, "Stereo width of the echoes.", initial: 100, automation: .allowed),
  ]

  public static func isStereoByNature(_ settings: Settings) -> Bool { settings.pingPong }

  /// Echoes until 140 dB are gone, each longer than the one before by what its filters ring.
  public static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double {
    let time = context.seconds(settings.time)
    guard settings.feedback.fraction > 0 else { return time }
    let repeats = 140 / -Maths.decibels(amplitude: settings.feedback.fraction)
    let ringing = [settings.lowCut, settings.highCut].reduce(0) { $0 + cutTailSeconds($1) }
    return time + repeats * (time + ringing)
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> DelayKernel {
    DelayKernel(
      DelayKernel.Settings(
        frameCount: max(1, context.frames(settings.time)), feedback: settings.feedback.fraction,
        pingPong: settings.pingPong, lowCut: settings.lowCut?.magnitude, highCut: settings.highCut?.magnitude,
        width: settings.width.fraction), sampleRate: context.sampleRate)
  }
}

/// Seconds in which a cut of 12 dB/oct, a Butterworth pair of poles, decays by 220 dB; 0 without one.
func cutTailSeconds(_ corner: Hertz?) -> Double {
  corner.map { 25.33 * 1.4142 / (2 * Maths.pi * $0.magnitude) } ?? 0
}
