/// Takes away a constant offset: the first-order high-pass of ``FilterDesign``. State: one section; latency 0.
public struct DCBlock: Sendable {
  private let sampleRate: Double
  private var filter: BiquadCascade

  /// A high-pass at `frequency` Hz (customarily 5 Hz).
  public init(frequency: Double = 5, sampleRate: Double) {
    self.sampleRate = sampleRate
    filter = BiquadCascade([FilterDesign.firstOrderHighPass(frequency: frequency, sampleRate: sampleRate)])
  }

  public mutating func setFrequency(_ frequency: Double, rampFrames: Int = 0) {
    filter.setCoefficients(
      [FilterDesign.firstOrderHighPass(frequency: frequency, sampleRate: sampleRate)], rampFrames: rampFrames)
  }

  public mutating func process(_ frames: inout MutableSpan<Frame>) { filter.process(&frames) }

  public mutating func reset() { filter.reset() }

  public mutating func flushDenormals() { filter.flushDenormals() }
}
