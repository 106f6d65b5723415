import DSP
import Delivery
import SessionModel
import Testing

@Suite("Masters for a medium", .enabled(if: isOptimised))
struct MediumTests {
  private func tone(_ frequency: Double, seconds: Double = 5, left: Double = 0.2, right: Double = 0.2) -> [Frame] {
    (0..<Int(seconds * 48_000)).map { index in
      let turns = Double(index) * frequency / 48_000
      let wave = Maths.sineAndCosine(turns: turns - turns.rounded(.down)).sine
      return Frame(left * wave, right * wave)
    }
  }

  private func workshop(_ text: String, _ sound: [Frame]) throws -> Workshop {
    let shop = try Workshop()
    try shop.stem("a.wav", sound)
    try shop.session("tracks: {a: {stem: a.wav}}\ntail: none\n" + text)
    return shop
  }

  @Test("a file for CD is filled up to whole frames, and what is no CD is told")
  func wholeFrames() throws {
    let sound = Array(tone(1000, seconds: 6).prefix(48_000 * 5 + 7))
    let shop = try workshop(
      """
      master: {preset: cd}
      deliverables:
        cd: {format: wav, sample_rate: 44.1 kHz, bit_depth: 16}
        hires: {format: flac, bit_depth: 24}
        mp3: {format: mp3, sample_rate: 44.1 kHz}
        bare: {format: wav, bit_depth: 32f, master: {pad: none, checks: {cd_frame_remainder: null}}}

      """, sound)
    let result = try shop.render()
    #expect(result.files.map(\.id) == ["cd", "hires", "mp3", "bare"], "\(result.messages)")
    // 240 007 frames become 220 507 at 44.1 kHz.
    #expect(result["cd"]?.measurement.frames == 221_088 && result["mp3"]?.measurement.frames == 221_088)
    #expect(result["hires"]?.measurement.frames == 240_640 && result["bare"]?.measurement.frames == 240_007)
    #expect(result.codes == ["D0832", "D0832"], "\(result.messages)")
    #expect(result.messages.contains("but has 48 kHz, 24 bits: a CD holds 44.1 kHz, 16 bits, stereo"))
    let filled = try frames(try #require(result["hires"]).path)
    #expect(filled[240_100...].allSatisfy { abs($0.x) < 1e-6 })
  }

  @Test("a file that misses a check of its master is refused with its reason; the others are written")
  func refused() throws {
    let shop = try workshop(
      """
      deliverables:
        plain: {format: wav}
        record: {format: wav, master: {preset: vinyl, inserts: {vinyl_bass: null}}}
        cd: {format: wav, sample_rate: 44.1 kHz, bit_depth: 16, master: {preset: cd}}

      """, tone(60, seconds: 3, left: 0.4, right: 0))
    let result = try shop.render()
    #expect(result.files.map(\.id) == ["plain"])
    #expect(shop.outputs == ["song-plain.wav"])
    #expect(result.codes == ["D0831", "D0831"], "\(result.messages)")
    #expect(result.messages.contains("the bound is `deliverables.cd.master.checks.length.min`"), "\(result.messages)")
    #expect(
      result.messages.contains(
        "`record` is not written, as it misses the check `bass_side_level` of its master: it is -3"),
      "\(result.messages)")
    #expect(result.messages.contains("`mono_below: 150 Hz`") && result.messages.contains("it can jump"))
    #expect(
      result.messages.contains("check `length` of its master: it is 3 s, and should be at least 4 s, 1 s too little"),
      "\(result.messages)")
  }

  @Test("the vinyl master's own inserts make its bass mono")
  func monoBass() throws {
    let sound = zip(tone(60, left: 0.4, right: 0), tone(2000, left: 0.2, right: 0.2)).map { $0 + $1 }
    let result = try workshop("master: {preset: vinyl}\n", sound).render()
    #expect(result.files.count == 1 && result.codes == [], "\(result.messages)")
    #expect(result.checks.map(\.name) == ["correlation", "sample_peak", "bass_side_level", "sibilance", "length"])
    #expect(result.checks.allSatisfy { $0.source == .master })
  }

  @Test(
    "each reason to refuse a record",
    arguments: [
      ("correlation", 0.3, -0.31, 400.0), ("sample_peak", 0.95, 0.95, 400),
    ])
  func reasons(name: String, left: Double, right: Double, frequency: Double) throws {
    let result = try workshop(
      "master: {preset: vinyl}\n", tone(frequency, left: left, right: right)
    ).render()
    #expect(result.files.isEmpty && result.messages.contains("misses the check `\(name)` of"), "\(result.messages)")
  }

  @Test("an ess that is louder than the music is refused, a tame one is not")
  func esses() throws {
    for (level, isRefused) in [(0.03, false), (0.3, true)] {
      var sound = tone(300)
      for (index, frame) in tone(7000, seconds: 0.1, left: level, right: level).enumerated() {
        sound[96_000 + index] += frame
      }
      let result = try workshop("master: {preset: vinyl}\n", sound).render()
      #expect(result.files.isEmpty == isRefused, "\(result.checks)")
      #expect(result.messages.contains("the check `sibilance` of its master") == isRefused)
    }
  }

  @Test("bounds of a master are overridden key by key, and a range is not judged")
  func overridden() throws {
    let shop = try workshop("master: {preset: cd, checks: {length: {min: 1 s}}}\n", tone(400, seconds: 3))
    #expect(try shop.render().files.count == 1)
    let strict = try workshop("master: {preset: cd}\n", tone(400, seconds: 3))
    #expect(try strict.render { $0.range = "0..1 s" }.files.count == 1)
    #expect(try strict.render().files.isEmpty)
  }
}
