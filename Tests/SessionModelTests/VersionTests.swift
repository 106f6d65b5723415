import Diagnostics
import FoundationEssentials
import Quantities
import SessionModel
import Tables
import Testing

@Suite("Versions") struct VersionTests {
  private func load(_ text: String) throws -> (ResolvedSession?, [Diagnostic]) {
    let folder = FileManager.default.temporaryDirectory.path + "/mixdown-versions-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/song.mix.yaml"
    try Data(("mixdown: 1\n" + text).utf8).write(to: URL(filePath: path))
    return loadSession(path)
  }

  private func problems(_ rest: String) throws -> [String] {
    let (_, problems) = try load("tracks: {vocals: {stem: v.wav}, bass: {stem: b.wav}}\n" + rest)
    return problems.map { "\($0.code.id) \($0.message)" + $0.hints.map { " → \($0)" }.joined() }
  }

  @Test("mute, solo and set give a session each") func resolved() throws {
    let (loaded, problems) = try load(
      """
      tracks:
        vocals: {stem: v.wav, mute: true, automation: {mute: [{at: 1 s, value: false}]}}
        bass: {stem: b.wav, solo: true, inserts: {compressor: {threshold: -20 dB}}}
        cowbell: {stem: c.wav}
      allow: [G0604]
      vcas: {rhythm: {members: [bass]}}
      versions:
        a: {mute: [vocals, rhythm]}
        b: {solo: [vocals]}
        c:
          set:
            tracks.vocals: {stem: clean.wav, mute: false}
            tracks.bass.inserts.compressor.threshold: -10 dB
            tracks.cowbell: null
            tracks.vocals.automation: null
            length: 10 s
      """)
    let session = try #require(loaded, "\(problems.map(\.message))")
    let a = try #require(session.versions["a"]?.session)
    #expect(a.tracks["vocals"]?.strip.mute == true && a.tracks["vocals"]?.strip.automation.isEmpty == true)
    #expect(a.vcas["rhythm"]?.mute == true && a.tracks["bass"]?.strip.solo == true)
    let b = try #require(session.versions["b"]?.session)
    #expect(b.tracks["vocals"]?.strip.solo == true && b.tracks["bass"]?.strip.solo == false)
    let c = try #require(session.versions["c"])
    #expect(c.session.tracks.map(\.id) == ["vocals", "bass"])
    #expect(c.session.tracks["vocals"]?.clips["stem"]?.stem == "clean.wav")
    #expect(c.file(at: "tracks.vocals.clips.stem.stem")?.hasSuffix("/clean.wav") == true)
    #expect(c.session.tracks["vocals"]?.strip.automation.isEmpty == true)
    #expect(c.session.length?.text == "10 s")
    #expect(session.session.tracks["cowbell"] != nil)
  }

