import DSP
import Delivery
import Diagnostics
import SessionModel
import Testing

@Suite("Versions and splits", .enabled(if: isOptimised)) struct VersionTests {
  private static let song = """
    tail: none
    tracks:
      beat: {stem: beat.wav, level: -6 dB, output: band}
      pad: {stem: pad.wav, level: -9 dB, output: band}
      vocals: {stem: vocals.wav, sends: {room: -12 dB}}
      guide: {stem: pad.wav, mute: true}
    buses:
      band: {inserts: {compressor: {threshold: -24 dB}}}
      room: {inserts: {reverb: {model: room, decay: 500 ms}}}
    main: {level: -1 dB, inserts: {compressor: {threshold: -20 dB, ratio: 2}}}
    versions:
      instrumental: {mute: [vocals]}
      acapella: {solo: [vocals]}
      quiet: {set: {tracks.vocals.level: -12 dB, buses.band.inserts.compressor: null}}

    """

  private static func workshop(_ rest: String) throws -> Workshop {
    let workshop = try Workshop()
    try workshop.stem("beat.wav", programme(seconds: 3, level: -20, crest: 10))
    try workshop.stem("pad.wav", noise(144_000, peak: 0.2, seed: 5))
    try workshop.stem("vocals.wav", programme(seconds: 3, level: -14, crest: 3))
    try workshop.session(song + rest)
    return workshop
  }

  @Test("a version takes the main mix's gain, unless its deliverable says a loudness") func gains() throws {
    let workshop = try Self.workshop(
      """
      master: {loudness: {integrated: -16 LUFS}, limiter: {ceiling: -1 dBTP}}
      deliverables:
        tv: {format: wav, version: instrumental}
        own: {format: wav, version: instrumental, master: {loudness: {integrated: -18 LUFS}}}
        low: {format: wav, version: acapella, master: {limiter: {ceiling: -6 dBTP}}}
        slow: {format: wav, version: quiet, sample_rate: 44.1 kHz}
        mix: {format: wav}
        cd: {format: wav, sample_rate: 44.1 kHz}
        small: {format: mp3, version: instrumental}
      """)
    let result = try workshop.render()
    #expect(result.codes.allSatisfy { $0 == "D0813" }, "\(result.messages)")
    let mix = try #require(result["mix"])
    let measured = try #require(mix.measurement.integrated)
    #expect(abs(measured + 16) < 0.05)
    for (id, other) in [("tv", "mix"), ("slow", "cd")] {
      #expect(result[id]?.gainDecibels == result[other]?.gainDecibels, "\(id)")
    }
    // Another ceiling for the main mix is another gain.
    #expect(result["low"]?.gainDecibels != nil)
    #expect(abs((result["own"]?.measurement.integrated ?? 0) + 18) < 0.05)
    #expect((result["tv"]?.measurement.integrated ?? 0) < measured - 0.5)
    // MP3 of a version: its ceiling holds, its gain is that of the mix.
    #expect(abs((result["small"]?.gainDecibels ?? 0) - mix.gainDecibels) < 1e-9)
    #expect((result["small"]?.measurement.truePeak ?? 0) <= -1)
    for file in result.files where file.measurement.sampleRate == 48_000 && file.id != "small" {
      #expect(file.measurement.frames == 144_000)
    }
    // A part of the run gives the same file.
    let alone = try workshop.render { $0.only = ["tv"] }
    #expect(alone["tv"]?.pcmSHA256 == result["tv"]?.pcmSHA256)
  }

  @Test("a version is the session with its changes") func meaning() throws {
    let workshop = try Self.workshop(
      """
      deliverables:
        instrumental: {format: wav, bit_depth: 32f, version: instrumental}
        acapella: {format: wav, bit_depth: 32f, version: acapella}
        quiet: {format: wav, bit_depth: 32f, version: quiet}
        mix: {format: wav, bit_depth: 32f}
      """)
    let result = try workshop.render()
    for (id, overrides) in [
      ("instrumental", ["tracks.vocals.mute=true"]), ("acapella", ["tracks.vocals.solo=true"]),
      ("quiet", ["tracks.vocals.level=-12 dB", "buses.band.inserts.compressor.bypass=true"]),
    ] {
      let set = try workshop.render("song", overrides) {
        $0.only = ["mix"]
        $0.outputFolder = "\(workshop.path)/\(id)"
      }
      let expected = try frames(try #require(set["mix"]).path)
      let heard = try frames(try #require(result[id]).path)
      #expect(heard == expected, "\(id)")
    }
  }

  /// A version that changes nothing is the main mix's node, which the stems' sum takes too.
  @Test("a master's mix is measured, though stems of another mix take it as well") func sharedTake() throws {
    let workshop = try Self.workshop(
      """
      master: {inserts: {gain: {gain: -1 dB}}}
      deliverables:
        mix: {format: wav}
        stems: {format: wav, split: stems}
        same: {format: wav, version: plain, master: {inserts: null, loudness: {integrated: -20 LUFS}}}
      """)
    let text = try String(decoding: workshop.bytes("\(workshop.path)/song.mix.yaml"), as: UTF8.self)
    try workshop.session(
      text.replacing("mixdown: 1\n", with: "").replacing("  quiet:", with: "  plain: {}\n  quiet:"))
    let result = try workshop.render()
    let file = try #require(result["same"], "\(result.messages)")
    #expect(abs((file.measurement.integrated ?? 0) + 20) < 0.05)
  }

  @Test("`mix` makes the main mix's deliverables from a version") func otherMix() throws {
    let workshop = try Self.workshop(
      """
      deliverables:
        tv: {format: wav, version: instrumental}
        mix: {format: wav}
      """)
    let whole = try workshop.render()
    let result = try workshop.render { $0.mix = "instrumental" }
    #expect(result.files.map(\.id) == ["mix"])
    #expect(result["mix"]?.path.hasSuffix("/song-mix-instrumental.wav") == true)
    let tv = try #require(whole["tv"]), mix = try #require(result["mix"])
    // Dither is drawn by the deliverable's id.
    #expect(abs((tv.measurement.integrated ?? 0) - (mix.measurement.integrated ?? 1)) < 1e-3)
    let wrong = try workshop.render { $0.mix = "instrumentl" }
    #expect(wrong.files.isEmpty && wrong.codes == ["D0807"])
    #expect(wrong.diagnostics[0].hints == ["did you mean `instrumental`?"])
  }

  @Test("stems add up, in every depth, and each says what it is") func stems() throws {
    let workshop = try Self.workshop(
      """
      metadata: {title: Song}
      master: {loudness: {integrated: -14 LUFS}, limiter: {ceiling: -1 dBTP}}
      deliverables:
        mix: {format: wav}
        pre: {format: wav, bit_depth: 32f, master: {loudness: none, limiter: none}}
        stems: {format: wav, split: stems}
        low: {format: flac, bit_depth: 16, split: stems, sample_rate: 44.1 kHz, name: "low/$node"}
        small: {format: aiff, bit_depth: 24, split: stems, version: instrumental, channels: mono}
        tracks: {format: flac, split: tracks}
      """)
    let result = try workshop.render()
    let stems = result.files.filter { $0.id == "stems" }
    #expect(stems.compactMap(\.node) == ["band", "room", "vocals"])
    #expect(stems.allSatisfy { $0.path.hasSuffix("/song-stems-\($0.node ?? "").wav") && $0.gainDecibels == 0 })
    #expect(
      result.files.filter { $0.id == "low" }.map { $0.path.split(separator: "/").suffix(2).joined(separator: "/") }
        == ["low/band.flac", "low/room.flac", "low/vocals.flac"])
    #expect(result.files.filter { $0.id == "small" }.compactMap(\.node) == ["band"])
    #expect(result.files.filter { $0.id == "tracks" }.compactMap(\.node) == ["beat", "pad", "vocals"])
    let silent = result.diagnostics.filter { $0.code.id == "D0842" }.map(\.message)
    #expect(silent.contains("`stems` has no file of `guide`: nothing of it is heard in the mix"))
    #expect(
      silent.contains(
        "`small` has no file of `vocals`, `guide` and `room`: nothing of them is heard in the version `instrumental`"))
    #expect(result.sums.map(\.id) == ["stems", "low", "small"] && result.sums.allSatisfy(\.isKept))
    #expect(result.sums[0].limit == -140 && result.sums[0].residual < -140)
    // From outside: the sum of the files against the unmastered mix.
    var sum = try frames(try #require(result["pre"]).path)
    for file in stems { for (index, frame) in try frames(file.path).enumerated() { sum[index] -= frame } }
    let worst = sum.reduce(0) { max($0, abs($1.x), abs($1.y)) }
    #expect(worst < 1e-7)
  }
}
