import DSP
import Testing

/// From, to: the usual ones, ugly ones and the extremes.
private let usualRates = [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (88_200, 48_000), (22_050, 48_000)]
private let uglyRates = [
  (44_100, 47_999), (47_999, 44_100), (44_100, 44_101), (14_001, 8_000), (192_000, 44_100), (96_000, 48_000),
  (768_000, 8_000), (767_999, 8_000), (8_000, 768_000), (8_000, 767_999),
]

/// The whole signal converted, in calls of `block` output frames, each given no more than it asks for.
private func converted(_ input: [Frame], _ rates: (Int, Int), block: Int = .max, backwards: Bool = false) -> [Frame] {
  var resampler = Resampler(from: rates.0, to: rates.1)
  var output = [Frame](repeating: Frame(.nan, .nan), count: resampler.outputFrameCount(input.count))
  var starts = Array(stride(from: 0, to: output.count, by: min(block, output.count)))
  if backwards { starts.reverse() }
  for start in starts {
    var part = [Frame](repeating: .zero, count: min(block, output.count - start))
    let needed = resampler.inputRange(for: start..<start + part.count).clamped(to: 0..<input.count)
    var span = part.mutableSpan
    resampler.process(
      input.span.extracting(needed), startingAt: needed.lowerBound, into: &span, from: start)
    output.replaceSubrange(start..<start + part.count, with: part)
  }
  return output
}

/// The phase at `place` of a wave of `frequency` at `rate`, in turns.
private func turns(_ place: Int, _ frequency: Double, _ rate: Int) -> Double {
  let turns = Double(place) * frequency / Double(rate)
  return turns - Maths.floor(turns) + 0.1
}

/// A sine of 1 on the left and 0.5 on the right, long enough to have a middle.
private func tone(_ frequency: Double, _ rates: (Int, Int)) -> [Frame] {
  let count = 4_000 * max(1, rates.0 / rates.1)
  return (0..<count).map { Frame(1, 0.5) * Maths.sineAndCosine(turns: turns($0, frequency, rates.0)).sine }
}

/// What is left of a tone in the middle of a converted signal: its level on the left in dB, its phase there in radians,
/// and the greatest sample of everything else, in dB.
private func measured(
  _ output: [Frame], _ frequency: Double, _ rate: Int
) -> (level: Double, phase: Double, rest: Double) {
  let middle = output.count / 4..<output.count * 3 / 4
  let waves = middle.map { Maths.sineAndCosine(turns: turns($0, frequency, rate)) }
  // The nearest a·sin + b·cos: least squares.
  var (sineSine, sineCosine, cosineCosine, outputSine, outputCosine) = (0.0, 0.0, 0.0, 0.0, 0.0)
  for (place, wave) in zip(middle, waves) {
    sineSine += wave.sine * wave.sine
    sineCosine += wave.sine * wave.cosine
    cosineCosine += wave.cosine * wave.cosine
    outputSine += output[place].x * wave.sine
    outputCosine += output[place].x * wave.cosine
  }
  let determinant = sineSine * cosineCosine - sineCosine * sineCosine
  let a = (outputSine * cosineCosine - outputCosine * sineCosine) / determinant
  let b = (outputCosine * sineSine - outputSine * sineCosine) / determinant
  var rest = 1e-30
  for (place, wave) in zip(middle, waves) {
    rest = max(rest, abs(output[place].x - a * wave.sine - b * wave.cosine))
  }
  // A small angle is its tangent.
  return (Maths.decibels(amplitude: (a * a + b * b).squareRoot()), b / a, Maths.decibels(amplitude: rest))
}

