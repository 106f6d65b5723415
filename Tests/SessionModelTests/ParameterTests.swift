import Diagnostics
import Processors
import Quantities
import SessionModel
import Tables
import Testing

@Suite("Parameters and presets")
struct ParameterTests {
  private func over(_ parent: String, _ child: String) throws -> Loaded {
    try ProjectFolder([
      "song.mix.yaml": "mixdown: 1\nextends: p.mix.yaml\n" + child, "p.mix.yaml": "mixdown: 1\n" + parent,
    ]).load()
  }

  @Test("as a whole value, within a text, in brackets, and a dollar itself")
  func substitution() throws {
    let loaded = try over(
      """
      parameters: {song: {type: text}, level: {type: level, default: -3 dB}}
      metadata: {title: $song, comment: "$$5 for $(song)s by $song.", artist: "$$song"}
      tracks: {v: {stem: stems/$song/v.wav, level: $level, pan: C, comment: a$(song)b}}
      """, "with: {song: night_drive}\n")
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    #expect(session.metadata.title == "night_drive")
    #expect(session.metadata.comment == "$5 for night_drives by night_drive.")
    #expect(session.metadata.artist == "$song")
    #expect(session.tracks["v"]?.clips["stem"]?.stem == "stems/night_drive/v.wav")
    #expect(session.tracks["v"]?.strip.level == -3)
    #expect(session.tracks["v"]?.strip.comment == "anight_driveb")
    #expect(loaded.diagnostics.isEmpty)
  }

  @Test("a parameter passes through a chain of parents")
  func chain() throws {
    let folder = try ProjectFolder([
      "song.mix.yaml": "mixdown: 1\nextends: b.mix.yaml\nwith: {loud: -1 dB}\n",
      "b.mix.yaml":
        "mixdown: 1\nextends: c.mix.yaml\nparameters: {loud: {type: level}}\nwith: {level: $loud}\n",
      "c.mix.yaml":
        "mixdown: 1\nparameters: {level: {type: level}}\ntracks: {a: {stem: a.wav, level: $level}}\n",
    ])
    let loaded = folder.load()
    #expect(loaded.resolved?.session.tracks["a"]?.strip.level == -1, "\(loaded.messages)")
    #expect(loaded.diagnostics.isEmpty, "a parameter that is handed on is used: \(loaded.messages)")
  }

  @Test("a child may use the parameters of its parent")
  func inherited() throws {
    let loaded = try over(
      "parameters: {song: {type: text, default: x}}\ntracks: {a: {stem: $song.wav}}\n",
      "with: {song: y}\nmetadata: {title: $song}\n")
    #expect(loaded.resolved?.session.metadata.title == "y", "\(loaded.messages)")
  }

