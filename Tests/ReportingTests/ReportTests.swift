import DSP
import Delivery
import Diagnostics
import FoundationEssentials
import MixdownKit
import Reporting
import Testing

private let session = """
  metadata: {title: "A <b>bold</b> & \\"quoted\\" title", artist: "</script><script>alert(1)</script>"}
  tempo: 120
  length: 6 s
  markers: {chorus: 2|1}
  tracks:
    tone:
      stem: tone.wav
      level: -3 dB
      inserts:
        eq: {bands: {cut: {type: high_pass, frequency: 80 Hz}, air: {type: high_shelf, frequency: 8 kHz, gain: +3 dB}}}
        compressor: {threshold: -30 dB, ratio: 4:1, makeup: 2 dB}
      sends: {room: -12 dB}
      automation: {pan: [{at: chorus, value: L30, over: 1 s}]}
    quiet: {stem: tone.wav, mute: true}
  buses:
    room: {level: -1 dB}
  vcas:
    all: {members: [tone], level: -2 dB}
  master: {loudness: {integrated: -23 LUFS}, limiter: {ceiling: -1 dBTP}}
  deliverables:
    wav: {format: wav, bit_depth: 24}
    mp3: {format: mp3}
  checks: {true_peak: {max: -1 dBTP}, integrated_loudness: {min: -20 LUFS}}

  """

@Suite("Report") struct ReportTests {
  private let song: Song

  init() throws {
    song = try Song(session)
    try song.stem("tone.wav", sine(997, seconds: 6, level: -12))
  }

