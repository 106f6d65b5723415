import DSP
import Delivery
import SessionModel
import Testing

@Suite("Checks of sections and of the whole", .enabled(if: isOptimised))
struct SectionCheckTests {
  /// Two seconds quiet, two loud, two quiet.
  private static let sound = { (rate: Double) -> [Frame] in
    let tone = (0..<Int(6 * rate)).map { index -> Frame in
      let turns = Double(index) * 1000 / rate
      let wave = Maths.sineAndCosine(turns: turns - turns.rounded(.down)).sine
      let isLoud = index >= Int(2 * rate) && index < Int(4 * rate)
      return Frame(repeating: wave * (isLoud ? 0.5 : 0.05))
    }
    return tone
  }(48_000)

  private func render(_ text: String, _ sound: [Frame] = sound) throws -> DeliveryResult {
    let shop = try Workshop()
    try shop.stem("a.wav", sound)
    try shop.session("tracks: {a: {stem: a.wav}}\ntail: none\n" + text)
    return try shop.render()
  }

  private let places = "tempo: 120\nmarkers: {verse: 1|1, chorus: 2|1, outro: 3|1}\n"

  @Test("a section is measured from its marker to the next, at the file's own rate")
  func markers() throws {
    let result = try render(
      places + """
        deliverables: {w: {format: wav, sample_rate: 44.1 kHz, bit_depth: 32f}}
        checks:
          momentary_max: {max: 0 LUFS}
          sections:
            verse: {true_peak: {max: -25 dBTP}, momentary_max: {max: -25.5 LUFS}}
            chorus: {momentary_max: {min: -6.1 LUFS, max: -5.9 LUFS}, sample_peak: {min: -6.1 dB}}
            outro: {integrated_loudness: {min: -26.1 LUFS, max: -25.9 LUFS}}

        """)
    #expect(result.checks.map { $0.section ?? "-" } == ["-", "verse", "verse", "chorus", "chorus", "outro"])
    #expect(result.checks.filter { !$0.passed }.isEmpty, "\(result.messages)")
  }

  @Test("`from` and `to` are places in the song, which begins at `start`")
  func explicit() throws {
    let result = try render(
      places + """
        start: 1 s
        checks:
          sections:
            loud: {from: 2.2 s, to: 3.8 s, sample_peak: {min: -6.1 dB, max: -6 dB}}
            end: {from: chorus + 4 beats, sample_peak: {max: -25 dB}}
            all: {from: 1 s, to: outro, momentary_max: {max: -20 LUFS, because: verses are quiet, advice: turn it down}}

        """)
    #expect(result.checks.map(\.passed) == [true, true, false], "\(result.messages)")
    #expect(
      result.messages.contains(
        "D0823 `mix` misses its check `momentary_max` of the section `all`: it is -6.01 LUFS, and should be at most "
          + "-20 LUFS, 13.99 LU too much: verses are quiet [turn it down]"), "\(result.messages)")
  }

  @Test("a section past the end of the file has nothing to measure")
  func pastTheEnd() throws {
    let result = try render("checks: {sections: {late: {from: 7 s, sample_peak: {max: 0 dB}}}}\n")
    #expect(result.checks.first?.passed == false && result.files.count == 1)
    #expect(result.messages.contains("of the section `late`: it does not exist"), "\(result.messages)")
  }

  @Test("length, silence at the ends, noise floor, side")
  func whole() throws {
    let quiet = Array(repeating: Frame.zero, count: 24_000)
    let hiss = noise(24_000, peak: 0.0005)
    let result = try render(
      """
      deliverables: {w: {format: wav, bit_depth: 32f}}
      checks:
        length: {min: 1.99 s, max: 2 bars}
        silence_head: {max: 400 ms}
        silence_tail: {min: 0.9 s}
        noise_floor: {max: -70 dB}
        side_level: {max: -20 dB}
        cd_frame_remainder: {max: 0}
      tempo: 120

      """, quiet + Self.sound.prefix(24_000) + quiet + hiss)
    #expect(
      result.checks.map { "\($0.name) \($0.passed)" } == [
        "noise_floor true", "side_level true", "length true", "silence_head false", "silence_tail true",
        "cd_frame_remainder true",
      ], "\(result.messages)")
    #expect(result.messages.contains("it is 500 ms, and should be at most 400 ms"), "\(result.messages)")
  }
}
