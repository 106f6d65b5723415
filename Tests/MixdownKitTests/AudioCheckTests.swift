import AudioFiles
import DSP
import MixdownKit
import Testing

@Suite("check --audio")
struct AudioCheckTests {
  private let folder = Folder()

  private func write(_ name: String, _ samples: [Int32], channels: Int = 1) throws {
    let writer = try AudioFileWriter(
      "\(folder.path)/\(name)", .wav(.integer24), sampleRate: 48_000, channelCount: channels,
      frameCount: samples.count / channels)
    try writer.write(samples.span)
    try writer.finish()
  }

  private func codes(_ text: String) -> [String] {
    let path = folder.file("song.mix.yaml", "mixdown: 1\n\(text)")
    return Mixdown.check(path, audio: true).diagnostics.map(\.code.id)
  }

  /// A saw that stays below full scale.
  private func saw(_ count: Int, _ factor: Int32 = 1) -> [Int32] {
    (0..<count).map { factor * (Int32($0 % 200) * 40_000 - 3_980_000) }
  }

  @Test("silent, clipped, with an offset, inverted: a code each, and `allow` for each") func findings() throws {
    try write("good.wav", saw(2000))
    try write("silent.wav", [Int32](repeating: 3, count: 2000))
    try write("clipped.wav", saw(40_000) + [8_388_607, 8_388_607, 8_388_607])
    try write("two.wav", saw(40_000) + [8_388_607, 8_388_607])
    try write("offset.wav", saw(2000).map { $0 + 100_000 })
    try write("inverted.wav", saw(2000, -1))
    try write("sides.wav", saw(2000).flatMap { [$0, -$0] }, channels: 2)
    #expect(codes("tracks: {a: {stem: good.wav}, b: {stem: two.wav}}\n") == [])
    #expect(codes("tracks: {a: {stem: silent.wav}}\n") == ["P0508"])
    #expect(codes("tracks: {a: {stem: clipped.wav}}\n") == ["P0509"])
    #expect(codes("tracks: {a: {stem: offset.wav}}\n") == ["P0510"])
    #expect(codes("tracks: {a: {stem: good.wav}, b: {stem: inverted.wav}}\n") == ["P0511"])
    #expect(codes("tracks: {a: {stem: sides.wav}}\n") == ["P0511"])
    for (stem, code) in [("silent", "P0508"), ("clipped", "P0509"), ("offset", "P0510"), ("sides", "P0511")] {
      #expect(codes("allow: [\(code)]\ntracks: {a: {stem: \(stem).wav}}\n") == [])
    }
  }

  @Test("what cannot be read to its end is an error, at its first place only") func damaged() throws {
    let writer = try AudioFileWriter(
      "\(folder.path)/nan.wav", .wav(.float32), sampleRate: 48_000, channelCount: 1, frameCount: 1000)
    var samples = [Float](repeating: 0.1, count: 1000)
    samples[777] = .nan
    try writer.write(samples.span)
    try writer.finish()
    let text = "tracks: {a: {stem: nan.wav}, b: {stem: nan.wav}}\n"
    #expect(codes(text) == ["P0504"])
    #expect(Mixdown.check(folder.file("song.mix.yaml", "mixdown: 1\n\(text)")).diagnostics.isEmpty)
  }

  @Test("a stem much shorter than the rest is a note") func short() throws {
    for (name, count) in [("a", 20_000), ("b", 20_000), ("c", 19_999), ("d", 8000)] {
      try write("\(name).wav", saw(count))
    }
    let tracks = "{a: {stem: a.wav}, b: {stem: b.wav}, c: {stem: c.wav}, d: {stem: d.wav}}"
    #expect(codes("tracks: \(tracks)\n") == ["P0507"])
    #expect(codes("allow: [P0507]\ntracks: \(tracks)\n") == [])
  }

  @Test("a stem that loops, or comes in later, may be short") func loops() throws {
    for (name, count) in [("a", 20_000), ("b", 20_000), ("c", 19_999), ("d", 2000)] {
      try write("\(name).wav", saw(count))
    }
    for short in [
      "{clips: {d: {stem: d.wav, loop: fill}}}", "{clips: {d: {stem: d.wav, loop: 4}}}",
      "{clips: {d: {stem: d.wav, at: 0.1 s}}}", "{clips: {d: {stem: d.wav}, again: {stem: d.wav, at: 0.2 s}}}",
    ] {
      #expect(codes("tracks: {a: {stem: a.wav}, b: {stem: b.wav}, c: {stem: c.wav}, d: \(short)}\n") == [], "\(short)")
    }
  }

  @Test(
    "an offset is no matter where it is taken out before anything hears it",
    arguments: [
      ("{dc_block: {}}", true), ("{eq: {bands: {low: {type: high_pass, frequency: 30 Hz}}}}", true),
      ("{gain: {gain: 1 dB}, dc_block: {}}", true), ("{compressor: {threshold: -20 dB}, dc_block: {}}", false),
      ("{dc_block: {bypass: true}}", false), ("{dc_block: {mix: 50 %}}", false),
      ("{eq: {bands: {low: {type: high_pass, frequency: 30 Hz, bypass: true}}}}", false),
    ])
  func offset(inserts: String, ends: Bool) throws {
    let track = "{stem: offset.wav, inserts: \(inserts)}"
    try write("offset.wav", saw(2000).map { $0 + 100_000 })
    #expect(codes("tracks: {a: \(track)}\n") == (ends ? [] : ["P0510"]))
    // Where one of two tracks lets it through, it is told.
    #expect(codes("tracks: {a: \(track), b: {stem: offset.wav}}\n") == ["P0510"])
  }
}
