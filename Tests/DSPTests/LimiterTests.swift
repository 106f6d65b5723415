import DSP
import Testing

/// The limited signal with the latency taken out, and the limiter after it.
private func limited(
  _ frames: [Frame], _ settings: Limiter.Settings = .init(), rate: Double = 48_000, block: Int = 4_096
) -> (frames: [Frame], limiter: Limiter) {
  var limiter = Limiter(settings, sampleRate: rate)
  var signal = frames + Array(repeating: .zero, count: limiter.latencyFrames)
  run(&limiter, &signal, block)
  return (Array(signal[limiter.latencyFrames...]), limiter)
}

private func run(_ limiter: inout Limiter, _ signal: inout [Frame], _ block: Int) {
  for start in stride(from: 0, to: signal.count, by: block) {
    var part = Array(signal[start..<min(signal.count, start + block)])
    var span = part.mutableSpan
    limiter.process(&span)
    signal.replaceSubrange(start..<start + part.count, with: part)
  }
}

private func sine(_ frequency: Double, _ amplitude: Double, _ count: Int) -> [Frame] {
  (0..<count).map { index in
    let turns = Double(index) * frequency / 48_000
    return Frame(repeating: amplitude * Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine)
  }
}

/// Signals made to escape a limiter.
private let adversaries: [(name: String, frames: [Frame])] = {
  let count = 4_000
  func make(_ frame: (Int) -> Frame) -> [Frame] { (0..<count).map(frame) }
  let white = noise(count, seed: 5)
  return [
    ("noise 40 dB over", white.map { $0 * 100 }),
    ("random signs", white.map { Frame($0.x > 0 ? 1 : -1, $0.y > 0 ? 3 : -3) }),
    ("noise in steps", (0..<count).map { white[$0] * ($0 / 130 % 3 == 0 ? 50 : 0.5) }),
    ("square wave", make { Frame(repeating: $0 / 240 % 2 == 0 ? 1 : -1) }),
    ("short square waves", make { Frame($0 / 4 % 2 == 0 ? 1 : -1, $0 / 3 % 2 == 0 ? 2 : -2) }),
    ("Nyquist", make { Frame(repeating: $0 % 2 == 0 ? 1 : -1) }),
    ("Nyquist with slips", make { Frame(repeating: ($0 + $0 / 37) % 2 == 0 ? 3 : -3) }),
    (
      "bursts near Nyquist",
      make {
        let burst: Double = $0 / 50 % 3 == 0 ? 4 : 0.04
        return Frame(repeating: burst * Maths.sine(Double($0) * Maths.pi * 0.997))
      }
    ),
    ("impulses", make { Frame($0 % 1_000 == 500 ? 1 : 0, $0 % 77 == 0 ? -10 : 0) }),
    ("one frame", [Frame(5, -5)]),
    ("ten frames", Array(white[0..<10]).map { $0 * 4 }),
    (
      "music-like",
      make { index in
        let place = Double(index)
        let bass = Maths.sine(place * 0.007) + 0.6 * Maths.sine(place * 0.0131)
        let treble = white[index] * (index % 1_200 < 100 ? 0.8 : 0.05)
        return Frame(bass + treble.x, bass + treble.y) * 1.5
      }
    ),
  ]
}()

@Suite("Limiter")
struct LimiterTests {
  @Test("Never exceeds the ceiling, by a meter that computes everything", arguments: adversaries.indices)
  func ceiling(_ index: Int) {
    let (name, frames) = adversaries[index]
    for settings in [
      Limiter.Settings(), Limiter.Settings(ceiling: -9, lookahead: 0.001, release: 0.05, link: false),
    ] {
      let (output, limiter) = limited(frames, settings)
      let level = bruteTruePeak(output)
      #expect(level <= settings.ceiling, "\(name): \(level)")
      // Nor does it take more than it must: 0.05 dB under the ceiling, one rounding of a peak away.
      #expect(level > settings.ceiling - 0.4, "\(name): \(level)")
      #expect(limiter.forcedFrames == 0, "\(name)")
    }
  }

  @Test("Nor by a finer meter", arguments: [0, 1, 6, 7, 11])
  func finer(_ index: Int) {
    let (output, _) = limited(adversaries[index].frames)
    #expect(bruteTruePeak(output, oversampling: 32) <= -1, "\(adversaries[index].name)")
  }

  @Test("Holds at other rates", arguments: [8_000.0, 44_100, 192_000])
  func rates(_ rate: Double) {
    let (output, _) = limited(adversaries[2].frames, rate: rate)
    #expect(bruteTruePeak(output) <= -1)
  }

  @Test("Below the ceiling: the input, delayed, bit for bit")
  func transparent() {
    var frames = noise(20_000, seed: 6, amplitude: 0.3)
    frames[3] = Frame(-0.0, 0)
    let (output, limiter) = limited(frames)
    #expect(output.map(\.x.bitPattern) == frames.map(\.x.bitPattern))
    #expect(output.map(\.y.bitPattern) == frames.map(\.y.bitPattern))
    #expect(limiter.maximumReduction.left == 0)
  }

  @Test("Unity returns exactly after a peak")
  func recovers() {
    var frames = noise(48_000 * 5, seed: 7, amplitude: 0.1)
    frames[1_000] = Frame(2, 2)
    let (output, _) = limited(frames)
    #expect(output[990] != frames[990])
    #expect(Array(output[(48_000 * 4)...]) == Array(frames[(48_000 * 4)...]))
  }

