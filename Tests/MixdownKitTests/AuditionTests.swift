import Delivery
import Diagnostics
import MixdownKit
import Platform
import SessionModel
import Testing

@Suite("Auditions") struct AuditionTests {
  private let folder = Folder()
  private let song: String

  init() throws {
    try folder.wav("a.wav", frames: 48_000)
    try folder.wav("b.wav", channels: 1, frames: 40_000)
    song = folder.file(
      "s.mix.yaml",
      """
      mixdown: 1
      tracks:
        a: {stem: a.wav, output: band}
        b: {stem: b.wav, level: -6 dB, sends: {room: -12 dB}}
      buses:
        band: {}
        room: {inserts: {reverb: {model: room, decay: 300 ms}}}
      versions: {instrumental: {mute: [b]}}
      master: {loudness: {integrated: -20 LUFS}, limiter: {ceiling: -1 dBTP}}
      deliverables:
        w: {format: wav}
        tv: {format: wav, version: instrumental}
        loud: {format: wav, version: instrumental, master: {loudness: {integrated: -18 LUFS}}}
        m: {format: mp3, channels: mono}
      checks: {integrated_loudness: {min: -20.5 LUFS, max: -19.5 LUFS}}

      """)
  }

  private func render(
    _ settings: [String] = [], solo: [String] = [], mute: [String] = [], session: String? = nil,
    change: (inout RenderOptions) -> Void = { _ in }
  ) -> RenderReport {
    var loading = LoadOptions()
    (loading.overrides, loading.solo, loading.mute) = (settings, solo, mute)
    var options = RenderOptions()
    options.isReported = true
    change(&options)
    return Mixdown.render(Mixdown.check(session ?? song, loading), options)
  }

  private func gains(_ report: RenderReport) -> [String: Double] {
    Dictionary(report.files.map { ($0.id, $0.gainDecibels) }) { first, _ in first }
  }

  private func everything(in folder: String) -> [String: [UInt8]] {
    Dictionary(names(in: folder).map { ($0, contents("\(folder)/\($0)")) }) { first, _ in first }
  }

  @Test("nothing that is finished is replaced, wherever an audition goes", arguments: [nil, "renders"])
  func kept(output: String?) throws {
    #expect(render().status == .done)
    let renders = "\(folder.path)/renders"
    let finished = everything(in: renders).filter { $0.key != "auditions" }
    #expect(finished.count == 6)
    let report = render(["tracks.b.level=-3 dB"]) { options in
      options.outputFolder = output.map { "\(folder.path)/\($0)" }
    }
    #expect(report.status == .finding, "the check of loudness is judged, and missed")
    let auditions = output == nil ? "\(renders)/auditions" : renders
    #expect(
      names(in: auditions).filter { $0.contains("audition") && $0 != "auditions" } == [
        "s-audition.report.html", "s-audition.report.json", "s-loud-audition.wav", "s-m-audition.mp3",
        "s-tv-audition.wav", "s-w-audition.wav",
      ])
    for (name, bytes) in finished { #expect(contents("\(renders)/\(name)") == bytes, "\(name)") }
  }