  @Test(
    "what a version cannot be",
    arguments: [
      (
        "versions: {a: {mute: [vocls]}}", "G0601 there is no track, bus or VCA `vocls` to mute → did you mean `vocals`?"
      ),
      (
        "versions: {a: {set: {tracks.vocls.level: -3 dB}}}",
        "G0601 there is no `tracks.vocls` → did you mean `vocals`?"
      ),
      (
        "versions: {a: {set: {sample_rate: 44.1 kHz}}}",
        "R0413 a version cannot set `sample_rate` → it sets parts of `tracks`, `buses`, `vcas`, `main`, `length` and `tail`; a master belongs to its deliverable"
      ),
      (
        "versions: {a: {set: {tracks.vocals.level: loud}}}",
        "U0301 `loud` is not a level or gain; write it like `-4 dB`, `+2.5 dB` or `-inf dB`"
      ),
      (
        "versions: {a: {set: {tracks.vocals.inserts.eq: null}}}",
        "R0401 `eq` has no value, and no layer below has one to remove → write `eq: {}` for one with its defaults"
      ),
      (
        "versions: {tv: {mute: [vocals]}}\ndeliverables: {a: {format: wav, version: tw}}",
        "D0807 there is no version `tw` → did you mean `tv`?"
      ),
      (
        "deliverables: {a: {format: wav, version: tv}}",
        "D0807 there is no version `tv` → add `versions: {tv: {mute: [vocals]}}` to the session"
      ),
      (
        "main: {inserts: {limiter: {}}}\ndeliverables: {a: {format: wav, split: stems}}",
        "D0808 stems cannot add up to a mix that goes through `main.inserts.limiter`: a limiter is not linear → move it to `master`, which comes after the stems; or write `split: tracks`"
      ),
      (
        "deliverables: {a: {format: wav, split: tracks, master: {preset: cd}}}",
        "D0802 `master` has no meaning for a split, whose files are made before the master → take it out, or deliver the mix without `split`"
      ),
      (
        "deliverables: {a: {format: wav, split: tracks, name: all}}",
        "D0801 all files of `a` would be written to `all.wav` → put `$node` into its `name`"
      ),
      (
        "checks: {balance: {voc: {min: 0 LU}}}",
        "G0601 there is no track, bus or VCA `voc` for the balance to be of → say whose it is: `of: [vocals]`"
      ),
      (
        "checks: {balance: {vocals: {over: [bas], min: 0 LU}}}",
        "G0601 there is no track, bus or VCA `bas` → did you mean `bass`?"
      ),
      ("checks: {balance: {vocals: {of: [], min: 0 LU}}}", "S0203 `of` names nothing → leave it out for `vocals`"),
      (
        "checks: {balance: {vocals: {over: [bass, vocals], min: 0 LU}}}",
        "R0414 `vocals` is on both sides of the balance → leave `over` out for all the rest"
      ),
      (
        "checks: {true_peak: {because: x}}",
        "S0203 the check `true_peak` needs a `min` or a `max` → `true_peak: null` takes an inherited one away"
      ),
      (
        "checks: {sections: {end: {from: 0 s}}}",
        "S0203 the section `end` says nothing to check → such as `true_peak: {max: -1 dBTP}`"
      ),
      (
        "deliverables: {a: {format: wav, name: x}, b: {format: wav, name: x.wav/y}}",
        "D0801 `x.wav/y.wav` and `x.wav` cannot both be there: one is a folder of the other → give one of them another `name`"
      ),
      ("checks: {balance: {vocals: {}}}", "S0203 the balance `vocals` needs a `min` or a `max` → such as `min: -3 LU`"),
      (
        "checks: {balance: {vocals: {min: 0 LU, from: chorus}}}",
        "A0702 there is no marker `chorus` → add it: `markers: {chorus: 17|1}`"
      ),
      (
        "deliverables: {a: {format: wav, checks: {balance: {vocals: {min: 0 LU}}}}}",
        "D0802 a balance is about a mix, and no file tells it → write it below `checks` of the session, or of a version"
      ),
      (
        "deliverables: {a: {format: wav, name: $node}}",
        "D0803 a file name knows no `$node` → it knows `$album`, `$artist`, `$deliverable`, `$session`, `$title`, `$track` and `$version`"
      ),
    ])
  func refused(_ text: String, _ message: String) throws { #expect(try problems(text) == [message]) }

  @Test("all that is wrong with versions is told in one run, at the key that is wrong") func together() throws {
    let versions =
      "versions: {a: {set: {tracks.vocals.level: loud}}, b: {set: {tracks.vocals.levl: 1 dB}}, c: {solo: [zz]}}\n"
    let (_, problems) = try load("tracks: {vocals: {stem: v.wav}}\n" + versions)
    let told = problems.map { "\($0.code.id) \($0.primary?.range.text ?? "")" }
    #expect(told.sorted() == ["G0601 zz", "S0202 levl", "U0301 loud"], "\(problems.map(\.message))")
  }
}
