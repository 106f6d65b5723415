public import DSP
public import Quantities
public import Tables

/// A clipper.
public enum ClipperProcessor: Processor {
  public static let type = "clipper"
  public static let summary =
    "Cuts off the tips of peaks, without aliases: what is too short to be heard goes before a limiter turns down more than that. Under the ceiling the signal is untouched."

  public enum Shape: String, Choice { case hard, soft }

  public struct Settings: Sendable, Equatable {
    public var ceiling: Decibels = 0
    public var shape = Shape.hard
  }

  public static let initial = Settings()
  public static let additivity = Additivity.none
  public static let parameters: [Field<Settings>] = [
    .init(
      "ceiling", \.ceiling, -60...24, "Where peaks are cut; what the filter behind it makes may stand a little over.",
      initial: 0, automation: .fixed("a ceiling holds; move a `gain` before it")),
    .init(
      "shape", \.shape, "How it gets there: `hard` straight up to the ceiling, `soft` in a bend from 3 dB under it on.",
      initial: .hard),
  ]

  public static func latencyFrames(_ settings: Settings, _ context: ProcessorContext) -> Int { Clipper.latencyFrames }

  public static func memoryFrames(_ settings: Settings, _ context: ProcessorContext) -> Int? { Clipper.latencyFrames }

  /// What the filters before and behind the curve ring after the last frame.
  public static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double {
    Double(Clipper.latencyFrames) / context.sampleRate
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> Clipper {
    Clipper(kernelSettings(settings))
  }

  /// The same clipper for the end of a master.
  public static func kernelSettings(_ settings: Settings) -> Clipper.Settings {
    Clipper.Settings(ceiling: settings.ceiling.magnitude, shape: settings.shape == .hard ? .hard : .soft)
  }
}
