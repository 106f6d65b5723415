import Diagnostics
import SessionModel
import Tables
import Testing

/// Where problems that only the whole session shows are shown, and what is offered there.
@Suite("Suggestions") struct SuggestionTests {
  private func load(_ text: String, set: [String] = [], others: [String: String] = [:]) throws -> Loaded {
    let folder = try ProjectFolder(others.merging(["song.mix.yaml": "mixdown: 1\n" + text]) { first, _ in first })
    return folder.load { $0.overrides = set }
  }

  @Test("a loop through a sidechain is shown at the sidechain, with advice about it") func sidechainLoop() throws {
    let loaded = try load(
      """
      tracks: {a: {stem: a.wav, output: g}}
      buses:
        g: {inserts: {compressor: {sidechain: h}}, output: h}
        h: {}
      """)
    #expect(loaded.places == ["G0602 4:41"])
    #expect(loaded.messages.contains("g → h → g"))
    #expect(loaded.messages.contains("let this sidechain listen"))
  }

  @Test("a loop of outputs is shown at one of them") func outputLoop() throws {
    let loaded = try load("tracks: {a: {stem: a.wav, output: g}}\nbuses: {g: {output: h}, h: {output: g}}\n")
    #expect(loaded.places == ["G0602 3:21"])
  }

  @Test("a name in a version's list is shown where it stands") func versionList() throws {
    let loaded = try load("tracks: {kick: {stem: a.wav}}\nversions: {x: {mute: [kik]}}\n")
    #expect(loaded.places == ["G0601 3:23"])
    #expect(loaded.diagnostics.first?.edit?.replacement == "kick")
  }

  @Test("a marker that is placed by itself") func ownMarker() throws {
    let loaded = try load("tempo: 120\nmarkers: {a: a + 1 beats}\ntracks: {t: {stem: a.wav, clips: null}}\n")
    #expect(loaded.messages.contains("the marker `a` is placed by itself"))
  }

  @Test("what takes away a misspelt track is told which is meant") func removal() throws {
    let loaded = try load(
      "extends: band.mix.yaml\ntracks: {vocal: null}\n",
      others: ["band.mix.yaml": "mixdown: 1\ntracks: {vocals: {stem: a.wav}, b: {stem: b.wav}}\n"])
    #expect(loaded.places == ["R0401 3:10"])
    #expect(loaded.diagnostics.first?.edit?.replacement == "vocals")
  }

  @Test("an unknown key without a value is unknown, and removes nothing") func unknownNull() throws {
    let loaded = try load("tracks: {a: {stem: a.wav, levle: null, frobnicate: null}}\n")
    #expect(loaded.diagnostics.map(\.code.id) == ["S0202", "S0202"])
  }

  @Test(
    "--set into nothing says what is near, and replaces no value",
    arguments: [
      ("tracks.leed.level=-3 dB", "G0601", "lead"), ("tracks.lead.levle=-3 dB", "S0202", "level"),
      ("tracks.lead.inserts.compresor.ratio=3", "G0601", "compressor"),
      ("tracks.lead.inserts.compressor.treshold=-3", "S0202", "threshold"),
      ("vcas.bandd.level=-3", "G0601", "band"), ("mastr.preset=cd", "S0202", "master"),
    ])
  func overrides(text: String, code: String, meant: String) throws {
    let loaded = try load(
      "tracks: {lead: {stem: a.wav, inserts: {compressor: {}}}}\nvcas: {band: {members: [lead]}}\n", set: [text])
    #expect(loaded.diagnostics.map(\.code.id) == [code])
    #expect(loaded.diagnostics.first?.hints.first == "did you mean `\(meant)`?")
    if let edit = loaded.diagnostics.first?.edit { #expect(text.contains(".\(edit.range.text)")) }
  }

  @Test(
    "--set may make what its last key makes whole",
    arguments: ["deliverables.out.format=flac", "tracks.lead.sends.hall.level=-9", "tracks.lead.inserts.gain.gain=1"])
  func newThings(text: String) throws {
    let loaded = try load(
      "tracks: {lead: {stem: a.wav}}\nbuses: {hall: {}}\nallow: [G0603]\n", set: [text])
    #expect(loaded.messages == "")
    #expect(loaded.resolved != nil)
  }

  @Test("offsets stand on every place") func offsets() throws {
    let loaded = try load(
      """
      tempo: 120
      start: 2|1 - 0.5 bars
      length: 20 s + 1 beat
      tracks:
        a:
          clips: {c: {stem: a.wav, at: 3|1 + 10 ms}}
          automation: {level: [{at: 5|1 - 1 beat, value: -3}]}
      checks: {sections: {x: {from: 3|1 + 1 beat, to: 12 s - 2 samples, true_peak: {max: 0}}}}
      """)
    #expect(loaded.messages == "")
    let session = try #require(loaded.resolved?.session)
    #expect(Timeline(session).frame(session.start) == 48_000)
    #expect(Timeline(session).frame(session.tracks[0].value.clips[0].value.at) == 192_480)
  }

  @Test("an absolute path inside the project is warned of") func absolutePath() throws {
    let folder = try ProjectFolder(["stems/a.wav": ""])
    try folder.write(
      "mixdown: 1\ntracks: {a: {stem: \(folder.path)/stems/a.wav}}\n", to: "songs/song.mix.yaml")
    let loaded = folder.load("songs/song.mix.yaml")
    #expect(loaded.diagnostics.map(\.code.id) == ["P0515"])
    #expect(loaded.diagnostics.first?.edit?.replacement == "../stems/a.wav")
  }

  @Test("a meter map of other places is refused, and nothing stops") func meterPlaces() throws {
    let loaded = try load("tempo: 120\nmeter: [{at: 5 s, meter: 4/4}]\ntracks: {a: {stem: a.wav}}\n")
    #expect(loaded.diagnostics.map(\.code.id) == ["A0712"])
  }

  @Test("keys beside what they belong below are one slip") func dedented() throws {
    let loaded = try load("tracks:\n  a:\n  stem: a.wav\n  level: -3 dB\n")
    #expect(loaded.places == ["S0201 4:3"])
    #expect(loaded.diagnostics.first?.edit?.replacement == "  stem: a.wav\n    level: -3 dB")
  }
}
