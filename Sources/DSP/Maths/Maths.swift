/// The elementary functions of the sound, made of + − × ÷ and bit patterns alone, so that every processor gives
/// the same bits (the C library's differ between processors with and without fused multiply-add).
///
/// Relative error at most 4 units in the last place, usually one. No function traps; none allocates. NaN gives
/// NaN. All but `floor`, `roundedHalfUp`, `power` and the trigonometric ones are free of branches, so that loops
/// over arrays become vector code.
///
/// Sources: power series as in *NIST Digital Library of Mathematical Functions* 4.2, 4.6.4 and 4.19; argument
/// reduction in parts after Cody and Waite, *Software Manual for the Elementary Functions* (1980). A constant is
/// written as its own high part, whose low bits are zero so that products with small integers are exact, and the
/// rest.
public enum Maths {
  /// π to the nearest Double.
  public static let pi = 3.141592653589793

  // MARK: - Powers

  /// 2 to the power `x`. Overflows to +∞ from 1024 on and underflows gradually to 0 below −1075.
  @inlinable
  public static func exp2(_ x: Double) -> Double {
    let bounded = clamp(x, -1100, 1100)
    let whole = nearest(bounded)
    return scaled(exponentialSeries((bounded - whole.value) * 0.6931471805599453), whole.bits)
  }

  /// e to the power `x`.
  @inlinable
  public static func exp(_ x: Double) -> Double {
    let bounded = clamp(x, -760, 760)
    let whole = nearest(bounded * 1.4426950408889634)
    let rest = (bounded - whole.value * 0x1.62e42fefa38p-1) - whole.value * 0x1.ef35793c7673p-45
    return scaled(exponentialSeries(rest), whole.bits)
  }

  /// 10 to the power `x`.
  @inlinable
  public static func power10(_ x: Double) -> Double {
    let bounded = clamp(x, -340, 340)
    let whole = nearest(bounded * 3.321928094887362)
    let rest = (bounded - whole.value * 0x1.34413509f78p-2) - whole.value * 0x1.fef311f12b358p-46
    return scaled(exponentialSeries(rest * 2.302585092994046), whole.bits)
  }

  /// The factor of a level: 10^(`decibels`/20). −∞ dB gives exactly 0 and 0 dB exactly 1.
  @inlinable
  public static func amplitude(decibels: Double) -> Double {
    let bounded = clamp(decibels, -6800, 6800)
    let whole = nearest(bounded * 0.16609640474436813)
    let rest = (bounded - whole.value * 0x1.8151824c758p+2) - whole.value * 0x1.fabf59b5d80b8p-44
    return scaled(exponentialSeries(rest * 0.11512925464970228), whole.bits)
  }

