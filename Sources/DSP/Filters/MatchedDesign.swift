/// Digital sections whose gain follows an analogue prototype up to the end of hearing, without the cramping of
/// the bilinear transform.
///
/// The poles are the prototype's by impulse invariance, and the numerator is sought among the squared magnitudes
/// |B|² = B0 φ0 + B1 φ1 + B2 φ2 with φ1 = sin²(w/2), φ0 = 1 − φ1, φ2 = 4 φ0 φ1: Vicanek, *Matched Second Order
/// Digital Filters* (2016), equations 12 and 26–29. Vicanek then demands equality at chosen points. Here only
/// what the ear would miss is demanded (the gain at DC, the gain of a bell or band-pass at f0), and what freedom
/// is left takes the least squares of the relative error over evenly spaced frequencies, linear in B1 and B2.
/// That halves the worst error of the closed forms and holds for every Q.
struct MatchedDesign {
  private let prototype: AnalogueSection
  /// The centre, 2π f0 / fs, in radians a frame.
  private let centre: Double
  private let a1: Double, a2: Double
  /// The squared denominator: A0 φ0 + A1 φ1 + A2 φ2.
  private let A0: Double, A1: Double, A2: Double
  private let sampleRate: Double

  /// How many frequencies the error is weighed at.
  private static let pointCount = 20
  /// The end of hearing and a little more, in Hz.
  private static let highestFrequency = 20_500.0

  init(_ prototype: AnalogueSection, centre: Double, sampleRate: Double) {
    self.prototype = prototype
    self.centre = centre
    self.sampleRate = sampleRate
    let (sum, product) = Self.roots(prototype.d2, prototype.d1, prototype.d0, centre)
    a1 = sum
    a2 = product
    let atZero = 1 + a1 + a2
    let atNyquist = 1 - a1 + a2
    A0 = atZero * atZero
    A1 = atNyquist * atNyquist
    A2 = -4 * a2
  }

  /// Impulse invariance (Vicanek 2016, equation 12): z⁻¹ and z⁻² coefficients of the polynomial whose roots are
  /// e^(s·centre), s the roots of `c2` s² + `c1` s + `c0`.
  private static func roots(
    _ c2: Double, _ c1: Double, _ c0: Double, _ centre: Double
  ) -> (first: Double, second: Double) {
    let damping = 0.5 * c1 / c2 * centre
    let discriminant = 0.25 * c1 * c1 / (c2 * c2) - c0 / c2
    if discriminant <= 0 {
      let decay = Maths.exp(-damping)
      return (-2 * decay * Maths.cosine((-discriminant).magnitude.squareRoot() * centre), decay * decay)
    }
    // Two real roots; the slow one by Vieta, so that no digits cancel.
    let fast = damping + discriminant.magnitude.squareRoot() * centre
    let slow = c0 / c2 * centre * centre / fast
    let fastDecay = Maths.exp(-fast)
    let slowDecay = Maths.exp(-slow)
    return (-(fastDecay + slowDecay), fastDecay * slowDecay)
  }

  private func squaredDenominator(_ φ1: Double) -> Double {
    A0 * (1 - φ1) + A1 * φ1 + A2 * 4 * (1 - φ1) * φ1
  }

  /// φ1 and the wanted |B|² at the centre.
  private var atCentre: (φ1: Double, target: Double) {
    let sine = Maths.sine(0.5 * centre)
    return (sine * sine, prototype.squaredMagnitude(at: 1) * squaredDenominator(sine * sine))
  }

  /// Calls `body` with φ1 and the wanted |B|² at the frequencies of the fit: to the end of hearing, to above f0,
  /// and short of the Nyquist frequency, where the prototypes and any digital filter part.
  private func forEachPoint(_ body: (_ φ1: Double, _ target: Double) -> Void) {
    let aboveCentre = 1.2 * centre
    let hearing = 2 * Maths.pi * Self.highestFrequency / sampleRate
    let wanted = aboveCentre > hearing ? aboveCentre : hearing
    let top = wanted < 0.93 * Maths.pi ? wanted : 0.93 * Maths.pi
    let step = top / Double(Self.pointCount)
    // cos(kw) by the Chebyshev recurrence.
    let cosine = Maths.cosine(step)
    var before = 1.0
    var now = cosine
    for index in 1...Self.pointCount {
      let φ1 = 0.5 * (1 - now)
      body(φ1, prototype.squaredMagnitude(at: Double(index) * step / centre) * squaredDenominator(φ1))
      (before, now) = (now, 2 * cosine * now - before)
    }
  }

  // MARK: - The numerators

