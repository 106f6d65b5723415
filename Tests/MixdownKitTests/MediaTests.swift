import Diagnostics
import MixdownKit
import RenderPlan
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite("Stems and covers") struct MediaTests {
  private let folder = Folder()

  private func check(_ session: String) -> CheckedSession {
    Mixdown.check(folder.file("s.mix.yaml", "mixdown: 1\n" + session))
  }

  private func codes(_ session: String) -> [String] { check(session).diagnostics.map(\.code.id) }

  @Test("the stems of a good session are known by their tracks") func stems() throws {
    try folder.wav("a.wav")
    try folder.wav("b.wav", channels: 1, frames: 1000)
    let checked = check("tracks: {a: {stem: a.wav}, b: {stem: b.wav}}\n")
    #expect(checked.diagnostics.isEmpty)
    #expect(checked.status == .done)
    #expect(checked.stems["a.stem"]?.channelCount == 2)
    #expect(checked.stems["b.stem"]?.frameCount == 1000)
  }

  @Test("a stem of another rate is a note: it will be resampled") func rate() throws {
    try folder.wav("a.wav", rate: 44_100)
    let checked = check("sample_rate: 48 kHz\ntracks: {a: {stem: a.wav}}\n")
    let problem = try #require(checked.diagnostics.first)
    #expect(checked.diagnostics.count == 1)
    #expect(problem.code.id == "P0506")
    #expect(problem.message.contains("44.1 kHz"))
    #expect(problem.severity == .note && checked.status == .done)
    #expect(codes("sample_rate: 48 kHz\nallow: [P0506]\ntracks: {a: {stem: a.wav}}\n") == [])
    #expect(codes("sample_rate: 44.1 kHz\ntracks: {a: {stem: a.wav}}\n") == [])
  }

  @Test("a channel that is picked must be there, and no more than two") func channels() throws {
    try folder.wav("four.wav", channels: 4)
    try folder.wav("a.wav")
    #expect(codes("tracks: {a: {stem: four.wav}}\n") == ["P0505"])
    #expect(codes("tracks: {a: {stem: four.wav, channels: [3, 4]}}\n") == [])
    #expect(codes("tracks: {a: {stem: four.wav, channels: [4, 5]}}\n") == ["P0505"])
    #expect(codes("tracks: {a: {stem: four.wav, channels: [1, 2, 3]}}\n") == ["P0505"])
    #expect(codes("tracks: {a: {stem: a.wav, channels: [0]}}\n") == ["P0505"])
    #expect(codes("tracks: {a: {stem: a.wav, channels: []}}\n") == ["P0505"])
  }

  @Test("a missing file that several tracks share by an alias is reported once") func shared() {
    #expect(codes("tracks:\n  a: &t {stem: gone.wav}\n  b: *t\n") == ["P0501"])
    #expect(codes("tracks: {a: {stem: gone.wav}, b: {stem: gone.wav}}\n") == ["P0501", "P0501"])
  }

  @Test("stems are looked at although the session has other errors") func otherErrors() {
    #expect(codes("tracks: {a: {stem: gone.wav, level: loud}}\n") == ["P0501", "U0301"])
  }

  @Test("a cover is a picture") func cover() throws {
    try folder.wav("a.wav")
    folder.file("cover.png", "no picture")
    #expect(codes("metadata: {cover: cover.png}\ntracks: {a: {stem: a.wav}}\n") == ["P0504"])
  }

  @Test("missing inputs end with 3, and a session that cannot be used outranks them") func status() {
    #expect(check("tracks: {a: {stem: gone.wav}}\n").status == .input)
    #expect(check("tracks: {a: {stem: gone.wav, level: loud}}\n").status == .unusable)
  }

  @Test("bitrates of MP3 depend on the rate") func bitrate() throws {
    try folder.wav("a.wav", rate: 22_050)
    let session = "sample_rate: 22050\ntracks: {a: {stem: a.wav}}\n"
    #expect(codes(session + "deliverables: {m: {format: mp3, bitrate: 320 kbps}}\n") == ["D0804"])
    #expect(codes(session + "deliverables: {m: {format: mp3, bitrate: 160 kbps}}\n") == [])
    // Of itself it is 320 kbps.
    #expect(codes(session + "deliverables: {m: {format: mp3}}\n") == ["D0804"])
  }

  @Test("bitrates of Ogg Vorbis and Opus depend on rate and channels") func oggBitrates() throws {
    try folder.wav("a.wav")
    func codes(_ deliverable: String) -> [String] {
      self.codes("tracks: {a: {stem: a.wav}}\ndeliverables: {m: {\(deliverable)}}\n")
    }
    #expect(codes("format: ogg_vorbis, bitrate: 500 kbps") == [])
    #expect(codes("format: ogg_vorbis, bitrate: 510 kbps") == ["D0804"])
    #expect(codes("format: ogg_vorbis, bitrate: 300 kbps, channels: mono") == ["D0804"])
    #expect(codes("format: ogg_vorbis, bitrate: 128 kbps, sample_rate: 96 kHz") == ["D0804"])
    #expect(codes("format: ogg_vorbis, quality: 8, sample_rate: 96 kHz") == [])
    #expect(codes("format: opus, bitrate: 256 kbps, channels: mono") == [])
    #expect(codes("format: opus, bitrate: 320 kbps, channels: mono") == ["D0804"])
    // A wrong rate is one problem, not two.
    #expect(codes("format: opus, bitrate: 320 kbps, channels: mono, sample_rate: 96 kHz") == ["D0804"])
  }

  @Test(
    "no song is longer than a day, whatever stems and clips add up to",
    arguments: [
      ("tracks: {a: {clips: {c: {stem: a.wav, loop: 200000}}}}\n", "loop"),
      ("tracks: {a: {clips: {c: {stem: a.wav, loop: 999999}}}}\n", "loop"),
      ("tracks: {a: {clips: {c: {stem: a.wav, loop: fill, at: 13:00:00, length: 13:00:00}}}}\n", "length"),
      ("tracks: {a: {clips: {c: {stem: a.wav, at: 23:59:59.9}}}}\n", "at"),
      ("tail: 24:00:00\ntracks: {a: {stem: a.wav}}\n", "tail"),
      ("tracks: {a: {clips: {c: {stem: a.wav, loop: 100000}}}}\n", nil),
      ("tracks: {a: {clips: {c: {stem: a.wav, at: 23:59:59}}}}\n", nil),
    ])
  func aDay(session: String, key: String?) throws {
    try folder.wav("a.wav")
    let problems = check(session).diagnostics
    #expect(problems.map(\.code.id) == (key == nil ? [] : ["A0702"]), "\(problems.map(\.message))")
    if let key { #expect(problems.first?.path?.hasSuffix(key) == true, "\(problems.first?.path ?? "")") }
  }

  @Test("a stem of more than a day is refused by its header") func longStem() throws {
    // 25 hours of 8 bits at 8 kHz, all of it a hole in the file.
    let frames = 25 * 3600 * 8000
    func number(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
    var header = Array("RIFF".utf8) + number(36 + frames, 4) + Array("WAVEfmt ".utf8) + number(16, 4)
    header += number(1, 2) + number(1, 2) + number(8000, 4) + number(8000, 4) + number(1, 2) + number(8, 2)
    header += Array("data".utf8) + number(frames, 4)
    let path = folder.file("long.wav", "")
    save(header, to: path)
    try #require(unsafe truncate(path, off_t(header.count + frames)) == 0)
    let problems = check("tracks: {a: {stem: long.wav}}\n").diagnostics.filter { $0.severity == .error }
    #expect(problems.map(\.code.id) == ["P0504"])
    #expect(problems.first?.message == "the stem is 25 hours long, and a song has no more than 24 hours")
  }
}