  @Test("Any block size, and after reset: equal bits", arguments: [1, 7, 64, 511, 6_000])
  func blocks(_ size: Int) {
    let frames = adversaries[11].frames + adversaries[2].frames
    let (whole, limiter) = limited(frames)
    #expect(limited(frames, block: size).frames == whole)
    var used = limiter
    used.reset()
    var again = frames + Array(repeating: .zero, count: used.latencyFrames)
    run(&used, &again, size)
    #expect(Array(again[used.latencyFrames...]) == whole)
    #expect(used.maximumReduction.left == limiter.maximumReduction.left)
  }

  @Test("Latency depends on lookahead and rate alone")
  func latency() {
    let one = Limiter(.init(ceiling: -1, lookahead: 0.005, release: 0.2, link: true), sampleRate: 48_000)
    let other = Limiter(.init(ceiling: -9, lookahead: 0.005, release: 0.01, link: false), sampleRate: 48_000)
    #expect(one.latencyFrames == other.latencyFrames)
    #expect(one.latencyFrames < 9_600)
  }

  @Test("Linked, both channels get one gain; unlinked, a quiet channel keeps its own")
  func link() {
    let frames = sine(1_000, 1, 9_600).map { Frame($0.x * 2, $0.y * 0.25) }
    let linked = limited(frames).frames
    for index in 5_000..<5_100 { #expect(abs(linked[index].y * 8 - linked[index].x) < 1e-12) }
    let (unlinked, limiter) = limited(frames, .init(link: false))
    #expect(unlinked.map(\.y) == frames.map(\.y))
    #expect(limiter.maximumReduction.right == 0)
    // While the slow part rises, the fast one, which is made ahead, takes a little more than the rest.
    #expect(limiter.maximumReduction.left > 7.04 && limiter.maximumReduction.left < 7.4)
    #expect(abs(Maths.decibels(amplitude: unlinked[5_000..<5_100].map { abs($0.x) }.max()!) + 1.09) < 0.03)
  }

  @Test("The reduction written is the one applied")
  func reduction() {
    var limiter = Limiter(.init(), sampleRate: 48_000)
    let frames = adversaries[11].frames + Array(repeating: .zero, count: 16_384)
    var output = frames
    var reduction = frames
    var outputSpan = output.mutableSpan
    var reductionSpan = reduction.mutableSpan
    limiter.process(&outputSpan, reduction: &reductionSpan)
    var greatest = 0.0
    for index in limiter.latencyFrames..<4_000 + limiter.latencyFrames {
      #expect(output[index] == frames[index - limiter.latencyFrames] * (1 - reduction[index]))
      greatest = max(greatest, reduction[index].x)
    }
    #expect(abs(-Maths.decibels(amplitude: 1 - greatest) - limiter.maximumReduction.left) < 1e-9)
  }

  @Test("A bass tone 6 dB over stays a sine", arguments: [40.0, 50, 80, 200])
  func bass(_ frequency: Double) {
    let (output, _) = limited(sine(frequency, 1.8, 48_000 * 2))
    let steady = output[48_000...].map(\.x)
    let fundamental = toneLevel(steady, frequency / 48_000)
    #expect(abs(fundamental + 1.05) < 0.05)
    for harmonic in [2.0, 3, 5, 7] {
      let level = toneLevel(steady, harmonic * frequency / 48_000)
      #expect(level - fundamental < -80, "harmonic \(harmonic): \(level - fundamental) dB")
    }
  }

  @Test(
    "A lone peak of 12 dB has left less than 3 dB after 10 ms; what lasts leaves more",
    arguments: [44_100.0, 48_000, 96_000])
  func release(_ rate: Double) {
    func reductionAfter(_ peaks: Int, seconds: Double) -> Double {
      let last = Int(rate)
      var frames = Array(repeating: Frame(repeating: 0.01), count: 2 * last)
      for peak in 0..<peaks { frames[last - peak * Int(rate * 0.0125)] = Frame(repeating: 4 * 0.891) }
      let output = limited(frames, rate: rate).frames
      return -Maths.decibels(amplitude: output[last + Int(rate * seconds)].x / 0.01)
    }
    #expect(reductionAfter(1, seconds: 0.01) < 3)
    #expect(reductionAfter(1, seconds: 0.03) < 0.1)
    #expect(reductionAfter(80, seconds: 0.03) > 9)
    #expect(reductionAfter(80, seconds: 0.6) < 0.5)
  }

  @Test("Bass and treble together, 6 dB over: no modulation of the treble")
  func intermodulation() {
    let (bass, treble) = (sine(50, 1.44, 48_000 * 3), sine(7_000, 0.36, 48_000 * 3))
    let (output, _) = limited(zip(bass, treble).map { $0 + $1 })
    let steady = output[96_000..<144_000].map(\.x)
    let carrier = toneLevel(steady, 7_000 / 48_000)
    for side in [-200.0, -100, -50, 50, 100, 200] {
      let level = toneLevel(steady, (7_000 + side) / 48_000)
      #expect(level - carrier < -80, "\(side) Hz: \(level - carrier) dB")
    }
  }

  @Test("A drum hit leaves no slow reduction behind")
  func hits() {
    // A kick a second, 52 Hz falling off in 80 ms, 9 dB over the ceiling.
    let kick = sine(52, 2.5, 19_200).enumerated().map { $1 * Maths.exp(-Double($0) / 3_840) }
    let quiet = Array(repeating: Frame(repeating: 0.01), count: 48_000)
    let output = limited((0..<6).flatMap { _ in kick + quiet[kick.count...] }).frames
    for second in 0..<6 {
      let after = output[second * 48_000 + 24_000..<second * 48_000 + 40_000]
      #expect(after.allSatisfy { $0.x == 0.01 }, "second \(second)")
    }
  }
}
