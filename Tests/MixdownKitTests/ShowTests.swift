import Diagnostics
import MixdownKit
import SessionModel
import Testing

@Suite("Show") struct ShowTests {
  private let folder = Folder()

  init() {
    folder.file(
      "band.mix.yaml",
      """
      mixdown: 1
      parameters:
        loud: {type: level, default: -3 dB}
      tracks:
        vocals: {stem: v.wav, level: $loud, preset: lead.preset.yaml}
        cowbell: {stem: c.wav}
      """)
    folder.file(
      "lead.preset.yaml",
      """
      mixdown: 1
      preset: channel
      inserts:
        compressor: {threshold: -20 dB, ratio: 2.5}
      """)
    folder.file(
      "song.mix.yaml",
      """
      mixdown: 1
      extends: band.mix.yaml
      with: {loud: -2 dB}
      metadata: {title: "no", comment: "a: b # c"}
      tracks:
        vocals: {inserts: {compressor: {threshold: -22 dB}}}
        cowbell: null
      master: {preset: streaming}
      """)
  }

  private func show(_ name: String, defaults: Bool = false, set: [String] = []) throws -> String {
    var options = LoadOptions()
    options.overrides = set
    let (session, diagnostics) = Mixdown.resolve("\(folder.path)/\(name)", options)
    #expect(diagnostics.map(\.message) == [])
    return Mixdown.show(try #require(session), defaults: defaults).replacing("\(folder.path)/", with: "")
  }

  /// The line of a value, blanks reduced.
  private func line(_ text: String, _ start: String) -> String? {
    text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }.first {
      $0.hasPrefix(start)
    }
  }

  @Test("each value names the file and line that it came from") func origins() throws {
    let text = try show("song.mix.yaml")
    #expect(line(text, "stem:") == "stem:")
    #expect(text.contains("v.wav"))
    #expect(line(text, "level:") == "level: -2 dB # song.mix.yaml:3 (used at band.mix.yaml:5)")
    #expect(line(text, "threshold:") == "threshold: -22 dB # song.mix.yaml:6, over -20 dB of lead.preset.yaml:4")
    #expect(line(text, "ratio:") == "ratio: 2.5 # lead.preset.yaml:4")
    #expect(line(text, "integrated:") == "integrated: -14 LUFS # preset streaming:4")
    #expect(!text.contains("cowbell"))
  }

  @Test("a parameter's value names where it was given and where it is used") func parameters() throws {
    #expect(
      line(try show("song.mix.yaml"), "level:") == "level: -2 dB # song.mix.yaml:3 (used at band.mix.yaml:5)")
    #expect(
      line(try show("band.mix.yaml"), "level:") == "level: -3 dB # band.mix.yaml:3 (used at band.mix.yaml:5)")
  }

  @Test("what the command line lays over is said to be from there") func overrides() throws {
    let text = try show(
      "song.mix.yaml", set: ["tracks.vocals.level=-9 dB", "tracks.vocals.inserts.gain={gain: 1 dB}"])
    #expect(line(text, "level:") == "level: -9 dB # --set, over -2 dB of song.mix.yaml:3")
    #expect(line(text, "gain: 1") == "gain: 1 dB # --set")
  }

  @Test("a part is shown by itself, and each value with what it was laid over") func part() throws {
    let (session, _) = Mixdown.resolve("\(folder.path)/song.mix.yaml")
    let resolved = try #require(session)
    let text = try Mixdown.show(resolved, at: "tracks.vocals.inserts.compressor").replacing("\(folder.path)/", with: "")
    #expect(
      text == """
        compressor:
          threshold: -22 dB  # song.mix.yaml:6, over -20 dB of lead.preset.yaml:4
          ratio: 2.5         # lead.preset.yaml:4

        """)
    let flat = try Mixdown.show(resolved, at: "tracks.vocals.inserts", as: .flat)
    #expect(line(flat, "tracks.vocals.inserts.compressor.ratio = 2.5") != nil)
    #expect(throws: Mixdown.MissingPart.self) { try Mixdown.show(resolved, at: "tracks.vocal") }
    do { _ = try Mixdown.show(resolved, at: "tracks.vocal") } catch {
      #expect(error.hint == "did you mean `tracks.vocals`?")
    }
    #expect(try Mixdown.show(resolved, at: "tracks.vocals.pan") == "pan: C  # default\n")
  }

  @Test("defaults are shown on demand only") func defaults() throws {
    #expect(line(try show("song.mix.yaml"), "knee:") == nil)
    let text = try show("song.mix.yaml", defaults: true)
    #expect(line(text, "knee:") == "knee: 6 dB # default")
    #expect(line(text, "sample_rate:") == "sample_rate: 48 kHz # default")
    #expect(line(text, "format:") == "format: wav # default")
  }

  @Test("texts that YAML would misread are quoted") func quotes() throws {
    let text = try show("song.mix.yaml")
    #expect(line(text, "title:")?.hasPrefix(#"title: "no""#) == true)
    #expect(line(text, "comment:")?.hasPrefix(#"comment: "a: b # c""#) == true)
  }

  @Test("what is shown is a session that shows the same", arguments: [false, true])
  func roundTrip(defaults: Bool) throws {
    func values(_ text: String) -> [String] {
      text.split(separator: "\n").map { line in
        String(line.prefix(upTo: line.firstRange(of: "  # ")?.lowerBound ?? line.endIndex))
      }.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }
    let once = try show("song.mix.yaml", defaults: defaults)
    folder.file("again.mix.yaml", once)
    let twice = try show("again.mix.yaml", defaults: defaults)
    #expect(values(once) == values(twice))
  }

  @Test(
    "every valid session of the corpus shows as a valid session",
    arguments: SchemaTests.valid.filter { $0.hasSuffix(".mix.yaml") })
  func corpusRoundTrip(name: String) throws {
    for defaults in [false, true] {
      let session = try #require(Mixdown.resolve("\(corpus)/valid/\(name)").0)
      let shown = folder.file("shown.mix.yaml", Mixdown.show(session, defaults: defaults))
      let (again, diagnostics) = Mixdown.resolve(shown)
      #expect(again != nil, "\(diagnostics.map(\.message))")
    }
  }

  @Test("JSON has the values and their origins by path") func json() throws {
    let (session, _) = Mixdown.resolve("\(folder.path)/song.mix.yaml")
    let path = folder.file("shown.json", Mixdown.show(try #require(session), as: .json))
    let value = try #require(yamlValue(path))
    #expect(value["version"] == 1)
    #expect(value["session"]?["tracks"]?["vocals"]?["level"] == "-2 dB")
    let origin = try #require(value["origins"]?["tracks.vocals.inserts.compressor.ratio"])
    #expect(origin["kind"] == "file")
    #expect(origin["line"] == 4)
  }
}
