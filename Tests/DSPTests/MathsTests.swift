import DSP
import Foundation
import Testing

@Suite struct MathsTests {
  /// Distance from `truth` in units of its last place.
  func ulps(_ value: Double, _ truth: Double) -> Double {
    if value == truth || (value.isNaN && truth.isNaN) { return 0 }
    if !truth.isFinite || !value.isFinite { return .infinity }
    return abs(value - truth) / truth.ulp
  }

  /// The worst distance over `count` points spread evenly over `range`.
  func worst(
    _ range: ClosedRange<Double>, count: Int = 100_000, _ own: (Double) -> Double,
    _ reference: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    for index in 0..<count {
      let u = (Double(index) + 0.37) / Double(count)
      let x = range.lowerBound + (range.upperBound - range.lowerBound) * u
      worst = max(worst, ulps(own(x), reference(x)))
    }
    return worst
  }

  @Test func powersMatchTheReference() {
    for range in [-1.0...1, -20...20, -1074...1024] {
      #expect(worst(range, Maths.exp2, Foundation.exp2) <= 2)
    }
    for range in [-1.0...1, -20...20, -745...709.7] {
      #expect(worst(range, Maths.exp, Foundation.exp) <= 2)
    }
    for range in [-1.0...1, -20...20, -323...308.2] {
      #expect(worst(range, Maths.power10, { Foundation.pow(10, $0) }) <= 3)
    }
    for range in [-1.0...1, -150...40, -6000...6000] {
      // 20 is the exact divisor only in higher precision: the reference itself errs with |x|.
      let bound = range.upperBound > 100 ? 1000.0 : 12.0
      #expect(worst(range, Maths.amplitude(decibels:), { Foundation.pow(10, $0 / 20) }) <= bound)
    }
    for range in [-1.0...1, -20...20, -710.4...710.4] {
      #expect(worst(range, Maths.hyperbolicCosine, Foundation.cosh) <= 4)
    }
  }

  @Test func logarithmsMatchTheReference() {
    for range in [1e-300...1e-290, 1e-9...0.5, 0.5...2, 0.999...1.001, 1...1e6, 1e300...1e308] {
      #expect(worst(range, Maths.log2, Foundation.log2) <= 3)
      #expect(worst(range, Maths.naturalLogarithm, Foundation.log) <= 3)
      #expect(worst(range, Maths.log10, Foundation.log10) <= 4)
      #expect(worst(range, Maths.decibels(amplitude:), { 20 * Foundation.log10($0) }) <= 4)
    }
    #expect(worst(Double.leastNonzeroMagnitude...2e-308, Maths.log2, Foundation.log2) <= 3)
  }

  @Test func circularFunctionsMatchTheReference() {
    for range in [-1.0...1, -7...7, -1000...1000, -1_048_576...1_048_576] {
      #expect(worst(range, Maths.sine, Foundation.sin) <= 2)
      #expect(worst(range, Maths.cosine, Foundation.cos) <= 2)
      #expect(worst(range, Maths.tangent, Foundation.tan) <= 4)
    }
    // The Doubles closest to multiples of π/2, where nearly all digits cancel.
    for quarter in stride(from: 1.0, through: 660_000, by: 7) {
      let x = quarter * (Double.pi / 2)
      #expect(ulps(Maths.sine(x), Foundation.sin(x)) <= 2)
      #expect(ulps(Maths.cosine(x), Foundation.cos(x)) <= 2)
    }
  }

  @Test func turnsAreExactAtAnyDistance() {
    for turns in [0.0, 0.125, 0.3, -0.7, 12.25, 1e6 + 0.5] {
      let both = Maths.sineAndCosine(turns: turns)
      #expect(abs(both.sine - Foundation.sin(2 * .pi * (turns - Foundation.floor(turns)))) < 1e-15)
      #expect(abs(both.cosine - Foundation.cos(2 * .pi * (turns - Foundation.floor(turns)))) < 1e-15)
    }
    #expect(Maths.sineAndCosine(turns: 1e15 + 0.25) == (1, 0))
    #expect(Maths.sineAndCosine(turns: 0x1p+51 + 0.5) == (0, -1))
    #expect(Maths.sineAndCosine(turns: 1e300) == (0, 1))
    #expect(Maths.sineAndCosine(turns: .infinity).sine.isNaN)
  }

  @Test func exactValuesAndEnds() {
    #expect(Maths.exp2(0) == 1 && Maths.exp2(10) == 1024 && Maths.exp2(-1074) == Double.leastNonzeroMagnitude)
    #expect(Maths.exp2(1024) == .infinity && Maths.exp2(-1080) == 0 && Maths.exp2(-.infinity) == 0)
    #expect(Maths.exp(0) == 1 && Maths.exp(.infinity) == .infinity && Maths.exp(-.infinity) == 0)
    #expect(Maths.power10(0) == 1 && Maths.power10(2) == 100 && Maths.power10(400) == .infinity)
    #expect(Maths.amplitude(decibels: 0) == 1 && Maths.amplitude(decibels: -.infinity) == 0)
    #expect(
      abs(Maths.amplitude(decibels: 20) - 10) < 2e-15 && abs(Maths.amplitude(decibels: -40) - 0.01) < 1e-17)
    #expect(Maths.log2(1) == 0 && Maths.log2(8) == 3 && Maths.log2(Double.leastNonzeroMagnitude) == -1074)
    #expect(
      Maths.log2(0) == -.infinity && Maths.log2(-0.0) == -.infinity && Maths.log2(.infinity) == .infinity)
    #expect(Maths.decibels(amplitude: 0) == -.infinity && Maths.decibels(amplitude: 1) == 0)
    #expect(Maths.log10(1000) == 3 && Maths.naturalLogarithm(1) == 0 && Maths.log10(-1).isNaN)
    #expect(Maths.hyperbolicCosine(0) == 1 && Maths.hyperbolicCosine(-.infinity) == .infinity)
    #expect(Maths.sine(0) == 0 && Maths.cosine(0) == 1 && Maths.tangent(0) == 0)
    #expect(Maths.sine(1e300).isNaN && Maths.cosine(.infinity).isNaN)
    for function in [
      Maths.exp2, Maths.exp, Maths.power10, Maths.log2, Maths.log10, Maths.naturalLogarithm, Maths.sine,
      Maths.cosine, Maths.tangent, Maths.hyperbolicCosine, Maths.floor, Maths.roundedHalfUp,
    ] { #expect(function(.nan).isNaN) }
    #expect(
      abs(Maths.power(2, 0.5) - 2.0.squareRoot()) < 4e-16 && Maths.power(0, 2) == 0 && Maths.power(3, 0) == 1)
  }

  @Test func wholeNumbers() {
    for x in [
      -2.5, -2, -1.5, -0.5, -0.2, 0, 0.2, 0.49999999999999994, 0.5, 1.5, 2.5, 4503599627370495.5, 1e300,
    ] {
      #expect(Maths.floor(x) == x.rounded(.down))
      #expect(Maths.roundedHalfUp(x) == (x - x.rounded(.down) >= 0.5 ? x.rounded(.up) : x.rounded(.down)))
    }
    #expect(Maths.floor(.infinity) == .infinity && Maths.floor(-.infinity) == -.infinity)
  }
}
