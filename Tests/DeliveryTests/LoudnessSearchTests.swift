import DSP
import Delivery
import Diagnostics
import SessionModel
import Testing

/// The loudness that a master asks for is what the delivered file has, or the render says why not.
@Suite("Loudness", .enabled(if: isOptimised))
struct LoudnessSearchTests {
  private func render(
    _ frames: [Frame], target: Double, maxLimiting: Double = 8, ceiling: Double? = -1, more: String = ""
  ) throws -> DeliveryResult {
    let shop = try Workshop()
    try shop.stem("a.wav", frames)
    try shop.session(
      """
      tracks: {a: {stem: a.wav}}
      tail: none
      master:
        loudness: {integrated: \(target) LUFS, max_limiting: \(maxLimiting) dB}
        limiter: \(ceiling.map { "{ceiling: \($0) dBTP}" } ?? "none")
      \(more)
      deliverables: {w: {format: wav}}
      """)
    return try shop.render()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var frames: [Frame]
    var testDescription: String { name }
  }

  static let programmes = [
    Case(name: "a tone with clicks 6 dB over it", frames: programme(seconds: 3, level: -20, crest: 6)),
    Case(name: "a tone with clicks 15 dB over it", frames: programme(seconds: 3, level: -30, crest: 15)),
    Case(name: "noise", frames: noise(120_000, peak: 0.3)),
    Case(name: "noise far too loud", frames: noise(120_000, peak: 4)),
    Case(name: "noise very quiet", frames: noise(120_000, peak: 0.002)),
    Case(name: "one side only", frames: noise(120_000, peak: 0.4).map { Frame($0.x, 0) }),
    Case(name: "loud and quiet halves", frames: noise(80_000, peak: 0.5) + noise(80_000, peak: 0.03)),
    Case(name: "400 ms", frames: noise(19_200)),
  ]

  @Test("the delivered file has the target loudness and stays under the ceiling", arguments: programmes)
  func reached(_ programme: Case) throws {
    for (target, ceiling) in [(-14.0, -1.0), (-23, -2), (-16, -0.3)] {
      let result = try render(programme.frames, target: target, maxLimiting: 20, ceiling: ceiling)
      let file = try #require(result["w"], "\(result.messages)")
      #expect(abs(try #require(file.measurement.integrated) - target) <= 0.05, "\(target)")
      #expect(try #require(file.measurement.truePeak) <= ceiling, "\(target)")
    }
  }

  /// Limited harder, the clicks no longer keep the bed below the gate, and the loudness of the whole falls by it.
  @Test("loudness that falls as gain rises is no dead end", arguments: [-24.0, -23, -22, -21])
  func falling(target: Double) throws {
    let bed = noise(288_000, peak: 0.01)
    let sound = bed.indices.map { index -> Frame in
      let since = (index + 24_000) % 48_000
      guard index > 12_000, since < 960 else { return bed[index] }
      let decay = Maths.amplitude(decibels: -Double(since) / 22)
      return bed[index]
        + Frame(
          repeating: 0.9 * decay
            * Maths.sineAndCosine(turns: (Double(since) / 48).truncatingRemainder(dividingBy: 1)).sine)
    }
    let result = try render(sound.map { $0 * 0.5 }, target: target, maxLimiting: 40)
    let file = try #require(result["w"], "\(result.messages)")
    #expect(abs(try #require(file.measurement.integrated) - target) <= 0.05)
  }

  @Test("without a limiter the gain is the difference, and nothing else") func plainGain() throws {
    let input = noise(120_000, peak: 0.1)
    let result = try render(input, target: -20, ceiling: nil)
    let file = try #require(result["w"])
    #expect(file.limitingDecibels == 0)
    let gain = Maths.amplitude(decibels: file.gainDecibels)
    let shop = try Workshop()
    try shop.stem("a.wav", input)
    try shop.session(
      "tracks: {a: {stem: a.wav}}\ntail: none\ndeliverables: {w: {format: wav, bit_depth: 32f}}\nmaster: {loudness: {integrated: -20 LUFS}}\n"
    )
    let float = try #require(try shop.render()["w"])
    let sound = try frames(float.path), stem = try frames("\(shop.path)/a.wav")
    let worst = zip(sound, stem).reduce(0.0) {
      max($0, abs($1.0.x - $1.1.x * gain), abs($1.0.y - $1.1.y * gain))
    }
    #expect(Maths.decibels(amplitude: worst) < -140)
  }

  @Test("silence, and less than 400 ms, have no loudness") func nothingToMeasure() throws {
    let quiet = "silent, or below -70 LUFS throughout"
    for (frames, reason) in [
      ([Frame](repeating: .zero, count: 96_000), quiet), (noise(19_000), "shorter than 400 ms"),
      (noise(96_000, peak: 1e-5), quiet),
    ] {
      let result = try render(frames, target: -14)
      #expect(result.codes == ["D0811"] && result.files.isEmpty, "\(result.messages)")
      #expect(result.messages.contains(reason))
    }
  }

