import DSP
import Testing

/// The clipped signal with the latency taken out.
private func clipped(_ frames: [Frame], _ settings: Clipper.Settings, block: Int = 4_096) -> [Frame] {
  var clipper = Clipper(settings)
  var signal = frames + Array(repeating: .zero, count: Clipper.latencyFrames)
  for start in stride(from: 0, to: signal.count, by: block) {
    var part = Array(signal[start..<min(signal.count, start + block)])
    var span = part.mutableSpan
    clipper.process(&span)
    signal.replaceSubrange(start..<start + part.count, with: part)
  }
  return Array(signal[Clipper.latencyFrames...])
}

private func sine(_ frequency: Double, _ amplitude: Double, _ count: Int) -> [Frame] {
  (0..<count).map { index in
    let turns = Double(index) * frequency / 48_000
    return Frame(repeating: amplitude * Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine)
  }
}

@Suite("Clipper")
struct ClipperTests {
  @Test("Under the ceiling: the input, delayed, bit for bit", arguments: ClipperShape.allCases)
  func transparent(_ shape: ClipperShape) {
    var frames = noise(20_000, seed: 6, amplitude: 0.3)
    frames[3] = Frame(-0.0, 0)
    let output = clipped(frames, .init(ceiling: -0.1, shape: shape))
    #expect(output.map(\.x.bitPattern) == frames.map(\.x.bitPattern))
    #expect(output.map(\.y.bitPattern) == frames.map(\.y.bitPattern))
  }

  @Test("Any block size: equal bits", arguments: [1, 7, 511])
  func blocks(_ size: Int) {
    let frames = noise(9_000, seed: 9, amplitude: 2)
    let settings = Clipper.Settings(ceiling: -3, shape: .soft)
    #expect(clipped(frames, settings, block: size) == clipped(frames, settings))
  }

  /// 5 kHz at −6 dBFS: a harmonic above the Nyquist frequency would come back at a multiple of 1 kHz between the
  /// harmonics.
  @Test("Aliases of a 5 kHz sine stay under −90 dBFS", arguments: [0.0, 12, 24, 36], ClipperShape.allCases)
  func aliases(_ drive: Double, _ shape: ClipperShape) {
    let output = clipped(sine(5_000, 0.5, 24_000), .init(ceiling: -6.5 - drive, shape: shape))
    let steady = output[6_000..<18_000].map { $0.x * Maths.amplitude(decibels: drive) }
    for thousand in 1...23 where ![5, 15].contains(thousand) {
      let level = toneLevel(steady, Double(thousand) / 48)
      #expect(level < -90, "\(thousand) kHz: \(level) dB")
    }
  }

  @Test("A slow signal is cut where the curve says")
  func curve() {
    let frames = sine(20, 2, 48_000)
    let hard = clipped(frames, .init(ceiling: -6, shape: .hard))
    let soft = clipped(frames, .init(ceiling: -6, shape: .soft))
    let ceiling = Maths.amplitude(decibels: -6)
    #expect(abs(hard[600].x - ceiling) < 1e-3)
    #expect(abs(soft[600].x - ceiling) < 1e-3)
    // Where the input is at the ceiling the soft curve has taken a quarter of its bend.
    let bend = ceiling * (1 - Maths.amplitude(decibels: -3))
    let place = 48_000 / 20 + 85
    let input = frames[place].x
    #expect(input < ceiling && input > ceiling - bend)
    let above = input - (ceiling - bend)
    #expect(abs(soft[place].x - (input - above * above / (4 * bend))) < 1e-3)
  }

  @Test("The reduction written is what was taken off")
  func reduction() {
    var clipper = Clipper(.init(ceiling: -6))
    var frames = sine(50, 1, 9_600)
    var reduction = frames
    var output = frames.mutableSpan
    var taken = reduction.mutableSpan
    clipper.process(&output, reduction: &taken)
    let crest = 240 + Clipper.latencyFrames
    #expect(abs(reduction[crest].x - (1 - Maths.amplitude(decibels: -6))) < 1e-3)
    #expect(reduction[480 + Clipper.latencyFrames].x == 0)
    #expect(abs(clipper.maximumReduction - 6) < 0.02)
  }
}
