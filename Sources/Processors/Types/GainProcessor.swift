public import DSP
public import Quantities
public import Tables

/// Static gain and polarity.
public enum GainProcessor: Processor {
  public static let type = "gain"
  public static let summary = "Static gain and polarity, at any place of a chain."

  public enum Polarity: String, Choice { case normal, inverted }

  public struct Settings: Sendable, Equatable {
    public var gain: Decibels = 0
    public var polarity = Polarity.normal
  }

  public static let initial = Settings()
  public static let additivity = Additivity.linear
  public static let parameters: [Field<Settings>] = [
    .init("gain", \.gain, -.infinity...48, "Level change; 0 dB is unity.", initial: 0, automation: .exact),
    .init("polarity", \.polarity, "Sign of the output.", initial: .normal),
  ]

  public static func memoryFrames(_ settings: Settings, _ context: ProcessorContext) -> Int? { 0 }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> MixMatrix {
    let gain = Maths.amplitude(decibels: settings.gain.magnitude)
    return MixMatrix(gain: settings.polarity == .inverted ? -gain : gain)
  }

  public static func update(
    _ kernel: inout MixMatrix, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    kernel = makeKernel(settings, context)
  }
}
