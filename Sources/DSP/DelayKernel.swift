/// Echoes: y = Σ (fb·F)ᵏ x[n − (k + 1)D], the wet signal alone. F are the filters in the feedback; the first echo
/// is at unity and unfiltered.
///
/// With `pingPong` the sum (L + R)/2 enters on the left and each echo changes sides. `width` scales the side
/// signal of what is heard, not of what goes round. State: D frames and the filters'; latency 0. No allocation
/// after `init`.
public struct DelayKernel: Sendable {
  public struct Settings: Sendable, Equatable {
    /// D, the time between echoes, in frames, at least 1.
    public var frameCount: Int
    /// The amplitude factor from echo to echo, 0 … 1 (below 1 for the echoes to end).
    public var feedback = 0.0
    public var pingPong = false
    /// Corner frequencies in Hz of a high-pass and a low-pass of 12 dB/oct in the feedback; nil: none.
    public var lowCut: Double?
    public var highCut: Double?
    /// 0 (mono) … 2.
    public var width = 1.0

    public init(
      frameCount: Int, feedback: Double = 0, pingPong: Bool = false, lowCut: Double? = nil,
      highCut: Double? = nil, width: Double = 1
    ) {
      self.frameCount = frameCount
      self.feedback = feedback
      self.pingPong = pingPong
      self.lowCut = lowCut
      self.highCut = highCut
      self.width = width
    }
  }

  /// Frames filtered in one go.
  private static let chunkFrames = 256

  private let sampleRate: Double
  private var settings: Settings
  private var filters: BiquadCascade
  /// The last D frames of input plus feedback.
  private var memory: [Frame]
  private var position = 0
  private var feedbackChunk = [Frame](repeating: .zero, count: Self.chunkFrames)

  public init(_ settings: Settings, sampleRate: Double) {
    self.sampleRate = sampleRate
    self.settings = settings
    filters = BiquadCascade(Self.sections(settings, sampleRate))
    memory = Array(repeating: .zero, count: settings.frameCount > 1 ? settings.frameCount : 1)
  }

  /// Takes new settings; filters move to theirs over `rampFrames`. A new delay time empties the memory.
  public mutating func setSettings(_ settings: Settings, rampFrames: Int = 0) {
    let isNewTime = settings.frameCount != self.settings.frameCount
    self.settings = settings
    filters.setCoefficients(Self.sections(settings, sampleRate), rampFrames: rampFrames)
    if isNewTime {
      memory = Array(repeating: .zero, count: settings.frameCount > 1 ? settings.frameCount : 1)
      position = 0
    }
  }

  private static func sections(_ settings: Settings, _ sampleRate: Double) -> [BiquadCoefficients] {
    let q = FilterDesign.butterworthQ
    var sections: [BiquadCoefficients] = []
    if let frequency = settings.lowCut {
      sections.append(FilterDesign.highPass(frequency: frequency, q: q, sampleRate: sampleRate))
    }
    if let frequency = settings.highCut {
      sections.append(FilterDesign.lowPass(frequency: frequency, q: q, sampleRate: sampleRate))
    }
    return sections
  }

  /// Replaces the signal by its echoes.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    var start = 0
    while start < frames.count {
      // What comes out next is known until the memory comes round, so that it can be filtered as a block.
      var count = memory.count - position
      if count > frames.count - start { count = frames.count - start }
      if count > Self.chunkFrames { count = Self.chunkFrames }
      processChunk(&frames, start, count)
      start += count
      position += count
      if position == memory.count { position = 0 }
    }
  }

  private mutating func processChunk(_ frames: inout MutableSpan<Frame>, _ start: Int, _ count: Int) {
    let feedback = settings.feedback
    for index in 0..<count { feedbackChunk[index] = feedback * memory[position + index] }
    filters.process(&feedbackChunk, count)
    for index in 0..<count {
      let input = frames[start + index]
      let echo = feedbackChunk[index]
      frames[start + index] = memory[position + index]
      memory[position + index] =
        settings.pingPong ? Frame(0.5 * (input.x + input.y) + echo.y, echo.x) : input + echo
    }
    let width = MixMatrix.width(settings.width)
    frames.editPart(start..<start + count) { width.apply(to: &$0) }
  }

  public mutating func reset() {
    for index in memory.indices { memory[index] = .zero }
    position = 0
    filters.reset()
  }

  public mutating func flushDenormals() {
    filters.flushDenormals()
    for index in memory.indices { memory[index] = flushed(memory[index]) }
  }
}
