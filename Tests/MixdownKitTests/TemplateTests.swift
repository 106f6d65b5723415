import Diagnostics
import MixdownKit
import Testing

@Suite("Templates") struct TemplateTests {
  private let folder = Folder()

  private static let band = """
    mixdown: 1
    parameters:
      song: {type: text}
      drive: {type: level, default: 0 dB}
    sample_rate: 48 kHz
    tracks:
      drums: {stem: stems/$song/drums.wav, output: band}
      vocals: {level: $drive, inserts: {eq: {bands: {low: {type: high_pass, frequency: 80 Hz}}}}}
    buses:
      band: {}
      strings: {}
    master: {preset: streaming}

    """

  private func codes(_ file: String, _ text: String) -> [String] {
    Mixdown.check(folder.file(file, text)).diagnostics.map(\.code.id)
  }

  @Test("nothing is missing in a template: its parameters are unset, its tracks to come") func open() {
    #expect(codes("band.template.yaml", Self.band) == [])
    #expect(codes("master.template.yaml", "mixdown: 1\nmaster: {preset: streaming}\nbuses: {band: {}}\n") == [])
    // The same as a session, where all of it is.
    #expect(Set(codes("band.mix.yaml", Self.band)) == ["R0404", "S0203"])
  }

  @Test("what is wrong in a template is told") func wrong() {
    #expect(codes("x.template.yaml", "mixdown: 1\ntracks: {a: {levle: 0 dB}}\n") == ["S0202"])
    #expect(codes("x.template.yaml", "mixdown: 1\ntracks: {a: {level: loud}}\n") == ["U0301"])
    #expect(
      codes("x.template.yaml", "mixdown: 1\nparameters: {x: {type: text}}\ntracks: {a: {stem: a.wav}}\n").contains(
        "R0405"))
    #expect(codes("x.template.yaml", "tracks: {a: {}}\n").contains("S0203"), "the edition must be there")
  }

  @Test("what only a template brought is not told to be unused") func unused() throws {
    folder.file("band.template.yaml", Self.band)
    try folder.wav("stems/night/drums.wav")
    try folder.wav("v.wav")
    let song = """
      mixdown: 1
      extends: band.template.yaml
      with: {song: night}
      tracks: {drums: {output: main}, vocals: {stem: v.wav, level: -3 dB}}

      """
    #expect(codes("night.mix.yaml", song) == [])
    // What the song itself brings is.
    #expect(codes("night.mix.yaml", song + "buses: {mine: {}}\n") == ["G0603"])
  }

  @Test("a template is no song: it is not rendered") func rendered() {
    let path = folder.file("band.template.yaml", Self.band)
    let report = Mixdown.render(Mixdown.check(path))
    #expect(report.status == .unusable && report.diagnostics.map(\.code.id) == ["R0416"])
    #expect(report.diagnostics.first?.hints.first?.contains("extends: band.template.yaml") == true)
  }
}
