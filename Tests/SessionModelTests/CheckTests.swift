import Diagnostics
import Quantities
import SessionModel
import Tables
import Testing

/// A session and the problems it has, each `CODE line:column`.
struct Check: Sendable, CustomTestStringConvertible {
  var text: String
  var places: [String]
  var testDescription: String { "\(places) \(text.debugDescription.prefix(90))" }

  /// A whole session.
  init(whole text: String, _ places: String...) {
    self.text = "mixdown: 1\n" + text
    self.places = places
  }

  /// Lines under `mixdown: 1` and one track: they begin with line 3.
  init(_ lines: String, _ places: String...) {
    text = session(lines)
    self.places = places
  }
}

@Suite("Checks")
struct CheckTests {
  @Test(
    "names and routing",
    arguments: [
      Check(whole: "tempo: 120\n", "S0207 1:1"),
      Check(whole: "tracks: {}\n", "S0207 2:9"),
      Check(whole: "tracks: {main: {stem: a.wav}, master: {stem: a.wav}}\n", "R0415 2:10", "R0415 2:31"),
      Check("buses: {a: {}}\n", "R0415 3:9"),
      Check("buses: {master: {}}\n", "R0415 3:9"),
      Check(whole: "tracks: {a: {stem: a.wav, output: drums}}\n", "G0601 2:35"),
      Check(whole: "tracks: {a: {stem: a.wav, output: b}, b: {stem: a.wav}}\n", "G0601 2:35"),
      Check(
        whole: "tracks: {a: {stem: a.wav, sends: {hal: -3}}}\nbuses: {hall: {}}\n", "G0601 2:35"),
      Check(whole: "tracks: {a: {stem: a.wav, sends: {main: -3}}}\n", "G0601 2:35"),
      Check(
        whole: "tracks: {a: {stem: a.wav, output: b}}\nbuses:\n  b: {output: c}\n  c: {sends: {b: -3}}\n",
        "G0602 4:15"),
      Check("buses: {b: {output: b}}\n", "G0602 3:21"),
      Check(
        whole:
          "tracks: {a: {stem: a.wav, output: b}}\nbuses: {b: {output: c}, c: {output: d}, d: {output: b}, e: {sends: {e: 0}}}\n",
        "G0602 3:69", "G0602 3:21"),
      Check(
        whole: "tracks: {a: {stem: a.wav, solo: true}}\nbuses: {b: {solo: true, sends: {}}}\n", "G0603 3:9",
        "G0604 2:33", "G0604 3:19"),
    ])
  func routing(_ check: Check) throws { try expect(check) }

  @Test("a loop is spelt out, once")
  func loopText() throws {
    let loaded = try load(
      session("buses: {x: {output: y}, y: {output: z}, z: {sends: {x: -3 dB}}, w: {output: x}}\n"))
    let loops = loaded.diagnostics.filter { $0.code == .routingLoop }
    #expect(loops.count == 1 && loops.first?.message.contains("x → y → z → x") == true, "\(loaded.messages)")
  }

  @Test(
    "times and frequencies that need the session",
    arguments: [
      Check("buses: {d: {inserts: {delay: {time: 1/8d}}}}\n", "A0701 3:37"),
      Check("length: 3|1\n", "A0701 3:9"), Check("tail: 2 bars\n", "A0701 3:7"),
      Check("markers: {x: 2|1}\n", "A0701 3:14"),
      Check("master: {fade_out: 1 bar}\n", "A0701 3:20"), Check("start: 1|1\nlength: 10 s\n", "A0701 3:8"),
      Check("tempo: 120\nmeter: 3/4\nlength: 2|4\n", "A0702 5:9"),
      Check("tempo: 120\nlength: 2|4.99\n"),
      Check("length: outro\n", "A0702 3:9"),
      Check("markers: {a: b, b: c, c: a}\n", "A0702 3:14", "A0702 3:20", "A0702 3:26"),
      Check("markers: {a: a}\n", "A0702 3:14"), Check("markers: {a: 1 s, b: a - 2 s}\n", "A0702 3:22"),
      Check("start: 5 s\nlength: 5 s\n", "A0702 4:9"), Check("start: 5 s\nlength: 4 s\n", "A0702 4:9"),
      Check("tempo: 10\nlength: 9000|1\n", "A0702 4:9"),
      Check("tempo: 10\ntail: 900000 bars\n", "A0702 4:7"),
      Check("tempo: 10\nstart: 900000|1\n", "A0702 4:8"),
      Check(
        "sample_rate: 44.1 kHz\nmain: {inserts: {eq: {bands: {x: {type: bell, frequency: 22.06 kHz}}}}}\n",
        "U0306 4:58"),
      Check("main: {inserts: {eq: {bands: {x: {type: bell, frequency: 24 kHz}}}}}\n"),
      Check(
        "sample_rate: 8 kHz\nmain: {inserts: {delay: {high_cut: 5 kHz}, width: {mono_below: 2 kHz}}}\n",
        "U0306 4:36"),
      Check("master: {inserts: {reverb: {high_cut: 30 kHz}}}\n", "U0306 3:39"),
      Check(
        "deliverables: {w: {format: wav, master: {inserts: {delay: {low_cut: 30 kHz}}}}}\n", "U0306 3:69"),
      Check("tempo: 60\nmain: {inserts: {delay: {time: 3 bars}}}\n", "U0305 4:32"),
      Check("main: {inserts: {delay: {time: 480001 samples}}}\n", "U0305 3:32"),
      Check("main: {inserts: {delay: {time: 480000 samples}}}\n"),
      Check("tempo: 120\nmain: {inserts: {limiter: {lookahead: 1/4}}}\n", "U0305 4:39"),
    ])
  func times(_ check: Check) throws { try expect(check) }

