import DSP
import Testing

@Suite("Clips")
struct ClipTests {
  private func lefts(_ frames: [Frame]) -> [Int] { frames.map { Int(($0.x * 1000).rounded()) } }

  /// What one clip of the ramp 1 … 10 plays.
  private func play(_ clip: String, length: Int? = nil) throws -> [Int] {
    let end = length.map { "length: \($0) samples\n" } ?? ""
    return lefts(try Scene("\(end)tracks: {a: {clips: {c: {stem: r, \(clip)}}}}\n", ["r": ramp(10)]).render())
  }

  @Test("a place, a part, a length")
  func parts() throws {
    #expect(try play("at: 3 samples") == [0, 0, 0] + Array(1...10))
    #expect(try play("from: 4 samples") == Array(5...10))
    #expect(try play("to: 4 samples") == Array(1...4))
    #expect(try play("from: 2 samples, to: 6 samples, at: 1 samples") == [0, 3, 4, 5, 6])
    #expect(try play("from: 2 samples, to: 6 samples, length: 2 samples") == [3, 4])
    #expect(try play("from: 2 samples, to: 4 samples, length: 6 samples") == [3, 4])
    #expect(try play("to: 100 samples") == Array(1...10))
  }

  @Test("cut, then reversed, then looped")
  func loops() throws {
    #expect(try play("reverse: true") == Array((1...10).reversed()))
    #expect(try play("from: 1 samples, to: 4 samples, loop: 3") == [2, 3, 4, 2, 3, 4, 2, 3, 4])
    #expect(try play("from: 1 samples, to: 4 samples, loop: 2, reverse: true") == [4, 3, 2, 4, 3, 2])
    #expect(try play("to: 3 samples, loop: fill, length: 7 samples") == [1, 2, 3, 1, 2, 3, 1])
    #expect(try play("to: 3 samples, loop: fill, at: 1 samples", length: 6) == [0, 1, 2, 3, 1, 2])
    #expect(try play("to: 3 samples, loop: fill", length: 5) == [1, 2, 3, 1, 2])
  }

  @Test("clips of a track add up, the quiet ones count for the length")
  func sums() throws {
    let scene = Scene(
      """
      tracks:
        a: {clips: {x: {stem: r}, y: {stem: r, at: 2 samples, gain: -6.0206 dB}, z: {stem: r, at: 20 samples, mute: true}}}

      """, ["r": ramp(10)])
    let sound = try scene.render()
    #expect(sound.count == 30)
    #expect(abs(sound[4].x - 0.0065) < 1e-6 && sound[29] == .zero)
  }

  @Test("fades go over the whole, the first at half a step")
  func fades() throws {
    let scene = Scene(
      "tracks: {a: {clips: {c: {stem: r, fade_in: 4 samples, fade_out: 2 samples smooth}}}}\n", ["r": ones(10)])
    let gains = try scene.render().map(\.x)
    #expect(gains.prefix(5) == [0.125, 0.375, 0.625, 0.875, 1])
    #expect(abs(gains[8] - 0.8535533905932737) < 1e-15 && abs(gains[9] - 0.14644660940672624) < 1e-15)
    // A fade longer than its clip is cut to it, and two that meet multiply.
    let short = try Scene(
      "tracks: {a: {clips: {c: {stem: r, to: 2 samples, fade_in: 1 s, fade_out: 1 s}}}}\n", ["r": ones(10)]
    ).render().map(\.x)
    #expect(short == [0.25 * 0.75, 0.75 * 0.25])
  }

  @Test("a shifted track: later, earlier, and what falls before the start is lost")
  func delays() throws {
    func shifted(_ delay: String) throws -> [Int] {
      lefts(
        try Scene("tracks: {a: {delay: \(delay), clips: {c: {stem: r, at: 1 samples}}}}\n", ["r": ramp(5)]).render())
    }
    #expect(try shifted("2 samples") == [0, 0, 0, 1, 2, 3, 4, 5])
    #expect(try shifted("-3 samples") == [3, 4, 5])
  }

  @Test("a shifted bus is in time with all else")
  func busDelays() throws {
    func mix(_ delay: String) throws -> [Int] {
      lefts(
        try Scene(
          "length: 8 samples\ntracks: {a: {output: b, stem: r}, z: {stem: o}}\nbuses: {b: {delay: \(delay)}}\n",
          ["r": ramp(5), "o": Array(repeating: Frame(0.1, 0.1), count: 8)]
        ).render())
    }
    #expect(try mix("2 samples") == [100, 100, 101, 102, 103, 104, 105, 100])
    #expect(try mix("-2 samples") == [103, 104, 105, 100, 100, 100, 100, 100])
  }

  @Test("mono beside stereo enters both sides at the law's centre")
  func monoBesideStereo() throws {
    let scene = Scene(
      "tracks: {a: {pan_law: -6 dB, clips: {m: {stem: m}, s: {stem: s, at: 10 samples}}}}\n", ["s": ones(10)],
      mono: ["m": ones(10)])
    let sound = try scene.render()
    #expect(abs(sound[0].x - 0.5) < 1e-15 && sound[10] == Frame(1, 1))
  }
}
