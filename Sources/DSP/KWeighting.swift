/// The K-frequency weighting of ITU-R BS.1770-5, Annex 1 (tables 1 and 2), for any sample rate, on one stereo
/// frame at a time.
///
/// The standard gives coefficients for 48 kHz only. Both sections are bilinear transforms of an analogue
/// prototype, recovered from those tables, so that every rate has the same response up to the warping near its
/// Nyquist frequency; at 48 kHz the tables come back to the last printed digit.
struct KWeighting: Sendable {
  /// The shelf's numerator, with the high-pass's constant numerator gain folded in.
  private let shelfNumerator: (Double, Double, Double)
  private let shelfDenominator: (Double, Double)
  private let highPassDenominator: (Double, Double)

  /// Filter memory of one pair of channels (transposed direct form II).
  struct State: Sendable {
    var shelf = (Frame.zero, Frame.zero)
    var highPass = (Frame.zero, Frame.zero)

    /// Clears what has decayed under 10⁻³⁰, far below anything measurable, before it becomes subnormal.
    mutating func flushDenormals() {
      shelf.0 = flushed(shelf.0)
      shelf.1 = flushed(shelf.1)
      highPass.0 = flushed(highPass.0)
      highPass.1 = flushed(highPass.1)
    }

    private func flushed(_ value: Frame) -> Frame {
      value.replacing(with: 0, where: (value .< 1e-30) .& (value .> -1e-30))
    }
  }

  /// - Parameter sampleRate: in hertz, at least 8 000 (the shelf's corner must lie under Nyquist).
  init(sampleRate: Double) {
    // Stage 1: high shelf standing for the head.
    let shelfK = Self.warped(1681.974450955533, sampleRate)
    let shelfQ = 0.7071752369554196
    let high = Maths.amplitude(decibels: 3.999843853973347)
    let band = Maths.power(high, 0.4996667741545416)
    let shelfScale = 1 + shelfK / shelfQ + shelfK * shelfK
    // Stage 2: the RLB high-pass. Its numerator is 1, −2, 1 at 48 kHz, where that is not quite unity gain.
    let highPassK = Self.warped(38.13547087602444, sampleRate)
    let highPassQ = 0.5003270373238773
    let highPassScale = 1 + highPassK / highPassQ + highPassK * highPassK
    let referenceK = Self.warped(38.13547087602444, 48_000)
    let gain = (1 + referenceK / highPassQ + referenceK * referenceK) / highPassScale

    shelfNumerator = (
      gain * (high + band * shelfK / shelfQ + shelfK * shelfK) / shelfScale,
      gain * 2 * (shelfK * shelfK - high) / shelfScale,
      gain * (high - band * shelfK / shelfQ + shelfK * shelfK) / shelfScale
    )
    shelfDenominator = (
      2 * (shelfK * shelfK - 1) / shelfScale, (1 - shelfK / shelfQ + shelfK * shelfK) / shelfScale
    )
    highPassDenominator = (
      2 * (highPassK * highPassK - 1) / highPassScale,
      (1 - highPassK / highPassQ + highPassK * highPassK) / highPassScale
    )
  }

  /// Filters one frame and returns it weighted.
  @inline(__always)
  func weighted(_ input: Frame, _ state: inout State) -> Frame {
    let shelved = input * shelfNumerator.0 + state.shelf.0
    state.shelf.0 = input * shelfNumerator.1 - shelved * shelfDenominator.0 + state.shelf.1
    state.shelf.1 = input * shelfNumerator.2 - shelved * shelfDenominator.1
    let output = shelved + state.highPass.0
    state.highPass.0 = state.highPass.1 - (shelved + shelved) - output * highPassDenominator.0
    state.highPass.1 = shelved - output * highPassDenominator.1
    return output
  }

  /// tan(π f/fs), the bilinear transform's frequency.
  private static func warped(_ frequency: Double, _ sampleRate: Double) -> Double {
    Maths.tangent(Maths.pi * frequency / sampleRate)
  }
}
