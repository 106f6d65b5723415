import Diagnostics
import Quantities
import SessionModel
import Tables
import Testing

@Suite("Layers")
struct LayerTests {
  @Test("mappings merge by key, all else replaces, null removes")
  func merging() throws {
    let folder = try ProjectFolder([
      "song.mix.yaml": """
      mixdown: 1
      extends: band.mix.yaml
      metadata: {title: Night}
      tracks:
        vocals: {level: -2 dB, inserts: {compressor: {threshold: -22 dB}}, sends: {hall: {tap: pre_fader}}}
        cowbell: null
      buses: {hall: {}}
      allow: [B]
      """,
      "band.mix.yaml": """
      mixdown: 1
      metadata: {title: Band, artist: Ada}
      tracks:
        vocals: {stem: v.wav, level: -9 dB, pan: L10, inserts: {compressor: {threshold: -20 dB, ratio: 3}}, sends: {hall: -14 dB}}
        cowbell: {stem: c.wav}
      allow: [A, C]
      """,
    ])
    let loaded = folder.load()
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    #expect(session.metadata.title == "Night" && session.metadata.artist == "Ada")
    #expect(session.tracks.map(\.id) == ["vocals"])
    let vocals = try #require(session.tracks["vocals"])
    #expect(vocals.clips["stem"]?.stem == "v.wav" && vocals.strip.level == -2 && vocals.strip.pan == -10)
    #expect(vocals.strip.sends["hall"]?.level == -14 && vocals.strip.sends["hall"]?.tap == .preFader)
    #expect(loaded["tracks.vocals.inserts.compressor.threshold"] == "-22 dB")
    #expect(loaded["tracks.vocals.inserts.compressor.ratio"] == "3")
    #expect(session.allow == ["B"], "lists replace")
  }

