import DSP
import Foundation
import Testing

@Suite struct BiquadCascadeTests {
  static let sections = [
    FilterDesign.highPass(frequency: 30, q: 0.7, sampleRate: 48_000),
    FilterDesign.bell(frequency: 300, gain: -5, q: 2, sampleRate: 48_000),
    FilterDesign.bell(frequency: 3000, gain: 6, q: 0.8, sampleRate: 48_000),
    FilterDesign.highShelf(frequency: 9000, gain: 4, q: 0.7, sampleRate: 48_000),
    FilterDesign.tilt(frequency: 900, gain: -3, sampleRate: 48_000),
    FilterDesign.allPass(frequency: 200, q: 0.7, sampleRate: 48_000),
    FilterDesign.firstOrderLowPass(frequency: 12_000, sampleRate: 48_000),
  ]

  /// The difference equation, straight from the transfer function.
  func direct(_ section: BiquadCoefficients, _ input: [Double]) -> [Double] {
    var output = [Double]()
    for n in input.indices {
      var y = section.b0 * input[n]
      if n > 0 { y += section.b1 * input[n - 1] - section.a1 * output[n - 1] }
      if n > 1 { y += section.b2 * input[n - 2] - section.a2 * output[n - 2] }
      output.append(y)
    }
    return output
  }

  @Test func equalsTheDifferenceEquationForAnyNumberOfSections() {
    let input = noise(2000)
    for count in [0, 1, 2, 3, 4, 7, 14] {
      let sections = (0..<count).map { Self.sections[$0 % Self.sections.count] }
      var cascade = BiquadCascade(sections)
      let output = cascade.output(input)
      let left = sections.reduce(input.map(\.x)) { direct($1, $0) }
      let right = sections.reduce(input.map(\.y)) { direct($1, $0) }
      for n in output.indices {
        #expect(abs(output[n].x - left[n]) < 1e-10 && abs(output[n].y - right[n]) < 1e-10)
      }
    }
  }

  @Test func lanesMayDiffer() {
    let input = noise(1000)
    var cascade = BiquadCascade(left: [Self.sections[1]], right: [Self.sections[2], Self.sections[3]])
    let output = cascade.output(input)
    let left = direct(Self.sections[1], input.map(\.x))
    let right = direct(Self.sections[3], direct(Self.sections[2], input.map(\.y)))
    for n in output.indices {
      #expect(abs(output[n].x - left[n]) < 1e-12 && abs(output[n].y - right[n]) < 1e-12)
    }
  }

  @Test func keepsTheContract() {
    expectContract(BiquadCascade(Self.sections))
    expectContract(BiquadCascade(Self.sections + Self.sections + Self.sections))
    expectMonoStaysMono(BiquadCascade(Self.sections))
    var ramping = BiquadCascade([Self.sections[1]])
    ramping.setCoefficients([Self.sections[2]], rampFrames: 1500)
    let input = noise(3000)
    var whole = ramping
    let expected = whole.output(input)
    for block in [1, 7, 64, 512] {
      var other = ramping
      #expect(other.output(input, block: block) == expected)
    }
  }

  @Test func aRampArrivesExactly() {
    var moved = BiquadCascade([Self.sections[1]])
    moved.setCoefficients([Self.sections[2]], rampFrames: 100)
    _ = moved.output([Frame](repeating: .zero, count: 100))
    var fixed = BiquadCascade([Self.sections[2]])
    #expect(moved.output(noise(500)) == fixed.output(noise(500)))
  }

  /// The output for a filter that rests at 20 Hz for over five seconds and is then swept to 20 kHz in
  /// 50 ms, its coefficients moved in steps of 32 frames.
  func sweep(_ input: [Frame], q: Double, design: (Double) -> BiquadCoefficients) -> [Frame] {
    var cascade = BiquadCascade([design(20)])
    var output = cascade.output(Array(input.prefix(32 * 8000)))
    for step in 1...75 {
      cascade.setCoefficients([design(20 * pow(1000, Double(step) / 75))], rampFrames: 32)
      output += cascade.output(Array(input[output.count..<output.count + 32]))
    }
    return output
  }

  @Test func sweepsDoNotClick() {
    // A constant has to stay what it is, however the filter moves.
    let constant = [Frame](repeating: Frame(1, 1), count: 32 * 8100)
    for q in [0.5, 0.7071, 8] {
      let low = sweep(constant, q: q) { FilterDesign.lowPass(frequency: $0, q: q, sampleRate: 48_000) }
      #expect(low.suffix(75 * 32).allSatisfy { abs($0.x - 1) < 1e-6 }, "low-pass, q \(q)")
      let bell = sweep(constant, q: q) {
        FilterDesign.bell(frequency: $0, gain: 12, q: q, sampleRate: 48_000)
      }
      #expect(bell.suffix(75 * 32).allSatisfy { abs($0.x - 1) < 1e-6 }, "bell, q \(q)")
    }
  }

  /// State never grows by moving coefficients, however violently.
  @Test func jumpingCoefficientsStayBounded() {
    var cascade = BiquadCascade([FilterDesign.bell(frequency: 20, gain: 12, q: 8, sampleRate: 48_000)])
    let input = noise(32)
    var greatest = 0.0
    for step in 0..<4000 {
      let frequency = step % 2 == 0 ? 20_000.0 : 20
      let section = FilterDesign.bell(frequency: frequency, gain: 12, q: 8, sampleRate: 48_000)
      cascade.setCoefficients([section], rampFrames: step % 3 == 0 ? 0 : 32)
      greatest = cascade.output(input).reduce(greatest) { max($0, abs($1.x), abs($1.y)) }
    }
    #expect(greatest < 4)
  }
}