  @Test(
    "deliverables",
    arguments: [
      Check("deliverables: {a: {}}\n", "S0203 3:19"),
      Check(
        "deliverables: {a: {format: wav, bitrate: 320 kbps, quality: V0, compression: 5, id3: 2.3}}\n",
        "D0802 3:33", "D0802 3:52", "D0802 3:65", "D0802 3:81", "R0414 3:52"),
      Check("deliverables: {a: {format: mp3, bit_depth: 16, dither: none}}\n", "D0802 3:33", "D0802 3:48"),
      Check("deliverables: {a: {format: mp3, bitrate: 320, quality: V2}}\n", "R0414 3:47"),
      Check("deliverables: {a: {format: mp3, bitrate: 300 kbps}}\n", "U0305 3:42"),
      Check("deliverables: {a: {format: flac, bit_depth: 32}}\n", "D0802 3:45"),
      Check("deliverables: {a: {format: flac, bit_depth: 32f}}\n", "D0802 3:45"),
      Check("deliverables: {a: {format: flac, compression: 9}}\n", "U0305 3:47"),
      Check("sample_rate: 96 kHz\ndeliverables: {a: {format: mp3}}\n", "D0804 4:28"),
      Check("deliverables: {a: {format: wav, sample_rate: 44.1 kHz}}\n"),
      Check("deliverables: {a: {format: wav, sample_rate: 48000}}\n"),
      Check("deliverables: {a: {format: opus}, b: {format: wave}}\n", "U0301 3:47"),
      Check(
        "deliverables: {a: {format: opus, bitrate: 510 kbps}, b: {format: ogg_vorbis, quality: -1, ceiling: -2}}\n"),
      Check("deliverables: {a: {format: opus, quality: 6}}\n", "D0802 3:34"),
      Check("deliverables: {a: {format: opus, bit_depth: 16, id3: 2.3}}\n", "D0802 3:34", "D0802 3:49"),
      Check("deliverables: {a: {format: opus, bitrate: 5 kbps}}\n", "U0305 3:43"),
      Check("deliverables: {a: {format: ogg_vorbis, quality: V2}}\n", "D0802 3:49"),
      Check("deliverables: {a: {format: ogg_vorbis, quality: 10.5}}\n", "U0305 3:49"),
      Check("deliverables: {a: {format: ogg_vorbis, bitrate: 160, quality: 5}}\n", "R0414 3:54"),
      Check("deliverables: {a: {format: mp3, quality: 2}}\n", "D0802 3:42"),
      Check("sample_rate: 44.1 kHz\ndeliverables: {a: {format: opus}}\n", "D0804 4:28"),
      Check(
        "deliverables: {a: {format: opus, sample_rate: 24 kHz}, b: {format: opus, sample_rate: 32 kHz}}\n", "D0804 3:87"
      ),
      Check("sample_rate: 384 kHz\ndeliverables: {a: {format: ogg_vorbis}}\n", "D0804 4:28"),
      Check("deliverables: {a: {format: ogg_vorbis, name: x}, b: {format: opus, name: x}}\n"),
      Check("deliverables: {a: {format: ogg_vorbis, name: x}, b: {format: ogg_vorbis, name: X}}\n", "D0801 3:50"),
      Check("deliverables: {a: {format: wav, channels: mono}}\n"),
      Check("deliverables: {a: {format: wav, name: x}, b: {format: wav, name: X}}\n", "D0801 3:43"),
      Check("deliverables: {a: {format: wav, name: x}, b: {format: flac, name: x}}\n"),
      Check("deliverables: {a: {format: wav, name: ../x}}\n", "D0803 3:39"),
      Check("deliverables: {a: {format: wav, name: /x}}\n", "D0803 3:39"),
      Check("deliverables: {a: {format: wav, name: a/../../x}}\n", "D0803 3:39"),
      Check("deliverables: {a: {format: wav, name: a//b}}\n", "D0803 3:39"),
      Check("deliverables: {a: {format: wav, name: ''}}\n", "D0803 3:39"),
      Check("deliverables: {a: {format: wav, name: a/}}\n", "D0803 3:39"),
      Check("deliverables: {a: {format: wav, name: $title}}\n", "D0803 3:39"),
      Check(
        "deliverables: {a: {format: wav, name: $(session) x}, b: {format: wav, name: sub/$deliverable}}\n"),
      Check("deliverables: {a: {format: wav, version: x, split: stems, checks: {}}}\n", "D0807 3:42"),
      Check("versions: {x: {}}\ndeliverables: {a: {format: wav, version: x, split: stems, checks: {}}}\n"),
      Check("deliverables: {a: {format: wav, master: none, metadata: {comment: x}}}\n"),
    ])
  func deliverables(_ check: Check) throws { try expect(check) }

