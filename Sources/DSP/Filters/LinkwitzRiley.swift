/// A crossover of 24 dB/oct: two Butterworth sections on each side (Linkwitz, *Active Crossover Networks for
/// Noncoincident Drivers*, JAES 24(1), 1976). Low and high are in phase, and their sum is an all-pass of second
/// order. Bilinear, as only then the sum is one exactly: with s the transform of z,
/// (1 + s⁴)/(s² + √2 s + 1)² = (s² − √2 s + 1)/(s² + √2 s + 1).
public struct LinkwitzRiley: Sendable {
  public let lowPass: [BiquadCoefficients]
  public let highPass: [BiquadCoefficients]
  /// What the sum of both sides is; delays a signal that is not split alike.
  public let allPass: BiquadCoefficients

  /// A crossover at `frequency` Hz, below 0.4995 · `sampleRate`.
  public init(frequency: Double, sampleRate: Double) {
    let q = FilterDesign.butterworthQ
    let low = FilterDesign.bilinear(.lowPass(q: q), frequency: frequency, sampleRate: sampleRate)
    let high = FilterDesign.bilinear(.highPass(q: q), frequency: frequency, sampleRate: sampleRate)
    lowPass = [low, low]
    highPass = [high, high]
    allPass = FilterDesign.allPass(frequency: frequency, q: q, sampleRate: sampleRate)
  }
}

/// Splits a signal in two bands. State: four sections; latency 0; the sum of the bands is the all-passed input.
public struct CrossoverKernel: Sendable {
  private var low: BiquadCascade
  private var high: BiquadCascade

  public init(_ crossover: LinkwitzRiley) {
    low = BiquadCascade(crossover.lowPass)
    high = BiquadCascade(crossover.highPass)
  }

  public mutating func setCrossover(_ crossover: LinkwitzRiley, rampFrames: Int = 0) {
    low.setCoefficients(crossover.lowPass, rampFrames: rampFrames)
    high.setCoefficients(crossover.highPass, rampFrames: rampFrames)
  }

  /// Leaves the low band in `frames` and puts the high one in `highBand`, which must not be shorter.
  public mutating func process(_ frames: inout MutableSpan<Frame>, highBand: inout MutableSpan<Frame>) {
    for index in 0..<frames.count { highBand[index] = frames[index] }
    highBand.editPart(0..<frames.count) { high.process(&$0) }
    low.process(&frames)
  }

  public mutating func reset() {
    low.reset()
    high.reset()
  }

  public mutating func flushDenormals() {
    low.flushDenormals()
    high.flushDenormals()
  }
}
