import AudioFiles
import Delivery
import Diagnostics
import MixdownKit
import RenderPlan
import Testing

@Suite("Stems as they are read") struct ReadingTests {
  private let folder = Folder()

  private func render(_ tracks: String, rate: String = "48 kHz") -> RenderReport {
    var options = RenderOptions()
    options.outputFolder = "\(folder.path)/out"
    let session = "mixdown: 1\nsample_rate: \(rate)\ntracks: \(tracks)\n"
    return Mixdown.render(Mixdown.check(folder.file("s.mix.yaml", session)), options)
  }

  @Test("a FLAC whose MD5 is wrong is refused, whichever way it is read")
  func checksum() throws {
    let path = "\(folder.path)/a.flac"
    let writer = try AudioFileWriter(
      path, .flac(bitDepth: 16, compression: 5), sampleRate: 48_000, channelCount: 1, frameCount: 48_000, tags: Tags())
    let samples = (0..<48_000).map { Int32($0 * 7919 % 8001 - 4000) }
    try writer.write(samples.span)
    try writer.finish()
    let ways = [
      "{stem: a.flac}", "{clips: {c: {stem: a.flac, reverse: true}}}", "{clips: {c: {stem: a.flac, from: 0.25 s}}}",
      "{clips: {c: {stem: a.flac, to: 0.5 s}}}",
    ]
    for way in ways { #expect(render("{a: \(way)}").status == .done) }
    #expect(render("{a: {stem: a.flac}}", rate: "44.1 kHz").status == .done)
    var bytes = contents(path)
    bytes[26] ^= 1
    save(bytes, to: path)
    for way in ways { #expect(render("{a: \(way)}").status == .input, "\(way)") }
    #expect(render("{a: {stem: a.flac}}", rate: "44.1 kHz").status == .input)
    #expect(render("{a: {stem: a.flac}}", rate: "96 kHz").status == .input)
  }

  @Test("bytes behind an Ogg file, a chain of two, and one that lost its end")
  func ogg() throws {
    for (format, name) in [(EncodingFormat.oggVorbis(.quality(5)), "a.ogg"), (.opus(bitsPerSecond: 96_000), "a.opus")] {
      let path = "\(folder.path)/\(name)"
      let writer = try AudioFileWriter(
        path, format, sampleRate: 48_000, channelCount: 1, frameCount: 96_000, tags: Tags())
      let samples = (0..<96_000).map { Float($0 * 7919 % 8001 - 4000) / 16_384 }
      try writer.write(samples.span)
      try writer.finish()
      let whole = contents(path)
      for (file, frames) in [(whole + [0], 96_000), (whole + whole, 192_000)] {
        save(file, to: path)
        let run = try Run(["measure", name, "--json"], in: folder)
        #expect(run.status == 0 && run.standard.contains("\"frames\": \(frames)"), "\(run.messages)")
        #expect(render("{a: {stem: \(name)}}").status == .done)
      }
      var damaged = whole
      damaged[damaged.count - 20] ^= 1
      save(damaged, to: path)
      #expect(try Run(["measure", name], in: folder).status == 3)
      #expect(render("{a: {stem: \(name)}}").status == .input)
    }
    save(Array("OggS".utf8) + [UInt8](repeating: 0, count: 100), to: "\(folder.path)/b.ogg")
    let run = try Run(["measure", "b.ogg"], in: folder)
    #expect(run.status == 3 && run.messages.contains("does not begin an Ogg stream"), "\(run.messages)")
  }

  @Test("silent Opus has no peak")
  func silence() throws {
    let writer = try AudioFileWriter(
      "\(folder.path)/a.opus", .opus(bitsPerSecond: 96_000), sampleRate: 48_000, channelCount: 2, frameCount: 48_000,
      tags: Tags())
    try writer.write([Float](repeating: 0, count: 96_000).span)
    try writer.finish()
    let run = try Run(["measure", "a.opus", "--json"], in: folder)
    #expect(run.status == 0 && run.standard.contains("\"true_peak_dbtp\": null"), "\(run.standard)")
  }

  @Test("a WAV from a pipe is read to its end, with a note")
  func pipe() throws {
    let path = try folder.wav("a.wav", frames: 1000)
    var bytes = contents(path)
    guard let data = (0..<bytes.count - 4).first(where: { Array(bytes[$0..<$0 + 4]) == Array("data".utf8) }) else {
      Issue.record("no data")
      return
    }
    for index in [4, 5, 6, 7, data + 4, data + 5, data + 6, data + 7] { bytes[index] = 0 }
    bytes.removeSubrange((data + 8 + 4000)...)
    save(bytes, to: path)
    let checked = Mixdown.check(folder.file("s.mix.yaml", "mixdown: 1\ntracks: {a: {stem: a.wav}, b: {stem: a.wav}}\n"))
    #expect(checked.diagnostics.map(\.code.id) == ["P0512"] && checked.status == .done)
    #expect(checked.stems["a.stem"]?.frameCount == 1000)
    let run = try Run(["measure", "a.wav"], in: folder)
    #expect(run.status == 0 && run.messages.hasPrefix("note: `a.wav` does not say how long it is"), "\(run.messages)")
  }

  @Test("measure reads standard input")
  func standardInput() throws {
    try folder.wav("a.wav")
    let named = try Run(["measure", "a.wav", "--json"], in: folder)
    let piped = try Run(["measure", "-", "--json"], in: folder, input: "\(folder.path)/a.wav")
    #expect(piped.status == 0, "\(piped.messages)")
    #expect(piped.standard.replacing("\"-\"", with: "\"a.wav\"") == named.standard)
    let empty = try Run(["measure", "-"], in: folder)
    #expect(empty.status == 3 && empty.messages.hasPrefix("error: `-` is empty"), "\(empty.messages)")
  }

  @Test("names are found however their accents are stored, and the exact one wins")
  func accents() throws {
    let composed = "Caf\u{E9}", decomposed = "Cafe\u{301}"
    func check(_ stem: String) -> CheckedSession {
      Mixdown.check(folder.file("s.mix.yaml", "mixdown: 1\ntracks: {a: {stem: \(stem)}}\n"))
    }
    try folder.wav("\(decomposed)/\(decomposed).wav", frames: 1000)
    for name in [composed, decomposed] {
      for file in [composed, decomposed] {
        let checked = check("\(name)/\(file).wav")
        #expect(checked.diagnostics.isEmpty, "\(checked.diagnostics)")
        #expect(checked.stems["a.stem"]?.frameCount == 1000)
      }
    }
    try folder.wav("\(decomposed)/\(composed).wav", frames: 2000)
    #expect(check("\(composed)/\(composed).wav").stems["a.stem"]?.frameCount == 2000)
    #expect(check("\(composed)/\(decomposed).wav").stems["a.stem"]?.frameCount == 1000)
    // Both in one session are two files.
    let both = "{a: {stem: \(composed)/\(composed).wav}, b: {stem: \(composed)/\(decomposed).wav}}"
    let checked = Mixdown.check(folder.file("s.mix.yaml", "mixdown: 1\ntracks: \(both)\n"))
    #expect(checked.stems["a.stem"]?.frameCount == 2000 && checked.stems["b.stem"]?.frameCount == 1000)
    #expect(check("\(composed)/The.wav").diagnostics.map(\.code.id) == ["P0501"])
  }
}