  @Test("too much limiting is refused, with the loudest target that fits; and that fits") func tooMuch()
    throws
  {
    let input = programme(seconds: 3, level: -30, crest: 18, burst: 4_800)
    let result = try render(input, target: -7, maxLimiting: 3)
    #expect(result.codes == ["D0812"] && result.files.isEmpty, "\(result.messages)")
    #expect(result.messages.contains("`max_limiting` is 3 dB"))
    let hint = try #require(
      result.diagnostics.first?.hints.first { $0.hasPrefix("the loudest target that fits is ") })
    let loudest = try #require(Double(hint.split(separator: " ").dropLast().last ?? ""))
    #expect(loudest < -7 && loudest > -12)
    let fits = try render(input, target: loudest, maxLimiting: 3)
    let file = try #require(fits["w"], "\(fits.messages)")
    #expect(
      file.reductionDecibels <= 3 && file.reductionDecibels > 2,
      "the loudest, not just any: \(file.reductionDecibels)")
    #expect(abs(try #require(file.measurement.integrated) - loudest) <= 0.05)
    let beyond = try render(input, target: loudest + 0.2, maxLimiting: 3)
    #expect(beyond.codes == ["D0812"], "\(beyond.messages)")
  }

  @Test("what a clipper rings before and after the song is not in the file, and the ceiling holds without it")
  func ringing() throws {
    // Loud at the very first and the very last frame.
    let tone = (0..<96_000).map { Frame(repeating: 0.5 * Maths.sineAndCosine(turns: Double($0 % 48) / 48).cosine) }
    let shop = try Workshop()
    try shop.stem("a.wav", tone)
    try shop.session(
      """
      tracks: {a: {stem: a.wav}}
      tail: none
      master:
        gain: +40 dB
        clipper: {ceiling: -1 dB}
        limiter: {ceiling: -1 dBTP}
      deliverables: {w: {format: wav, bit_depth: 32f}}
      """)
    let file = try #require(try shop.render()["w"])
    #expect(try #require(file.measurement.truePeak) <= -1)
  }

  @Test("a target that no limiting reaches is told as such") func beyond() throws {
    // One click a second in near silence: turning it down leaves nothing that could be loud.
    let clicks = (0..<144_000).map { Frame(repeating: $0 % 48_000 == 24_000 ? 1 : 0) }
    let result = try render(clicks, target: -3)
    #expect(result.codes == ["D0812"] && result.files.isEmpty, "\(result.messages)")
    #expect(result.messages.contains("no amount of limiting makes it louder than"), "\(result.messages)")
  }

  @Test("a clipper's share is told apart") func clipper() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", programme(seconds: 3, level: -20, crest: 12, burst: 4_800))
    try shop.session(
      """
      tracks: {a: {stem: a.wav}}
      tail: none
      master:
        loudness: {integrated: -7 LUFS, max_limiting: 20 dB}
        clipper: {ceiling: 0 dB}
        limiter: {ceiling: -1 dBTP}
      deliverables:
        w: {format: wav}
        plain: {format: wav, master: {clipper: null}}
      """)
    let result = try shop.render()
    let (file, plain) = (try #require(result["w"], "\(result.messages)"), try #require(result["plain"]))
    #expect(file.clippingDecibels > 0.5 && plain.clippingDecibels == 0)
    #expect(file.limitingDecibels < plain.limitingDecibels)
    #expect(file.reductionDecibels > 0 && file.reductionDecibels < file.clippingDecibels + file.limitingDecibels)
    #expect(abs(try #require(file.measurement.integrated) + 7) <= 0.05)
    #expect(try #require(file.measurement.truePeak) <= -1)
  }

  @Test("a limiter that may take nothing") func noLimiting() throws {
    let result = try render(programme(seconds: 2, level: -30, crest: 12), target: -14, maxLimiting: 0)
    #expect(result.codes == ["D0812"], "\(result.messages)")
    let quiet = try render(programme(seconds: 2, level: -30, crest: 12), target: -35, maxLimiting: 0)
    #expect(quiet["w"]?.limitingDecibels == 0, "\(quiet.messages)")
  }

  @Test("hard work is a warning from 4 dB on, which can be allowed") func warning() throws {
    let input = programme(seconds: 2, level: -30, crest: 18, burst: 4_800)
    let loud = try render(input, target: -7, maxLimiting: 20)
    let file = try #require(loud["w"], "\(loud.messages)")
    #expect(
      file.reductionDecibels >= 4 && loud.codes == ["D0813"], "\(file.reductionDecibels): \(loud.messages)")
    #expect(try render(input, target: -7, maxLimiting: 20, more: "allow: [D0813]").codes.isEmpty)
    let gentle = try render(input, target: -28, maxLimiting: 20)
    #expect(gentle.codes.isEmpty && gentle["w"] != nil, "\(gentle.messages)")
  }

  @Test("one deliverable that fails does not take the others with it") func others() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", programme(seconds: 2, level: -30, crest: 18, burst: 4_800))
    try shop.session(
      """
      tracks: {a: {stem: a.wav}}
      master: {preset: streaming}
      deliverables:
        loud: {format: wav, master: {loudness: {integrated: -6 LUFS, max_limiting: 2 dB}}}
        usual: {format: wav, master: {loudness: {integrated: -24 LUFS}}}
        free: {format: wav, master: {loudness: none}}
      """)
    let result = try shop.render()
    #expect(result.codes == ["D0812"], "\(result.messages)")
    #expect(result.files.map(\.id) == ["usual", "free"])
    #expect(
      shop.outputs == ["song-free.wav", "song-usual.wav"], "nothing is written for the one that failed")
  }

  @Test("a fade counts: what is delivered has the loudness") func fades() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", noise(144_000, peak: 0.2))
    try shop.session(
      "tracks: {a: {stem: a.wav}}\ntail: none\nmaster: {preset: streaming, fade_in: 1 s, fade_out: 1.5 s smooth}\ndeliverables: {w: {format: wav}}\n"
    )
    let file = try #require(try shop.render()["w"])
    #expect(abs(try #require(file.measurement.integrated) + 14) <= 0.05)
  }
}
