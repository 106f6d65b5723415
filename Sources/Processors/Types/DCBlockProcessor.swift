public import DSP
public import Quantities
public import Tables

/// A first-order high-pass against offsets.
public enum DCBlockProcessor: Processor {
  public static let type = "dc_block"
  public static let summary = "Takes a constant offset out: a first-order high-pass, far below hearing."

  public struct Settings: Sendable, Equatable {
    public var frequency: Hertz = 5
  }

  public static let initial = Settings()
  public static let additivity = Additivity.linear
  public static let parameters: [Field<Settings>] = [
    .init("frequency", \.frequency, 1...1000, "Corner of the high-pass.", initial: 5, automation: .stepped)
  ]

  public static func blocksOffset(_ settings: Settings) -> Bool { true }

  /// A one-pole decays by 140 dB in 16.12 time constants.
  public static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double {
    16.12 / (2 * Maths.pi * settings.frequency.magnitude)
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> DCBlock {
    DCBlock(frequency: settings.frequency.magnitude, sampleRate: context.sampleRate)
  }

  public static func update(
    _ kernel: inout DCBlock, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    kernel.setFrequency(settings.frequency.magnitude, rampFrames: change.frames)
  }
}
