import DSP
import Foundation
import Testing

@Suite struct LevelTests {
  static let positions = stride(from: -1.0, through: 1, by: 0.125)

  @Test func panLawsAtTheCentreAndTheEnds() {
    for (law, level) in [(PanLaw.minus3dB, -3.0103), (.minus4_5dB, -4.5), (.minus6dB, -6.0206), (.zero, 0)] {
      let centre = law.gains(at: 0)
      #expect(abs(20 * log10(centre.x) - level) < 0.001 && centre.x == centre.y)
      #expect(law.gains(at: -1) == Frame(1, 0) && law.gains(at: 1) == Frame(0, 1))
      for p in Self.positions {
        #expect(law.gains(at: p).x == law.gains(at: -p).y)
        #expect(law.gains(at: p).x >= law.gains(at: p + 0.1).x || p == 1)
      }
      #expect(law.gains(at: 7) == Frame(0, 1))
    }
  }

  @Test func panLawsFollowTheirFormula() {
    for p in Self.positions {
      let θ = (p + 1) * Double.pi / 4
      for (law, k) in [(PanLaw.minus3dB, 1.0), (.minus4_5dB, 1.495), (.minus6dB, 2)] {
        let gains = law.gains(at: p)
        #expect(abs(gains.x - pow(max(0, cos(θ)), k)) < 1e-10 && abs(gains.y - pow(sin(θ), k)) < 1e-10)
      }
      let half = PanLaw.minus6dB.gains(at: p)
      #expect(abs(half.x + half.y - 1) < 1e-15)
      #expect(PanLaw.balance(at: p) == Frame(min(1, 1 - p), min(1, 1 + p)))
    }
  }

  @Test func stereoPan() {
    #expect(MixMatrix.stereoPan(0) == .identity)
    // Both channels at one end.
    #expect(MixMatrix.stereoPan(1) == MixMatrix(fromLeft: Frame(0, 1), fromRight: Frame(0, 1)))
    #expect(MixMatrix.stereoPan(-1) == MixMatrix(fromLeft: Frame(1, 0), fromRight: Frame(1, 0)))
    // Half way the left channel sits in the centre, the right one stays.
    let half = MixMatrix.stereoPan(0.5)
    #expect(abs(half.fromLeft.x - 0.5.squareRoot()) < 1e-15 && half.fromLeft.x == half.fromLeft.y)
    #expect(half.fromRight == Frame(0, 1))
  }

  @Test func widthMatrix() {
    #expect(MixMatrix.width(1) == .identity)
    #expect(MixMatrix.width(0).applied(to: Frame(1, 0.5)) == Frame(0.75, 0.75))
    // The side doubles: M = 0.75, S = 0.25.
    #expect(MixMatrix.width(2).applied(to: Frame(1, 0.5)) == Frame(1.25, 0.25))
  }

  @Test func matricesCompose() {
    let a = MixMatrix.width(0.3)
    let b = MixMatrix.stereoPan(0.4)
    let frame = Frame(0.7, -0.2)
    let both = (b * a).applied(to: frame)
    let oneByOne = b.applied(to: a.applied(to: frame))
    #expect(abs(both.x - oneByOne.x) < 1e-15 && abs(both.y - oneByOne.y) < 1e-15)
    #expect(MixMatrix.interpolated(from: a, to: b, at: 0) == a)
    #expect(MixMatrix.interpolated(from: a, to: b, at: 1) == b)
    #expect((-1 * MixMatrix.identity).applied(to: frame) == Frame(-0.7, 0.2))
  }

  @Test func kernelsAgreeWithTheMatrix() {
    let input = noise(777)
    let start = noise(777, seed: 2)
    let gains = (0..<777).map { Double($0) / 777 }
    for matrix in [MixMatrix.identity, MixMatrix(gain: -0.5), .balance(0.3), .stereoPan(-0.7), .width(1.7)] {
      let expected = input.map { matrix.applied(to: $0) }
      var applied = input
      var span = applied.mutableSpan
      matrix.apply(to: &span)
      #expect(applied == expected)

      var bus = start
      var busSpan = bus.mutableSpan
      matrix.add(input.span, to: &busSpan)
      #expect(bus == zip(start, expected).map { $0 + $1 })

      var moving = start
      var movingSpan = moving.mutableSpan
      let matrices = [MixMatrix](repeating: matrix, count: 777)
      MovingMix.add(input.span, matrices: matrices.span, to: &movingSpan)
      #expect(moving == bus)
      var ramped = start
      var rampedSpan = ramped.mutableSpan
      MovingMix.add(input.span, gains: gains.span, matrix: matrix, to: &rampedSpan)
      #expect(ramped == (0..<777).map { start[$0] + matrix.applied(to: input[$0] * gains[$0]) })
    }
  }

