import DSP
import Testing

/// Four signals that differ in level, spectrum and width: noise, rumble that a high-pass has to hold, a tone with
/// pauses, and one that is the same on both sides.
private func signals(_ rate: Double) -> [[Frame]] {
  let count = Int(6 * rate) + 321
  var low = Frame.zero
  let rumble = noise(count, seed: 7).map { frame -> Frame in
    low += 0.002 * (frame - low)
    return 30 * low
  }
  let tone = (0..<count).map { index -> Frame in
    let turns = Double(index) * 1000 / rate
    let level = Int(Double(index) / rate) % 2 == 0 ? 0.3 : 0.00001
    return level * Frame(repeating: Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine) * Frame(1, 0.5)
  }
  return [noise(count, seed: 3), rumble, tone, noise(count, seed: 5).map { Frame(repeating: $0.x) }]
}

private let matrices = [
  MixMatrix(gain: 0.7), MixMatrix(gains: Frame(0.2, 0.9)),
  MixMatrix(fromLeft: Frame(0.8, 0.25), fromRight: Frame(-0.1, 0.7)), MixMatrix(gain: 0.05),
]

/// `signals` in as many buffers, measured in blocks of `size` frames.
private func readings(_ signals: [[Frame]], _ matrices: [MixMatrix], _ rate: Double, size: Int) -> [BridgeMeter.Reading]
{
  let buffers = signals.map { signal -> FrameBuffer in
    let buffer = FrameBuffer(capacity: signal.count)
    buffer.edit(0..<signal.count) { for (index, frame) in signal.enumerated() { $0[index] = frame } }
    return buffer
  }
  let meter = BridgeMeter(sampleRate: rate, matrices: matrices)
  var start = 0
  while start < signals[0].count {
    let end = min(signals[0].count, start + size)
    meter.process(buffers, start..<end)
    start = end
  }
  return meter.readings()
}

@Suite("Bridge meter") struct BridgeMeterTests {
  @Test(
    "four signals at once read as each by itself in double precision",
    arguments: [8_000.0, 22_050, 44_100, 48_000, 96_000])
  func agreement(_ rate: Double) throws {
    let signals = signals(rate)
    for (size, count) in [(16_384, 4), (1_000, 4), (4_096, 3), (16_384, 1)] {
      let found = readings(Array(signals.prefix(count)), Array(matrices.prefix(count)), rate, size: size)
      #expect(found.count == count)
      for (lane, reading) in found.enumerated() {
        let frames = signals[lane].map { matrices[lane].applied(to: $0) }
        var meter = LoudnessMeter(sampleRate: rate)
        meter.process(frames.span)
        let loudness = try #require(meter.programme.integrated)
        #expect(abs(try #require(reading.loudness) - loudness) < 0.001, "\(rate) \(lane)")
        let peak = frames.map { max($0.x.magnitude, $0.y.magnitude) }.max() ?? 0
        #expect(abs(try #require(reading.peak) - Maths.decibels(amplitude: peak)) < 0.0001)
        let squares = frames.reduce(Frame.zero) { $0 + $1 * $1 }
        let correlation = frames.reduce(0) { $0 + $1.x * $1.y } / (squares.x * squares.y).squareRoot()
        #expect(abs(try #require(reading.correlation) - correlation) < 0.0001)
        #expect(abs(try #require(reading.crest) - crest(frames, rate, peak)) < 0.001)
      }
    }
  }

  /// The peak over the RMS of the 100 ms blocks above −70 dBFS, in dB.
  private func crest(_ frames: [Frame], _ rate: Double, _ peak: Double) -> Double {
    var (sum, count) = (0.0, 0)
    for start in stride(from: 0, to: frames.count, by: Int(rate / 10)) {
      let block = frames[start..<min(frames.count, start + Int(rate / 10))]
      let energy = block.reduce(0) { $0 + $1.x * $1.x + $1.y * $1.y }
      guard energy / Double(2 * block.count) >= 1e-7 else { continue }
      sum += energy
      count += block.count
    }
    return Maths.decibels(amplitude: peak) - 10 * Maths.log10(sum / Double(2 * count))
  }

  @Test("silence has no figures, and one side alone no correlation") func nothing() {
    let silent = Array(repeating: Frame.zero, count: 48_000)
    let left = noise(48_000).map { Frame($0.x, 0) }
    let found = readings([silent, left], [.identity, .identity], 48_000, size: 4_800)
    #expect(found[0].loudness == nil && found[0].peak == nil && found[0].crest == nil && found[0].correlation == nil)
    #expect(found[1].peak != nil && found[1].correlation == nil)
  }

  @Test("what decays to 10⁻²⁸ and comes from far over full scale is measured too") func extremes() throws {
    let count = 48_000
    for level in [1e-27, 1e6] {
      let found = readings([noise(count).map { level * $0 }], [.identity], 48_000, size: 16_384)
      let peak = noise(count).map { max($0.x.magnitude, $0.y.magnitude) }.max() ?? 0
      #expect(abs(try #require(found[0].peak) - Maths.decibels(amplitude: level * peak)) < 0.001)
    }
  }
}
