public import DSP
public import Quantities
public import Tables

/// A true-peak limiter.
public enum LimiterProcessor: Processor {
  public static let type = "limiter"
  public static let summary =
    "True-peak limiter with lookahead: no peak between or on the samples is above the ceiling; below it the signal is untouched."

  public struct Settings: Sendable, Equatable {
    public var ceiling: TruePeakLevel = -1
    public var lookahead: TimeSpan = .seconds(0.001)
    public var release: TimeSpan = .seconds(0.1)
    public var link = true
  }

  public static let initial = Settings()
  public static let additivity = Additivity.none
  public static let parameters: [Field<Settings>] = [
    .init(
      "ceiling", \.ceiling, -60...24, "The highest true peak that leaves it.", initial: -1,
      automation: .fixed("a ceiling holds; move a `gain` before it")),
    .init(
      "lookahead", \.lookahead, 0.001...0.05, "Time to turn down ahead of a peak; the delay is compensated.",
      initial: .seconds(0.001), automation: .fixed("the latency of a path does not change in a song")),
    .init(
      "release", \.release, 0.01...2,
      "Time to come back from what lasts, such as a bass note; a lone peak is let go within milliseconds.",
      initial: .seconds(0.1), automation: .fixed("its gain is made ahead of time")),
    .init("link", \.link, "Whether both channels are turned down together.", initial: true),
  ]

  public static func latencyFrames(_ settings: Settings, _ context: ProcessorContext) -> Int {
    makeKernel(settings, context).latencyFrames
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> Limiter {
    Limiter(kernelSettings(settings, context), sampleRate: context.sampleRate)
  }

  /// The same limiter for the end of a master.
  public static func kernelSettings(_ settings: Settings, _ context: ProcessorContext) -> Limiter.Settings {
    Limiter.Settings(
      ceiling: settings.ceiling.magnitude, lookahead: context.seconds(settings.lookahead),
      release: context.seconds(settings.release), link: settings.link)
  }
}