  @Test(
    "metadata",
    arguments: [
      Check(
        "metadata: {isrc: QZ-ABC-26-00001, upc: '012345678905', date: 2026-11-22, track: 3/10, disc: 1, language: eng}\n"
      ),
      Check("metadata: {isrc: QZABC2600001, upc: '4006381333931', date: 2026-11, track: '3', disc: 1/2}\n"),
      Check(
        "metadata: {isrc: QZ-ABC-26-0001, upc: '012345678906', date: 2026-13}\n", "D0805 3:18", "D0805 3:39",
        "D0805 3:61"),
      Check(
        "metadata: {date: 2026-02-30}\n", "D0805 3:18"),
      Check("metadata: {date: 2024-02-29, isrc: qzabc2600001}\n"),
      Check(
        "metadata: {isrc: 12ABC2600001, upc: '12345', date: yesterday}\n", "D0805 3:18", "D0805 3:37",
        "D0805 3:52"),
      Check(
        "metadata: {track: 11/10, disc: 0, language: English}\n", "D0805 3:19", "D0805 3:32", "D0805 3:45"),
      Check("metadata: {track: a, disc: 1/2/3, date: 2026-1-1}\n", "D0805 3:19", "D0805 3:28", "D0805 3:41"),
      Check(
        "metadata: {isrc: x}\ndeliverables: {w: {format: wav, metadata: {date: '26'}}}\n", "D0805 3:18",
        "D0805 4:50"),
    ])
  func metadata(_ check: Check) throws {
    // A deliverable's metadata inherit the session's: the same wrong tag is one problem.
    try expect(check)
  }

  @Test(
    "parts of the format that come later are refused, never ignored",
    arguments: [
      Check("deliverables: {a: {format: wav, image: true}}\n", "S0204 3:33"),
      Check("main: {inserts: {gate: {}, x: {type: chorus}}}\n", "S0204 3:18", "S0204 3:38"),
      Check(
        "main: {inserts: {eq: {phase: linear, bands: {x: {type: bell, frequency: 1000, dynamic: {}}}}}}\n",
        "S0204 3:30", "S0204 3:79"),
      Check(
        "master: {mono_loudness: dual, loudness: {integrated: -14, mode: album}}\n", "S0204 3:59"),
    ])
  func later(_ check: Check) throws { try expect(check) }

