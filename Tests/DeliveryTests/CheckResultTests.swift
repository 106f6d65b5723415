import DSP
import Delivery
import SessionModel
import Testing

@Suite("Checks of files", .enabled(if: isOptimised))
struct CheckResultTests {
  private func render(_ text: String, _ sound: [Frame]? = nil) throws -> DeliveryResult {
    let shop = try Workshop()
    try shop.stem("a.wav", sound ?? programme(seconds: 4, level: -20, crest: 12))
    try shop.session("tracks: {a: {stem: a.wav}}\ntail: none\n" + text)
    return try shop.render()
  }

  @Test("what holds passes, what does not is an error with the value; the files are there")
  func passAndFail() throws {
    let result = try render(
      """
      master: {preset: streaming}
      checks:
        integrated_loudness: {min: -14.5 LUFS, max: -13.5 LUFS}
        true_peak: {max: -1.5 dBTP}
        clipped_samples: {max: 0}
        dc_offset: {max: -60 dB}

      """)
    #expect(result.checks.map(\.name) == ["integrated_loudness", "true_peak", "dc_offset", "clipped_samples"])
    #expect(result.checks.map(\.passed) == [true, false, true, true], "\(result.messages)")
    #expect(result.codes == ["D0823"] && result.messages.contains("should be at most -1.5 dBTP"), "\(result.messages)")
    #expect(result.files.count == 1)
  }

  @Test("mono compatibility: 0 for mono, −3 for unrelated channels, nothing for opposite ones")
  func mono() throws {
    func value(_ sound: [Frame]) throws -> Double? {
      try render("checks: {mono_compatibility: {min: -100 LU}}\n", sound).checks.first?.value
    }
    let hiss = noise(96_000, peak: 0.3)
    let same = try #require(try value(hiss.map { Frame($0.x, $0.x) })), unlike = try #require(try value(hiss))
    #expect(abs(same) < 1e-3 && abs(unlike + 3.01) < 0.1)
    let opposite = try render(
      "checks: {mono_compatibility: {min: -3 LU}}\n", hiss.map { Frame($0.x, -$0.x) })
    #expect(opposite.checks.first?.passed == false && opposite.checks.first?.value == -.infinity)
  }

  @Test("the levels of silence keep every upper bound, and no lower one") func silence() throws {
    let levels = [
      ("integrated_loudness", "LUFS"), ("short_term_max", "LUFS"), ("momentary_max", "LUFS"), ("true_peak", "dBTP"),
      ("sample_peak", "dB"), ("noise_floor", "dB"), ("side_level", "dB"),
    ]
    func passed(_ bound: String) throws -> [Bool] {
      let limits = levels.map { "\($0): {\(bound): -40 \($1)}" }
      let result = try render(
        "checks: {\(limits.joined(separator: ", "))}\ndeliverables: {a: {format: wav, dither: none}}\n",
        [Frame](repeating: .zero, count: 192_000))
      #expect(result.checks.count == levels.count, "\(result.messages)")
      return result.checks.map(\.passed)
    }
    #expect(try passed("max").allSatisfy { $0 })
    #expect(try !passed("min").contains(true))
  }

  @Test("the session's checks judge its own master's files, a deliverable's its own")
  func scope() throws {
    let result = try render(
      """
      master: {preset: streaming}
      checks: {integrated_loudness: {min: -14.1 LUFS}}
      deliverables:
        a: {format: wav}
        b: {format: wav, master: {loudness: {integrated: -20 LUFS}}, checks: {integrated_loudness: {max: -19 LUFS}}}

      """)
    #expect(result.checks.map { "\($0.deliverable) \($0.limit)" } == ["a at least -14.1 LUFS", "b at most -19 LUFS"])
    #expect(result.checks.filter { !$0.passed }.isEmpty, "\(result.messages)")
  }
}
