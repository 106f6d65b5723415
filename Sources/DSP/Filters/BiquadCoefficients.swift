/// A second-order section: H(z) = (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²). A plain value.
public struct BiquadCoefficients: Sendable, Equatable {
  public var b0: Double, b1: Double, b2: Double
  public var a1: Double, a2: Double

  public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }

  /// Passes everything unchanged, bit for bit.
  public static let identity = BiquadCoefficients(b0: 1, b1: 0, b2: 0, a1: 0, a2: 0)

  /// 1/H. Stable when the zeros of H lie inside the unit circle.
  public var inverse: BiquadCoefficients {
    BiquadCoefficients(b0: 1 / b0, b1: a1 / b0, b2: a2 / b0, a1: b1 / b0, a2: b2 / b0)
  }

  /// The same section with its output multiplied by `factor`.
  public func scaled(by factor: Double) -> BiquadCoefficients {
    BiquadCoefficients(b0: b0 * factor, b1: b1 * factor, b2: b2 * factor, a1: a1, a2: a2)
  }

  /// Whether both poles lie inside the unit circle (the stability triangle of a1 and a2).
  public var isStable: Bool { a2 < 1 && Maths.magnitude(a1) < 1 + a2 }

  /// Frames in which the state of the section decays by `decibels`: the time of its slower pole, 0 without poles.
  public func decayFrames(decibels: Double) -> Double {
    let discriminant = a1 * a1 - 4 * a2
    // |discriminant|, as the square root of a negative number would be a call of the C library.
    let root = Maths.magnitude(discriminant).squareRoot()
    let radius = discriminant < 0 ? Maths.magnitude(a2).squareRoot() : (Maths.magnitude(a1) + root) / 2
    return radius > 0 ? decibels / -Maths.decibels(amplitude: radius) : 0
  }

  /// The gain |H| as a factor at `frequency` in Hz.
  public func magnitude(at frequency: Double, sampleRate: Double) -> Double {
    let one = Maths.sineAndCosine(turns: frequency / sampleRate)
    let two = Maths.sineAndCosine(turns: 2 * frequency / sampleRate)
    let topReal = b0 + b1 * one.cosine + b2 * two.cosine
    let topImaginary = b1 * one.sine + b2 * two.sine
    let bottomReal = 1 + a1 * one.cosine + a2 * two.cosine
    let bottomImaginary = a1 * one.sine + a2 * two.sine
    let top = topReal * topReal + topImaginary * topImaginary
    let bottom = bottomReal * bottomReal + bottomImaginary * bottomImaginary
    return (top / bottom).magnitude.squareRoot()
  }
}
