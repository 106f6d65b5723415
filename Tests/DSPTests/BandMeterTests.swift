import DSP
import Testing

/// A tone in mid and side: `mid` and `side` are amplitudes.
private func tone(_ frequency: Double, mid: Double, side: Double, seconds: Double = 2, rate: Double = 48_000) -> [Frame]
{
  (0..<Int(seconds * rate)).map { index in
    let turns = Double(index) * frequency / rate
    let wave = Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine
    return Frame((mid + side) * wave, (mid - side) * wave)
  }
}

private func measured(_ frames: [Frame], rate: Double = 48_000, block: Int = 4800) -> BandMeasurement {
  var meter = BandMeter(sampleRate: rate)
  for start in stride(from: 0, to: frames.count, by: block) {
    meter.process(frames.span.extracting(start..<min(frames.count, start + block)))
  }
  return meter.measurement
}

@Suite("Band meter")
struct BandMeterTests {
  @Test("the side over the mid, for tones in both")
  func side() throws {
    let result = measured(tone(1000, mid: 0.4, side: 0.1))
    #expect(abs(try #require(result.sideLevel) + 12.0412) < 1e-3)
    #expect(measured(tone(1000, mid: 0.4, side: 0)).sideLevel == -.infinity)
    #expect(measured(tone(1000, mid: 0, side: 0.4)).sideLevel == .infinity)
    #expect(measured(Array(repeating: .zero, count: 48_000)).sideLevel == nil)
  }

  /// A Linkwitz–Riley low-pass passes 1/(1 + (f/fc)⁴) of the amplitude.
  @Test("the side's bass over all sound, at and under the edge", arguments: [40.0, 100, 150])
  func bass(frequency: Double) throws {
    let result = measured(tone(frequency, mid: 0.2, side: 0.2))
    let ratio = frequency / 150
    let passed = Maths.decibels(amplitude: 1 / (1 + ratio * ratio * ratio * ratio))
    // Half of the energy is in the side.
    #expect(abs(try #require(result.bassSideLevel) - (passed - 3.0103)) < 0.05)
    #expect(measured(tone(frequency, mid: 0.2, side: 0)).bassSideLevel == -.infinity)
  }

  @Test("esses: the loudest 50 ms of the band, wherever they are")
  func sibilants() throws {
    var frames = tone(300, mid: 0.1, side: 0)
    for (index, frame) in tone(7000, mid: 0.25, side: 0, seconds: 0.1).enumerated() { frames[60_000 + index] += frame }
    // What the edges leave of 7 kHz, by the bilinear transform: (tan 5π/48 / tan 7π/48)⁴ and (tan 7π/48 / tan 10π/48)⁴.
    let edges = 1 / (1 + 0.2252) / (1 + 0.1703)
    // Both channels added have twice the power of a sine of 0.25, and the shelf lifts them by 4 dB.
    let level = 10 * Maths.log10(0.25 * 0.25) + Maths.decibels(amplitude: edges) + 4.0 - 0.691
    #expect(abs(try #require(measured(frames).sibilantLevel) - level) < 0.2)
    #expect(try #require(measured(tone(300, mid: 0.1, side: 0)).sibilantLevel) < -70)
    #expect(measured(tone(300, mid: 0.1, side: 0, rate: 16_000), rate: 16_000).sibilantLevel == nil)
  }

  @Test("the noise floor: the quietest 400 ms that hold no digital silence")
  func noiseFloor() throws {
    let hiss = noise(24_000, seed: 5, amplitude: 0.001)
    let silence = Array(repeating: Frame.zero, count: 30_000)
    let music = tone(440, mid: 0.3, side: 0)
    // Uniform noise of amplitude a has a mean square of a²/3.
    let level = Maths.decibels(amplitude: 0.001) - 4.771
    #expect(abs(try #require(measured(silence + music + hiss + music + silence).noiseFloor) - level) < 0.1)
    #expect(
      abs(try #require(measured(music + silence + music).noiseFloor) - (Maths.decibels(amplitude: 0.3) - 3.01)) < 0.1)
    #expect(measured(silence).noiseFloor == nil)
    #expect(measured(Array(hiss.prefix(19_000))).noiseFloor == nil)
  }

  @Test("any block size gives the same bits")
  func blocks() {
    let frames = noise(30_000, seed: 9, amplitude: 0.4)
    let whole = measured(frames, rate: 44_100, block: frames.count)
    for block in [1, 7, 441, 4096] { #expect(measured(frames, rate: 44_100, block: block) == whole) }
    #expect(whole.peaks.count == 68)
  }
}