  @Test("every type refuses what it is not, at both places")
  func types() throws {
    for (type, good, bad) in [
      ("level", "-3 dB", "3 ms"), ("gain", "2", "loud"), ("frequency", "2 kHz", "2 dB"),
      ("duration", "10 ms", "10"),
      ("position", "2|1", "2"), ("pan", "L5", "5L"), ("ratio", "3:1", "3:2"), ("percent", "5 %", "5 Hz"),
      ("slope", "24", "25"),
      ("loudness", "-14 LUFS", "-14 dB"), ("true_peak", "-1 dBTP", "-1 dB"), ("tempo", "120", "fast"),
      ("number", "3", "3.5"),
      ("switch", "true", "yes"),
    ] {
      let given = try over(
        "parameters:\n  p: {type: \(type)}\ntracks: {a: {stem: a.wav, comment: $p}}\n", "with: {p: \(good)}\n"
      )
      #expect(given.diagnostics.isEmpty, "\(type): \(given.messages)")
      let wrong = try over(
        "parameters:\n  p: {type: \(type)}\ntracks: {a: {stem: a.wav, comment: $p}}\n", "with: {p: \(bad)}\n")
      #expect(wrong.places == ["R0406 3:11"], "\(type): \(wrong.messages)")
      let declared = wrong.diagnostics.first?.secondary.first?.range
      #expect(declared.map { "\($0.start.line):\($0.start.column)" } == "3:3", "\(type)")
      #expect(declared?.file.path.hasSuffix("p.mix.yaml") == true, "\(type)")
      let initial = try load(
        session("parameters: {p: {type: \(type), default: \(bad)}}\nmetadata: {comment: $p}\n"))
      #expect(
        initial.places == ["R0406 3:\(28 + type.count + 10 - 1)"] || initial.places.count == 1,
        "\(type): \(initial.places)")
      #expect(initial.diagnostics.first?.code == .parameterType, "\(type)")
    }
    #expect(
      try load(session("parameters: {p: {type: colour}}\n")).diagnostics.contains { $0.code == .malformed })
  }

  @Test("a good value at the wrong place is reported there, with the place it came from")
  func wrongUse() throws {
    let loaded = try over(
      "parameters: {p: {type: frequency}}\ntracks: {a: {stem: a.wav, level: $p}}\n", "with: {p: 2 kHz}\n")
    #expect(loaded.places == ["U0303 3:11"], "\(loaded.messages)")
    #expect(
      loaded.diagnostics.first?.secondary.map { "\($0.range.start.line):\($0.range.start.column)" } == [
        "3:34"
      ])
  }

  @Test("missing, unknown, unused and misspelt parameters")
  func missing() throws {
    let parent = "parameters: {song: {type: text}}\ntracks: {a: {stem: $song.wav}}\n"
    #expect(try over(parent, "").places == ["R0404 2:10"])
    #expect(try over(parent, "with: {sonk: x, song: y}\n").places == ["R0407 3:8"])
    #expect(try over(parent, "with: {sonk: x, song: y}\n").messages.contains("did you mean `song`?"))
    #expect(try over(parent, "with: {song: {a: b}}\n").diagnostics.contains { $0.code == .parameterType })
    let open = try load("mixdown: 1\n" + parent)
    #expect(open.places.first == "R0404 2:14", "\(open.messages)")
    #expect(
      try load(session("metadata: {title: $nme}\nparameters: {name: {type: text, default: x}}\n")).places == [
        "R0402 3:19"
      ])
    #expect(
      try load(session("metadata: {title: 5$, artist: $5, album: $(a}\n")).places == [
        "R0403 3:19", "R0403 3:31", "R0403 3:42",
      ])
    #expect(try load(session("with: {a: b}\n")).places == ["R0410 3:1"])
    let unused = try load(session("parameters: {p: {type: text, default: x}}\n"))
    #expect(unused.places == ["R0405 3:14"] && unused.resolved != nil, "a warning")
  }

  @Test("every built-in preset stands on a master")
  func builtIn() throws {
    for name in BuiltInPresets.names {
      let loaded = try load(session("master: {preset: \(name)}\n"))
      #expect(loaded.diagnostics.isEmpty, "\(name): \(loaded.messages)")
      #expect(loaded.resolved?.session.master != nil)
      #expect(BuiltInPresets.text(of: name)?.contains("preset: master") == true)
    }
    func master(_ name: String) throws -> Master? {
      try load(session("master: {preset: \(name)}\n")).resolved?.session.master
    }
    for (name, loudness, ceiling) in [
      ("streaming", -14.0, -1.0), ("spotify", -14, -1), ("apple_music", -16, -1), ("youtube", -14, -1),
      ("amazon_music", -14, -2),
      ("tidal", -14, -1), ("deezer", -15, -1), ("soundcloud", -14, -1), ("podcast", -16, -1),
      ("ebu_r128", -23, -1),
      ("atsc_a85", -24, -2), ("club", -8, -1), ("streaming_loud", -9, -1),
    ] {
      #expect(try master(name)?.loudness?.integrated?.magnitude == loudness, "\(name)")
      #expect(try master(name)?.limiter?.settings.ceiling.magnitude == ceiling, "\(name)")
    }
    #expect(try master("cd")?.loudness == nil && master("cd")?.limiter?.settings.ceiling == -0.3)
    #expect(try master("vinyl")?.loudness == nil && master("vinyl")?.limiter == nil)
    #expect(
      try master("transparent")?.loudness == nil && master("transparent")?.limiter?.settings.ceiling == -1)
    let over = try load(session("master: {preset: streaming, limiter: none, loudness: {integrated: -18}}\n"))
      .resolved?.session.master
    #expect(over?.limiter == nil && over?.loudness?.integrated == -18 && over?.loudness?.maxLimiting == 8)
  }

  static let presetFiles = [
    "i.preset.yaml": "mixdown: 1\npreset: inserts\ninserts: {dc_block: {}, gain: {gain: -1 dB}}\n",
    "c.preset.yaml":
      "mixdown: 1\npreset: channel\nparameters: {bright: {type: gain, default: +2 dB}}\nlevel: -5 dB\nsends: {hall: -9 dB}\ninserts: {gain: {gain: $bright}}\n",
    "m.preset.yaml": "mixdown: 1\npreset: master\nlimiter: {ceiling: -2 dBTP}\ninserts: {gain: {}}\n",
    "stray.preset.yaml": "mixdown: 1\npreset: inserts\nlevel: -3 dB\n",
    "none.preset.yaml": "mixdown: 1\nlevel: -3 dB\n",
    "odd.preset.yaml": "mixdown: 1\npreset: strip\n",
    "old.preset.yaml": "preset: channel\n",
  ]

  private func with(_ text: String) throws -> Loaded {
    let folder = try ProjectFolder(Self.presetFiles)
    try folder.write("mixdown: 1\n" + text, to: "song.mix.yaml")
    return folder.load()
  }

  @Test("preset files of the three kinds")
  func files() throws {
    let loaded = try with(
      """
      tracks:
        a: {stem: a.wav, preset: c.preset.yaml, level: -6 dB}
        b: {stem: b.wav, preset: c.preset.yaml, with: {bright: +5 dB}, inserts: {gain: {polarity: inverted}}}
        c: {stem: c.wav, preset: i.preset.yaml, inserts: {dc_block: null, eq: {}}}
      buses: {hall: {preset: i.preset.yaml}}
      main: {preset: ./i.preset.yaml}
      master: {preset: m.preset.yaml, limiter: {release: 1 s}}
      """)
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    #expect(session.tracks["a"]?.strip.level == -6, "own keys lie over the preset")
    #expect(session.tracks["b"]?.strip.level == -5 && session.tracks["b"]?.strip.sends["hall"]?.level == -9)
    #expect(loaded["tracks.a.inserts.gain.gain"] == "+2 dB")
    #expect(
      loaded["tracks.b.inserts.gain.gain"] == "+5 dB"
        && loaded["tracks.b.inserts.gain.polarity"] == "inverted")
    #expect(session.tracks["c"]?.strip.inserts.map(\.id) == ["gain", "eq"])
    #expect(session.buses["hall"]?.strip.inserts.count == 2 && session.main.strip.inserts.count == 2)
    #expect(
      session.master?.limiter?.settings.ceiling == -2
        && session.master?.limiter?.settings.release == .seconds(1))
  }

  @Test("presets that do not fit")
  func wrongPresets() throws {
    #expect(try with("tracks: {a: {stem: a.wav, preset: m.preset.yaml}}\n").places == ["R0409 2:35"])
    #expect(
      try with("tracks: {a: {stem: a.wav}}\nmaster: {preset: c.preset.yaml}\n").places == ["R0409 3:18"])
    #expect(try with("tracks: {a: {stem: a.wav, preset: streaming}}\n").places == ["R0409 2:35"])
    #expect(
      try with("tracks: {a: {stem: a.wav, preset: stray.preset.yaml}}\n").places == [
        "S0202 stray.preset.yaml 3:1"
      ])
    #expect(
      try with("tracks: {a: {stem: a.wav, preset: none.preset.yaml}}\n").places == [
        "R0409 none.preset.yaml 1:1"
      ])
    #expect(
      try with("tracks: {a: {stem: a.wav, preset: odd.preset.yaml}}\n").places == [
        "R0409 odd.preset.yaml 2:9"
      ])
    #expect(
      try with("tracks: {a: {stem: a.wav, preset: old.preset.yaml}}\n").places == [
        "S0203 old.preset.yaml 1:1"
      ])
    #expect(try with("tracks: {a: {stem: a.wav, preset: gone.preset.yaml}}\n").places == ["P0501 2:35"])
    let unknown = try with("tracks: {a: {stem: a.wav}}\nmaster: {preset: streming}\n")
    #expect(unknown.places == ["R0411 3:18"] && unknown.messages.contains("did you mean `streaming`?"))
    #expect(try with("tracks: {a: {stem: a.wav, with: {x: 1}}}\n").places == ["R0410 2:27"])
    #expect(
      try with("tracks: {a: {stem: a.wav, preset: c.preset.yaml, with: {brigt: 1}}}\nbuses: {hall: {}}\n")
        .places == ["R0407 2:57"])
    #expect(try with("tracks: {a: {stem: a.wav, preset: [x]}}\n").places == ["S0201 2:35"])
  }

  @Test("null removes from the preset, else from the layer below")
  func removalFromPreset() throws {
    let folder = try ProjectFolder(Self.presetFiles)
    try folder.write(
      "mixdown: 1\ntracks: {a: {stem: a.wav, pan: L5, inserts: {limiter: {}}}}\n", to: "p.mix.yaml")
    try folder.write(
      "mixdown: 1\nextends: p.mix.yaml\ntracks: {a: {preset: i.preset.yaml, pan: null, inserts: {gain: null, limiter: null}}}\n",
      to: "song.mix.yaml")
    let loaded = folder.load()
    let strip = try #require(loaded.resolved, "\(loaded.messages)").session.tracks["a"]?.strip
    #expect(strip?.inserts.map(\.id) == ["dc_block"])
    #expect(strip?.pan == 0)
  }
}
