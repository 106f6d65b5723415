import SessionModel
import Testing

@Suite("Lanes")
struct LaneTests {
  /// The problems of a track's lanes: `CODE column`, the lane being on a line of its own.
  private func problems(_ lanes: String, _ track: String = "") throws -> [String] {
    let loaded = try load(
      "mixdown: 1\ntempo: 120\ntracks:\n  a:\n    stem: a.wav\n\(track)    automation: {\(lanes)}\n")
    return loaded.places.map { $0.replacing(" \(track.isEmpty ? 6 : 7):", with: " ") }
  }

  @Test(
    "what is wrong with a lane is told where it stands",
    arguments: [
      ("level: [{at: 1 s, value: -3 dB}]", []),
      ("levle: [{at: 1 s, value: -3 dB}]", ["A0704 18"]),
      ("inserts.eq.bands.x.gain: [{at: 1 s, value: 0}]", ["A0704 18"]),
      ("output: [{at: 1 s, value: main}]", ["A0703 18"]),
      ("inserts: [{at: 1 s, value: 1}]", ["A0703 18"]),
      ("level: []", ["A0708 18"]),
      ("level: [{at: 1 s, value: 0 dB}]", ["A0708 18"]),
      ("level: {at: 1 s}", ["S0201 25"]),
      ("level: [{value: -3 dB}]", ["S0203 26"]),
      ("level: [{at: 1 s}]", ["S0203 26"]),
      ("level: [{at: 1 s, value: 3 Hz}]", ["U0303 43"]),
      ("level: [{at: 1 s, value: 60 dB}]", ["U0305 43"]),
      ("level: [{at: 1 s, value: -3 dB, offset: 1 dB}]", ["R0414 58"]),
      ("level: [{at: 1 s, value: -3 dB}, {at: 2 s, offset: 1 dB}]", ["A0707 69"]),
      ("pan: [{at: 1 s, offset: 1 dB}]", ["A0707 42"]),
      ("level: [{at: 2 s, value: -3 dB}, {at: 1 s, value: -2 dB}]", ["A0705 56"]),
      ("level: [{at: 2|1, value: -3 dB}, {at: 2 s, value: -2 dB}]", ["A0705 56"]),
      ("level: [{at: 1 s, value: -3 dB}, {at: 2 s, value: 0, over: 2 s}]", ["A0706 77"]),
      ("level: [{at: 1 s, value: -3 dB, over: 1.5 s}]", ["A0706 56"]),
      ("level: [{at: nowhere, value: -3 dB}]", ["A0702 31"]),
      ("level: [{at: 1 s, value: -3 dB, curve: sudden}]", ["U0301 57"]),
      ("mute: [{at: 1 s, value: yes}]", ["U0301 42"]),
      ("x-note: hello", []),
    ] as [(String, [String])])
  func refusals(_ lanes: String, _ places: [String]) throws {
    #expect(try problems(lanes) == places, "\(lanes)")
  }

  @Test("the catalog says what does not move, and what has no value to start from")
  func catalog() throws {
    let chain = "    inserts: {limiter: {}, compressor: {}}\n"
    #expect(try problems("inserts.limiter.ceiling: [{at: 1 s, value: -2}]", chain) == ["A0703 18"])
    #expect(try problems("inserts.compressor.lookahead: [{at: 1 s, value: 1 ms}]", chain) == ["A0703 18"])
    #expect(try problems("inserts.compressor.range: [{at: 1 s, value: 3 dB}]", chain) == ["A0703 18"])
    #expect(try problems("inserts.compressor.release: [{at: 1 s, value: 1/16}]", chain) == [])
    #expect(try problems("inserts.compressor.mix: [{at: 1 s, value: 50 %}]", chain) == [])
  }

  @Test("VCAs and clips are checked too")
  func others() throws {
    #expect(
      try load("mixdown: 1\ntracks: {a: {stem: a.wav}}\nvcas: {v: {members: [a, b, v]}}\n").places.sorted() == [
        "G0606 3:25", "G0607 3:21",
      ])
    #expect(
      try load("mixdown: 1\ntracks: {a: {stem: a.wav}}\nvcas: {a: {members: [a]}}\n").places.contains("R0415 3:8"))
    #expect(
      try load("mixdown: 1\ntracks: {a: {clips: {c: {stem: a.wav, from: 2 s, to: 1 s}}}}\n").places == ["A0711 2:54"])
    #expect(
      try load("mixdown: 1\ntempo: 120\ntracks: {a: {clips: {c: {stem: a.wav, from: 1 bar}}}}\n").places
        == ["A0702 3:45"])
    #expect(
      try load("mixdown: 1\ntracks: {a: {stem: a.wav, clips: {c: {stem: b.wav}}}}\n").places == ["R0414 2:20"])
    #expect(
      try load("mixdown: 1\nlength: 2 s\ntracks: {a: {clips: {c: {stem: a.wav, at: 3 s}}}}\n").places
        == ["A0709 3:43"])
  }

  @Test("maps begin at 1|1 and are in order; meters change at bar lines")
  func maps() throws {
    func places(_ line: String) throws -> [String] {
      try load("mixdown: 1\n\(line)\ntracks: {a: {stem: a.wav}}\n").places
    }
    #expect(try places("tempo: [{at: 1|1, bpm: 90}, {at: 3|2, bpm: 100}]") == [])
    #expect(try places("tempo: [{at: 2|1, bpm: 90}]") == ["A0712 2:14"])
    #expect(try places("tempo: [{at: 1|1, bpm: 90}, {at: 1|1, bpm: 91}]") == ["A0712 2:34"])
    #expect(try places("tempo: [{at: verse, bpm: 90}]") == ["A0712 2:14"])
    #expect(try places("tempo: []") == ["A0712 2:8"])
    #expect(try places("tempo: [{at: 1|1, bpm: 9}]") == ["U0305 2:24"])
    #expect(try places("meter: [{at: 1|1, meter: 4/4}, {at: 3|2, meter: 3/4}]") == ["A0712 2:37"])
  }
}
