import DSP
import Testing

private func truePeak(_ frames: [Frame]) -> TruePeak? {
  var meter = TruePeakMeter()
  meter.process(frames.span)
  return meter.highest.first
}

/// A sine of `period` frames, `degrees` ahead, faded over 10 ms at both ends.
private func sine(period: Double, amplitude: Double, degrees: Double, count: Int = 12_000) -> [Frame] {
  (0..<count).map { index in
    let fade = min(1, Double(index) / 480, Double(count - 1 - index) / 480)
    let wave = Maths.sine(2 * Maths.pi * (Double(index % 240) / period + degrees / 360))
    return Frame(repeating: fade * amplitude * wave)
  }
}

@Suite("True peak: cases of EBU Tech 3341")
struct TruePeakCaseTests {
  private func passes(_ level: Double?, _ expected: Double) -> Bool {
    guard let level else { return false }
    return level >= expected - 0.4 && level <= expected + 0.2
  }

  @Test("Cases 15 to 19: sines whose samples miss their crests")
  func sines() {
    let cases: [(Double, Double, Double, Double)] = [
      (4, 0.50, 0, -6), (4, 0.50, 45, -6), (6, 0.50, 60, -6), (8, 0.50, 67.5, -6), (4, 1.41, 45, 3),
    ]
    for (period, amplitude, degrees, expected) in cases {
      let frames = sine(period: period, amplitude: amplitude, degrees: degrees)
      for channel in [Frame(1, 0), Frame(0, 1)] {
        let level = truePeak(frames.map { $0 * channel })?.level
        #expect(passes(level, expected) && passes(level, Maths.decibels(amplitude: amplitude)))
      }
    }
  }

  @Test("Cases 20 to 23: one loud period, decimated at four offsets", arguments: 0..<4)
  func decimated(_ offset: Int) {
    // At four times the rate: fs/6 has 24 samples a period, fs/4 has 16.
    let quiet = (0..<2_400).map { 0.5 * Maths.sine(2 * Maths.pi * Double($0 % 24) / 24) }
    let loud = (0..<16).map { Maths.sine(2 * Maths.pi * Double($0) / 16) }
    let signal = quiet + loud + quiet
    // Anti-alias: a Hann-windowed sinc of ±64 output samples, at 0.49 of the output rate.
    let reach = 256
    let taps = (-reach...reach).map { tap -> Double in
      let angle = Maths.pi * 0.98 / 4 * Double(tap)
      let sinc = tap == 0 ? 1 : Maths.sine(angle) / angle
      return sinc * 0.98 / 4 * (0.5 + 0.5 * Maths.cosine(Maths.pi * Double(tap) / Double(reach + 1)))
    }
    let frames = stride(from: offset, to: signal.count, by: 4).map { place -> Frame in
      var sum = 0.0
      for tap in -reach...reach where signal.indices.contains(place + tap) {
        sum += signal[place + tap] * taps[tap + reach]
      }
      return Frame(repeating: sum)
    }
    #expect(passes(truePeak(frames)?.level, 0))
  }
}

@Suite("True-peak meter")
struct TruePeakMeterTests {
  private static let signals: [[Frame]] = [
    noise(2_500, seed: 1),
    noise(2_500, seed: 2).map { Frame($0.x > 0 ? 1 : -1, $0.y > 0.9 ? 1 : 0) },
    noise(9_000, seed: 4).enumerated().map { $1 * ($0 / 700 % 2 == 0 ? 0.1 : 0.8) },
    (0..<1_000).map { Frame(repeating: $0 % 2 == 0 ? 1 : -1) },
    [Frame(1, -0.5)],
    [Frame(1, 1), Frame(-1, 1), Frame(1, 1)],
    (0..<3_000).map { Frame(repeating: 0.9 * Maths.sine(Double($0) * 0.01)) },
  ]

  @Test("Finds what a meter finds that computes everything", arguments: signals)
  func complete(_ frames: [Frame]) {
    #expect(abs((truePeak(frames)?.level ?? -.infinity) - bruteTruePeak(frames)) < 1e-9)
  }

  @Test("Says where")
  func place() throws {
    var frames = sine(period: 480, amplitude: 0.3, degrees: 0)
    // A crest between frames 7000 and 7001, in the right channel alone.
    frames[7_000].y = 0.8
    frames[7_001].y = 0.8
    let peak = try #require(truePeak(frames))
    #expect(peak.frame == 7_000 && peak.amplitude > 0.9)
  }

  @Test("Silence has no level")
  func silence() {
    #expect(truePeak(Array(repeating: .zero, count: 6_000)) == nil)
    #expect(truePeak([]) == nil)
  }

  @Test("Any block size, and after reset: the same", arguments: [1, 7, 512, 5_000])
  func blocks(_ size: Int) {
    let frames = noise(10_000, seed: 8, amplitude: 0.5)
    let whole = truePeak(frames)
    #expect(whole != nil)
    var meter = TruePeakMeter()
    for _ in 0..<2 {
      meter.reset()
      for start in stride(from: 0, to: frames.count, by: size) {
        meter.process(frames.span.extracting(start..<min(frames.count, start + size)))
      }
      #expect(meter.highest.first == whole)
    }
  }
}
