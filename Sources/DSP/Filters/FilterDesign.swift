/// Coefficients of the equaliser's and the crossovers' sections.
///
/// Frequencies in Hz, gains in dB, `sampleRate` in Hz. The target of each design is its analogue prototype, see
/// ``AnalogueSection``; all but notch and all-pass follow it without the bilinear transform's cramping, see
/// ``MatchedDesign``. A cut is the exact inverse of the same boost; a gain of 0 dB passes the signal unchanged.
/// A frequency beyond 0.4995 · `sampleRate` is taken as that. All designs are stable for q 0.1 … 40 and gains of
/// ±24 dB. Pure functions without allocation, but for the cascades, which return arrays.
public enum FilterDesign {
  /// The Q of a second-order Butterworth filter, √½.
  public static let butterworthQ = 0.7071067811865476

  // MARK: - Second order

  public static func bell(
    frequency: Double, gain: Double, q: Double, sampleRate: Double
  ) -> BiquadCoefficients {
    let prototype = AnalogueSection.bell(gain: Maths.magnitude(gain), q: q)
    let boost = matched(prototype, frequency, sampleRate).exactAtZeroAndCentre()
    return gain == 0 ? neutral(boost) : gain > 0 ? boost : boost.inverse
  }

  public static func highShelf(
    frequency: Double, gain: Double, q: Double, sampleRate: Double
  ) -> BiquadCoefficients {
    // The poles of a cut lie below f0, those of a boost above, perhaps beyond the Nyquist frequency.
    let prototype = AnalogueSection.highShelf(gain: -Maths.magnitude(gain), q: q)
    let cut = matched(prototype, frequency, sampleRate).exactAtZero()
    return gain == 0 ? neutral(cut) : gain < 0 ? cut : cut.inverse
  }

  /// The high shelf of the opposite gain, raised by `gain`: the same prototype.
  public static func lowShelf(
    frequency: Double, gain: Double, q: Double, sampleRate: Double
  ) -> BiquadCoefficients {
    let high = highShelf(frequency: frequency, gain: -gain, q: q, sampleRate: sampleRate)
    return gain == 0 ? high : high.scaled(by: Maths.amplitude(decibels: gain))
  }

  public static func lowPass(frequency: Double, q: Double, sampleRate: Double) -> BiquadCoefficients {
    matched(.lowPass(q: q), frequency, sampleRate).exactAtZero()
  }

  public static func highPass(frequency: Double, q: Double, sampleRate: Double) -> BiquadCoefficients {
    matched(.highPass(q: q), frequency, sampleRate).doubleZeroAtZero()
  }

  public static func bandPass(frequency: Double, q: Double, sampleRate: Double) -> BiquadCoefficients {
    matched(.bandPass(q: q), frequency, sampleRate).zeroAtZeroExactAtCentre()
  }

  public static func notch(frequency: Double, q: Double, sampleRate: Double) -> BiquadCoefficients {
    bilinear(.notch(q: q), frequency: frequency, sampleRate: sampleRate)
  }

  public static func allPass(frequency: Double, q: Double, sampleRate: Double) -> BiquadCoefficients {
    bilinear(.allPass(q: q), frequency: frequency, sampleRate: sampleRate)
  }

  // MARK: - First order: the pole at e^(−w0)

  /// Matched at DC and at the Nyquist frequency.
  public static func firstOrderLowPass(frequency: Double, sampleRate: Double) -> BiquadCoefficients {
    let w0 = centre(frequency, sampleRate)
    return firstOrder(.firstOrderLowPass, pole: Maths.exp(-w0), w0)
  }

  /// Zero at DC, matched at f0.
  public static func firstOrderHighPass(frequency: Double, sampleRate: Double) -> BiquadCoefficients {
    let w0 = centre(frequency, sampleRate)
    let pole = Maths.exp(-w0)
    let cosine = Maths.cosine(w0)
    let sine = Maths.sine(0.5 * w0)
    // |1 − p e^(−jw)|² over |1 − e^(−jw)|² = 4 sin²(w/2); the prototype's gain at f0 is √½.
    let squared = 0.5 * ((1 - pole) * (1 - pole) + 2 * pole * (1 - cosine)) / (4 * sine * sine)
    let b = squared.magnitude.squareRoot()
    return BiquadCoefficients(b0: b, b1: -b, b2: 0, a1: -pole, a2: 0)
  }

  /// Matched at DC and at the Nyquist frequency.
  public static func tilt(frequency: Double, gain: Double, sampleRate: Double) -> BiquadCoefficients {
    let w0 = centre(frequency, sampleRate)
    let prototype = AnalogueSection.tilt(gain: -Maths.magnitude(gain))
    let falling = firstOrder(prototype, pole: Maths.exp(-prototype.d0 * w0), w0)
    return gain == 0 ? neutral(falling) : gain < 0 ? falling : falling.inverse
  }

