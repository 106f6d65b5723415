import DSP
import Testing

private func quantised(
  _ frames: [Frame], _ kind: DitherKind, bits: Int = 16, channels: Int = 2, rate: Double = 44_100,
  seed: UInt64 = 1, stream: UInt64 = 1, block: Int = 10_000
) -> (samples: [Int32], dither: Dither) {
  var dither = Dither(
    kind: kind, bitDepth: bits, channelCount: channels, sampleRate: rate, seed: seed, stream: stream)
  var samples: [Int32] = []
  for start in stride(from: 0, to: frames.count, by: block) {
    let end = min(frames.count, start + block)
    var part = Array(repeating: Int32(0), count: (end - start) * channels)
    var span = part.mutableSpan
    dither.quantise(frames.span.extracting(start..<end), into: &span)
    samples += part
  }
  return (samples, dither)
}

/// A −90 dBFS sine, 1.04 LSB at 16 bits, of 441 samples a period.
private let faintTone = (0..<44_100 * 4).map { index in
  Frame(repeating: 3.1623e-5 * Maths.sine(2 * Maths.pi * Double(index % 441) / 441))
}

@Suite("Dither")
struct DitherTests {
  @Test("Integers come back", arguments: [(8, 1), (16, 1), (24, 256), (32, 65_536)])
  func exact(_ bits: Int, _ step: Int) {
    let scale = Double(Int64(1) << Int64(bits - 1))
    let half = 1 << (bits - 1)
    let values = stride(from: -half, to: half, by: step).map { $0 } + [half - 1]
    let frames = values.map { Frame(Double($0) / scale, Double(-1 - $0) / scale) }
    let (samples, dither) = quantised(frames, .none, bits: bits)
    #expect(samples == values.flatMap { [Int32($0), Int32(-1 - $0)] })
    #expect(dither.clippedSamples == 0)
  }

  @Test("Rounds to nearest, clips and counts")
  func rounding() {
    let step = 1.0 / 32_768
    let values = [0.4, 0.6, -0.4, -0.6, 40_000, -40_000, 32_767.4, -32_768.4, .infinity, .nan]
    let (samples, dither) = quantised(values.map { Frame($0 * step, 0) }, .none, channels: 1)
    #expect(samples == [0, 1, 0, -1, 32_767, -32_768, 32_767, -32_768, 32_767, -32_768])
    #expect(dither.clippedSamples == 4)
  }

  @Test("The noise floor at 16 bits is −96.3 dBFS, its mean nothing, its channels unrelated")
  func floor() {
    let frames = Array(repeating: Frame(repeating: 1e-6), count: 200_000)
    let samples = quantised(frames, .tpdf).samples.map { Double($0) / 32_768 - 1e-6 }
    let power = samples.reduce(0) { $0 + $1 * $1 } / Double(samples.count)
    #expect(abs(Maths.decibels(amplitude: power.squareRoot()) + 96.33) < 0.05)
    let mean = samples.reduce(0, +) / Double(samples.count) * 32_768
    #expect(abs(mean) < 0.005)
    var product = 0.0
    for index in stride(from: 0, to: samples.count, by: 2) { product += samples[index] * samples[index + 1] }
    #expect(abs(product / power / Double(frames.count)) < 0.01)
  }