@Suite("Resampler: sound")
struct ResamplerSoundTests {
  @Test("Pass band: level, time and no images", arguments: usualRates + uglyRates)
  func passBand(_ rates: (Int, Int)) {
    let nyquist = Double(min(rates.0, rates.1)) / 2
    for part in [0.01, 0.2, 0.5, 0.7, 0.85, 0.91] {
      let output = converted(tone(part * nyquist, rates), rates)
      let found = measured(output, part * nyquist, rates.1)
      #expect(abs(found.level) < 0.0001, "level at \(part)")
      #expect(abs(found.phase) < 1e-6, "phase at \(part)")
      #expect(found.rest < -140, "images at \(part)")
    }
  }

  @Test("Transition band: no images", arguments: usualRates + uglyRates)
  func transitionBand(_ rates: (Int, Int)) {
    let nyquist = Double(min(rates.0, rates.1)) / 2
    for part in [0.93, 0.955, 0.98, 0.995] {
      let output = converted(tone(part * nyquist, rates), rates)
      let found = measured(output, part * nyquist, rates.1)
      #expect(found.level < 0.0001 && found.rest < -140, "at \(part)")
    }
  }

  @Test("Stop band: no aliases", arguments: (usualRates + uglyRates).filter { $0.0 > $0.1 })
  func stopBand(_ rates: (Int, Int)) {
    let nyquist = Double(rates.1) / 2
    let highest = Double(rates.0) / Double(rates.1)
    for part in [1.0001, 1.001, 1.01, 1.05, 1.2, 1.5, 1.9, 2, 2.1, 2.5, 3.3, 0.9 * highest, 0.999 * highest]
    where part > 1 && part < highest {
      let output = converted(tone(part * nyquist, rates), rates)
      let middle = output[output.count / 4..<output.count * 3 / 4]
      let peak = middle.reduce(1e-30) { max($0, abs($1.x)) }
      #expect(Maths.decibels(amplitude: peak) < -140, "at \(part)")
    }
  }

  @Test("A constant stays itself", arguments: usualRates + uglyRates)
  func constant(_ rates: (Int, Int)) {
    let count = 4_000 * max(1, rates.0 / rates.1)
    let output = converted(Array(repeating: Frame(1, -0.25), count: count), rates)
    let middle = output[output.count / 4..<output.count * 3 / 4]
    #expect(middle.allSatisfy { abs($0.x - 1) < 1e-12 && abs($0.y + 0.25) < 1e-12 })
  }

  @Test("An impulse rings alike before and after", arguments: usualRates + uglyRates)
  func impulse(_ rates: (Int, Int)) {
    // At the time of a whole frame of either rate: half a second, or a whole one where a rate is odd.
    let (from, to) = rates.0 % 2 + rates.1 % 2 == 0 ? (rates.0 / 2, rates.1 / 2) : rates
    var input = [Frame](repeating: .zero, count: 2 * from)
    input[from] = Frame(1, 1)
    let output = converted(input, rates)
    #expect(output.indices.max { abs(output[$0].x) < abs(output[$1].x) } == to)
    // What rings longer than a block, 200 dB down, is not alike on both sides of it.
    #expect((1..<min(2_000, to)).allSatisfy { abs(output[to - $0].x - output[to + $0].x) < 1e-9 })
  }
}

@Suite("Resampler: contract")
struct ResamplerContractTests {
  @Test("Length: ⌈n · out / in⌉")
  func length() {
    for (from, to) in usualRates + uglyRates {
      let resampler = Resampler(from: from, to: to)
      for count in [0, 1, 2, 146, 147, 148, 44_100, 1_000_003, 30_000_000_000] {
        let length = resampler.outputFrameCount(count)
        #expect(length * from >= count * to && (length - 1) * from < count * to)
      }
    }
  }

  @Test("Any cut of the output, in any order: equal bits", arguments: [1, 7, 512, 5_000])
  func cuts(_ block: Int) {
    for rates in [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (44_100, 47_999)] {
      // The smallest cuts, whose calls compute much to keep little, of a shorter signal.
      let input = noise(block < 100 ? 900 : 10_000, seed: 3)
      let whole = converted(input, rates)
      #expect(converted(input, rates, block: block) == whole)
      #expect(converted(input, rates, block: block, backwards: true) == whole)
    }
  }