  /// Gain exact at DC; for low-passes and shelves.
  func exactAtZero() -> BiquadCoefficients {
    let B0 = prototype.squaredMagnitude(at: 0) * A0
    // Normal equations of B1 φ1 + B2 φ2 = target − B0 φ0, each divided by its target.
    var m11 = 0.0
    var m12 = 0.0
    var m22 = 0.0
    var y1 = 0.0
    var y2 = 0.0
    forEachPoint { φ1, target in
      let first = φ1 / target
      let second = 4 * (1 - φ1) * φ1 / target
      let wanted = 1 - B0 * (1 - φ1) / target
      m11 += first * first
      m12 += first * second
      m22 += second * second
      y1 += first * wanted
      y2 += second * wanted
    }
    let determinant = m11 * m22 - m12 * m12
    return section(B0, (m22 * y1 - m12 * y2) / determinant, (m11 * y2 - m12 * y1) / determinant)
  }

  /// Gain exact at DC and at f0; for bells.
  func exactAtZeroAndCentre() -> BiquadCoefficients {
    let B0 = prototype.squaredMagnitude(at: 0) * A0
    let (B1, B2) = exactAtCentre(B0)
    return section(B0, B1, B2)
  }

  /// Zero at DC, gain exact at f0; for band-passes.
  func zeroAtZeroExactAtCentre() -> BiquadCoefficients {
    let (B1, B2) = exactAtCentre(0)
    // Vicanek 2016, equations 36–38: b0 + b1 + b2 = 0.
    let b1 = -0.5 * Self.positive(B1).magnitude.squareRoot()
    let b0 = 0.5 * (Self.positive(B2 + b1 * b1).magnitude.squareRoot() - b1)
    return BiquadCoefficients(b0: b0, b1: b1, b2: -b0 - b1, a1: a1, a2: a2)
  }

  /// A double zero at DC; for high-passes. |B|² = 16 b² φ1² (Vicanek 2016, equation 33).
  func doubleZeroAtZero() -> BiquadCoefficients {
    var m = 0.0
    var y = 0.0
    forEachPoint { φ1, target in
      let weight = 16 * φ1 * φ1 / target
      m += weight * weight
      y += weight
    }
    let b = (y / m).magnitude.squareRoot()
    return BiquadCoefficients(b0: b, b1: -2 * b, b2: b, a1: a1, a2: a2)
  }

  /// B1 and B2 with B0 given, exact at the centre, the one freedom left by least squares.
  private func exactAtCentre(_ B0: Double) -> (B1: Double, B2: Double) {
    let (centreφ1, centreTarget) = atCentre
    let fixed = (centreTarget - B0 * (1 - centreφ1)) / centreφ1
    var m = 0.0
    var y = 0.0
    forEachPoint { φ1, target in
      let weight = 4 * φ1 * (centreφ1 - φ1) / target
      let wanted = 1 - (B0 * (1 - φ1) + fixed * φ1) / target
      m += weight * weight
      y += weight * wanted
    }
    let B2 = y / m
    return (fixed - B2 * 4 * (1 - centreφ1), B2)
  }

  /// The minimum-phase numerator of a squared magnitude (Vicanek 2016, equation 29).
  private func section(_ B0: Double, _ B1: Double, _ B2: Double) -> BiquadCoefficients {
    // A fit may dip to zero where the prototype only nearly does; its inverse would then be unstable. At the
    // Nyquist frequency a hundredth of the wanted power is enough to prevent that.
    let nyquist = prototype.squaredMagnitude(at: Maths.pi / centre) * A1
    let atZero = Self.positive(B0).magnitude.squareRoot()
    let atNyquist = (B1 > 0.01 * nyquist ? B1 : 0.01 * nyquist).magnitude.squareRoot()
    let sum = 0.5 * (atZero + atNyquist)
    let b0 = 0.5 * (sum + Self.positive(sum * sum + B2).magnitude.squareRoot())
    let b1 = 0.5 * (atZero - atNyquist)
    let b2 = -0.25 * B2 / b0
    guard prototype.n2 != 0, b2 > 0.95 * b0 else {
      return BiquadCoefficients(b0: b0, b1: b1, b2: b2, a1: a1, a2: a2)
    }
    // Zeros this close to the unit circle keep at least half the prototype's damping, or are the prototype's.
    let damping = 0.5 * prototype.n1 / prototype.n2 * centre
    if b2 <= Maths.exp(-damping) * b0 { return BiquadCoefficients(b0: b0, b1: b1, b2: b2, a1: a1, a2: a2) }
    let zeros = Self.roots(prototype.n2, prototype.n1, prototype.n0, centre)
    let scale = atZero / (1 + zeros.first + zeros.second)
    return BiquadCoefficients(b0: scale, b1: scale * zeros.first, b2: scale * zeros.second, a1: a1, a2: a2)
  }

  private static func positive(_ x: Double) -> Double { x > 0 ? x : 0 }
}