  @Test("A tone at −90 dBFS keeps its level and has no harmonics; rounded, it has")
  func linear() {
    let dithered = quantised(faintTone, .tpdf, channels: 1).samples.map { Double($0) / 32_768 }
    let rounded = quantised(faintTone, .none, channels: 1).samples.map { Double($0) / 32_768 }
    #expect(abs(toneLevel(dithered, 1.0 / 441) + 90) < 0.1)
    for harmonic in [2.0, 3, 5, 7] { #expect(toneLevel(dithered, harmonic / 441) < -135) }
    #expect(toneLevel(rounded, 5.0 / 441) > -110)
  }

  @Test("Shaping moves the noise out of the ear's way, and keeps the tone")
  func shaped() {
    let shaped = quantised(faintTone, .shaped, channels: 1).samples.map { Double($0) / 32_768 }
    let plain = quantised(faintTone, .tpdf, channels: 1).samples.map { Double($0) / 32_768 }
    #expect(abs(toneLevel(shaped, 1.0 / 441) + 90) < 0.1)
    // Power of 200 bins around a frequency.
    func band(_ samples: [Double], _ frequency: Double) -> Double {
      var power = 0.0
      for bin in 0..<60 {
        power += Maths.power10(toneLevel(samples, (frequency + Double(bin) + 0.5) / 44_100) / 10)
      }
      return 10 * Maths.log10(power)
    }
    #expect(band(shaped, 500) < band(plain, 500) - 10)
    #expect(band(shaped, 3_500) < band(plain, 3_500) - 10)
    #expect(band(shaped, 18_000) > band(plain, 18_000) + 10)
    #expect(quantised([], .shaped, rate: 96_000).dither.kind == .tpdf)
    #expect(quantised([], .shaped, rate: 48_000).dither.kind == .shaped)
  }

  @Test("Shaped noise is at least 17.5 dB softer to the ear than plain noise", arguments: [44_100.0, 48_000])
  func audibility(_ rate: Double) {
    /// The threshold in quiet, in dB (Terhardt, 1979), by kHz.
    func threshold(_ f: Double) -> Double {
      3.64 * Maths.power(f, -0.8) - 6.5 * Maths.exp(-0.6 * (f - 3.3) * (f - 3.3)) + 1e-3 * f * f * f * f
    }
    let frames = noise(60_000, seed: 5, amplitude: 0.01)
    func errors(_ kind: DitherKind) -> [Double] {
      let samples = quantised(frames, kind, channels: 1, rate: rate).samples
      return samples.indices.map { Double(samples[$0]) - frames[$0].x * 32_768 }
    }
    /// The error's weighted power: at each of many frequencies, of a stretch of it under a Hann window.
    func audible(_ errors: [Double]) -> Double {
      let length = 512
      var power = 0.0
      for start in stride(from: 0, to: errors.count - length, by: length) {
        for bin in stride(from: 3, to: length / 2, by: 4) {
          var (real, imaginary) = (0.0, 0.0)
          for index in 0..<length {
            let turn = Maths.sineAndCosine(turns: Double(index * bin % length) / Double(length))
            let window = 0.5 - 0.5 * Maths.sineAndCosine(turns: Double(index) / Double(length)).cosine
            real += errors[start + index] * window * turn.cosine
            imaginary += errors[start + index] * window * turn.sine
          }
          let frequency = Double(bin) * rate / Double(length) / 1_000
          power += (real * real + imaginary * imaginary) * Maths.power10(-threshold(frequency) / 10)
        }
      }
      return power
    }
    let gain = 10 * Maths.log10(audible(errors(.tpdf)) / audible(errors(.shaped)))
    #expect(gain > 17.5, "\(gain) dB")
  }

  @Test("After one second of exact zeros, exact zeros", arguments: [DitherKind.tpdf, .shaped])
  func silence(_ kind: DitherKind) {
    var frames = Array(repeating: Frame.zero, count: 44_100 * 3)
    frames[44_100 * 2] = Frame(0, 1e-9)
    let samples = quantised(frames, kind).samples
    let second = 44_100 * 2
    #expect(samples[0..<second].contains { $0 != 0 })
    #expect(samples[second..<2 * second].allSatisfy { $0 == 0 })
    #expect(samples[(2 * second)..<(2 * second + 1_000)].contains { $0 != 0 })
    #expect(samples[(3 * second - 4)...].count == 4)
  }

  @Test("The same noise for the same key, another for another, in any blocks", arguments: DitherKind.allCases)
  func repeats(_ kind: DitherKind) {
    let frames = noise(3_000, seed: 9, amplitude: 0.1)
    let whole = quantised(frames, kind).samples
    #expect(quantised(frames, kind, block: 7).samples == whole)
    if kind != .none {
      #expect(quantised(frames, kind, seed: 2).samples != whole)
      #expect(quantised(frames, kind, stream: 2).samples != whole)
    }
    var (_, dither) = quantised(frames, kind)
    dither.reset()
    var again = Array(repeating: Int32(0), count: 6_000)
    var span = again.mutableSpan
    dither.quantise(frames.span, into: &span)
    #expect(again == whole)
  }
}
