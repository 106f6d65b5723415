/// The Kaiser window: of all windows nearly the one with the least energy outside its main lobe, with one parameter
/// that trades the lobe's width for the depth of what is outside.
///
/// Source: Kaiser, *Nonrecursive Digital Filter Design Using the I₀-sinh Window Function*, Proc. IEEE ISCAS 1974;
/// Oppenheim and Schafer, *Discrete-Time Signal Processing*, sections 7.5 and 7.6.
struct KaiserWindow: Sendable {
  /// β.
  let shape: Double
  private let peak: Double

  init(shape: Double) {
    self.shape = shape
    peak = Self.bessel(shape)
  }

  /// The window of a low-pass filter whose ripples, in both bands, are `attenuation` dB (above 50) down:
  /// β = 0.1102 (A − 8.7).
  init(attenuation: Double) { self.init(shape: 0.1102 * (attenuation - 8.7)) }

  /// The least number of taps of such a filter, whose transition band is `transition` cycles a sample wide:
  /// (A − 7.95)/(14.36 Δf) + 1.
  static func tapCount(attenuation: Double, transition: Double) -> Int {
    Int((attenuation - 7.95) / (14.36 * transition)) + 2
  }

  /// The window at `place`, −1 … 1 from end to end; 1 in the middle.
  func value(at place: Double) -> Double {
    Self.bessel(shape * (1 - place * place).magnitude.squareRoot()) / peak
  }

  /// The modified Bessel function I₀ by its power series (*NIST Digital Library of Mathematical Functions* 10.25.2).
  private static func bessel(_ x: Double) -> Double {
    let quarter = x * x / 4
    var term = 1.0
    var sum = 1.0
    var index = 1.0
    while term > sum * 1e-18 {
      term *= quarter / (index * index)
      sum += term
      index += 1
    }
    return sum
  }
}
