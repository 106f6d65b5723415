/// The K-frequency weighting of ITU-R BS.1770-5, Annex 1 (tables 1 and 2), for any sample rate, on one stereo
/// frame at a time.
///
/// The standard gives coefficients for 48 kHz only. From 32 kHz up both sections are bilinear transforms of an
/// analogue prototype, recovered from those tables; at 48 kHz the tables come back to the last printed digit. Below
/// 32 kHz the bilinear shelf would sag towards the Nyquist frequency (0.29 dB at 8 kHz), so there it is matched to the
/// magnitude of the 48 kHz filter. At every rate from 8 kHz the response is within 0.02 dB of the standard's.
struct KWeighting: Sendable {
  /// The shelf's numerator, with the high-pass's constant numerator gain folded in.
  let shelfNumerator: (Double, Double, Double)
  let shelfDenominator: (Double, Double)
  let highPassDenominator: (Double, Double)

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
    let shelf = sampleRate < 32_000 ? Shelf(matchedAt: sampleRate) : Shelf(bilinearAt: sampleRate)
    // Stage 2: the RLB high-pass. Its numerator is 1, −2, 1 at 48 kHz, where that is not quite unity gain.
    let highPassK = warped(38.13547087602444, sampleRate)
    let highPassQ = 0.5003270373238773
    let highPassScale = 1 + highPassK / highPassQ + highPassK * highPassK
    let referenceK = warped(38.13547087602444, 48_000)
    let gain = (1 + referenceK / highPassQ + referenceK * referenceK) / highPassScale

    shelfNumerator = (gain * shelf.numerator.0, gain * shelf.numerator.1, gain * shelf.numerator.2)
    shelfDenominator = shelf.denominator
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
}

/// The first stage, a high shelf of 4 dB about 1.7 kHz; the denominator begins with 1.
private struct Shelf {
  var numerator: (Double, Double, Double)
  var denominator: (Double, Double)

  init(bilinearAt sampleRate: Double) {
    let corner = warped(1681.974450955533, sampleRate)
    let q = 0.7071752369554196
    let high = Maths.amplitude(decibels: 3.999843853973347)
    let band = Maths.power(high, 0.4996667741545416)
    let scale = 1 + corner / q + corner * corner
    numerator = (
      (high + band * corner / q + corner * corner) / scale,
      2 * (corner * corner - high) / scale,
      (high - band * corner / q + corner * corner) / scale
    )
    denominator = (2 * (corner * corner - 1) / scale, (1 - corner / q + corner * corner) / scale)
  }

  /// The poles of the 48 kHz filter, taken to this rate by e^(s/fs), with the numerator whose magnitude equals that
  /// of the 48 kHz filter at three frequencies (Vicanek, *Matched Second Order Digital Filters*, 2016, section 3).
  init(matchedAt sampleRate: Double) {
    // ln(pole)·48 000 of the 48 kHz filter. A slightly lower frequency at the lowest rates, and these places of the
    // three frequencies, keep the worst error at 0.0184 dB, for 8 kHz; both were found by a search.
    let decay = -7471.636445752033, turning = 7534.196965120074
    let distance = (32_000 - sampleRate) / 24_000
    let lowered = 1 - 0.03 * distance * distance * distance * distance
    let radius = Maths.exp(decay / sampleRate)
    denominator = (-2 * radius * Maths.cosine(turning * lowered / sampleRate), radius * radius)
    let basis = PowerBasis(denominator)

    let standard = Shelf(bilinearAt: 48_000)
    let rows = [0.05, 0.2, 0.46].map { place in
      let functions = PowerBasis.functions(place)
      return (functions, standard.power(at: place * sampleRate / 48_000) * basis.sum(functions))
    }
    let power = PowerBasis(solving: rows)
    let sum = (power.zero.magnitude.squareRoot() + power.nyquist.magnitude.squareRoot()) / 2
    let first = (sum + (sum * sum + power.between).magnitude.squareRoot()) / 2
    numerator = (
      first, (power.zero.magnitude.squareRoot() - power.nyquist.magnitude.squareRoot()) / 2,
      -power.between / (4 * first)
    )
  }

  /// |H|² at `place`, a part of the sample rate.
  func power(at place: Double) -> Double {
    let functions = PowerBasis.functions(place)
    let above = PowerBasis(numerator.0, numerator.1, numerator.2).sum(functions)
    return above / PowerBasis(denominator).sum(functions)
  }
}

/// |c₀ + c₁z⁻¹ + c₂z⁻²|² on the unit circle, as `zero`·φ₀ + `nyquist`·φ₁ + `between`·4φ₀φ₁, where φ₁ = sin²(w/2)
/// and φ₀ = 1 − φ₁ (Vicanek, 2016, eqs. 25–27).
private struct PowerBasis {
  var zero: Double
  var nyquist: Double
  var between: Double

  init(_ c0: Double, _ c1: Double, _ c2: Double) {
    zero = (c0 + c1 + c2) * (c0 + c1 + c2)
    nyquist = (c0 - c1 + c2) * (c0 - c1 + c2)
    between = -4 * c0 * c2
  }

  init(_ denominator: (Double, Double)) { self.init(1, denominator.0, denominator.1) }

  /// The values of the three functions at `place`, a part of the sample rate.
  static func functions(_ place: Double) -> (Double, Double, Double) {
    let sine = Maths.sineAndCosine(turns: place / 2).sine
    let (high, low) = (sine * sine, 1 - sine * sine)
    return (low, high, 4 * low * high)
  }

  func sum(_ functions: (Double, Double, Double)) -> Double {
    zero * functions.0 + nyquist * functions.1 + between * functions.2
  }

  /// The basis whose sums at three places are given (Cramer's rule).
  init(solving rows: [((Double, Double, Double), Double)]) {
    func determinant(_ column: Int?) -> Double {
      let m = rows.map { row, value in
        (column == 0 ? value : row.0, column == 1 ? value : row.1, column == 2 ? value : row.2)
      }
      let first = m[0].0 * (m[1].1 * m[2].2 - m[1].2 * m[2].1)
      let second = m[0].1 * (m[1].0 * m[2].2 - m[1].2 * m[2].0)
      let third = m[0].2 * (m[1].0 * m[2].1 - m[1].1 * m[2].0)
      return first - second + third
    }
    let whole = determinant(nil)
    zero = determinant(0) / whole
    nyquist = determinant(1) / whole
    between = determinant(2) / whole
  }
}

/// tan(π f/fs), the bilinear transform's frequency.
private func warped(_ frequency: Double, _ sampleRate: Double) -> Double {
  Maths.tangent(Maths.pi * frequency / sampleRate)
}
