import DSP
import Testing

private func measured(_ frames: [Frame], channels: Int = 2) -> ProgrammeMeasurement {
  var meter = ProgrammeMeter(sampleRate: 48_000, channelCount: channels)
  meter.process(frames.span)
  return meter.measurement
}

@Suite("Programme meter")
struct ProgrammeTests {
  @Test("Every number of a known signal")
  func known() {
    let frames = (0..<96_000).map { index -> Frame in
      let wave = Maths.sineAndCosine(turns: Double(index % 48) / 48)
      return Frame(0.5 * wave.sine + 0.01, 0.25 * wave.sine)
    }
    let result = measured(frames)
    #expect(result.frameCount == 96_000)
    // The step at the ends adds a little; the crest itself is 0.51.
    #expect(abs((result.truePeak ?? 0) - Maths.decibels(amplitude: 0.51)) < 0.01)
    #expect(abs((result.samplePeak ?? 0) - Maths.decibels(amplitude: 0.51)) < 1e-9)
    #expect(abs((result.directCurrent ?? 0) - 0.01) < 1e-12)
    // The mean of squares 0.125 + 0.0001 and 0.03125; of the product 0.0625.
    let expected = 0.0625 / (0.1251 * 0.03125).squareRoot()
    #expect(abs((result.correlation ?? 0) - expected) < 1e-9)
    #expect(result.clippedSamples == 0)
    #expect(result.integrated == result.loudness.integrated)
    let ratio = (result.truePeak ?? 0) - (result.integrated ?? 0)
    #expect(result.peakToLoudnessRatio == ratio)
  }

  @Test("Clipped crests count, crests that just fit do not")
  func clipping() {
    func sine(_ amplitude: Double) -> [Frame] {
      (0..<4_800).map { index in
        let value = amplitude * Maths.sineAndCosine(turns: Double(index % 48) / 48).sine
        return Frame(min(1, max(-1, value)), 0)
      }
    }
    #expect(measured(sine(1)).clippedSamples == 0)
    // Above 1/1.5: 41.8° to 138.2°, that is samples 6 … 18 of 48, on both sides, in 100 periods.
    #expect(measured(sine(1.5)).clippedSamples == 2_600)
    var frames = Array(repeating: Frame.zero, count: 100)
    frames[10] = Frame(1.2, 0)
    frames[20] = Frame(0, -1)
    frames[21] = Frame(0, -1)
    #expect(measured(frames).clippedSamples == 1)
    frames[22] = Frame(0, -1)
    #expect(measured(frames).clippedSamples == 4)
  }

  @Test("Correlation at its ends; nothing to say for mono and silence")
  func correlation() {
    let frames = noise(5_000, seed: 2)
    #expect(abs((measured(frames.map { Frame($0.x, $0.x) }).correlation ?? 0) - 1) < 1e-12)
    #expect(abs((measured(frames.map { Frame($0.x, -$0.x) }).correlation ?? 0) + 1) < 1e-12)
    #expect(abs(measured(frames).correlation ?? 1) < 0.05)
    #expect(measured(frames.map { Frame($0.x, $0.x) }, channels: 1).correlation == nil)
    let silent = measured(Array(repeating: .zero, count: 50_000))
    #expect(silent.correlation == nil && silent.truePeak == nil && silent.samplePeak == nil)
    #expect(silent.peakToLoudnessRatio == nil && silent.directCurrent == 0)
    #expect(measured([]).directCurrent == nil)
  }

  @Test("Interleaved channels read as frames do, and an odd last channel counts")
  func interleaved() {
    let frames = noise(30_000, seed: 3, amplitude: 0.2)
    let plain = measured(frames)
    var stereo = ProgrammeMeter(sampleRate: 48_000)
    stereo.process(interleaved: frames.flatMap { [$0.x, $0.y] }.span)
    #expect(stereo.measurement.truePeak == plain.truePeak)
    #expect(stereo.measurement.integrated == plain.integrated)
    #expect(stereo.measurement.correlation == plain.correlation)
    var triple = ProgrammeMeter(sampleRate: 48_000, channelCount: 3)
    triple.process(interleaved: frames.flatMap { [$0.x, $0.y, 2 * $0.x] }.span)
    #expect((triple.measurement.truePeak ?? 0) > (plain.truePeak ?? 0) + 5)
    #expect((triple.measurement.integrated ?? 0) > (plain.integrated ?? 0) + 4)
  }
}
