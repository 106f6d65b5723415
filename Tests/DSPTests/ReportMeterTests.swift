import DSP
import Testing

/// A sine of `frequency` in Hz at `amplitude`, the same in both channels.
private func sine(_ frequency: Double, seconds: Double, amplitude: Double = 1, rate: Double = 48_000) -> [Frame] {
  (0..<Int(seconds * rate)).map { index in
    let turns = Double(index) * frequency / rate
    return Frame(repeating: amplitude * Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine)
  }
}

@Suite("Meters of a report") struct ReportMeterTests {
  private func spectrum(_ frames: [Frame], rate: Double = 48_000, block: Int = 1000) -> SpectrumMeter.Spectrum {
    var meter = SpectrumMeter(sampleRate: rate)
    var start = 0
    while start < frames.count {
      let end = min(frames.count, start + block)
      meter.process(frames.span.extracting(start..<end))
      start = end
    }
    return meter.spectrum
  }

  @Test("a full-scale sine reads 0 dBFS at its frequency", arguments: [44_100.0, 48_000, 96_000])
  func fullScale(_ rate: Double) throws {
    for frequency in [31.5, 100, 440, 1000, 6300, 16_000] {
      let found = spectrum(sine(frequency, seconds: 1.5, rate: rate), rate: rate)
      let nearest = try #require(
        found.frequencies.indices.min {
          abs(found.frequencies[$0] - frequency) < abs(found.frequencies[$1] - frequency)
        })
      #expect(abs(found.average[nearest]) < 0.1, "\(frequency) Hz reads \(found.average[nearest])")
      #expect(abs(found.peak[nearest]) < 0.1)
      #expect(found.average.max() ?? 9 < 0.05)
      // Two octaves away nothing is left of it.
      for (other, level) in zip(found.frequencies, found.average) where other > 4 * frequency && frequency > 90 {
        #expect(level < -90, "\(frequency) Hz leaks \(level) dB to \(other) Hz")
      }
    }
  }

  @Test("one channel alone is half the power; silence has no level") func levels() {
    let one = sine(1000, seconds: 1).map { Frame($0.x, 0) }
    #expect(abs((spectrum(one).average.max() ?? 0) + 3.01) < 0.05)
    #expect(spectrum([Frame](repeating: .zero, count: 48_000)).average.allSatisfy { $0 == -.infinity })
    #expect(spectrum([]).peak.allSatisfy { $0 == -.infinity })
  }

  @Test("the peak is that of the loudest window, the average that of all") func peaks() {
    let found = spectrum(sine(1000, seconds: 4, amplitude: 0.01) + sine(1000, seconds: 1))
    #expect(abs(found.peak.max() ?? 9) < 0.1)
    #expect(abs((found.average.max() ?? 9) + 6.99) < 0.4)  // 1 of 5 seconds
  }

  @Test("blocks change no bit") func blocks() {
    let frames = noise(30_000, seed: 5)
    #expect(spectrum(frames, block: 7) == spectrum(frames, block: 30_000))
    func shape(_ block: Int) -> ([Frame], [Double?], StereoField) {
      var meter = ShapeMeter(sampleRate: 48_000, channelCount: 2, frameCount: frames.count, steps: 90)
      for start in stride(from: 0, to: frames.count, by: block) {
        meter.process(frames.span.extracting(start..<min(frames.count, start + block)))
      }
      meter.finish()
      return (meter.minima + meter.maxima, meter.correlation, meter.field)
    }
    #expect(shape(7) == shape(30_000))
  }

  @Test("the waveform holds the extremes of each step") func waveform() {
    var frames = [Frame](repeating: Frame(0.1, -0.1), count: 1000)
    frames[555] = Frame(-0.9, 0.8)
    var meter = ShapeMeter(sampleRate: 48_000, channelCount: 2, frameCount: 1000, steps: 10)
    meter.process(frames.span)
    meter.finish()
    #expect(meter.stepFrames == 100)
    #expect(meter.minima.count == 10)
    #expect(meter.minima[5] == Frame(-0.9, -0.1))
    #expect(meter.maxima[5] == Frame(0.1, 0.8))
    #expect(meter.maxima[4] == Frame(0.1, 0))
  }

  @Test("correlation and field tell mono, inverted and unrelated apart") func correlation() throws {
    func meter(_ frames: [Frame]) -> ShapeMeter {
      var meter = ShapeMeter(sampleRate: 48_000, channelCount: 2, frameCount: frames.count, steps: 20)
      meter.process(frames.span)
      meter.finish()
      return meter
    }
    let tone = sine(300, seconds: 1, amplitude: 0.5)
    #expect(meter(tone).correlation.allSatisfy { abs(($0 ?? 0) - 1) < 1e-9 })
    #expect(meter(tone.map { Frame($0.x, -$0.y) }).correlation.allSatisfy { abs(($0 ?? 0) + 1) < 1e-9 })
    #expect(meter(noise(48_000, seed: 3)).correlation.allSatisfy { abs($0 ?? 1) < 0.1 })
    #expect(meter(tone.map { Frame($0.x, 0) }).correlation.allSatisfy { $0 == nil })
    // Mono lies on the middle column, left alone on its diagonal.
    let columns = StereoField.columns
    func places(_ frames: [Frame]) -> [(row: Int, column: Int)] {
      meter(frames).field.counts.indices.filter { meter(frames).field.counts[$0] > 0 }.map {
        ($0 / columns, $0 % columns - columns / 2)
      }
    }
    let mono = Array(tone.prefix(4800)), left = mono.map { Frame($0.x, 0) }
    #expect(places(mono).allSatisfy { $0.column == 0 })
    #expect(places(left).allSatisfy { -$0.column == $0.row })
  }

  @Test("the highest true peaks, one a tenth of a second, the first that of the meter") func truePeaks() throws {
    var frames = [Frame](repeating: .zero, count: 96_000)
    for (place, level) in [(20_000, 0.5), (40_000, 0.9), (41_000, 0.85), (70_000, 0.7)] {
      // Between its samples a burst at a quarter of the rate is higher than on them.
      for index in 0..<200 {
        let turns = Double(index) / 4 + 0.125
        let bell = 1 - Maths.cosine(2 * Maths.pi * Double(index) / 200)
        frames[place + index] += Frame(0.5, 0.25) * (level * bell * Maths.sineAndCosine(turns: turns).sine)
      }
    }
    var places = TruePeakMeter(count: 3, sampleRate: 48_000)
    var meter = TruePeakMeter()
    for start in stride(from: 0, to: frames.count, by: 777) {
      let block = frames.span.extracting(start..<min(frames.count, start + 777))
      places.process(block)
      meter.process(block)
    }
    #expect(meter.highest == Array(places.highest.prefix(1)))
    #expect(places.highest.map { $0.frame / 10_000 } == [4, 7, 2])
    for (peak, level) in zip(places.highest, [0.9, 0.7, 0.5]) { #expect(abs(peak.amplitude - level) < 0.01) }
    #expect(TruePeakMeter(count: 3, sampleRate: 48_000).highest.isEmpty)
  }
}