  @Test("an audition keeps the gains of the session as it is written") func gains() throws {
    let finished = gains(render())
    #expect(Set(finished.keys) == ["w", "tv", "loud", "m"])
    for (settings, solo, mute) in [
      (["tracks.b.level=-3 dB"], [], []), ([], ["b"], []), ([], [], ["a"]), (["tracks.a.stem=b.wav"], [], ["room"]),
      (["master.limiter.ceiling=-2 dBTP"], ["band"], []),
    ] as [([String], [String], [String])] {
      let heard = gains(render(settings, solo: solo, mute: mute))
      for id in ["w", "tv", "loud"] { #expect(heard[id] == finished[id], "\(id) with \(settings), \(solo), \(mute)") }
      // A lossy file's gain may differ by what its codec takes.
      #expect(abs((heard["m"] ?? 0) - (finished["m"] ?? 99)) < 0.5)
    }
  }

  @Test("with nothing changed an audition has the same samples, as long") func same() {
    let finished = render(), heard = render(["tracks.b.level=-6 dB"])
    #expect(heard.status == .done)
    for id in ["w", "tv", "loud"] {
      let hashes = [finished, heard].map { report in report.files.first { $0.id == id }?.pcmSHA256 }
      #expect(hashes[0] != nil && hashes[0] == hashes[1], "\(id)")
    }
    let solo = render(solo: ["a"])
    for file in solo.files {
      #expect(file.measurement.frames == finished.files.first { $0.id == file.id }?.measurement.frames, "\(file.id)")
    }
  }

  @Test("with masters remembered, an audition is the same, bit for bit") func remembered() throws {
    let cache = Cache(folder: "\(folder.path)/cache")
    let finished = render { $0.cache = cache }
    #expect(finished.status == .done)
    for (settings, solo, mute) in [
      (["tracks.b.level=-3 dB", "checks=null"], [], []), ([], ["b"], []), ([], [], ["a"]),
      (["tracks.a.stem=b.wav", "checks=null"], [], ["room"]),
    ] as [([String], [String], [String])] {
      let plain = render(settings, solo: solo, mute: mute)
      // The second finds the gain of the mp3's group, which no finished file has.
      for _ in 0..<2 {
        let quick = render(settings, solo: solo, mute: mute) { $0.cache = cache }
        #expect(quick.files.map(\.sha256) == plain.files.map(\.sha256), "\(settings), \(solo), \(mute)")
        #expect(quick.files.map(\.gainDecibels) == plain.files.map(\.gainDecibels))
        #expect(quick.diagnostics.map(\.message) == plain.diagnostics.map(\.message))
      }
    }
  }

  @Test("a loudness that is laid over is reached") func target() {
    let report = render(["master.loudness.integrated=-25 LUFS", "checks=null"])
    #expect(report.status == .done)
    let reached = report.files.first { $0.id == "w" }?.measurement.integrated ?? 0
    #expect(abs(reached + 25) <= 0.1)
  }

  @Test("solos and mutes are of every mix, and such parts are not judged") func parts() {
    let muted = render(mute: ["a"])
    #expect(muted.status == .done && muted.checks.isEmpty)
    #expect(muted.files.first { $0.id == "tv" }?.measurement.integrated == nil, "nothing is left of it")
    #expect((muted.files.first { $0.id == "w" }?.measurement.integrated ?? -99) > -60)
  }

  @Test("page, data and JSON say what was laid over") func named() throws {
    let report = render(["tracks.b.level=-3 dB", "checks=null"], solo: ["b"], mute: ["room"])
    #expect(
      report.json["audition"] == ["set": ["tracks.b.level=-3 dB", "checks=null"], "solo": ["b"], "mute": ["room"]])
    #expect(render().json["audition"] == .null)
    let page = text("\(folder.path)/renders/auditions/s-audition.report.html")
    for words in ["Audition.", "<code>tracks.b.level=-3 dB</code>", "<code>solo b</code>", "<code>mute room</code>"] {
      #expect(page.contains(words), "\(words)")
    }
    let data = yamlValue("\(folder.path)/renders/auditions/s-audition.report.json")
    #expect(data?["audition"] == ["tracks.b.level=-3 dB", "checks=null", "solo b", "mute room"])
    #expect(!text("\(folder.path)/renders/s.report.html").contains("Audition."))
  }

  @Test(
    "where the session as it is written has no gain, an audition has its own, and says so",
    arguments: ["sample_rate=44.1 kHz", "tempo=90", "start=0.1 s"])
  func own(setting: String) {
    let report = render([setting, "checks=null"])
    #expect(report.diagnostics.filter { $0.code.id == "D0826" }.count == 1)
    let reached = report.files.first { $0.id == "w" }?.measurement.integrated ?? 0
    #expect(report.status == .done && abs(reached + 20) <= 0.1)
  }

  @Test("a session that only an overlay makes whole is heard") func mended() {
    let broken = folder.file(
      "broken.mix.yaml",
      "mixdown: 1\ntracks: {a: {stem: gone.wav}}\nmaster: {loudness: {integrated: -20 LUFS}}\ndeliverables: {w: {format: wav}}\n"
    )
    let report = render(["tracks.a.stem=a.wav"], session: broken)
    #expect(report.status == .done && report.diagnostics.map(\.code.id).contains("D0826"))
    let refused = folder.file(
      "refused.mix.yaml",
      "mixdown: 1\ntracks: {a: {stem: a.wav}}\nmaster: {loudness: {integrated: -1 LUFS, max_limiting: 0.1 dB}, limiter: {}}\ndeliverables: {w: {format: wav}}\n"
    )
    #expect(render(session: refused).status == .finding)
    #expect(render(["master.loudness={integrated: -30 LUFS}"], session: refused).status == .done)
  }

  @Test("an id that is not there is told, with the ones that are") func unknown() {
    let report = render(solo: ["bnad"])
    #expect(report.status == .unusable)
    #expect(report.diagnostics.map(\.code.id) == ["G0601"])
    #expect(report.diagnostics[0].hints == ["did you mean `band`?"])
    #expect(render(mute: ["zzz"]).diagnostics[0].hints == ["tracks, buses and VCAs are `a`, `b`, `band` and `room`"])
  }
}