  @Test(
    "shapes and values",
    arguments: [
      Check("tempo: [1]\n", "S0201 3:8"), Check("tracks: []\n", "Y0105 3:1"),
      Check("markers: x\n", "S0201 3:10"),
      Check("master: none\n"), Check("master: some\n", "S0201 3:9"),
      Check("main: {levle: -3}\n", "S0202 3:8"),
      Check("main: {sends: {}, output: main}\n", "S0202 3:19", "S0202 3:8"),
      Check("buses: {Hall 1: {}}\n", "S0205 3:9"),
      Check("main: {level: 49 dB, pan: 101, width: 201 %}\n", "U0305 3:15", "U0305 3:27", "U0305 3:39"),
      Check(
        "main: {level: 1e1, mute: yes, pan: 10 ms, trim: ''}\n", "U0301 3:26", "U0301 3:36", "U0301 3:49",
        "U0302 3:15"),
      Check("main: {inserts: {compressor: {attack: 10}}}\n", "U0304 3:39"),
      Check(
        "main: {inserts: {compresor: {}, x: {type: compresor}, y: {}}}\n", "S0203 3:18", "S0203 3:55",
        "S0206 3:43"),
      Check("main: {inserts: {eq: {bands: {bell: {}, x: {type: shelf}}}}}\n", "S0203 3:37", "S0206 3:51"),
      Check("master: {loudness: {max_limiting: 4 dB}}\n", "S0203 3:20"),
      Check("tempo: 9\nseed: -1\n", "U0305 3:8", "U0305 4:7"), Check("sample_rate: 48\n", "U0305 3:14"),
      Check(
        whole: "tracks: {a: {}, b: {stem: []}, c: {stem: c.wav, channels: 1}}\n", "S0201 2:27", "S0201 2:59",
        "S0203 2:13"),
      Check("x-mine: {anything: [goes]}\nmain: {x-note: hello}\n"),
    ])
  func shapes(_ check: Check) throws { try expect(check) }

  @Test("the edition must be said, and be 1")
  func edition() throws {
    #expect(try load("tracks: {a: {stem: a.wav}}\n").places == ["S0203 1:1"])
    #expect(try load("mixdown: 2\ntracks: {a: {stem: a.wav}}\n").places == ["U0301 1:10"])
    #expect(try load("").places == ["Y0131 1:1"])
    #expect(try load("- a\n").places == ["S0201 1:1"])
  }

  @Test("`allow` silences notes and warnings, never errors")
  func allow() throws {
    let quiet = try load(
      "mixdown: 1\nallow: [G0604, G0603]\ntracks: {a: {stem: a.wav, solo: true}}\nbuses: {b: {}}\n")
    #expect(quiet.diagnostics.isEmpty && quiet.resolved != nil)
    let half = try load(
      "mixdown: 1\nallow: [G0604]\ntracks: {a: {stem: a.wav, solo: true}}\nbuses: {b: {}}\n")
    #expect(half.places == ["G0603 4:9"])
    let error = try load("mixdown: 1\nallow: [G0601]\ntracks: {a: {stem: a.wav, output: b}}\n")
    #expect(error.places == ["G0601 3:35"] && error.resolved == nil)
  }

  @Test("all problems of a file are reported in one run")
  func manyAtOnce() throws {
    let loaded = try load(
      """
      mixdown: 1
      tempo: fast
      tracks:
        ö: {stem: a.wav}
        b: {stem: b.wav, level: -4 db, output: nowhere, paan: 3}
        c: {stem: ../../../etc/passwd}
      metadata: {isrc: x}
      deliverables: {w: {format: wav, bitrate: 320}}
      """)
    #expect(
      loaded.places == [
        "D0802 8:33", "D0805 7:18", "G0601 5:42", "P0502 6:13", "S0202 5:51", "S0205 4:3", "U0301 2:8",
      ], "\(loaded.messages)")
    #expect(loaded.resolved == nil)
    #expect(loaded.messages.contains("did you mean `pan`?"))
  }

  @Test("no deliverables are as if absent; names of files")
  func outputNames() throws {
    #expect(try load(session("deliverables: {}\n")).resolved?.session.deliverables.isEmpty == true)
    let loaded = try load(
      session(
        """
        metadata: {artist: AC/DC, title: "A: B", track: 3/10}
        deliverables:
          a: {format: wav}
          b: {format: mp3, name: "$artist - $title ($deliverable)"}
          c: {format: flac, name: "$track $(title)x $$5", metadata: {title: C}}
          d: {format: ogg_vorbis}
          e: {format: opus}
        """))
    let resolved = try #require(loaded.resolved, "\(loaded.messages)")
    let paths = resolved.session.deliverables.map { resolved.outputPath($0.id, $0.value) }
    #expect(paths == ["song-a.wav", "AC-DC - A: B (b).mp3", "3-10 Cx $5.flac", "song-d.ogg", "song-e.opus"])
  }

  private func expect(_ check: Check, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let loaded = try load(check.text)
    #expect(loaded.places == check.places.sorted(), "\(loaded.messages)", sourceLocation: sourceLocation)
    let hasError = loaded.diagnostics.contains { $0.severity == .error }
    #expect((loaded.resolved == nil) == hasError, sourceLocation: sourceLocation)
    for problem in loaded.diagnostics {
      #expect(!problem.message.contains("Optional("), sourceLocation: sourceLocation)
    }
  }
}
