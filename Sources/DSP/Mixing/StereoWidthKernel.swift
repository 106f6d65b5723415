/// Works on the middle M = (L + R)/2 and the side S = (L − R)/2: `width` scales the side, `monoBelow` takes its
/// bass away, `sideHighShelf` lifts its treble.
///
/// Below the crossover the side goes through the high-pass of a Linkwitz–Riley crossover and the middle through
/// the all-pass of the same phase. State: up to three sections; latency 0. With a width of 1 and nothing else
/// the signal passes unchanged, to the bit. A mono signal stays mono.
public struct StereoWidthKernel: Sendable {
  /// The side's shelf lies at 8 kHz.
  private static let shelfFrequency = 8000.0

  public struct Settings: Sendable, Equatable {
    /// 0 (mono) … 2; 1 leaves the side as it is.
    public var width = 1.0
    /// The frequency in Hz below which the signal is mono; nil: none.
    public var monoBelow: Double?
    /// Gain in dB of a shelf on the side at 8 kHz, Q 0.7071.
    public var sideHighShelf = 0.0

    public init(width: Double = 1, monoBelow: Double? = nil, sideHighShelf: Double = 0) {
      self.width = width
      self.monoBelow = monoBelow
      self.sideHighShelf = sideHighShelf
    }
  }

  private let sampleRate: Double
  private var width = 1.0
  /// Left lane: the middle; right lane: the side.
  private var filters = BiquadCascade()

  public init(_ settings: Settings = Settings(), sampleRate: Double) {
    self.sampleRate = sampleRate
    setSettings(settings)
  }

  /// Takes new settings; filters move to theirs over `rampFrames`, the width changes at once.
  public mutating func setSettings(_ settings: Settings, rampFrames: Int = 0) {
    width = settings.width
    var middle: [BiquadCoefficients] = []
    var side: [BiquadCoefficients] = []
    if let frequency = settings.monoBelow {
      let crossover = LinkwitzRiley(frequency: frequency, sampleRate: sampleRate)
      middle = [crossover.allPass]
      side = crossover.highPass
    }
    if settings.sideHighShelf != 0 {
      let shelf = FilterDesign.highShelf(
        frequency: Self.shelfFrequency, gain: settings.sideHighShelf, q: FilterDesign.butterworthQ,
        sampleRate: sampleRate)
      side.append(shelf)
    }
    filters.setCoefficients(left: middle, right: side, rampFrames: rampFrames)
  }

  /// Changes the width alone, 0 … 2.
  public mutating func setWidth(_ width: Double) { self.width = width }

  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    guard filters.sectionCount > 0 else {
      MixMatrix.width(width).apply(to: &frames)
      return
    }
    for index in 0..<frames.count {
      let frame = frames[index]
      frames[index] = Frame(0.5 * (frame.x + frame.y), 0.5 * (frame.x - frame.y))
    }
    filters.process(&frames)
    for index in 0..<frames.count {
      let middle = frames[index].x
      let side = width * frames[index].y
      frames[index] = Frame(middle + side, middle - side)
    }
  }

  public mutating func reset() { filters.reset() }

  public mutating func flushDenormals() { filters.flushDenormals() }
}