  // MARK: - Cascades

  /// Butterworth low-pass of `slope` dB/oct: 6, 12, 18, 24, 36 or 48 (any positive multiple of 6). `q` takes the
  /// place of the Butterworth Q at 12 dB/oct and has no effect on the other slopes.
  public static func lowPass(
    frequency: Double, slope: Int, q: Double = butterworthQ, sampleRate: Double
  ) -> [BiquadCoefficients] {
    var sections = secondOrderQs(slope: slope, q: q).map {
      lowPass(frequency: frequency, q: $0, sampleRate: sampleRate)
    }
    if slope / 6 % 2 == 1 { sections.append(firstOrderLowPass(frequency: frequency, sampleRate: sampleRate)) }
    return sections
  }

  /// Butterworth high-pass; see ``lowPass(frequency:slope:q:sampleRate:)``.
  public static func highPass(
    frequency: Double, slope: Int, q: Double = butterworthQ, sampleRate: Double
  ) -> [BiquadCoefficients] {
    var sections = secondOrderQs(slope: slope, q: q).map {
      highPass(frequency: frequency, q: $0, sampleRate: sampleRate)
    }
    if slope / 6 % 2 == 1 {
      sections.append(firstOrderHighPass(frequency: frequency, sampleRate: sampleRate))
    }
    return sections
  }

  /// The Qs of a Butterworth filter's complex pole pairs, from the poles' places on the left half circle.
  public static func secondOrderQs(slope: Int, q: Double) -> [Double] {
    let order = slope / 6
    if order == 2 { return [q] }
    return (0..<order / 2).map { pair in
      let twelfths = order % 2 == 0 ? Double(2 * pair + 1) / 2 : Double(pair + 1)
      return 0.5 / Maths.cosine(Maths.pi * twelfths / Double(order))
    }
  }

  // MARK: - Bilinear transform

  /// The bilinear transform, exact at `frequency`: s = (1 − z⁻¹) / (K (1 + z⁻¹)) with K = tan(π f0 / fs)
  /// (Oppenheim, Schafer, *Discrete-Time Signal Processing*, 7.1.2).
  public static func bilinear(
    _ prototype: AnalogueSection, frequency: Double, sampleRate: Double
  ) -> BiquadCoefficients {
    let K = Maths.tangent(0.5 * centre(frequency, sampleRate))
    let (n2, n1, n0) = (prototype.n2, prototype.n1 * K, prototype.n0 * K * K)
    let (d2, d1, d0) = (prototype.d2, prototype.d1 * K, prototype.d0 * K * K)
    let a0 = d2 + d1 + d0
    return BiquadCoefficients(
      b0: (n2 + n1 + n0) / a0, b1: 2 * (n0 - n2) / a0, b2: (n2 - n1 + n0) / a0,
      a1: 2 * (d0 - d2) / a0, a2: (d2 - d1 + d0) / a0)
  }

  // MARK: - Parts

  /// w0 = 2π f0 / fs, held below the Nyquist frequency.
  private static func centre(_ frequency: Double, _ sampleRate: Double) -> Double {
    let ratio = frequency / sampleRate
    return 2 * Maths.pi * (ratio < 0.4995 ? ratio : 0.4995)
  }

  private static func matched(
    _ prototype: AnalogueSection, _ frequency: Double, _ sampleRate: Double
  ) -> MatchedDesign {
    MatchedDesign(prototype, centre: centre(frequency, sampleRate), sampleRate: sampleRate)
  }

  /// A first-order section with gains from the prototype at DC and at the Nyquist frequency.
  private static func firstOrder(
    _ prototype: AnalogueSection, pole: Double, _ w0: Double
  ) -> BiquadCoefficients {
    let sum = (1 - pole) * prototype.squaredMagnitude(at: 0).magnitude.squareRoot()
    let difference = (1 + pole) * prototype.squaredMagnitude(at: Maths.pi / w0).magnitude.squareRoot()
    return BiquadCoefficients(
      b0: 0.5 * (sum + difference), b1: 0.5 * (sum - difference), b2: 0, a1: -pole, a2: 0)
  }

  /// The numerator equal to the denominator: unity to the bit, with the poles of its neighbours in gain.
  private static func neutral(_ section: BiquadCoefficients) -> BiquadCoefficients {
    BiquadCoefficients(b0: 1, b1: section.a1, b2: section.a2, a1: section.a1, a2: section.a2)
  }
}