  @Test("each value knows the place it was written at")
  func provenance() throws {
    let folder = try ProjectFolder([
      "song.mix.yaml":
        "mixdown: 1\nextends: band.mix.yaml\nwith: {vocal: -7 dB}\ntracks:\n  v:\n    pan: R5\n",
      "band.mix.yaml": """
      mixdown: 1
      parameters:
        vocal: {type: level, default: -1 dB}
        drum: {type: level, default: -2 dB}
      tracks:
        v: {stem: v.wav, level: $vocal, preset: presets/lead.preset.yaml}
        d: {stem: d.wav, level: $drum}
      master: {preset: streaming}
      """,
      "presets/lead.preset.yaml": "mixdown: 1\npreset: channel\ntrim: -3 dB\ninserts:\n  dc_block: {}\n",
    ])
    let loaded = folder.load { $0.overrides = ["tracks.d.pan=L100"] }
    #expect(loaded.diagnostics.isEmpty, "\(loaded.messages)")
    #expect(loaded.origin("tracks.v.pan") == "song.mix.yaml 6:10")
    #expect(loaded.origin("tracks.v.clips.stem.stem") == "band.mix.yaml 6:13")
    #expect(loaded.origin("tracks.v.trim") == "lead.preset.yaml 3:7")
    #expect(
      loaded.origin("tracks.v.level") == "song.mix.yaml 3:15", "a parameter's value: where it was given")
    let used = loaded.resolved?.tree.part(at: "tracks.v.level")?.via.map {
      "\($0.start.line):\($0.start.column)"
    }
    #expect(used == ["6:27"], "and the place where it is used")
    #expect(
      loaded.origin("tracks.d.level")?.hasPrefix("band.mix.yaml 4:") == true,
      "a default: where it is declared")
    #expect(loaded.origin("tracks.d.pan") == "--set tracks.d.pan 1:1")
    #expect(loaded.origin("master.limiter.ceiling")?.hasPrefix("preset streaming 5:") == true)
    #expect(loaded.resolved?.file(at: "tracks.v.clips.stem.stem") == "\(folder.path)/v.wav")
    #expect(loaded.resolved?.filesRead.count == 3)
    #expect(loaded.resolved?.filesRead.first == "\(folder.path)/song.mix.yaml")
    #expect(loaded.resolved?.name == "song")
  }

  @Test("paths are relative to the file that names them")
  func relativePaths() throws {
    let folder = try ProjectFolder([
      "songs/one/song.mix.yaml":
        "mixdown: 1\nextends: ../../shared/band.mix.yaml\ntracks: {b: {stem: b.wav}}\n",
      "shared/band.mix.yaml":
        "mixdown: 1\ntracks: {a: {stem: stems/a.wav, preset: ../presets/a.preset.yaml}}\n",
      "presets/a.preset.yaml": "mixdown: 1\npreset: channel\nlevel: -1 dB\n",
    ])
    let loaded = folder.load("songs/one/song.mix.yaml")
    let resolved = try #require(loaded.resolved, "\(loaded.messages)")
    #expect(resolved.session.tracks["a"]?.strip.level == -1)
    #expect(Project.canonicalText(resolved.file(at: "tracks.a.clips.stem.stem")) == "\(folder.path)/shared/stems/a.wav")
    #expect(Project.canonicalText(resolved.file(at: "tracks.b.clips.stem.stem")) == "\(folder.path)/songs/one/b.wav")
  }

  @Test("four levels of parents, and no more")
  func depth() throws {
    func chain(_ levels: Int) throws -> Loaded {
      var files = ["song.mix.yaml": "mixdown: 1\nextends: p1.mix.yaml\n"]
      for level in 1...levels {
        let parent = level < levels ? "extends: p\(level + 1).mix.yaml\n" : "tracks: {a: {stem: a.wav}}\n"
        files["p\(level).mix.yaml"] = "mixdown: 1\nmetadata: {title: level \(level)}\n" + parent
      }
      return try ProjectFolder(files).load()
    }
    let four = try chain(4)
    #expect(four.resolved?.session.metadata.title == "level 1", "\(four.messages)")
    #expect(try chain(5).places == ["R0408 p4.mix.yaml 3:10"])
  }

  @Test("a circle of parents")
  func circle() throws {
    let folder = try ProjectFolder([
      "song.mix.yaml": "mixdown: 1\nextends: a.mix.yaml\n",
      "a.mix.yaml": "mixdown: 1\nextends: ./song.mix.yaml\n",
    ])
    #expect(folder.load().places == ["R0408 a.mix.yaml 2:10"])
    let narcissus = try load("mixdown: 1\nextends: song.mix.yaml\n")
    #expect(narcissus.places == ["R0408 2:10"])
  }

  @Test("a parent that is missing, empty, a list or a text")
  func badParents() throws {
    #expect(try load("mixdown: 1\nextends: none.mix.yaml\n").places == ["P0501 2:10"])
    #expect(try load("mixdown: 1\nextends: ''\n").places == ["P0503 2:10"])
    #expect(try load("mixdown: 1\nextends: [a, b]\n").places == ["S0201 2:10"])
    let folder = try ProjectFolder([
      "song.mix.yaml": "mixdown: 1\nextends: p.mix.yaml\n", "p.mix.yaml": "- a\n",
    ])
    #expect(folder.load().places == ["S0201 p.mix.yaml 1:1"])
    #expect(folder.load("missing.mix.yaml").places == ["P0501 -"])
  }

  @Test("null removes what a layer below has, and is an error where nothing is")
  func removal() throws {
    let files = [
      "band.mix.yaml":
        "mixdown: 1\ntracks: {a: {stem: a.wav, pan: L5, inserts: {eq: {}, dc_block: {}}}, b: {stem: b.wav}}\nmaster: {preset: streaming}\n"
    ]
    func over(_ text: String) throws -> Loaded {
      let folder = try ProjectFolder(files)
      try folder.write("mixdown: 1\nextends: band.mix.yaml\n" + text, to: "song.mix.yaml")
      return folder.load()
    }
    let removed = try over("tracks: {a: {pan: null, inserts: {eq: ~}}, b: }\nmaster: {loudness: null}\n")
    let song = try #require(removed.resolved, "\(removed.messages)").session
    #expect(song.tracks.map(\.id) == ["a"])
    #expect(song.tracks["a"]?.strip.pan == 0)
    #expect(song.tracks["a"]?.strip.inserts.map(\.id) == ["dc_block"])
    #expect(song.master?.loudness == nil && song.master?.limiter != nil)
    #expect(try over("tracks: {c: null}\n").places == ["R0401 3:10"])
    #expect(
      try over("tracks: {a: {level: null, inserts: {limiter: null}}}\n").places == [
        "R0401 3:14", "R0401 3:37",
      ])
    #expect(
      try load(session("x-own: null\nmarkers: {x-own: null}\n")).diagnostics.isEmpty,
      "one's own keys are left alone")
  }

  @Test("shorthands are written out before layers meet")
  func shorthands() throws {
    let folder = try ProjectFolder([
      "song.mix.yaml": "mixdown: 1\nextends: band.mix.yaml\ntracks: {a: {sends: {hall: -3 dB}}}\n",
      "band.mix.yaml":
        "mixdown: 1\ntracks: {a: {stem: a.wav, sends: {hall: {level: -9 dB, tap: pre_fader, pan: L5}}}}\nbuses: {hall: {}}\n",
    ])
    let send = folder.load().resolved?.session.tracks["a"]?.strip.sends["hall"]
    #expect(send?.level == -3 && send?.tap == .preFader && send?.pan == -5)
    let set = folder.load { $0.overrides = ["tracks.a.sends.hall=-1 dB"] }.resolved?.session.tracks["a"]?
      .strip.sends["hall"]
    #expect(set?.level == -1 && set?.tap == .preFader)
    let other = folder.load { $0.overrides = ["tracks.a.sends.hall.tap=post_fader"] }.resolved?.session
      .tracks["a"]?.strip.sends["hall"]
    #expect(other?.level == -3 && other?.tap == .postFader)
  }

  @Test("inserts keep their order; a new one comes last, or before or after another")
  func insertOrder() throws {
    func order(_ inserts: String) throws -> [String] {
      let folder = try ProjectFolder([
        "song.mix.yaml": "mixdown: 1\nextends: band.mix.yaml\ntracks: {a: {inserts: \(inserts)}}\n",
        "band.mix.yaml":
          "mixdown: 1\ntracks: {a: {stem: a.wav, inserts: {eq: {}, compressor: {}, dc_block: {}}}}\n",
      ])
      let loaded = folder.load()
      return loaded.resolved?.session.tracks["a"]?.strip.inserts.map(\.id) ?? loaded.places
    }
    #expect(try order("{gain: {}}") == ["eq", "compressor", "dc_block", "gain"])
    #expect(try order("{gain: {before: eq}}") == ["gain", "eq", "compressor", "dc_block"])
    #expect(try order("{gain: {after: eq}}") == ["eq", "gain", "compressor", "dc_block"])
    #expect(
      try order("{gain: {before: compressor}, width: {after: gain}}") == [
        "eq", "gain", "width", "compressor", "dc_block",
      ])
    #expect(try order("{compressor: {ratio: 5}}") == ["eq", "compressor", "dc_block"], "an old one stays")
    #expect(try order("{gain: {before: limiter}}") == ["R0412 3:39"])
    #expect(try order("{gain: {before: gain}}") == ["R0412 3:39"])
  }

  @Test("`--set` lies over everything")
  func overrides() throws {
    let text = session(
      "master: {preset: streaming}\ndeliverables: {w: {format: wav, master: {preset: vinyl}}}\n")
    func set(_ overrides: String...) throws -> Loaded { try load(text) { $0.overrides = overrides } }
    #expect(try set("tracks.a.level=-6 dB").resolved?.session.tracks["a"]?.strip.level == -6)
    #expect(
      try set("tracks.a.level=-6 dB", "tracks.a.level=-7 dB").resolved?.session.tracks["a"]?.strip.level == -7
    )
    #expect(try set("tracks.b={stem: b.wav, pan: R5}").resolved?.session.tracks["b"]?.strip.pan == 5)
    #expect(try set("master.loudness.integrated=-20").resolved?.session.master?.loudness?.integrated == -20)
    #expect(try set("master=null").resolved?.session.master == nil)
    #expect(try set("master.preset=club").resolved?.session.master?.loudness?.integrated == -8)
    #expect(try set("deliverables.w.bit_depth=16").resolved?.session.deliverables["w"]?.bitDepth == .sixteen)
    let bad = try set("tracks.a.level=loud")
    #expect(bad.places == ["U0301 --set tracks.a.level 1:1"], "\(bad.messages)")
    #expect(try set("tracks.a.levle=1").places == ["S0202 --set 1:10"])
    #expect(try set("nonsense").places == ["R0413 --set 1:1"])
    #expect(try set("=1").resolved == nil)
    #expect(try set("tracks..level=1").resolved == nil)
    #expect(try set("tracks.a.solo=true").places == ["G0604 --set tracks.a.solo 1:1"])
  }

  @Test("a deliverable's master and metadata lie over the session's")
  func deliverableMasters() throws {
    let loaded = try load(
      session(
        """
        metadata: {title: T, artist: A}
        master:
          preset: streaming
          inserts: {eq: {}}
          fade_out: 1 s
        deliverables:
          plain: {format: wav}
          vinyl: {format: wav, master: {preset: vinyl}, metadata: {title: T for vinyl}}
          quiet: {format: wav, master: {loudness: {integrated: -20 LUFS}, inserts: {eq: null}}}
        """))
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    #expect(session.deliverables["plain"]?.master == nil)
    let vinyl = try #require(session.deliverables["vinyl"])
    #expect(vinyl.master?.loudness == nil && vinyl.master?.limiter == nil, "the preset says none to both")
    #expect(vinyl.master?.fadeOut?.span == .seconds(1))
    #expect(vinyl.master?.inserts.map(\.id) == ["eq", "vinyl_bass", "vinyl_edges"])
    #expect(vinyl.metadata.title == "T for vinyl" && vinyl.metadata.artist == "A")
    let quiet = try #require(session.deliverables["quiet"]?.master)
    #expect(quiet.loudness?.integrated == -20 && quiet.loudness?.maxLimiting == 8 && quiet.limiter != nil)
    #expect(quiet.inserts.isEmpty)
  }

  @Test("the order of keys changes no value")
  func keyOrder() throws {
    let a = try load(session("tempo: 120\nmarkers: {b: a + 1 bar, a: 2|1}\nlength: b\n"))
    let b = try load(
      "length: b\nmarkers: {a: 2|1, b: a + 1 bar}\ntracks: {a: {stem: a.wav}}\ntempo: 120\nmixdown: 1\n")
    let (one, two) = (try #require(a.resolved).session, try #require(b.resolved).session)
    #expect(Timeline(one).frame(try #require(one.length)) == Timeline(two).frame(try #require(two.length)))
  }
}

extension Project {
  /// `path` without `..`.
  static func canonicalText(_ path: String?) -> String? {
    guard let path else { return nil }
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      if part == ".." { parts.removeLast() } else if part != "." { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
