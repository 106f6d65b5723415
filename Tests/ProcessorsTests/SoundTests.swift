import DSP
import Processors
import Quantities
import Testing

/// That each key of a table reaches the sound, with its unit.
@Suite("Sounds", .enabled(if: isOptimised))
struct SoundTests {
  private func level(_ insert: Insert, at frequency: Double, side: Bool = false) throws -> Double {
    // The whole response, by one bin of a Fourier transform.
    let response = try output(insert, [side ? Frame(1, -1) : Frame(1, 1)] + silence(95_999), block: 8192)
    var sine = 0.0, cosine = 0.0
    for index in response.indices where response[index] != .zero {
      let angle = Maths.sineAndCosine(
        turns: (Double(index) * frequency / 48_000).truncatingRemainder(dividingBy: 1))
      sine += response[index].x * angle.sine
      cosine += response[index].x * angle.cosine
    }
    return decibels((sine * sine + cosine * cosine).squareRoot())
  }

  private func expect(
    _ value: Double, _ target: Double, within tolerance: Double, _ name: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      abs(value - target) <= tolerance, "\(name): \(value), wanted \(target)", sourceLocation: sourceLocation)
  }

  @Test func gain() throws {
    expect(try level(insert("gain", ["gain": "-6 dB"]), at: 1000), -6, within: 1e-9)
    #expect(try output(insert("gain", ["polarity": "inverted"]), noise(10)) == noise(10).map { -$0 })
    #expect(try output(insert("gain", ["gain": "-inf dB"]), noise(10)).peak == 0)
    #expect(try output(insert("gain"), noise(10)) == noise(10))
  }

  @Test("each band type, with its default q") func bands() throws {
    func eq(_ band: Words) throws -> Insert { try insert("eq", ["bands": ["x": band]]) }
    expect(try level(eq(["type": "bell", "frequency": "1 kHz", "gain": "6 dB"]), at: 1000), 6, within: 0.01)
    expect(
      try level(eq(["type": "low_shelf", "frequency": "1 kHz", "gain": "-6 dB"]), at: 20), -6, within: 0.05)
    expect(
      try level(eq(["type": "high_shelf", "frequency": "1 kHz", "gain": "4 dB"]), at: 15_000), 4, within: 0.1)
    expect(try level(eq(["type": "high_pass", "frequency": "1 kHz"]), at: 1000), -3.01, within: 0.1)
    expect(
      try level(eq(["type": "high_pass", "frequency": "1 kHz", "slope": "48 dB/oct"]), at: 500), -48.16,
      within: 0.3)
    expect(
      try level(eq(["type": "low_pass", "frequency": "500 Hz", "slope": "24"]), at: 1000), -24.1, within: 0.2)
    expect(
      try level(eq(["type": "low_pass", "frequency": "500 Hz", "slope": "6"]), at: 1000), -6.99, within: 0.1)
    expect(try level(eq(["type": "low_pass", "frequency": "500 Hz", "q": "4"]), at: 500), 12.04, within: 0.1)
    expect(try level(eq(["type": "band_pass", "frequency": "1 kHz"]), at: 1000), 0, within: 0.05)
    #expect(try level(eq(["type": "notch", "frequency": "1 kHz"]), at: 1000) < -80)
    for frequency in [100.0, 1000, 9000] {
      expect(try level(eq(["type": "all_pass", "frequency": "1 kHz"]), at: frequency), 0, within: 1e-6)
    }
    expect(try level(eq(["type": "tilt", "frequency": "1 kHz", "gain": "6 dB"]), at: 20_000), 3, within: 0.1)
    expect(try level(eq(["type": "tilt", "frequency": "1 kHz", "gain": "6 dB"]), at: 20), -3, within: 0.1)
    for (type, q) in [
      ("bell", "1"), ("band_pass", "1"), ("notch", "1"), ("low_shelf", "0.7071"), ("high_shelf", "0.7071"),
      ("high_pass", "0.7071"), ("all_pass", "0.7071"),
    ] {
      for frequency in [600.0, 1400] {
        let gain: Words = ["type": .text(type), "frequency": "1 kHz"]
        let words = ["bell", "low_shelf", "high_shelf"].contains(type) ? gain.with("gain", "9 dB") : gain
        expect(
          try level(eq(words), at: frequency), try level(eq(words.with("q", .text(q))), at: frequency),
          within: 0.002, "\(type)'s default")
      }
    }
    expect(
      try level(eq(["type": "bell", "frequency": "1 kHz", "gain": "6 dB", "bypass": "true"]), at: 1000), 0,
      within: 1e-12)
  }

  @Test("the order of bands in the file changes no bit") func bandOrder() throws {
    let low: Words = ["type": "bell", "frequency": "100", "gain": "5"],
      high: Words = ["type": "high_shelf", "frequency": "5 kHz", "gain": "-3"]
    let one = try output(insert("eq", ["bands": ["a": low, "b": high]]), noise(2000))
    #expect(try output(insert("eq", ["bands": ["b": high, "a": low]]), noise(2000)).hasSameBits(as: one))
  }

  @Test("the static curve of the compressor") func compressor() throws {
    func settled(_ words: Words, _ peak: Double, right: Double? = nil) throws -> Frame {
      let input = (0..<96_000).map { index in Frame(peak, right ?? peak) * (index % 2 == 0 ? 1 : -1) }
      let sound = try output(insert("compressor", words), input, block: 4096)
      let last = sound[95_998]
      return Frame(decibels(abs(last.x)), decibels(abs(last.y)))
    }
    let hard: Words = [
      "threshold": "-20 dB", "ratio": "4:1", "knee": "0", "attack": "1 ms", "release": "50 ms",
    ]
    expect(try settled(hard, 1).x, -15, within: 0.01, "20 dB over, 4:1")
    expect(try settled(hard, 0.01).x, -40, within: 1e-9, "below")
    expect(try settled(hard.with("ratio", "inf:1"), 1).x, -20, within: 0.01)
    expect(try settled(hard.with("range", "6 dB"), 1).x, -6, within: 0.01)
    expect(try settled(hard.with("makeup", "5 dB"), 1).x, -10, within: 0.01)
    expect(try settled(hard.with("makeup", "auto"), 1).x, -7.5, within: 0.01, "half of 15 dB")
    expect(
      try settled(hard.with("knee", "20 dB"), 0.1).x, -20 - 0.75 * 100 / 40, within: 0.01,
      "in the middle of the knee")
    expect(try settled(hard.with("detector", "rms"), 1).x, -15, within: 0.02)
    let linked = try settled(hard, 1, right: 0.1),
      apart = try settled(hard.with("link", "false"), 1, right: 0.1)
    expect(linked.y, -35, within: 0.01)
    expect(apart.y, -20, within: 0.1)
    expect(
      try settled(hard.with("sidechain_high_pass", "10 kHz"), 1).x, -15, within: 0.3,
      "at half the rate it passes")
    let processing = try #require(try insert("compressor", hard).makeProcessing(context, blockFrames: 512))
    _ = run(processing, (0..<48_000).map { Frame(repeating: $0 % 2 == 0 ? 1 : -1) }, block: 512)
    expect(try #require(processing.reductionDecibels), 15, within: 0.01, "the reduction is told")
  }

  @Test("the limiter holds its ceiling and leaves the rest") func limiter() throws {
    let limited = try output(insert("limiter", ["ceiling": "-3 dBTP"]), noise(20_000, peak: 2), block: 512)
    var meter = TruePeakMeter()
    meter.process(limited.span)
    let peak = try #require(meter.highest.first).level
    #expect(peak <= -3 && peak > -3.2)
    let quiet = noise(5000, peak: 0.1)
    let limiter = try insert("limiter", ["ceiling": "-3 dBTP"])
    let latency = limiter.latencyFrames(context)
    #expect(try Array(output(limiter, quiet + silence(latency), block: 512).dropFirst(latency)) == quiet)
  }

  @Test func width() throws {
    let input = noise(1000)
    #expect(try output(insert("width"), input) == input)
    #expect(try output(insert("width", ["width": "0 %"]), input).allSatisfy { $0.x == $0.y })
    expect(try level(insert("width", ["width": "200 %"]), at: 1000, side: true), 6.02, within: 0.01)
    #expect(try level(insert("width", ["mono_below": "200 Hz"]), at: 50, side: true) < -45)
    expect(try level(insert("width", ["mono_below": "200 Hz"]), at: 50), 0, within: 0.001)
    expect(try level(insert("width", ["side_high_shelf": "6 dB"]), at: 18_000, side: true), 6, within: 0.3)
    expect(try level(insert("width", ["side_high_shelf": "6 dB"]), at: 18_000), 0, within: 1e-9)
  }

  @Test("echoes come when the tempo says") func delay() throws {
    func echoes(_ words: Words, _ input: Frame = Frame(1, 1)) throws -> [(frame: Int, value: Frame)] {
      let sound = try output(insert("delay", words), [input] + silence(60_000), block: 4096)
      return sound.indices.filter { sound[$0] != .zero }.map { ($0, sound[$0]) }
    }
    #expect(try echoes(["time": "1/8d"]).map(\.frame) == [18_000])
    #expect(try echoes(["time": "100 samples"]).map(\.frame) == [100])
    let two = try echoes(["time": "500 ms", "feedback": "50 %"])
    #expect(two.map(\.frame) == [24_000, 48_000] && two.map(\.value) == [Frame(1, 1), Frame(0.5, 0.5)])
    let pingPong = try echoes(["time": "500 ms", "feedback": "50 %", "ping_pong": "true"], Frame(1, 0))
    #expect(pingPong.map(\.value) == [Frame(0.5, 0), Frame(0, 0.25)])
    #expect(try echoes(["time": "500 ms", "width": "0 %"], Frame(1, 0)).first?.value == Frame(0.5, 0.5))
  }

  @Test("the reverb's keys reach it") func reverb() throws {
    func energy(_ words: Words, _ range: Range<Int>) throws -> Double {
      let sound = try output(insert("reverb", words), [Frame(1, 1)] + silence(60_000), block: 4096)
      return sound[range].reduce(0) { $0 + $1.x * $1.x + $1.y * $1.y }
    }
    #expect(try energy(["predelay": "100 ms"], 0..<4800) == 0)
    #expect(try energy(["predelay": "1 beat"], 0..<24_000) == 0, "in the tempo, too")
    #expect(try energy(["decay": "5 s"], 48_000..<60_000) > 10 * energy(["decay": "1 s"], 48_000..<60_000))
    let models = try ["room", "hall", "plate"].map {
      try output(insert("reverb", ["model": .text($0)]), noise(5000))
    }
    #expect(models[0] != models[1] && models[1] != models[2])
    #expect(
      try output(insert("reverb", ["seed": "1"]), noise(9000))
        != output(insert("reverb", ["seed": "2"]), noise(9000)))
    #expect(try output(insert("reverb", ["width": "0 %"]), noise(9000)).allSatisfy { $0.x == $0.y })
    #expect(
      try level(insert("reverb", ["low_cut": "2 kHz"]), at: 100) < level(insert("reverb"), at: 100) - 25)
    #expect(
      try level(insert("reverb", ["high_cut": "1 kHz"]), at: 10_000) < level(insert("reverb"), at: 10_000)
        - 25)
  }

  @Test("the DC block takes an offset and leaves the rest") func dcBlock() throws {
    let sound = try output(
      insert("dc_block"), [Frame](repeating: Frame(0.5, -0.5), count: 48_000), block: 4096)
    #expect(Array(sound.suffix(100)).peak < 1e-6)
    expect(try level(insert("dc_block"), at: 100), 0, within: 0.02)
    expect(try level(insert("dc_block", ["frequency": "100 Hz"]), at: 100), -3.01, within: 0.05)
  }
}
