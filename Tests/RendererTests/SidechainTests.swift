import DSP
import Testing

@Suite("Sidechains and latency")
struct SidechainTests {
  /// A compressor that takes all of what is above −40 dB at once.
  private let hard =
    "type: compressor, threshold: -40 dB, ratio: inf:1, knee: 0, attack: 0, release: 0, makeup: 0 dB"

  @Test("the detector hears the key after its inserts, before its fader, muted or not")
  func key() throws {
    let scene = Scene(
      """
      length: 100 samples
      tracks:
        key: {mute: true, level: -inf dB, inserts: {gain: {gain: -20 dB}}, clips: {c: {stem: one, at: 50 samples}}}
        a: {stem: one, inserts: {duck: {\(hard), sidechain: key}}}

      """, ["one": ones(200)])
    let sound = try scene.render().map(\.x)
    #expect(sound[49] == 1)
    // The key is at −20 dB: 20 dB above the threshold, all of which goes.
    #expect(abs(Maths.decibels(amplitude: sound[50]) + 20) < 1e-9)
  }

  @Test("a bus may be the key, and a bus may hear a track; loops are refused")
  func buses() throws {
    let scene = Scene(
      """
      tracks:
        k: {stem: one, output: keys, level: -10 dB}
        a: {stem: one, output: group}
      buses:
        keys: {level: -inf dB}
        group: {inserts: {duck: {\(hard), sidechain: keys}}}

      """, ["one": ones(50)])
    #expect(try scene.render().allSatisfy { abs(Maths.decibels(amplitude: $0.x) + 30) < 1e-9 })
    let loop = Scene(
      """
      tracks:
        a: {stem: one, inserts: {duck: {\(hard), sidechain: b}}}
        b: {stem: one, inserts: {duck: {\(hard), sidechain: a}}}

      """, ["one": ones(50)])
    #expect(try loop.codes() == ["G0602"])
  }

  @Test("the key's high-pass takes its bass away")
  func highPass() throws {
    let low = (0..<4800).map { Frame(repeating: Maths.sineAndCosine(turns: Double($0) * 40 / 48_000).sine) }
    func reduction(_ more: String) throws -> Double {
      let scene = Scene(
        """
        tracks:
          k: {stem: low, level: -inf dB}
          a: {stem: one, inserts: {duck: {type: compressor, threshold: -20 dB, ratio: 10:1, sidechain: k\(more)}}}

        """, ["low": low, "one": ones(4800)])
      return Maths.decibels(amplitude: try scene.render()[4700].x)
    }
    #expect(try reduction("") < -8)
    #expect(try reduction(", sidechain_high_pass: 1 kHz") > -0.1)
  }

  @Test("every pair of paths arrives at one sample")
  func paths() throws {
    let paths = [
      "dry": "stem: i",
      "ahead": "stem: i, inserts: {compressor: {threshold: 0 dB, ratio: 1:1, lookahead: 7 ms}}",
      "limited": "stem: i, inserts: {limiter: {ceiling: 20 dBTP}}",
      "parallel": "stem: i, inserts: {compressor: {threshold: 0 dB, ratio: 1:1, lookahead: 3 ms, mix: 40 %}}",
      "sent": "stem: i, level: -inf dB, sends: {return: {level: 0 dB, tap: pre_fader}}",
      "keyed": "stem: i, inserts: {compressor: {threshold: 0 dB, ratio: 1:1, sidechain: late}}",
      "grouped": "stem: i, output: group",
    ]
    let rest = """
        late: {stem: i, level: -inf dB, inserts: {limiter: {ceiling: 20 dBTP}}}
      buses:
        return: {inserts: {compressor: {threshold: 0 dB, ratio: 1:1, lookahead: 11 ms}}}
        group: {delay: -2 ms, inserts: {limiter: {ceiling: 20 dBTP}}}
      """
    for one in paths.keys.sorted() {
      for other in paths.keys.sorted() where one < other {
        let scene = Scene(
          "length: 3000 samples\ntracks:\n  \(one): {\(paths[one] ?? "")}\n  \(other): {\(paths[other] ?? "")}\n"
            + rest.replacing("delay: -2 ms, ", with: "") + "\n", ["i": impulse(2000, at: 1000, 0.25)])
        let sound = try scene.render()
        let heard = sound.indices.filter { abs(sound[$0].x) > 1e-9 }
        #expect(heard == [1000], "\(one) and \(other): \(heard.prefix(4))")
      }
    }
  }
}
