public import DSP
public import Quantities
public import Tables

/// A processor: its words, its table and its sound, in one declaration.
///
/// From this alone come the YAML keys and their errors, the JSON Schema, the reference, the automation targets
/// and the contract tests. A new processor is a file that conforms, and a line in `standardCatalog`.
public protocol Processor: Sendable {
  /// A plain struct: the property types carry the units, the initial values are the defaults.
  associatedtype Settings: Sendable, Equatable
  associatedtype Kernel: AudioKernel

  /// The name in the file: `compressor`.
  static var type: String { get }
  /// One paragraph: what it does and when to reach for it.
  static var summary: String { get }
  /// One line a parameter.
  static var parameters: [Field<Settings>] { get }
  /// The settings when a file says nothing.
  static var initial: Settings { get }

  static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> Kernel
  /// The same, with room for settings that automation will lead to, each parameter at its greatest.
  static func makeKernel(_ settings: Settings, reaching furthest: Settings, _ context: ProcessorContext) -> Kernel
  /// Takes moved settings into a kernel at work.
  static func update(
    _ kernel: inout Kernel, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange)
  /// The same for the filter of `makeDryFilter`.
  static func update(
    dryFilter: inout BiquadCascade, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange)
  /// Frames from one evaluation of moving parameters to the next, powers of two up to 32 (docs/format.md):
  /// the shorter, the faster something moves.
  static var stepFrames: ClosedRange<Int> { get }

  /// The track or bus that its detector hears instead of the signal.
  static func sidechain(_ settings: Settings) -> String?
  /// Frames by which the output lags; the renderer compensates them.
  static func latencyFrames(_ settings: Settings, _ context: ProcessorContext) -> Int
  /// Seconds after which silent input has become output below −140 dB of what it was.
  static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double
  /// Frames of input that an output frame depends on, beside its latency; `nil` when it is all that came before.
  static func memoryFrames(_ settings: Settings, _ context: ProcessorContext) -> Int?
  /// What the dry signal of `mix` goes through, so that its phase is that of the processed one; `nil` when
  /// nothing.
  static func makeDryFilter(_ settings: Settings, _ context: ProcessorContext) -> BiquadCascade?
  /// Whether a mono signal leaves it as stereo.
  static func isStereoByNature(_ settings: Settings) -> Bool
  /// Whether an offset (DC) of its input does not reach its output.
  static func blocksOffset(_ settings: Settings) -> Bool
  /// What it does to the parts of a sum, by which a mix can be taken apart behind it.
  static var additivity: Additivity { get }
}

/// Whether processing the parts of a sum gives the parts of the processed sum.
public enum Additivity: Sendable {
  /// It does.
  case linear
  /// It does as long as the detector hears the whole sum.
  case whenKeyed
  /// It does not.
  case none
}

extension Processor {
  public static func makeKernel(
    _ settings: Settings, reaching furthest: Settings, _ context: ProcessorContext
  ) -> Kernel { makeKernel(settings, context) }
  /// For processors without a parameter that moves.
  public static func update(
    _ kernel: inout Kernel, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {}
  public static func update(
    dryFilter: inout BiquadCascade, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {}
  public static var stepFrames: ClosedRange<Int> { 8...32 }
  public static func sidechain(_ settings: Settings) -> String? { nil }
  public static func latencyFrames(_ settings: Settings, _ context: ProcessorContext) -> Int { 0 }
  public static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double { 0 }
  public static func memoryFrames(_ settings: Settings, _ context: ProcessorContext) -> Int? { nil }
  public static func makeDryFilter(_ settings: Settings, _ context: ProcessorContext) -> BiquadCascade? { nil }
  public static func isStereoByNature(_ settings: Settings) -> Bool { false }
  public static func blocksOffset(_ settings: Settings) -> Bool { false }
}

/// How a parameter comes to a new value.
public enum ParameterChange: Sendable {
  /// One of the small steps of a move, to be spread over this many frames; 0 takes effect at once.
  case step(Int)
  /// A jump, to be smoothed over this many frames.
  case jump(Int)

  public var frames: Int {
    switch self {
    case .step(let frames), .jump(let frames): frames
    }
  }
}

/// What a kernel of `DSP` does for the renderer.
public protocol AudioKernel: Sendable {
  /// Processes `frames` in place; any split of a signal into calls gives the same bits.
  mutating func process(_ frames: inout MutableSpan<Frame>)
  /// The same, with another signal for its detector; without a detector the key changes nothing.
  mutating func process(_ frames: inout MutableSpan<Frame>, key: Span<Frame>)
  /// Called at every multiple of `flushInterval` frames from the start of the render.
  mutating func flushDenormals()
  /// The greatest gain reduction so far in dB, ≥ 0; `nil` for what does not reduce.
  var reductionDecibels: Double? { get }
  /// Forgets the greatest reduction, and nothing else.
  mutating func resetReduction()
}

extension AudioKernel {
  public mutating func process(_ frames: inout MutableSpan<Frame>, key: Span<Frame>) { process(&frames) }
  public mutating func flushDenormals() {}
  public var reductionDecibels: Double? { nil }
  public mutating func resetReduction() {}
}

/// Frames between two flushes of filter states, counted from the start of the render, so that the length of
/// blocks never matters.
public let flushInterval = 1024

/// What settings need to become numbers of frames and hertz.
public struct ProcessorContext: Sendable {
  public var sampleRate: Double
  /// The length of a musical or plain time where it is used.
  public var seconds: @Sendable (TimeSpan) -> Double

  public init(sampleRate: Double, seconds: @escaping @Sendable (TimeSpan) -> Double) {
    self.sampleRate = sampleRate
    self.seconds = seconds
  }

  /// `span` in whole frames, half rounded up.
  public func frames(_ span: TimeSpan) -> Int {
    if case .samples(let count) = span { return count }
    return nearestFrame(seconds: seconds(span), sampleRate: sampleRate)
  }
}

/// Which part of a stereo signal an insert works on; the rest passes by, in time.
public enum ChannelMode: String, Choice { case stereo, mid, side, left, right }
