import DSP
import Testing

/// A tone of EBU Tech 3341: a run of seconds at a peak level in dBFS, or silence.
private struct Tone {
  var seconds: Double
  var level: Double
  init(_ seconds: Double, _ level: Double) { (self.seconds, self.level) = (seconds, level) }
  static func silence(_ seconds: Double) -> Tone { Tone(seconds, -.infinity) }
}

/// Runs of a 1 kHz sine of continuous phase, equal in both channels.
private func tones(_ runs: [Tone], rate: Double = 48_000) -> [Frame] {
  var frames: [Frame] = []
  for run in runs {
    let amplitude = Maths.amplitude(decibels: run.level)
    for _ in 0..<Int(Maths.roundedHalfUp(run.seconds * rate)) {
      let turns = Double(frames.count) * 1_000 / rate
      let sine = amplitude == 0 ? 0 : Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine
      frames.append(Frame(repeating: amplitude * sine))
    }
  }
  return frames
}

private func programme(_ frames: [Frame], rate: Double = 48_000) -> LoudnessProgramme {
  var meter = LoudnessMeter(sampleRate: rate)
  meter.process(frames.span)
  return meter.programme
}

private func measure(_ runs: [Tone], rate: Double = 48_000) -> LoudnessProgramme {
  programme(tones(runs, rate: rate), rate: rate)
}

private func isNear(_ value: Double?, _ expected: Double, within tolerance: Double = 0.1) -> Bool {
  guard let value else { return false }
  return value > expected - tolerance && value < expected + tolerance
}

@Suite("Loudness: tone cases of EBU Tech 3341 and 3342")
struct LoudnessCaseTests {
  @Test(arguments: [(1, -23.0), (2, -33.0)])
  func steadyTone(_ number: Int, _ level: Double) {
    let result = measure([Tone(20, level)])
    #expect(isNear(result.integrated, level))
    #expect(isNear(result.maxMomentary, level))
    #expect(isNear(result.maxShortTerm, level))
  }

  @Test("Cases 3, 4, 5: the gates")
  func gates() {
    #expect(isNear(measure([Tone(10, -36), Tone(60, -23), Tone(10, -36)]).integrated, -23))
    let wide = [Tone(10, -72), Tone(10, -36), Tone(60, -23), Tone(10, -36), Tone(10, -72)]
    #expect(isNear(measure(wide).integrated, -23))
    #expect(isNear(measure([Tone(20, -26), Tone(20.1, -20), Tone(20, -26)]).integrated, -23))
  }

  @Test("Case 6: weights of 5.0, and of 5.1 with a full-scale low-frequency channel")
  func surround() {
    let levels = [-28.0, -28, -24, -30, -30]
    var five: [Double] = []
    var six: [Double] = []
    for frame in tones([Tone(20, 0)]) {
      let channels = levels.map { frame.x * Maths.amplitude(decibels: $0) }
      five += channels
      six += [channels[0], channels[1], channels[2], frame.x, channels[3], channels[4]]
    }
    var fiveMeter = LoudnessMeter(sampleRate: 48_000, channelCount: 5)
    fiveMeter.process(interleaved: five.span)
    var sixMeter = LoudnessMeter(sampleRate: 48_000, channelCount: 6)
    sixMeter.process(interleaved: six.span)
    #expect(isNear(fiveMeter.programme.integrated, -23))
    #expect(isNear(sixMeter.programme.integrated, -23))
  }

  @Test("Case 9: short-term, constant after 3 s")
  func shortTerm() {
    let result = measure((0..<5).flatMap { _ in [Tone(1.34, -20), Tone(1.66, -30)] })
    #expect(result.shortTerm.allSatisfy { isNear($0, -23) })
    #expect(result.shortTerm.count == 1_201)
  }

  @Test("Case 10: short-term maximum, wherever the tone begins")
  func shortTermMaximum() {
    for index in 0..<20 {
      let result = measure([.silence(Double(index) * 0.15), Tone(3, -23), .silence(1)])
      #expect(isNear(result.maxShortTerm, -23), "file \(index)")
    }
  }

  @Test("Case 11: successive short-term maxima in one file")
  func successiveShortTermMaxima() {
    let runs = (0..<20).flatMap { index in
      let delay = Double(index) * 0.15
      return [Tone.silence(delay), Tone(3, Double(index) - 38), .silence(3 - delay)]
    }
    let series = measure(runs).shortTerm
    // Value k ends at 3 s + k hops, group i at 6 (i + 1) s.
    for index in 0..<20 {
      let end = min(series.count, index * 600 + 301)
      #expect(isNear(series[0..<end].max(), Double(index) - 38), "tone \(index)")
    }
  }

