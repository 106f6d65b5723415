import Delivery
import Diagnostics
import MixdownKit
import Testing

@Suite("Render") struct RenderTests {
  private let folder = Folder()

  init() throws {
    try folder.wav("a.wav")
  }

  private func render(_ session: String, only: Set<String> = [], into output: String = "out") -> RenderReport {
    var options = RenderOptions()
    options.outputFolder = "\(folder.path)/\(output)"
    options.only = only
    return Mixdown.render(Mixdown.check(folder.file("s.mix.yaml", "mixdown: 1\n" + session)), options)
  }

  @Test("files are where they are said to be, and JSON has the names that scripts rely on") func rendered()
    throws
  {
    let report = render("tracks: {a: {stem: a.wav}}\ndeliverables: {w: {format: wav}, f: {format: flac}}\n")
    #expect(report.status == .done)
    #expect(names(in: "\(folder.path)/out") == ["s-f.flac", "s-w.wav"])
    let json = report.json
    #expect(json["version"] == 1)
    #expect(json["status"] == "rendered")
    guard case .array(let made)? = json["deliverables"], let first = made.first else {
      Issue.record("no deliverables")
      return
    }
    let keys = [
      "id", "path", "pcm_sha256", "sha256", "sample_rate", "channels", "frames", "integrated_lufs",
      "max_momentary_lufs", "max_short_term_lufs", "loudness_range_lu", "true_peak_dbtp", "sample_peak_dbfs",
      "plr_lu", "dc_offset", "correlation", "clipped_samples", "platforms",
    ]
    for key in keys { #expect(first[key] != nil, "no \(key)") }
    #expect(first["frames"] == 24_000)
  }

  @Test("an output is never written over an input") func refused() throws {
    try folder.wav("in/s-mix.wav")
    let report = render("tracks: {a: {stem: in/s-mix.wav}}\n", into: "in")
    #expect(report.status == .refused)
    #expect(report.json["status"] == "failed")
  }

  @Test("a report is never written over an input, wherever it goes", arguments: [nil, "s.mix.yaml"])
  func refusedReport(_ page: String?) throws {
    try folder.wav("in/s.report.json")
    let session = folder.file("s.mix.yaml", "mixdown: 1\ntracks: {a: {stem: in/s.report.json}}\n")
    let before = contents("\(folder.path)/in/s.report.json") + contents(session)
    var options = RenderOptions()
    options.outputFolder = "\(folder.path)/in"
    options.isReported = true
    options.pagePath = page.map { "\(folder.path)/\($0)" }
    let report = Mixdown.render(Mixdown.check(session), options)
    #expect(report.status == .refused && names(in: "\(folder.path)/in") == ["s.report.json"])
    #expect(contents("\(folder.path)/in/s.report.json") + contents(session) == before)
  }

  @Test("`only` knows the deliverables, the unnamed one too") func only() {
    let session = "tracks: {a: {stem: a.wav}}\n"
    #expect(render(session, only: ["mix"]).status == .done)
    #expect(render(session, only: ["mxi"]).status == .unusable)
  }

  @Test("a target that cannot be met is a finding, and its file is not there") func finding() throws {
    try folder.wav("short.wav", frames: 2400)
    let report = render(
      "tracks: {a: {stem: short.wav}}\ntail: none\nmaster: {loudness: {integrated: -14 LUFS}}\n")
    #expect(report.status == .finding)
    #expect(names(in: "\(folder.path)/out") == [])
  }

  @Test("what only the samples show is told at the place that names the file") func samples() throws {
    var bytes = contents(try folder.wav("b.wav"))
    bytes.removeLast(bytes.count / 2)
    save(bytes, to: "\(folder.path)/b.wav")
    let report = render("tracks: {b: {stem: b.wav}}\n")
    #expect(report.status == .input)
    let problem = try #require(report.diagnostics.first { $0.severity == .error })
    #expect(problem.primary?.range.start.line == 2)
    #expect(problem.path == "tracks.b.clips.stem.stem")
  }

  @Test("a render that is cancelled leaves nothing") func cancelled() {
    var options = RenderOptions()
    options.outputFolder = "\(folder.path)/out"
    let session = folder.file("s.mix.yaml", "mixdown: 1\ntracks: {a: {stem: a.wav}}\n")
    let report = Mixdown.render(Mixdown.check(session), options, isCancelled: { true })
    #expect(report.status == .interrupted)
    #expect(names(in: folder.path).contains("out") == false)
  }

  @Test("what cannot be written says so") func unwritable() {
    folder.file("out", "a file where a folder should be")
    #expect(render("tracks: {a: {stem: a.wav}}\n").status == .output)
  }

  @Test("a measurement has null for what does not exist") func measured() throws {
    let report = Mixdown.measure([try folder.wav("short.wav", frames: 100), "\(folder.path)/gone.wav"])
    #expect(report.status == .input)
    #expect(report.errors.count == 1)
    guard case .array(let files)? = report.json["files"], let first = files.first else {
      Issue.record("no files")
      return
    }
    #expect(first["integrated_lufs"] == .null)
    #expect(first["platforms"]?["spotify"]?["gain_db"] == .null)
    #expect(first["frames"] == 100)
  }
}