  @Test("More input than needed, and memory of another signal: equal bits")
  func independence() {
    let input = noise(20_000, seed: 4)
    var resampler = Resampler(from: 44_100, to: 48_000)
    let whole = converted(input, (44_100, 48_000))
    for (signal, expected) in [(noise(20_000, seed: 5), nil), (input, whole)] as [([Frame], [Frame]?)] {
      var part = [Frame](repeating: .zero, count: 300)
      var span = part.mutableSpan
      resampler.process(signal.span, startingAt: 0, into: &span, from: 9_000)
      if let expected { #expect(part == Array(expected[9_000..<9_300])) }
    }
  }

  @Test("Input is needed around the output's place only", arguments: usualRates + uglyRates)
  func inputRange(_ rates: (Int, Int)) {
    let resampler = Resampler(from: rates.0, to: rates.1)
    let ratio = max(1, rates.0 / rates.1 + 1)
    for frame in [-5_000, 0, 1, 4_321, 3_000_000_000] {
      let range = resampler.inputRange(for: frame..<frame + 10)
      let place = Int(Maths.floor(Double(frame) * Double(rates.0) / Double(rates.1)))
      #expect(range.lowerBound < place - 100 && range.lowerBound > place - 4_000 * ratio)
      #expect(range.upperBound > place + 100 && range.upperBound < place + 4_000 * ratio)
    }
    #expect(resampler.inputRange(for: 7..<7).isEmpty)
  }

  @Test("Far from the first frame, and before it")
  func farAway() {
    var resampler = Resampler(from: 44_100, to: 47_999)
    for start in [-3_000, 100_000_000_000] {
      let needed = resampler.inputRange(for: start..<start + 100)
      let input = [Frame](repeating: Frame(1, 1), count: needed.count)
      var output = [Frame](repeating: .zero, count: 100)
      var span = output.mutableSpan
      resampler.process(input.span, startingAt: needed.lowerBound, into: &span, from: start)
      #expect(output.allSatisfy { abs($0.x - 1) < 1e-12 })
    }
  }

  @Test("Silence gives silence, also on one side, and mono stays mono", arguments: usualRates + uglyRates)
  func silence(_ rates: (Int, Int)) {
    let count = 3_000 * max(1, rates.0 / rates.1)
    #expect(converted(Array(repeating: .zero, count: count), rates).allSatisfy { $0 == .zero })
    let left = converted(noise(count, seed: 6).map { Frame($0.x, 0) }, rates)
    #expect(left.allSatisfy { $0.y == 0 } && left.contains { $0.x != 0 })
    let mono = converted(noise(count, seed: 7).map { Frame($0.x, $0.x) }, rates)
    #expect(mono.allSatisfy { $0.x == $0.y })
  }

  @Test("Nothing but finite numbers", arguments: [1e-300, 1e-15, 1e6, 1e30])
  func extremes(_ peak: Double) {
    for rates in usualRates {
      let output = converted(noise(5_000, seed: 8, amplitude: peak), rates)
      #expect(output.allSatisfy { $0.x.isFinite && $0.y.isFinite })
      #expect(output.allSatisfy { abs($0.x) <= 4 * peak && abs($0.y) <= 4 * peak })
    }
  }

  @Test("Equal rates: the input itself")
  func identity() {
    let input = noise(5_000, seed: 9)
    #expect(converted(input, (48_000, 48_000)) == input)
    #expect(converted(input, (48_000, 48_000), block: 700) == input)
  }

  @Test("There and back: the band is what it was")
  func thereAndBack() {
    let wave = tone(3_000, (44_100, 48_000))
    let back = converted(converted(wave, (44_100, 48_000)), (48_000, 44_100))
    #expect(back.count >= wave.count && back.count <= wave.count + 1)
    #expect((1_000..<3_000).allSatisfy { abs(back[$0].x - wave[$0].x) < 1e-6 })
  }
}
