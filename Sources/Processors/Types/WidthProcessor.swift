public import DSP
public import Quantities
public import Tables

/// Stereo width by mid and side.
public enum WidthProcessor: Processor {
  public static let type = "width"
  public static let summary =
    "Stereo width by mid and side; with `mono_below` the bass is centred, with its phase kept."

  public struct Settings: Sendable, Equatable {
    public var width: Percent = 100
    public var monoBelow: Hertz?
    public var sideHighShelf: Decibels = 0
  }

  public static let initial = Settings()
  public static let additivity = Additivity.linear
  public static let parameters: [Field<Settings>] = [
    .init("width", \.width, 0...200, "0 % is mono, 200 % doubles the side.", initial: 100, automation: .exact),
    .init(
      "mono_below", \.monoBelow, 10...2000, "Below this the signal is mono, by a crossover of 24 dB/oct.",
      automation: .stepped),
    .init(
      "side_high_shelf", \.sideHighShelf, -24...24,
      "A shelf on the side from 8 kHz: air without harshness in the middle.", initial: 0, automation: .stepped),
  ]

  /// The crossover of `mono_below` turns the phase, and a dry signal that kept its own would comb with it.
  public static func makeDryFilter(_ settings: Settings, _ context: ProcessorContext) -> BiquadCascade? {
    settings.monoBelow.map {
      BiquadCascade([LinkwitzRiley(frequency: $0.magnitude, sampleRate: context.sampleRate).allPass])
    }
  }

  public static func update(
    dryFilter: inout BiquadCascade, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    guard let corner = settings.monoBelow else { return }
    dryFilter.setCoefficients(
      [LinkwitzRiley(frequency: corner.magnitude, sampleRate: context.sampleRate).allPass],
      rampFrames: change.frames)
  }

  public static func isStereoByNature(_ settings: Settings) -> Bool { true }

  /// The crossover's double poles decay by 140 dB within four times 16.12 of their time constants; the shelf, at
  /// 4 kHz and above, within 3 ms.
  public static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double {
    let crossover = settings.monoBelow.map { 16.12 * 4 / (2 * Maths.pi * $0.magnitude) } ?? 0
    return crossover + (settings.sideHighShelf == 0 ? 0 : 0.003)
  }

  public static func memoryFrames(_ settings: Settings, _ context: ProcessorContext) -> Int? {
    settings.monoBelow == nil && settings.sideHighShelf == 0 ? 0 : nil
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> StereoWidthKernel {
    StereoWidthKernel(kernelSettings(settings), sampleRate: context.sampleRate)
  }

  public static let stepFrames = 4...32

  public static func update(
    _ kernel: inout StereoWidthKernel, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    kernel.setSettings(kernelSettings(settings), rampFrames: change.frames)
  }

  private static func kernelSettings(_ settings: Settings) -> StereoWidthKernel.Settings {
    StereoWidthKernel.Settings(
      width: settings.width.fraction, monoBelow: settings.monoBelow?.magnitude,
      sideHighShelf: settings.sideHighShelf.magnitude)
  }
}