  @Test func fadeCurves() {
    for u in stride(from: 0.0, through: 1, by: 0.01) {
      #expect(FadeCurve.linear.gain(at: u) == u)
      #expect(abs(FadeCurve.equalPower.gain(at: u) - sin(.pi * u / 2)) < 1e-15)
      #expect(abs(FadeCurve.smooth.gain(at: u) - (1 - cos(.pi * u)) / 2) < 1e-15)
      #expect(abs(FadeCurve.exponential.gain(at: u) - pow(10, -3 * (1 - u))) < 1e-15)
    }
    for curve in FadeCurve.allCases { #expect(curve.gain(at: 1) == 1) }
  }

  @Test func fadesInAndOut() {
    let fade = Fade(.equalPower, length: 100)
    var fadedIn = [Frame](repeating: Frame(1, -1), count: 150)
    var span = fadedIn.mutableSpan
    fade.applyIn(to: &span)
    #expect(abs(fadedIn[10].x - sin(.pi / 2 * 10.5 / 100)) < 1e-15 && fadedIn[10].y == -fadedIn[10].x)
    #expect(fadedIn[99].x < 1 && fadedIn[100].x == 1 && fadedIn[149].x == 1)
    // A fade-out that begins 50 frames into the block is the mirror image.
    var fadedOut = [Frame](repeating: Frame(1, -1), count: 150)
    var outSpan = fadedOut.mutableSpan
    fade.applyOut(to: &outSpan, from: -50)
    #expect(fadedOut == fadedIn.reversed())
    // In two blocks.
    var first = [Frame](repeating: Frame(1, -1), count: 60)
    var firstSpan = first.mutableSpan
    fade.applyIn(to: &firstSpan)
    var second = [Frame](repeating: Frame(1, -1), count: 90)
    var secondSpan = second.mutableSpan
    fade.applyIn(to: &secondSpan, from: 60)
    #expect(first + second == fadedIn)
    #expect(Fade(.linear, length: 0).gainIn(at: 0) == 1)
  }

  /// |DFT| of a response at `frequency`, left lane.
  func magnitude(_ response: [Frame], _ frequency: Double, _ rate: Double) -> Double {
    var (real, imaginary) = (0.0, 0.0)
    for (n, frame) in response.enumerated() {
      real += frame.x * cos(2 * .pi * frequency * Double(n) / rate)
      imaginary -= frame.x * sin(2 * .pi * frequency * Double(n) / rate)
    }
    return (real * real + imaginary * imaginary).squareRoot()
  }

  @Test func crossoversSumFlat() {
    for f0 in [120.0, 2000, 15_000] {
      let crossover = LinkwitzRiley(frequency: f0, sampleRate: 48_000)
      var kernel = CrossoverKernel(crossover)
      var low = impulse(16_384)
      var high = low
      var lowSpan = low.mutableSpan
      var highSpan = high.mutableSpan
      kernel.process(&lowSpan, highBand: &highSpan)
      let sum = zip(low, high).map { $0 + $1 }
      var allPass = BiquadCascade([crossover.allPass])
      let expected = allPass.output(impulse(16_384))
      #expect(zip(sum, expected).allSatisfy { abs($0.x - $1.x) < 1e-12 })
      for frequency in [20.0, f0 / 2, f0, min(2 * f0, 20_000)] {
        #expect(abs(20 * log10(magnitude(sum, frequency, 48_000))) < 0.001)
      }
      // Both sides are 6 dB down at the crossover, and fall by 24 dB an octave.
      #expect(abs(20 * log10(magnitude(low, f0, 48_000)) + 6.0206) < 0.001)
      #expect(abs(20 * log10(magnitude(high, f0, 48_000)) + 6.0206) < 0.001)
      #expect(20 * log10(magnitude(high, f0 / 4, 48_000)) < -47)
    }
  }

  @Test func monoBelowTakesTheSidesBass() {
    let kernel = StereoWidthKernel(.init(monoBelow: 120), sampleRate: 48_000)
    // A sine on the left alone, at 20 Hz and at 1.2 kHz.
    for (frequency, isMono) in [(20.0, true), (1234.5, false)] {
      var copy = kernel
      let input = (0..<48_000).map { Frame(sin(2 * .pi * frequency * Double($0) / 48_000), 0) }
      let rest = copy.output(input).suffix(9600)
      let left = rest.map { abs($0.x) }.max() ?? 0
      let right = rest.map { abs($0.y) }.max() ?? 0
      if isMono {
        #expect(abs(left - 0.5) < 0.001 && abs(right - 0.5) < 0.001)
      } else {
        // The middle turns as the side does, so that the right channel stays empty.
        #expect(abs(left - 1) < 0.001 && right < 0.001)
      }
    }
    expectContract(kernel)
    expectMonoStaysMono(kernel)
  }

  @Test func widthKernel() {
    var narrow = StereoWidthKernel(.init(width: 0.5), sampleRate: 48_000)
    #expect(narrow.output([Frame(1, 0)]) == [Frame(0.75, 0.25)])
    var same = StereoWidthKernel(sampleRate: 48_000)
    #expect(same.output(noise(500)) == noise(500))
    expectContract(StereoWidthKernel(.init(width: 1.5, monoBelow: 200, sideHighShelf: 3), sampleRate: 48_000))
    // The shelf lifts the side alone, by its gain far above 8 kHz.
    var shelf = StereoWidthKernel(.init(sideHighShelf: 6), sampleRate: 96_000)
    var response = impulse(8192)
    response[0] = Frame(1, -1)
    let lifted = shelf.output(response)
    #expect(abs(20 * log10(magnitude(lifted, 30_000, 96_000)) - 6) < 0.3)
    #expect(abs(20 * log10(magnitude(lifted, 100, 96_000))) < 0.01)
    expectMonoStaysMono(shelf)
  }
}
