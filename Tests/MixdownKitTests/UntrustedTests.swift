import Delivery
import Diagnostics
import MixdownKit
import SessionModel
import Testing

@Suite("Untrusted projects") struct UntrustedTests {
  private let folder = Folder(), outside = Folder()

  init() throws {
    try folder.wav("a.wav")
    try outside.wav("b.wav")
    // The folder is its own project, `.mixdown` or not.
    folder.file(".git/HEAD", "")
  }

  private func check(_ text: String, untrusted: Bool = true) -> CheckedSession {
    var options = LoadOptions()
    options.isUntrusted = untrusted
    return Mixdown.check(folder.file("song.mix.yaml", "mixdown: 1\n\(text)"), options)
  }

  @Test("`.mixdown` opens no folder") func listed() {
    folder.file(".mixdown", "/\n\(outside.path)\n")
    let text = "tracks: {a: {stem: \(outside.path)/b.wav}}\n"
    #expect(check(text, untrusted: false).status == .done)
    let problems = check(text).diagnostics
    #expect(problems.map(\.code.id) == ["P0502"])
    #expect(
      problems.first?.hints == [
        "under `--untrusted` nothing leads out of the project; `--root DIR` says where it begins"
      ])
    #expect(check("tracks: {a: {stem: a.wav}}\n").status == .done)
  }

  @Test("a `.mixdown` file does not say where a project begins") func root() throws {
    folder.file("songs/.mixdown", "")
    var options = LoadOptions()
    let path = folder.file("songs/deep.mix.yaml", "mixdown: 1\ntracks: {a: {stem: ../a.wav}}\n")
    #expect(Mixdown.check(path, options).diagnostics.map(\.code.id) == ["P0502"])
    options.isUntrusted = true
    #expect(Mixdown.check(path, options).diagnostics.isEmpty)
  }

  @Test("links out of the project are refused, to read and to write") func links() {
    link("\(outside.path)/b.wav", at: "\(folder.path)/link.wav")
    link(outside.path, at: "\(folder.path)/folder")
    #expect(check("tracks: {a: {stem: link.wav}}\n").diagnostics.map(\.code.id) == ["P0502"])
    #expect(check("tracks: {a: {stem: folder/b.wav}}\n").diagnostics.map(\.code.id) == ["P0502"])
    #expect(
      check("metadata: {cover: folder/b.wav}\ntracks: {a: {stem: a.wav}}\n").diagnostics.map(\.code.id) == ["P0502"])
    #expect(check("extends: folder/x.mix.yaml\ntracks: {a: {stem: a.wav}}\n").diagnostics.map(\.code.id) == ["P0502"])
    // `renders` leads elsewhere, as a repository may hold it.
    link(outside.path, at: "\(folder.path)/renders")
    let before = names(in: outside.path)
    let report = Mixdown.render(check("tracks: {a: {stem: a.wav}}\n"))
    #expect(report.status == .refused && report.files.isEmpty, "\(report.diagnostics.map(\.message))")
    #expect(names(in: outside.path) == before)
    // The folder that the command names is the command's affair.
    var options = RenderOptions()
    options.outputFolder = "\(outside.path)/out"
    #expect(Mixdown.render(check("tracks: {a: {stem: a.wav}}\n"), options).status == .done)
  }

  @Test("a song has an hour") func length() {
    let loops = "tracks: {a: {clips: {c: {stem: a.wav, loop: 8000}}}}\n"
    #expect(check(loops).diagnostics.map(\.code.id) == ["A0702"])
    #expect(check(loops, untrusted: false).status == .done)
    #expect(check("length: 2:00:00\ntracks: {a: {stem: a.wav}}\n").diagnostics.map(\.code.id) == ["A0702"])
  }
}
