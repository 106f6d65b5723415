import AudioFiles
import Diagnostics
import MixdownKit
import Testing

@Suite("Measure") struct MeasureTests {
  private let folder = Folder()

  /// A WAV of noise-like samples with these stretches of silence and of full scale.
  private func wav(_ name: String, silent: [Range<Int>] = [], clipped: [Range<Int>] = [], frames: Int = 48_000) throws {
    try folder.wav(name, frames: 100)
    let writer = try AudioFileWriter(
      "\(folder.path)/\(name)", .wav(.integer16), sampleRate: 48_000, channelCount: 2, frameCount: frames, tags: Tags())
    let samples = (0..<frames).flatMap { frame -> [Int32] in
      if silent.contains(where: { $0.contains(frame) }) { return [0, 0] }
      if clipped.contains(where: { $0.contains(frame) }) { return [32_767, 500] }
      return [Int32((frame * 7919) % 8001 - 4000), Int32((frame * 104_729) % 8001 - 4000)]
    }
    try writer.write(samples.span)
    try writer.finish()
  }

  private func run(_ arguments: String...) throws -> Run { try Run(["measure"] + arguments, in: folder) }

  @Test("JSON has every name, bounded lists, and what does not exist as null")
  func json() throws {
    try wav("a.wav", silent: [0..<4800, 20_000..<21_000], clipped: [30_000..<30_004])
    let report = Mixdown.measure(["\(folder.path)/a.wav"])
    guard case .array(let files)? = report.json["files"], let file = files.first else {
      Issue.record("no files")
      return
    }
    for key in [
      "noise_floor_dbfs", "side_level_db", "bass_side_level_db", "sibilance_lu", "mono_compatibility_lu",
      "tail_silence_seconds", "integrated_lufs",
    ] { #expect(file[key] != nil, "no \(key)") }
    #expect(file["head_silence_seconds"] == .number(0.1))
    #expect(file["gap_count"] == 1 && file["clipped_run_count"] == 1 && file["clipped_samples"] == 4)
    guard case .array(let gaps)? = file["gaps"], case .array(let runs)? = file["clipped_runs"] else {
      Issue.record("no lists")
      return
    }
    #expect(gaps.first?["seconds"] == .number(1000.0 / 48_000))
    #expect(runs == [["start_seconds": .number(0.625), "channel": 1, "samples": 4]])
    let mono = Mixdown.measure([try folder.wav("m.wav", channels: 1)]).json
    guard case .array(let others)? = mono["files"] else { return }
    #expect(others.first?["side_level_db"] == .null)
  }

  @Test("faults stand in the text, with their places")
  func text() throws {
    try wav("a.wav", silent: [20_000..<21_000], clipped: [30_000..<30_004, 31_000..<31_003])
    let text = try run("a.wav").standard
    #expect(text.contains("gaps              1: 0:00.417 (0.021 s)\n"), "\(text)")
    #expect(text.contains("clipped runs      2: 0:00.625 left (4), 0:00.646 left (3)\n"), "\(text)")
    #expect(text.contains("silence           0.000 s before, 0.000 s after\n"), "\(text)")
  }

  @Test("a folder is a table in the order of bytes; hidden files and other endings are passed over")
  func table() throws {
    for name in ["b.wav", "B.WAV", "a.wav", ".hidden.wav", "deep/c.wav"] { try wav(name) }
    folder.file("notes.txt", "no audio")
    let flat = try run(".")
    #expect(flat.status == 0)
    let lines = flat.standard.split(separator: "\n")
    #expect(
      lines.map { $0.prefix { $0 != " " } } == ["file", "./B.WAV", "./a.wav", "./b.wav", "3"], "\(flat.standard)")
    #expect(lines.last?.hasPrefix("3 files, 0:03; from ") == true)
    let deep = try run(".", "--recursive")
    #expect(deep.standard.contains("\n./deep/c.wav ") && deep.standard.contains("4 files"))
  }

  @Test("what cannot be measured is told on standard error, and the rest is measured; exit code 3")
  func errors() throws {
    try wav("in/a.wav")
    folder.file("in/b.wav", "this is no audio, whatever its name says")
    let run = try run("in")
    #expect(run.status == 3)
    #expect(run.standard.contains("in/a.wav") && run.standard.contains("1 file, 0:01; 1 could not be measured"))
    #expect(run.messages.hasPrefix("error: `in/b.wav` is not an audio file"))
    folder.file("empty/x.txt", "")
    let empty = try self.run("empty")
    #expect(empty.status == 3 && empty.messages.contains("`empty` holds no audio file"), "\(empty.messages)")
  }

  @Test("the plot: bars, a time axis, marks under clipped places, no colour in a file")
  func plot() throws {
    try wav("a.wav", clipped: [100_000..<100_010], frames: 240_000)
    let text = try run("a.wav", "--plot").standard
    #expect(text.contains("█") && text.contains("0:01") && text.contains("◂ "), "\(text)")
    #expect(text.contains("\nclip ") && text.contains("▲") && !text.contains("\u{1B}"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 200 })
    try wav("silent.wav", silent: [0..<48_000])
    #expect(try run("silent.wav", "--plot").standard.contains("nothing to plot: silent"))
    #expect(
      Mixdown.measure(["\(folder.path)/a.wav"], plotting()).files.first?.plot(width: 60, color: true)?
        .contains("\u{1B}[31m") == true)
  }

  @Test("the picture: one file, the same bytes each time, names escaped")
  func picture() throws {
    try wav("a & b.wav", silent: [20_000..<21_000], clipped: [30_000..<30_004])
    let run = try run("a & b.wav", "--plot", "out.svg")
    #expect(run.status == 0 && run.standard.contains("integrated"), "\(run.messages)")
    let first = MixdownKitTests.text("\(folder.path)/out.svg")
    #expect(first.hasPrefix("<svg ") && first.hasSuffix("</svg>\n") && first.contains("a &amp; b.wav"))
    #expect(first.contains("class=\"gap\"") && first.contains("class=\"clip\""))
    #expect(Mixdown.measure(["\(folder.path)/a & b.wav"], plotting()).files.first?.picture == first)
    #expect(try self.run(".", "--plot", "out.svg").status == 2)
    #expect(try self.run("a & b.wav", "--plot", "no/where.svg", "--json").status == 0, "folders are made")
  }

  private func plotting() -> MeasureReport.Options {
    var options = MeasureReport.Options()
    options.plots = true
    return options
  }
}
