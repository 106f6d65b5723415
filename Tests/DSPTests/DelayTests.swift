import DSP
import Foundation
import Testing

@Suite struct DelayTests {
  @Test func lines() {
    for count in [0, 1, 7, 100] {
      var line = DelayLine(frameCount: count)
      let input = noise(500)
      let output = line.output(input)
      #expect(Array(output.dropFirst(count)) == Array(input.dropLast(count)))
      #expect(output.prefix(count).allSatisfy { $0 == .zero })
      expectContract(DelayLine(frameCount: count))
    }
  }

  @Test func echoesFallByTheFeedback() {
    var kernel = DelayKernel(.init(frameCount: 100, feedback: 0.5), sampleRate: 48_000)
    let output = kernel.output(impulse(450))
    for (n, frame) in output.enumerated() {
      let expected = n > 0 && n % 100 == 0 ? pow(0.5, Double(n / 100 - 1)) : 0
      #expect(frame == Frame(expected, expected))
    }
  }

  @Test func pingPongAlternates() {
    var kernel = DelayKernel(.init(frameCount: 10, feedback: 0.5, pingPong: true), sampleRate: 48_000)
    var input = impulse(45)
    input[0] = Frame(1, 0.5)
    let output = kernel.output(input)
    #expect(output[10] == Frame(0.75, 0) && output[20] == Frame(0, 0.375))
    #expect(output[30] == Frame(0.1875, 0) && output[40] == Frame(0, 0.09375))
  }

  @Test func widthScalesTheSideOfTheEchoes() {
    var kernel = DelayKernel(
      .init(frameCount: 10, feedback: 0.5, pingPong: true, width: 0), sampleRate: 48_000)
    let output = kernel.output(impulse(45))
    // Mono echoes at the same places; what goes round is as before.
    #expect(
      output[10] == Frame(0.5, 0.5) && output[20] == Frame(0.25, 0.25) && output[30] == Frame(0.125, 0.125))
  }

  @Test func filtersActFromTheSecondEchoOn() {
    let settings = DelayKernel.Settings(frameCount: 4000, feedback: 0.8, lowCut: 300, highCut: 3000)
    var kernel = DelayKernel(settings, sampleRate: 48_000)
    let output = kernel.output(impulse(12_000))
    #expect(output[4000] == Frame(1, 1) && output[4001..<8000].allSatisfy { $0 == .zero })
    let q = FilterDesign.butterworthQ
    var filters = BiquadCascade([
      FilterDesign.highPass(frequency: 300, q: q, sampleRate: 48_000),
      FilterDesign.lowPass(frequency: 3000, q: q, sampleRate: 48_000),
    ])
    let second = filters.output(impulse(4000))
    for n in 0..<4000 { #expect(abs(output[8000 + n].x - 0.8 * second[n].x) < 1e-15) }
  }

  @Test func keepsTheContract() {
    for count in [1, 3, 300, 5000] {
      expectContract(
        DelayKernel(.init(frameCount: Double(count), feedback: 0.6, pingPong: true), sampleRate: 48_000),
        tail: 800_000)
    }
    let filtered = DelayKernel.Settings(
      frameCount: 300, feedback: 0.6, lowCut: 200, highCut: 5000, width: 1.2)
    expectContract(DelayKernel(filtered, sampleRate: 48_000))
    expectMonoStaysMono(DelayKernel(filtered, sampleRate: 48_000))
  }

  @Test func dcBlock() {
    var block = DCBlock(sampleRate: 48_000)
    let output = block.output([Frame](repeating: Frame(1, 0.5), count: 48_000))
    #expect(abs(output[47_999].x) < 1e-12 && abs(output[47_999].y) < 1e-12)
    // −3 dB at 5 Hz.
    var sine = DCBlock(sampleRate: 48_000)
    let input = (0..<96_000).map { Frame(repeating: sin(2 * .pi * 5 * Double($0) / 48_000)) }
    let peak = sine.output(input).suffix(19_200).map { abs($0.x) }.max() ?? 0
    #expect(abs(20 * log10(peak) + 3.0103) < 0.001)
    expectContract(DCBlock(sampleRate: 48_000), tail: 400_000)
  }

  @Test func dryAndWetLieOnTopOfEachOther() {
    let input = noise(300)
    for mix in [0.0, 0.25, 1] {
      var mixer = DryWetMix(latencyFrames: 50)
      var wet = [Frame](repeating: .zero, count: 50) + input.dropLast(50)
      var dry = input
      let expected = wet
      var drySpan = dry.mutableSpan
      var wetSpan = wet.mutableSpan
      mixer.process(dry: &drySpan, wet: &wetSpan, mix: mix)
      #expect(zip(wet, expected).allSatisfy { abs($0.x - $1.x) < 1e-15 && abs($0.y - $1.y) < 1e-15 })
      if mix == 0 || mix == 1 { #expect(wet == expected) }
    }
  }
}