  /// `base` to the power `exponent` for a base ≥ 0; NaN for a negative one. The relative error is about
  /// 2e−16 · (1 + |log₂ result|). Anything to the power 0 is 1.
  @inlinable
  public static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 0 { return 1 }
    return exp2(exponent * log2(base))
  }

  /// (eˣ + e⁻ˣ) / 2.
  @inlinable
  public static func hyperbolicCosine(_ x: Double) -> Double {
    let half = exp(0.5 * magnitude(x))
    return (0.5 * half) * half + 0.5 / half / half
  }

  // MARK: - Logarithms (of 0: −∞; of a negative number: NaN; of +∞: +∞)

  /// Logarithm to base 2.
  @inlinable
  public static func log2(_ x: Double) -> Double {
    let parts = binaryLogarithmParts(x)
    return atEnds(x, parts.exponent + parts.series * 2.8853900817779268)
  }

  /// Logarithm to base 2 of an amplitude or a power, for loops over samples: anything below the smallest normal
  /// number (2⁻¹⁰²²), NaN included, is silence and gives −∞; +∞ gives 1024.
  @inlinable
  public static func levelLog2(_ level: Double) -> Double {
    let parts = normalLogarithmParts(level)
    let logarithm = parts.exponent + parts.series * 2.8853900817779268
    return level >= 0x1p-1022 ? logarithm : -.infinity
  }

  /// Logarithm to base e.
  @inlinable
  public static func naturalLogarithm(_ x: Double) -> Double {
    let parts = binaryLogarithmParts(x)
    let low = parts.series * 2 + parts.exponent * 0x1.ef35793c7673p-45
    return atEnds(x, parts.exponent * 0x1.62e42fefa38p-1 + low)
  }

  /// Logarithm to base 10.
  @inlinable
  public static func log10(_ x: Double) -> Double {
    let parts = binaryLogarithmParts(x)
    let low = parts.series * 0.8685889638065036 + parts.exponent * 0x1.fef311f12b358p-46
    return atEnds(x, parts.exponent * 0x1.34413509f78p-2 + low)
  }

  /// The level of a factor: 20 log₁₀ `amplitude`. 0 gives −∞ dB.
  @inlinable
  public static func decibels(amplitude: Double) -> Double {
    let parts = binaryLogarithmParts(amplitude)
    let low = parts.series * 17.371779276130074 + parts.exponent * 0x1.fabf59b5d80b8p-44
    return atEnds(amplitude, parts.exponent * 0x1.8151824c758p+2 + low)
  }

  // MARK: - Circular functions (|x| up to 2²⁰ radians; beyond, and at ±∞: NaN)

  /// Sine of `x` radians.
  @inlinable public static func sine(_ x: Double) -> Double { sineAndCosine(x).sine }

  /// Cosine of `x` radians.
  @inlinable public static func cosine(_ x: Double) -> Double { sineAndCosine(x).cosine }

  /// Tangent of `x` radians.
  @inlinable
  public static func tangent(_ x: Double) -> Double {
    let both = sineAndCosine(x)
    return both.sine / both.cosine
  }

  /// Sine and cosine of `x` radians.
  @inlinable
  public static func sineAndCosine(_ x: Double) -> (sine: Double, cosine: Double) {
    guard magnitude(x) <= 1_048_576 else { return (.nan, .nan) }
    let quarter = nearest(x * 0.6366197723675814)
    let first = x - quarter.value * 0x1.921fb544p+0
    let second = first - quarter.value * 0x1.0b4611a6p-34
    let third = second - quarter.value * 0x1.3198a2ep-69
    // What the two last subtractions rounded away matters where x is close to a multiple of π/2.
    let lost =
      ((first - second) - quarter.value * 0x1.0b4611a6p-34)
      + ((second - third) - quarter.value * 0x1.3198a2ep-69)
    let rest = lost - quarter.value * 0x1.b839a252049c1p-104
    return circular(third + rest, (third - (third + rest)) + rest, quarter.bits)
  }

  /// sin 2πx and cos 2πx of `turns`, any finite number: absolute error below 2e−16, at 10¹⁵ turns as at none.
  /// NaN at ±∞. An oscillator's phase is kept in turns.
  @inlinable
  public static func sineAndCosine(turns: Double) -> (sine: Double, cosine: Double) {
    let fraction = turns - floor(turns)
    guard fraction >= 0 else { return (.nan, .nan) }
    let quarter = nearest(fraction * 4)
    let rest = fraction - quarter.value * 0.25
    return circular(rest * 6.283185307179586, rest * 2.4492935982947064e-16, quarter.bits)
  }

  // MARK: - Integers

  /// The greatest whole number not above `x`; ±∞ and NaN give themselves.
  @inlinable
  public static func floor(_ x: Double) -> Double {
    guard magnitude(x) < 0x1p+52 else { return x }
    let truncated = Double(Int64(x))
    return truncated > x ? truncated - 1 : truncated
  }

  /// The nearest whole number, halves upwards (−0.5 gives 0); ±∞ and NaN give themselves.
  @inlinable
  public static func roundedHalfUp(_ x: Double) -> Double {
    let below = floor(x)
    return x - below >= 0.5 ? below + 1 : below
  }

  /// |x|.
  @inlinable
  public static func magnitude(_ x: Double) -> Double {
    Double(bitPattern: x.bitPattern & 0x7FFF_FFFF_FFFF_FFFF)
  }
}

// MARK: - Parts

extension Maths {
  /// `x` held within bounds; NaN stays.
  @inlinable
  static func clamp(_ x: Double, _ low: Double, _ high: Double) -> Double {
    let above = x < low ? low : x
    return above > high ? high : above
  }

  /// The nearest whole number for |x| < 2⁵¹, and a bit pattern that holds it in its low 51 bits (two's
  /// complement): adding 1.5 · 2⁵² leaves no room for a fraction.
  @inlinable
  static func nearest(_ x: Double) -> (value: Double, bits: UInt64) {
    let shifted = x + 6755399441055744
    return (shifted - 6755399441055744, shifted.bitPattern)
  }

