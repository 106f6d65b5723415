public import DSP
public import Quantities
public import Tables

/// Echoes.
public enum DelayProcessor: Processor {
  public static let type = "delay"
  public static let summary =
    "Echoes of the input, the input itself not among them: use it on a return, or with `mix`. The first echo is at unity; each later one goes through the feedback and its filters once more."

  public struct Settings: Sendable, Equatable {
    public var time: TimeSpan = .seconds(0.25)
    public var feedback: Percent = 0
    public var pingPong = false
    public var lowCut: Hertz?
    public var highCut: Hertz?
    public var width: Percent = 100
  }

  public static let initial = Settings()
  public static let additivity = Additivity.linear
  public static let parameters: [Field<Settings>] = [
    .init(
      "time", \.time, 0.0001...10, "Time to the first echo, and between echoes: `1/8d` follows the tempo.",
      initial: .seconds(0.25), automation: .stepped),
    .init("feedback", \.feedback, 0...95, "Level of each echo after the one before.", initial: 0, automation: .stepped),
    .init("ping_pong", \.pingPong, "Whether echoes alternate between left and right.", initial: false),
    .init("low_cut", \.lowCut, 1...384_000, "12 dB/oct high-pass in the feedback.", automation: .stepped),
    .init("high_cut", \.highCut, 1...384_000, "12 dB/oct low-pass in the feedback.", automation: .stepped),
    .init("width", \.width, 0...200, "Stereo width of the echoes.", initial: 100, automation: .exact),
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

  public static func memoryFrames(_ settings: Settings, _ context: ProcessorContext) -> Int? {
    settings.feedback == 0 ? context.frames(settings.time) : nil
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> DelayKernel {
    makeKernel(settings, reaching: settings, context)
  }

  public static func makeKernel(
    _ settings: Settings, reaching furthest: Settings, _ context: ProcessorContext
  ) -> DelayKernel {
    var kernel = kernelSettings(settings, context)
    kernel.frameCount = max(1, Double(context.frames(settings.time)))
    return DelayKernel(
      kernel, longest: max(1, context.frames(settings.time), context.frames(furthest.time) + 1),
      sampleRate: context.sampleRate)
  }

  /// A time that glides is a moving tape head: its place is that of every frame.
  public static let stepFrames = 1...1

  public static func update(
    _ kernel: inout DelayKernel, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    let settings = kernelSettings(settings, context)
    switch change {
    case .step(let frames): kernel.glide(to: settings, over: frames)
    case .jump(let frames): kernel.fade(to: settings, over: frames)
    }
  }

  private static func kernelSettings(_ settings: Settings, _ context: ProcessorContext) -> DelayKernel.Settings {
    DelayKernel.Settings(
      frameCount: max(1, context.seconds(settings.time) * context.sampleRate), feedback: settings.feedback.fraction,
      pingPong: settings.pingPong, lowCut: settings.lowCut?.magnitude, highCut: settings.highCut?.magnitude,
      width: settings.width.fraction)
  }
}

/// Seconds in which a cut of 12 dB/oct, a Butterworth pair of poles, decays by 220 dB; 0 without one.
func cutTailSeconds(_ corner: Hertz?) -> Double {
  corner.map { 25.33 * 1.4142 / (2 * Maths.pi * $0.magnitude) } ?? 0
}
