/// The analogue prototype of a section, which a digital design has to match:
/// H(s) = (n2 s² + n1 s + n0) / (d2 s² + d1 s + d0) with s = jf/f0. A plain value; the formulas are those of
/// the equalisers' literature (Bristow-Johnson, *Cookbook formulae for audio EQ*, 1998; Zölzer, *DAFX* 2.3).
public struct AnalogueSection: Sendable, Equatable {
  public var n2: Double, n1: Double, n0: Double
  public var d2: Double, d1: Double, d0: Double

  public init(_ n2: Double, _ n1: Double, _ n0: Double, over d2: Double, _ d1: Double, _ d0: Double) {
    self.n2 = n2
    self.n1 = n1
    self.n0 = n0
    self.d2 = d2
    self.d1 = d1
    self.d0 = d0
  }

  /// |H|² at f = `ratio` · f0.
  public func squaredMagnitude(at ratio: Double) -> Double {
    let square = ratio * ratio
    let topReal = n0 - n2 * square
    let topImaginary = n1 * ratio
    let bottomReal = d0 - d2 * square
    let bottomImaginary = d1 * ratio
    return (topReal * topReal + topImaginary * topImaginary)
      / (bottomReal * bottomReal + bottomImaginary * bottomImaginary)
  }

  /// A peak or dip of `gain` dB at f0; 0 dB far away.
  public static func bell(gain: Double, q: Double) -> AnalogueSection {
    let amplitude = Maths.amplitude(decibels: gain / 2)
    return AnalogueSection(1, amplitude / q, 1, over: 1, 1 / (amplitude * q), 1)
  }

  /// `gain` dB far below f0, half of it at f0, 0 dB far above.
  public static func lowShelf(gain: Double, q: Double) -> AnalogueSection {
    let amplitude = Maths.amplitude(decibels: gain / 2)
    let damping = amplitude.magnitude.squareRoot() / q
    return AnalogueSection(amplitude, amplitude * damping, amplitude * amplitude, over: amplitude, damping, 1)
  }

  /// `gain` dB far above f0, half of it at f0, 0 dB far below.
  public static func highShelf(gain: Double, q: Double) -> AnalogueSection {
    let amplitude = Maths.amplitude(decibels: gain / 2)
    let damping = amplitude.magnitude.squareRoot() / q
    return AnalogueSection(amplitude * amplitude, amplitude * damping, amplitude, over: 1, damping, amplitude)
  }

  public static func lowPass(q: Double) -> AnalogueSection { AnalogueSection(0, 0, 1, over: 1, 1 / q, 1) }

  public static func highPass(q: Double) -> AnalogueSection { AnalogueSection(1, 0, 0, over: 1, 1 / q, 1) }

  /// Unity at f0.
  public static func bandPass(q: Double) -> AnalogueSection {
    AnalogueSection(0, 1 / q, 0, over: 1, 1 / q, 1)
  }

  /// Zero at f0.
  public static func notch(q: Double) -> AnalogueSection { AnalogueSection(1, 0, 1, over: 1, 1 / q, 1) }

  /// Unity everywhere; the phase turns by 180° at f0.
  public static func allPass(q: Double) -> AnalogueSection {
    AnalogueSection(1, -1 / q, 1, over: 1, 1 / q, 1)
  }

  public static let firstOrderLowPass = AnalogueSection(0, 0, 1, over: 0, 1, 1)

  public static let firstOrderHighPass = AnalogueSection(0, 1, 0, over: 0, 1, 1)

  /// −`gain`/2 dB far below f0, 0 dB at f0, +`gain`/2 dB far above.
  public static func tilt(gain: Double) -> AnalogueSection {
    let amplitude = Maths.amplitude(decibels: gain / 2)
    return AnalogueSection(0, amplitude, 1, over: 0, 1, amplitude)
  }
}