  /// eᵗ for |t| ≤ ½ ln 2: the power series to t¹³, whose rest is below 2e−17.
  @inlinable
  static func exponentialSeries(_ t: Double) -> Double {
    // Summed in pairs (Estrin's scheme): the long chain of Horner's would keep the processor waiting.
    let square = t * t
    let fourth = square * square
    let sum0 = (0.5 + t * (1.0 / 6)) + square * (1.0 / 24 + t * (1.0 / 120))
    let sum4 = (1.0 / 720 + t * (1.0 / 5040)) + square * (1.0 / 40320 + t * (1.0 / 362880))
    let sum8 =
      (1.0 / 3628800 + t * (1.0 / 39916800)) + square * (1.0 / 479001600 + t * (1.0 / 6227020800))
    let sum = sum0 + fourth * (sum4 + fourth * sum8)
    return square * sum + t + 1
  }

  /// `x` · 2ⁿ with n in the low bits of `bits`, |n| ≤ 1150, in two steps so that overflow gives ∞ and
  /// underflow rounds once.
  @inlinable
  static func scaled(_ x: Double, _ bits: UInt64) -> Double {
    let shifted = (bits &+ 2048) & 4095
    let half = shifted &>> 1
    let first = Double(bitPattern: (half &- 1) &<< 52)
    let second = Double(bitPattern: (shifted &- half &- 1) &<< 52)
    return (x * first) * second
  }

  /// `x` = 2^exponent · m with m in √½ … √2, and artanh((m − 1)/(m + 1)), half the natural logarithm of m.
  @inlinable
  static func binaryLogarithmParts(_ x: Double) -> (exponent: Double, series: Double) {
    let isSubnormal = x < 0x1p-1022
    let parts = normalLogarithmParts(isSubnormal ? x * 0x1p+54 : x)
    return (isSubnormal ? parts.exponent - 54 : parts.exponent, parts.series)
  }

  /// The same for normal positive numbers. The series (DLMF 4.6.4) goes to the 21st power; its rest is below
  /// 2e−17.
  @inlinable
  static func normalLogarithmParts(_ x: Double) -> (exponent: Double, series: Double) {
    let offset: UInt64 = 0x3FE6_A09E_667F_3BCD  // √½
    let aboveOffset = x.bitPattern &- offset &+ (1023 &<< 52)
    let mantissa = Double(bitPattern: (aboveOffset & 0x000F_FFFF_FFFF_FFFF) &+ offset)
    // The bit pattern 0x433… is 2⁵² plus the integer in its low bits.
    let exponent = Double(bitPattern: (aboveOffset &>> 52) | 0x4330_0000_0000_0000) - (0x1p+52 + 1023)
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    let fourth = square * square
    let sum0 = (1.0 / 3 + square * 0.2) + fourth * (1.0 / 7 + square * (1.0 / 9))
    let sum4 = (1.0 / 11 + square * (1.0 / 13)) + fourth * (1.0 / 15 + square * (1.0 / 17))
    let sum8 = 1.0 / 19 + square * (1.0 / 21)
    let eighth = fourth * fourth
    let sum = sum0 + eighth * (sum4 + eighth * sum8)
    return (exponent, ratio * square * sum + ratio)
  }

  /// `logarithm` of x, put right at 0, below 0, at +∞ and at NaN.
  @inlinable
  static func atEnds(_ x: Double, _ logarithm: Double) -> Double {
    let positive = x > 0 ? logarithm : (x == 0 ? -Double.infinity : .nan)
    return x == .infinity ? x : positive
  }

  /// Sine and cosine of `x + low` quarter turns further, for |x| ≤ π/4: series to x¹⁷ and x¹⁶.
  @inlinable
  static func circular(_ x: Double, _ low: Double, _ quarters: UInt64) -> (sine: Double, cosine: Double) {
    let square = x * x
    var sum = 1.0 / 355687428096000
    sum = sum * square - 1.0 / 1307674368000
    sum = sum * square + 1.0 / 6227020800
    sum = sum * square - 1.0 / 39916800
    sum = sum * square + 1.0 / 362880
    sum = sum * square - 1.0 / 5040
    sum = sum * square + 1.0 / 120
    sum = sum * square - 1.0 / 6
    let sine = x + (x * square * sum + low * (1 - 0.5 * square))
    var even = 1.0 / 20922789888000
    even = even * square - 1.0 / 87178291200
    even = even * square + 1.0 / 479001600
    even = even * square - 1.0 / 3628800
    even = even * square + 1.0 / 40320
    even = even * square - 1.0 / 720
    even = even * square + 1.0 / 24
    let half = 0.5 * square
    let main = 1 - half
    let cosine = main + (((1 - main) - half) + (square * square * even - x * low))
    switch quarters & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }
}