  @Test("the same bytes again, wherever the files go, and nothing of the machine") func stable() throws {
    let first = try song.render(), second = try song.render(into: "elsewhere/else")
    #expect(first.page == second.page)
    #expect(first.data == second.data)
    for text in [first.page, first.data] { #expect(!text.contains(song.folder)) }
    #expect(!first.page.contains("http:") && !first.page.contains("https:"))
  }

  @Test("without a report, the same audio and no page") func unreported() throws {
    let with = try song.render().report
    var options = RenderOptions()
    options.outputFolder = "\(song.folder)/plain"
    let without = Mixdown.render(Mixdown.check("\(song.folder)/song.mix.yaml"), options)
    #expect(with.files.map(\.sha256) == without.files.map(\.sha256))
    #expect(without.pagePath == nil)
    #expect(!FileManager.default.fileExists(atPath: "\(song.folder)/plain/song.report.html"))
  }

  @Test("its data says what `render --json` says") func agreement() throws {
    let (report, _, data) = try song.render()
    guard case .array(let rendered)? = report.json["deliverables"] else {
      Issue.record("no deliverables")
      return
    }
    for case .object(let members) in rendered {
      for member in members where member.name != "path" {
        let text = JSONValue.object([member]).text().dropFirst().dropLast()
        #expect(data.contains(text), "\(member.name)")
      }
    }
    #expect(data.contains("\"checks\": \((report.json["checks"] ?? .null).text())"))
    #expect(data.contains("\"path\": \"song-wav.wav\""))
  }

  @Test("texts of the session are text on the page") func escaping() throws {
    let page = try song.render().page
    #expect(!page.contains("<b>bold</b>"))
    #expect(page.contains("A &lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot; title"))
    #expect(!page.contains("<script>alert"))
    #expect(page.components("</script>") == 3, "two scripts of our own")
  }

  @Test("every element that is opened is closed, in order") func wellFormed() throws {
    let page = try song.render().page
    let void: Set<String> = ["meta", "link", "br", "input", "!DOCTYPE"]
    var open: [String] = []
    // Scripts and styles hold no elements.
    var rest = page[...]
    while let start = rest.firstIndex(of: "<") {
      rest = rest[start...]
      guard let end = rest.firstIndex(of: ">") else {
        Issue.record("a tag without an end")
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      let name = String(tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "\n" && $0 != "/" })
      if tag.hasPrefix("/") {
        #expect(open.popLast() == name)
      } else if !tag.hasSuffix("/"), !void.contains(name) {
        open.append(name)
        if name == "script" || name == "style", let close = rest.firstIndex(of: "</\(name)>") {
          rest = rest[close...]
        }
      }
    }
    #expect(open.isEmpty, "\(open)")
  }

  @Test("a page of a short song is small, and its graphs are there") func parts() throws {
    let page = try song.render().page
    #expect(page.utf8.count < 400_000)
    for part in [
      "Waveform", "Loudness, LUFS", "Correlation", "Limiter, dB", "Spectrum, dBFS", "Stereo field",
      "Highest true peaks", "What players do with it", "SHA-256", "Every decibel", "Signal flow", "Automation",
      "Dynamics", "Equalisers", "Stems", "2 checks missed", "integrated loudness",
    ] { #expect(page.contains(part), "\(part)") }
    for sound in ["src=\"./song-wav.wav\"", "src=\"./song-mp3.mp3\""] { #expect(page.contains(sound)) }
  }

  @Test("series are those of the delivered files") func series() throws {
    let model = try #require(try song.render().report.page)
    let file = try #require(model.files.first { $0.id == "wav" })
    // A steady tone at −23 LUFS.
    #expect(abs((file.measurement.integrated ?? 0) + 23) < 0.1)
    let steady = file.analysis.momentary.dropFirst(30).dropLast(10)
    #expect(steady.count > 10)
    let spread = (steady.max() ?? 0) - (steady.min() ?? 0)
    #expect(spread < 1.5, "the pan moves by that")
    #expect(abs((file.analysis.shortTerm.last ?? 0) + 23) < 1)
    // The spectrum has its greatest at the tone.
    let spectrum = file.analysis.spectrum
    let loudest = try #require(spectrum.average.indices.max { spectrum.average[$0] < spectrum.average[$1] })
    #expect(abs(spectrum.frequencies[loudest] / 997 - 1) < 0.05)
    // The first of the highest true peaks is the file's.
    #expect(file.analysis.peaks.first?.level == file.measurement.truePeak)
    #expect(file.limitingCourse.count == 120)
    #expect(file.premasterLoudness.map { abs($0 + file.gain + 23) < 0.1 } == true)
  }

  @Test("a version of another length has the song's bars at its own scale") func shorter() throws {
    let short = try Song(
      """
      tempo: 120
      length: 6 s
      markers: {half: 2|3, late: 3|3}
      tracks: {tone: {stem: tone.wav}}
      versions: {radio: {set: {length: 4 s}}}
      deliverables: {main: {format: wav}, radio: {format: wav, version: radio}}

      """)
    try short.stem("tone.wav", sine(997, seconds: 3, level: -12) + sine(997, seconds: 3, level: -30))
    let (report, page, _) = try short.render()
    // What comes after the last file is of the song.
    let sections = page.split(separator: "<section class=\"file\"")
      .map { String($0.split(separator: "</section>")[0]) }
    #expect(sections[1].contains("left:50.00%") && sections[1].contains(">late<"))
    #expect(sections[2].contains("left:75.00%") && !sections[2].contains(">late<"))
    // What it is made of is measured over its own length.
    let files = try #require(report.page).files
    for file in files {
      #expect(abs(try #require(file.premasterLoudness) - #require(file.measurement.integrated)) < 0.01, "\(file.id)")
    }
  }

  @Test("the account knows what an insert leaves dry, and on which side it works") func scopes() throws {
    let scoped = try Song(
      """
      tracks:
        half: {stem: tone.wav, inserts: {g: {type: gain, gain: +6 dB, mix: 50 %}}}
        left: {stem: tone.wav, inserts: {g: {type: gain, gain: -6 dB, channels: left}}}
        side: {stem: tone.wav, inserts: {g: {type: gain, gain: -6 dB, channels: side}}}
        squeezed: {stem: tone.wav, inserts: {compressor: {threshold: -40 dB, ratio: 4:1, mix: 50 %}}}
        clips: {clips: {a: {stem: tone.wav, gain: -2 dB}, b: {stem: tone.wav, at: 3 s, gain: -1 dB}}}

      """)
    try scoped.stem("tone.wav", sine(997, seconds: 2, level: -12))
    let (report, page, _) = try scoped.render()
    let rows = try #require(report.page).account.rows
    func row(_ id: String) throws -> ReportModel.Account.Row { try #require(rows.first { $0.id == id }) }
    #expect(abs(try row("half").toMix - 3.508) < 0.001)
    #expect(try row("left").toMix == 0 && abs(try row("left").left + 6) < 1e-9 && row("left").right == 0)
    #expect(try row("side").toMix == 0 && row("side").left == 0)
    // Half of it is untouched, so no more than 6 dB can go.
    #expect(try row("squeezed").dynamics > 4 && row("squeezed").dynamics < 6.03)
    #expect(page.contains("−2.0 … −1.0</b>"))
  }

  @Test("a master's reduction stands under its own name, whatever stands before it") func masters() throws {
    let song = try Song(
      """
      length: 3 s
      tracks: {tone: {stem: tone.wav}}
      master: {inserts: {glue: {type: compressor, threshold: -24 dB, ratio: 2:1}}}
      versions: {dry: {mute: []}}
      deliverables:
        parts: {format: wav, split: tracks}
        vinyl: {format: wav, master: {inserts: {glue: {type: compressor, threshold: -16 dB}}}}
        dry: {format: wav, version: dry, master: {inserts: {glue: {type: compressor, threshold: -14 dB}}}}
        cd: {format: wav}

      """)
    try song.stem("tone.wav", sine(997, seconds: 3, level: -12))
    let reductions = try #require(try song.render().report.page).reductions
    #expect(
      reductions.map { "\($0.path) \($0.version ?? "")" }.sorted() == [
        "deliverables.dry.master.inserts.glue dry", "deliverables.vinyl.master.inserts.glue ",
        "master.inserts.glue ",
      ])
    func reduction(_ owner: String) throws -> ReportModel.Reduction {
      try #require(reductions.first { $0.path == "\(owner).inserts.glue" })
    }
    let own = try reduction("master"), vinyl = try reduction("deliverables.vinyl.master")
    let dry = try reduction("deliverables.dry.master")
    // The deeper the threshold lies under the tone, the more is taken.
    #expect(own.greatest > vinyl.greatest && vinyl.greatest > dry.greatest && dry.greatest > 0)
    #expect(own.settings.first == "threshold -24 dB")
    #expect(vinyl.settings.prefix(2).map { $0.split(separator: " ")[0] } == ["threshold", "ratio"])
  }

  @Test(
    "comments of the examples say what their inserts take",
    arguments: [
      ("05-groups-vcas-and-sidechain/groups-vcas-and-sidechain", 1), ("09-mastering-a-mix/mastering", 1),
      ("10-stem-mastering/stem-mastering", 2),
    ])
  func comments(_ example: String, _ count: Int) throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let path = "/\(root)/examples/\(example).mix.yaml"
    var options = RenderOptions()
    options.outputFolder = "\(song.folder)/example"
    options.isReported = true
    let reductions = try #require(Mixdown.render(Mixdown.check(path), options).page).reductions
    let lines = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self).split(separator: "\n")
    var found = 0
    for (comment, insert) in zip(lines, lines.dropFirst()) where comment.hasSuffix(" dB in the mean.") {
      // `…: 1.0 dB at most, 0.4 dB in the mean.` above `glue: {type: compressor, …}`.
      let figures = comment.split { !"0123456789.".contains($0) }.compactMap { Double($0) }.suffix(2)
      let id = try #require(insert.split(separator: ":").first).drop { $0 == " " }
      for reduction in reductions where reduction.path.hasSuffix(".inserts.\(id)") {
        #expect(abs(reduction.greatest - (figures.first ?? 0)) <= 0.051, "\(reduction.path)")
        #expect(abs((reduction.typical ?? 0) - (figures.last ?? 0)) <= 0.051, "\(reduction.path)")
      }
      found += 1
    }
    #expect(found == count)
  }

  @Test("strips are measured after their faders, and sections of the song by themselves") func bridge() throws {
    let song = try Song(
      """
      length: 8 s
      markers: {loud: 4 s}
      tracks:
        tone: {stem: tone.wav, level: -6 dB, output: group, automation: {level: [{at: 4.05 s, value: 0 dB}]}}
        gone: {stem: tone.wav, mute: true}
      buses: {group: {level: -3 dB}}
      deliverables: {wav: {format: wav, bit_depth: 24}}

      """)
    try song.stem("tone.wav", sine(997, seconds: 8, level: -12))
    let model = try #require(try song.render().report.page)
    #expect(model.strips.map(\.path) == ["tracks.tone", "buses.group", "main"])
    let tone = try #require(model.strips.first), group = model.strips[1], main = model.strips[2]
    #expect(abs((tone.peak ?? 0) + 12) < 0.01)
    #expect(abs((group.peak ?? 0) + 15) < 0.01 && abs((main.peak ?? 0) + 15) < 0.01)
    // Half of the time 6 dB under the rest: the crest is that of a sine, 3.01 dB, and 10 log₁₀ of 2 / (1 + 1/4) more.
    #expect(abs((tone.crest ?? 0) - 5.05) < 0.05)
    #expect(abs((tone.correlation ?? 0) - 1) < 1e-9)
    #expect(model.sections.map(\.name) == [nil, "loud"])
    #expect(abs((model.sections[0].loudness ?? 0) + 21) < 0.1 && abs((model.sections[1].loudness ?? 0) + 15) < 0.1)
    #expect(abs((model.sections[0].peak ?? 0) + 21) < 0.1)
  }

  @Test("the account adds up, and dynamics and filters are as set") func account() throws {
    let model = try #require(try song.render().report.page)
    let row = try #require(model.account.rows.first { $0.id == "tone" })
    #expect(row.toMix == -3 - 2 + 2)
    #expect(row.sends.map(\.bus) == ["room"])
    #expect(row.panMoves)
    #expect(model.account.rows.first { $0.id == "quiet" }?.isSilent == true)
    // −12 dBFS is 18 dB over the threshold: at 4:1 that is 13.5 dB less, of which a detector of peaks that are let go
    // between crests keeps a dB less.
    let reduction = try #require(model.reductions.first { $0.path == "tracks.tone.inserts.compressor" })
    #expect(reduction.greatest > 12 && reduction.greatest < 13.5)
    #expect(reduction.activity > 0.95)
    let filter = try #require(model.filters.first)
    #expect(filter.deviation < 0.5)
    let high = try #require(filter.frequencies.lastIndex { $0 < 18_000 })
    #expect(abs(filter.target[high] - 2.9) < 0.2)
    #expect(model.lanes.map(\.path) == ["tracks.tone.pan"])
    #expect(model.lanes.first?.stops.map { $0.text } == ["C", "L30"])
    #expect(model.time.bars.map { $0.bar } == [1, 2, 3, 4])
    #expect(model.routing.edges.contains { $0.way == .postFaderSend && $0.level == "-12 dB" })
  }
}

extension String {
  /// How often `part` is in it, and one more.
  fileprivate func components(_ part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count }
}

extension Substring {
  /// Where `text` begins.
  fileprivate func firstIndex(of text: String) -> Index? { firstRange(of: text)?.lowerBound }
}
