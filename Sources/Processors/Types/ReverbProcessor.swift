public import DSP
public import Quantities
public import Tables

/// An algorithmic reverb.
public enum ReverbProcessor: Processor {
  public static let type = "reverb"
  public static let summary =
    "Room, hall or plate from a feedback delay network; the output is reverb only: use it on a return, or with `mix`."

  public enum Model: String, Choice {
    case room, hall, plate

    var usual: Reverb.Design {
      switch self {
      case .room: Reverb.Design(.room)
      case .hall: Reverb.Design(.hall)
      case .plate: Reverb.Design(.plate)
      }
    }
  }

  /// What is `nil` is the model's own.
  public struct Settings: Sendable, Equatable {
    public var model = Model.hall
    public var decay: TimeSpan?
    public var predelay: TimeSpan = .zero
    public var size: Percent = 100
    public var damping: Percent?
    public var diffusion: Percent?
    public var lowCut: Hertz?
    public var highCut: Hertz?
    public var width: Percent = 100
    public var early: Decibels?
    public var seed: Whole = 0
  }

  /// What each model has by default, in words: `hall 2 s, plate 1.6 s`.
  private static func usual(_ value: (Reverb.Design) -> any Quantity) -> String {
    Model.allCases.map { "\($0.rawValue) \(value($0.usual).text)" }.joined(separator: ", ")
  }

  private static func share(_ fraction: Double) -> Percent {
    Percent(magnitude: Maths.roundedHalfUp(1000 * fraction) / 10)
  }

  public static let initial = Settings()
  public static let additivity = Additivity.linear
  public static let parameters: [Field<Settings>] = [
    .init(
      "model", \.model, "The kind of space: `room` is short and dense, `hall` wide and late, `plate` diffuse at once.",
      initial: .hall),
    .init(
      "decay", \.decay, 0.1...20,
      "Time for the tail to fall by 60 dB; by default the model's: \(usual { TimeSpan.seconds($0.decay) }).",
      automation: .stepped),
    .init(
      "predelay", \.predelay, 0...0.5, "Time before the reverb begins.", initial: .zero,
      automation: .fixed("the reverb would change its pitch on the way")),
    .init(
      "size", \.size, 10...200, "Size of the space against the model's own.", initial: 100,
      automation: .fixed("another size is another space")),
    .init(
      "damping", \.damping, 0...100,
      "How much faster high frequencies die away; by default the model's: \(usual { share($0.damping) }).",
      automation: .stepped),
    .init(
      "diffusion", \.diffusion, 0...100,
      "How far the input is smeared; by default the model's: \(usual { share($0.diffusion) }).",
      automation: .stepped),
    .init("low_cut", \.lowCut, 1...20_000, "12 dB/oct high-pass on the reverb.", automation: .stepped),
    .init("high_cut", \.highCut, 20...384_000, "12 dB/oct low-pass on the reverb.", automation: .stepped),
    .init("width", \.width, 0...200, "Stereo width of the reverb.", initial: 100, automation: .stepped),
    .init(
      "early", \.early, -.infinity...40,
      "Early reflections against the tail; by default the model's: \(usual { Decibels(magnitude: $0.early) }).",
      automation: .stepped),
    .init(
      "seed", \.seed, 0...9_007_199_254_740_991, "Chooses one space among many alike.", initial: 0,
      automation: .fixed("another seed is another space")),
  ]

  public static func isStereoByNature(_ settings: Settings) -> Bool { true }

  /// 140 dB, of a low end that lives at most 1.5 times as long as the decay, and what the cuts ring.
  public static func tailSeconds(_ settings: Settings, _ context: ProcessorContext) -> Double {
    let design = design(settings, context)
    return design.predelay + 0.5 * design.size + design.decay * 1.5 * 140 / 60
      + cutTailSeconds(settings.lowCut) + cutTailSeconds(settings.highCut)
  }

  public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> Reverb {
    Reverb(design: design(settings, context), sampleRate: context.sampleRate)
  }

  public static func update(
    _ kernel: inout Reverb, _ settings: Settings, _ context: ProcessorContext, _ change: ParameterChange
  ) {
    switch change {
    case .step(let frames): kernel.update(design: design(settings, context), rampFrames: frames, smoothly: false)
    case .jump(let frames): kernel.update(design: design(settings, context), rampFrames: frames)
    }
  }

  private static func design(_ settings: Settings, _ context: ProcessorContext) -> Reverb.Design {
    var design = settings.model.usual
    if let decay = settings.decay { design.decay = context.seconds(decay) }
    design.predelay = context.seconds(settings.predelay)
    design.size = settings.size.fraction
    if let damping = settings.damping { design.damping = damping.fraction }
    if let diffusion = settings.diffusion { design.diffusion = diffusion.fraction }
    if let corner = settings.lowCut { design.lowCut = corner.magnitude }
    if let corner = settings.highCut { design.highCut = corner.magnitude }
    design.width = settings.width.fraction
    if let early = settings.early { design.early = early.magnitude }
    design.seed = UInt64(settings.seed.value)
    return design
  }
}
