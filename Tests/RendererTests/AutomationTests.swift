import DSP
import Testing

@Suite("Automation")
struct AutomationTests {
  /// The gains of a track of ones at 1000 frames a second.
  private func gains(_ track: String, _ rest: String = "", count: Int = 1000) throws -> [Frame] {
    try Scene("sample_rate: 8 kHz\ntracks: {a: {stem: one, \(track)}}\n\(rest)", ["one": ones(count)]).render()
  }

  private func decibels(_ frame: Frame) -> Double { Maths.decibels(amplitude: frame.x) }

  @Test("a jump ends at its place, after 5 ms, evenly in amplitude")
  func jump() throws {
    let gains = try gains("automation: {level: [{at: 500 samples, value: -6 dB}]}").map(\.x)
    let target = Maths.amplitude(decibels: -6)
    #expect(gains[460] == 1 && gains[500] == target && gains[999] == target)
    for index in 460...500 {
      #expect(abs(gains[index] - (1 + (target - 1) * Double(index - 460) / 40)) < 1e-15, "\(index)")
    }
  }

  @Test("a jump is cut short at the point before")
  func crowdedJumps() throws {
    let gains = try gains(
      "automation: {level: [{at: 100 samples, value: -6 dB}, {at: 110 samples, value: 0 dB}]}"
    ).map(\.x)
    #expect(gains[100] == Maths.amplitude(decibels: -6) && gains[110] == 1)
    #expect(gains[105] > gains[100] && gains[105] < 1)
  }

  @Test(
    "moves are even in dB, by their curve, exact at both ends",
    arguments: [("linear", 0.25), ("smooth", 0.14644660940672624), ("fast_start", 0.4375), ("fast_end", 0.0625)])
  func curves(_ curve: String, _ quarter: Double) throws {
    let gains = try gains(
      "level: -20 dB, automation: {level: [{at: 800 samples, value: 0 dB, over: 400 samples, curve: \(curve)}]}")
    #expect(abs(decibels(gains[400]) + 20) < 1e-12 && gains[800].x == 1)
    #expect(abs(decibels(gains[500]) - (-20 + 20 * quarter)) < 1e-12)
  }

  @Test("a curve without `over` moves all the way from the point before, or from the start")
  func wholeWay() throws {
    let gains = try gains(
      """
      automation: {level: [{at: 200 samples, value: -10 dB, curve: linear}, {at: 600 samples, offset: 0 dB}]}
      """.replacing("offset: 0 dB", with: "value: -20 dB, curve: linear"))
    #expect(abs(decibels(gains[100]) + 5) < 1e-12 && abs(decibels(gains[400]) + 15) < 1e-12)
    #expect(abs(decibels(gains[999]) + 20) < 1e-12)
  }

  @Test("offsets count from the static value")
  func offsets() throws {
    let gains = try gains("level: -12 dB, automation: {level: [{at: 500 samples, offset: +3 dB}]}")
    #expect(abs(decibels(gains[500]) + 9) < 1e-12)
  }

  @Test("to silence evenly in amplitude")
  func silence() throws {
    let gains = try gains(
      "automation: {level: [{at: 400 samples, value: -inf dB, over: 400 samples}]}"
    ).map(\.x)
    for index in [0, 100, 399, 400] { #expect(abs(gains[index] - (1 - Double(index) / 400)) < 1e-15) }
    #expect(gains[401] == 0)
  }

  @Test("pan and width move with every frame")
  func places() throws {
    let pans = try gains("automation: {pan: [{at: 400 samples, value: R100, over: 400 samples}]}")
    for index in [0, 100, 300, 400, 900] {
      #expect(pans[index] == PanLaw.balance(at: min(1, Double(index) / 400)), "\(index)")
    }
    let scene = Scene(
      "sample_rate: 8 kHz\ntracks: {a: {stem: s, automation: {width: [{at: 400 samples, value: 0 %, over: 400 samples}]}}}\n",
      ["s": Array(repeating: Frame(1, 0), count: 500)])
    let widths = try scene.render()
    #expect(widths[200] == Frame(0.75, 0.25) && widths[450] == Frame(0.5, 0.5))
  }

  @Test("mute, trim and sends have lanes too")
  func others() throws {
    let mute = try gains("mute: true, automation: {mute: [{at: 500 samples, value: false}]}").map(\.x)
    #expect(mute[459] == 0 && mute[480] == 0.5 && mute[500] == 1)
    let trim = try gains("polarity: inverted, automation: {trim: [{at: 500 samples, value: -6 dB}]}").map(\.x)
    #expect(trim[0] == -1 && trim[600] == -Maths.amplitude(decibels: -6))
    let send = try gains(
      "level: -inf dB, sends: {b: {level: -inf dB, tap: pre_fader}}, automation: {sends.b.level: [{at: 500 samples, value: 0 dB}]}",
      "buses: {b: {}}\n"
    ).map(\.x)
    #expect(send[400] == 0 && send[480] == 0.5 && send[500] == 1)
  }

  @Test("VCAs add up, each once, and move their members with their sends")
  func vcas() throws {
    let gains = try gains(
      "level: -3 dB",
      "vcas: {x: {members: [a], level: -2 dB}, y: {members: [x, a], level: -1 dB, automation: {level: [{at: 500 samples, value: -5 dB}]}}}\n"
    )
    #expect(abs(decibels(gains[0]) + 6) < 1e-12 && abs(decibels(gains[600]) + 10) < 1e-12)
    let muted = try self.gains("level: 0 dB", "vcas: {x: {members: [a], mute: true}}\n")
    #expect(muted.allSatisfy { $0 == .zero })
  }

  @Test("an insert's gain and mix move with every frame")
  func inserts() throws {
    let gain = try gains(
      "inserts: {gain: {gain: 0 dB}}, automation: {inserts.gain.gain: [{at: 400 samples, value: -20 dB, over: 400 samples}]}"
    )
    #expect(abs(decibels(gain[200]) + 10) < 1e-12 && abs(decibels(gain[400]) + 20) < 1e-12)
    let mix = try gains(
      "inserts: {gain: {gain: -inf dB, mix: 0 %}}, automation: {inserts.gain.mix: [{at: 400 samples, value: 100 %, over: 400 samples}]}"
    ).map(\.x)
    #expect(mix[0] == 1 && abs(mix[100] - 0.75) < 1e-15 && mix[400] == 0)
  }

  @Test("a musical delay time follows the tempo")
  func tempo() throws {
    let scene = Scene(
      """
      sample_rate: 8 kHz
      tempo: [{at: 1|1, bpm: 120}, {at: 2|1, bpm: 60}]
      length: 5|1
      tracks: {a: {inserts: {delay: {time: 1/8}}, clips: {x: {stem: i}, y: {stem: i, at: 3|1}}}}

      """, ["i": impulse(1)])
    let sound = try scene.render()
    // An eighth is 0.25 s at 120 and 0.5 s at 60; bar 2 begins at 2 s, bar 3 at 6 s.
    #expect(sound.indices.filter { sound[$0].x > 0.5 } == [2000, 48_000 + 4000])
  }
}