  @Test("Case 12: momentary, constant after 1 s")
  func momentary() {
    let result = measure((0..<25).flatMap { _ in [Tone(0.18, -20), Tone(0.22, -30)] })
    #expect(result.momentary.dropFirst(60).allSatisfy { isNear($0, -23) })
  }

  @Test("Case 13: momentary maximum, wherever the tone begins")
  func momentaryMaximum() {
    for index in 0..<20 {
      let result = measure([.silence(Double(index) * 0.02), Tone(0.4, -23), .silence(1)])
      #expect(isNear(result.maxMomentary, -23), "file \(index)")
    }
  }

  @Test("Case 14: successive momentary maxima in one file")
  func successiveMomentaryMaxima() {
    let runs = (0..<20).flatMap { index in
      let delay = Double(index) * 0.02
      return [Tone.silence(delay), Tone(0.4, Double(index) - 38), .silence(0.4 - delay)]
    }
    let series = measure(runs).momentary
    // Value k ends at 0.4 s + k hops, group i at 0.8 (i + 1) s.
    for index in 0..<20 {
      let end = min(series.count, index * 80 + 41)
      #expect(isNear(series[0..<end].max(), Double(index) - 38), "tone \(index)")
    }
  }

  @Test("Tech 3342, cases 1 to 4: loudness range")
  func loudnessRange() {
    #expect(isNear(measure([Tone(20, -20), Tone(20, -30)]).loudnessRange, 10, within: 1))
    #expect(isNear(measure([Tone(20, -20), Tone(20, -15)]).loudnessRange, 5, within: 1))
    #expect(isNear(measure([Tone(20, -40), Tone(20, -20)]).loudnessRange, 20, within: 1))
    let steps = [-50.0, -35, -20, -35, -50].map { Tone(20, $0) }
    #expect(isNear(measure(steps).loudnessRange, 15, within: 1))
  }
}

@Suite("Loudness meter")
struct LoudnessMeterTests {
  @Test(
    "997 Hz at 0 dBFS reads −3.01 LUFS in one channel, at every rate",
    arguments: [8_000.0, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000, 384_000, 768_000])
  func calibration(_ rate: Double) {
    let tolerance = 0.02
    let sine = (0..<Int(rate * 2)).map { Maths.sineAndCosine(turns: Double($0) * 997 / rate).sine }
    var left = LoudnessMeter(sampleRate: rate)
    left.process(sine.map { Frame($0, 0) }.span)
    // The steady state: the filter's start is left out by taking the last value of a series.
    #expect(isNear(left.programme.momentary.last, -3.01, within: tolerance))
    var both = LoudnessMeter(sampleRate: rate)
    both.process(sine.map { Frame($0, $0) }.span)
    #expect(isNear(both.programme.momentary.last, 0, within: tolerance))
  }

  @Test(
    "The weighting of every rate is that of 48 kHz, within 0.02 dB",
    arguments: [8_000.0, 8_300, 9_600, 11_025, 12_000, 16_000, 22_050, 24_000, 31_999, 32_000, 37_800, 44_100, 64_000])
  func weighting(_ rate: Double) {
    /// The mean power of a sine after the filters have settled, by frequency in Hz.
    func power(_ frequency: Double, _ rate: Double) -> Double {
      var meter = LoudnessMeter(sampleRate: rate, channelCount: 1, monoLoudness: .single)
      let count = Int(rate * 1.2)
      meter.process((0..<count).map { Frame(Maths.sineAndCosine(turns: Double($0) * frequency / rate).sine, 0) }.span)
      return meter.programme.momentary.last ?? -.infinity
    }
    for part in [0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.49] {
      // Whole cycles in the 400 ms of a window.
      let frequency = Maths.roundedHalfUp(part * min(rate, 48_000) / 10) * 10 + 2.5
      #expect(isNear(power(frequency, rate), power(frequency, 48_000), within: 0.02), "\(frequency) Hz at \(rate) Hz")
    }
  }

  @Test("Blocks have to exceed both gates (BS.1770-5 eq. 7)")
  func bothGates() {
    // The blocks at −62 are few, so ten under the mean is below −70: the blocks at −71 stay out by the first gate.
    let quiet = measure([Tone(5, -62), Tone(20, -71)])
    // 47 whole blocks and three that reach into the quiet part, with 78, 56 and 34 % of the power.
    #expect(isNear(quiet.integrated, -62.11, within: 0.02))
    // The same as an album of two, and 20 dB up, where the second gate is the higher one and lets all pass.
    let halves = [measure([Tone(5, -62)]), measure([Tone(20, -71)])]
    #expect(isNear(LoudnessProgramme.integrated(of: halves), -62, within: 0.1))
    #expect(isNear(quiet.integrated(gain: 20), -47.26, within: 0.1))
  }

  @Test("Mono counts twice, or once")
  func mono() {
    let frames = tones([Tone(2, -20)])
    var dual = LoudnessMeter(sampleRate: 48_000, channelCount: 1)
    dual.process(frames.span)
    var single = LoudnessMeter(sampleRate: 48_000, channelCount: 1, monoLoudness: .single)
    single.process(frames.span)
    #expect(isNear(dual.programme.integrated, -20))
    #expect(isNear(single.programme.integrated, -23.01))
    var interleaved = LoudnessMeter(sampleRate: 48_000, channelCount: 1)
    interleaved.process(interleaved: frames.map(\.x).span)
    #expect(interleaved.programme.integrated == dual.programme.integrated)
  }

  @Test("Too short or silent: nothing, never a number")
  func nothing() {
    let short = measure([Tone(0.39, -20)])
    #expect(short.integrated == nil && short.maxMomentary == nil && short.loudnessRange == nil)
    let momentary = measure([Tone(0.41, -20)])
    #expect(momentary.integrated != nil && momentary.maxShortTerm == nil && momentary.loudnessRange == nil)
    let silent = measure([.silence(5)])
    #expect(silent.integrated == nil && silent.maxMomentary == nil && silent.maxShortTerm == nil)
    #expect(silent.loudnessRange == nil)
    #expect(measure([Tone(5, -80)]).integrated == nil)
  }

  @Test("Any block size, interleaved or as frames: equal bits", arguments: [1, 7, 64, 512, 4_096])
  func blocks(_ size: Int) {
    let frames = noise(30_000, seed: 3)
    let whole = programme(frames, rate: 44_100)
    var split = LoudnessMeter(sampleRate: 44_100)
    var interleaved = LoudnessMeter(sampleRate: 44_100)
    let samples = frames.flatMap { [$0.x, $0.y] }
    for start in stride(from: 0, to: frames.count, by: size) {
      let end = min(frames.count, start + size)
      split.process(frames.span.extracting(start..<end))
      interleaved.process(interleaved: samples.span.extracting(2 * start..<2 * end))
    }
    #expect(split.programme.momentary == whole.momentary)
    #expect(interleaved.programme.momentary == whole.momentary)
    split.reset()
    split.process(frames.span)
    #expect(split.programme.momentary == whole.momentary)
  }

  @Test("A gain moves the loudness by as much, and the gates are applied anew")
  func gain() {
    let runs = [Tone(4, -60), Tone(4, -30), Tone(4, -85)]
    let plain = measure(runs)
    for gain in [-12.0, -3, 6, 20] {
      let louder = measure(runs.map { Tone($0.seconds, $0.level + gain) })
      #expect(isNear(plain.integrated(gain: gain), louder.integrated ?? 0, within: 1e-6))
    }
    // −75 LUFS is gated away; 10 dB up it is not.
    let faint = measure([Tone(4, -75)])
    #expect(faint.integrated == nil)
    #expect(isNear(faint.integrated(gain: 10), -65))
  }

  @Test("An album is one programme: the gates stand over all its blocks")
  func album() {
    let loud = measure([Tone(10, -20)])
    let soft = measure([Tone(10, -26)])
    let faint = measure([Tone(10, -45)])
    // The mean power of −20 and −26; −45 is more than 10 LU below and does not count.
    #expect(isNear(LoudnessProgramme.integrated(of: [loud, soft, faint]), -22.03, within: 0.05))
    #expect(isNear(LoudnessProgramme.integrated(of: [loud, soft], gains: [0, 6]), -20, within: 0.05))
  }

  @Test("The first frames are measured as if they were all")
  func first() {
    let frames = noise(200_000, seed: 3, amplitude: 0.2).enumerated().map { $1 * ($0 < 120_321 ? 1 : 0.01) }
    var whole = LoudnessMeter(sampleRate: 48_000), part = whole
    whole.process(frames.span)
    part.process(frames.span.extracting(0..<120_321))
    #expect(whole.programme(of: 120_321).momentary == part.programme.momentary)
    #expect(whole.programme(of: 120_321).integrated == part.programme.integrated)
    #expect(whole.programme(of: 1_000_000).momentary == whole.programme.momentary)
    #expect(whole.programme(of: 0).integrated == nil)
  }
}
