import AudioFiles
import DSP
import Delivery
import FoundationEssentials
import Platform
import RenderPlan
import SessionModel
import Synchronization
import Testing

@Suite("Delivery", .enabled(if: isOptimised))
struct DeliveryTests {
  /// A workshop with one stem of whole 24-bit steps.
  private func shop(_ lines: String, isMono: Bool = false, count: Int = 30_000) throws -> Workshop {
    let shop = try Workshop()
    let steps = noise(count, peak: 0.9).map { frame in
      Frame(Maths.floor(frame.x * 0x1p23) / 0x1p23, isMono ? 0 : Maths.floor(frame.y * 0x1p23) / 0x1p23)
    }
    try shop.stem("a.wav", steps, isMono: isMono, bits24: true)
    try shop.session("tracks: {a: {stem: a.wav}}\n" + lines)
    return shop
  }

  // MARK: Bits

  @Test("an untouched 24-bit stem arrives bit for bit, in WAV, AIFF and FLAC") func transparent() throws {
    let shop = try shop(
      "deliverables: {w: {format: wav, dither: none}, f: {format: flac, dither: none}, a: {format: aiff, dither: none}, x: {format: wav, bit_depth: 32f}, l: {format: wav, bit_depth: 32}}\n"
    )
    let result = try shop.render()
    let stem = try frames("\(shop.path)/a.wav")
    for id in ["w", "f", "a", "x", "l"] {
      let file = try #require(result[id], "\(result.messages)")
      #expect(try frames(file.path) == stem, "\(id)")
    }
    #expect(result["w"]?.pcmSHA256 == result["f"]?.pcmSHA256, "the hash is of the samples, not of the file")
    #expect(result["w"]?.pcmSHA256 == result["a"]?.pcmSHA256 && result["w"]?.sha256 != result["a"]?.sha256)
    #expect(result["x"]?.pcmSHA256 != result["w"]?.pcmSHA256)
  }

  @Test("a mono stem under `pan_law: 0 dB` likewise on both channels") func transparentMono() throws {
    let shop = try shop("pan_law: 0 dB\ndeliverables: {w: {format: wav, dither: none}}\n", isMono: true)
    let file = try #require(try shop.render()["w"])
    let stem = try frames("\(shop.path)/a.wav")
    #expect(stem.allSatisfy { $0.x == $0.y })
    #expect(try frames(file.path) == stem)
  }

  @Test("without `deliverables` there is one 24-bit WAV called `mix`, dithered") func defaultDeliverable()
    throws
  {
    let shop = try shop("")
    let result = try shop.render()
    #expect(result.files.map(\.id) == ["mix"] && shop.outputs == ["song-mix.wav"])
    let info = try probe(try #require(result["mix"]).path)
    #expect(
      info.bitDepth == 24 && info.sampleRate == 48_000 && info.channelCount == 2 && info.frameCount == 30_000)
    let stem = try frames("\(shop.path)/a.wav"), sound = try frames("\(shop.path)/out/song-mix.wav")
    #expect(sound != stem)
    #expect(
      zip(sound, stem).allSatisfy { abs($0.x - $1.x) <= 0x1p-23 && abs($0.y - $1.y) <= 0x1p-23 },
      "by one step at most")
  }

  @Test("dither repeats, and depends on the seed and the deliverable") func dither() throws {
    let shop = try shop("deliverables: {a: {format: wav, bit_depth: 16}, b: {format: wav, bit_depth: 16}}\n")
    let first = try shop.render(), again = try shop.render(), seeded = try shop.render("song", ["seed=1"])
    #expect(first["a"]?.pcmSHA256 == again["a"]?.pcmSHA256 && first["a"]?.sha256 == again["a"]?.sha256)
    #expect(first["a"]?.pcmSHA256 != first["b"]?.pcmSHA256)
    #expect(first["a"]?.pcmSHA256 != seeded["a"]?.pcmSHA256)
  }

  @Test("equal files for any block length and number of jobs") func determinism() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", programme(seconds: 2, level: -20, crest: 12))
    try shop.stem("b.wav", noise(60_000, peak: 0.2), isMono: true)
    try shop.session(
      """
      tracks:
        b: {stem: b.wav, pan: L20, sends: {fx: -9 dB}, inserts: {compressor: {threshold: -30 dB, lookahead: 5 ms}}}
        a: {stem: a.wav, inserts: {eq: {bands: {x: {type: bell, frequency: 500, gain: 3}}}}}
      buses: {fx: {inserts: {reverb: {decay: 500 ms}}}}
      master: {preset: streaming, fade_out: 100 ms}
      deliverables: {w: {format: wav, bit_depth: 16, dither: shaped}, f: {format: flac}, m: {format: mp3}}
      """)
    let first = try shop.render()
    #expect(first.files.count == 3, "\(first.messages)")
    for (jobs, block) in [(1, 64), (2, 1000), (8, 16_384)] {
      let other = try shop.render { options in
        options.jobs = jobs
        options.blockFrames = block
      }
      #expect(
        other.files.map(\.pcmSHA256) == first.files.map(\.pcmSHA256),
        "\(jobs) jobs, blocks of \(block): \(other.messages)")
      #expect(other.files.map(\.sha256) == first.files.map(\.sha256))
      #expect(other.files.map(\.measurement) == first.files.map(\.measurement))
    }
  }

  // MARK: Hashes

  @Test("the PCM hash is the SHA-256 of a header and the samples", arguments: ["16", "24", "32", "32f"])
  func pcmHash(_ depth: String) throws {
    let shop = try shop(
      "deliverables: {w: {format: wav, bit_depth: \(depth)}}\nmaster: {fade_in: 10 ms}\n", count: 1000)
    let file = try #require(try shop.render()["w"])
    let bytes = try shop.bytes(file.path)
    // The samples of a WAV are the bytes of its `data` chunk.
    let start = try #require((12..<bytes.count - 8).first { Array(bytes[$0..<$0 + 4]) == Array("data".utf8) })
    let size = (0..<4).reduce(0) { $0 | Int(bytes[start + 4 + $1]) << (8 * $1) }
    #expect(size == 1000 * 2 * (depth == "16" ? 2 : depth == "24" ? 3 : 4))
    let header = Array("mixdown-pcm 1\n48000 2 \(depth) 1000\n".utf8)
    #expect(file.pcmSHA256 == SHA256.text(header + bytes[start + 8..<start + 8 + size]))
    #expect(file.sha256 == SHA256.text(bytes))
  }

  @Test("an MP3's PCM hash is that of what went into the encoder") func lossyHash() throws {
    let shop = try shop("deliverables: {m: {format: mp3}, w: {format: wav, bit_depth: 32f}}\n")
    let result = try shop.render()
    #expect(result["m"]?.pcmSHA256 == result["w"]?.pcmSHA256 && result["m"] != nil)
  }

  // MARK: The master

  @Test("fades have their curves", arguments: ["linear", "equal_power", "smooth", "exponential"])
  func fades(_ curve: String) throws {
    let shop = try Workshop()
    try shop.stem("a.wav", [Frame](repeating: Frame(1, -1), count: 2000))
    try shop.session(
      "tracks: {a: {stem: a.wav}}\ntail: none\nmaster: {fade_in: 480 samples \(curve), fade_out: 20 ms \(curve)}\ndeliverables: {w: {format: wav, bit_depth: 32f}}\n"
    )
    let sound = try frames(try #require(try shop.render()["w"]).path)
    func gain(_ u: Double) -> Double {
      switch curve {
      case "equal_power": Maths.sine(Maths.pi * u / 2)
      case "smooth": (1 - Maths.cosine(Maths.pi * u)) / 2
      case "exponential": Maths.power10(-3 * (1 - u))
      default: u
      }
    }
    for index in sound.indices {
      var wanted = 1.0
      if index < 480 { wanted *= gain((Double(index) + 0.5) / 480) }
      if index >= 1040 { wanted *= gain((Double(1999 - index) + 0.5) / 960) }
      #expect(abs(sound[index].x - wanted) < 1e-7 && sound[index].y == -sound[index].x, "\(index)")
      if abs(sound[index].x - wanted) >= 1e-7 { break }
    }
  }

  @Test("the master's fades and the tail take the tempo where they are") func musicalFades() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", [Frame](repeating: Frame(repeating: 0.5), count: 48_000))
    try shop.session(
      "tempo: [{at: 1|1, bpm: 999}, {at: 0.5 s, bpm: 10}]\ntracks: {a: {stem: a.wav}}\ntail: 1/64\nmaster: {gain: -6 dB, fade_in: 1/32, fade_out: 1/64}\ndeliverables: {w: {format: wav, bit_depth: 32f}}\n"
    )
    let file = try #require(try shop.render().files.first)
    // 1/64 is a sixteenth of a quarter note, 0.375 s at 10 quarter notes a minute.
    #expect(file.measurement.frames == 48_000 + 18_000)
    let sound = try frames(file.path)
    let level = 0.5 * Maths.amplitude(decibels: -6)
    #expect(abs(sound[47_999].x - level) < 1e-6, "the fade out lies in the tail")
    // 1/32 at 999 quarter notes a minute is 7.5 ms, 360 frames.
    #expect(sound[180].x < 0.6 * level && abs(sound[361].x - level) < 1e-6)
  }

  @Test("a fade longer than the song is cut to it") func longFade() throws {
    let shop = try shop(
      "master: {fade_out: 10 s}\ndeliverables: {w: {format: wav, bit_depth: 32f}}\n", count: 1000)
    let sound = try frames(try #require(try shop.render()["w"]).path)
    let stem = try frames("\(shop.path)/a.wav")
    #expect(abs(sound[0].x - stem[0].x) < abs(stem[0].x) * 0.001 + 1e-6 && abs(sound[999].x) < 0.001)
  }

  @Test("no master, no change; a limiter alone leaves what is below its ceiling") func noMaster() throws {
    let shop = try shop(
      "deliverables: {plain: {format: wav, dither: none}, safe: {format: wav, dither: none, master: {preset: transparent, limiter: {ceiling: 6 dBTP}}}}\n"
    )
    let result = try shop.render()
    let stem = try frames("\(shop.path)/a.wav")
    #expect(try frames(try #require(result["plain"]).path) == stem)
    #expect(try frames(try #require(result["safe"]).path) == stem)
    #expect(result.files.allSatisfy { $0.gainDecibels == 0 && $0.limitingDecibels == 0 })
  }

  @Test("clipped samples are counted in a warning") func clipping() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", noise(1000, peak: 0.5) + [Frame](repeating: Frame(1.5, -0.2), count: 7))
    try shop.session(
      "tracks: {a: {stem: a.wav}}\ntail: none\ndeliverables: {w: {format: wav, dither: none}, x: {format: wav, bit_depth: 32f}}\n"
    )
    let result = try shop.render()
    #expect(result.codes == ["D0815"] && result.messages.contains("7 samples of `w`"), "\(result.messages)")
    #expect(try frames(try #require(result["x"]).path).last == Frame(1.5, Double(Float(-0.2))))
  }

  @Test("`tail: auto` ends with the last frame at or over −100 dBFS") func autoTail() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", [Frame(1, 1)] + [Frame](repeating: .zero, count: 99))
    try shop.session(
      "tracks: {a: {stem: a.wav, inserts: {delay: {time: 1000 samples, feedback: 50 %}}}}\ndeliverables: {w: {format: wav, bit_depth: 32f}}\n"
    )
    let file = try #require(try shop.render()["w"])
    // 2^-16 is −96 dB, 2^-17 −102 dB: the echoes are 1, 2^-1, … at 1000, 2000, …
    #expect(file.measurement.frames == 17_001)
    #expect(try frames(file.path).last == Frame(0x1p-16, 0x1p-16))
  }

  // MARK: Tags

  @Test("tags reach every format") func tags() throws {
    let shop = try shop(
      """
      metadata: {title: Näive 日本 🎛, artist: Ada Vale, isrc: QZ-ABC-26-00001, track: 3/10}
      deliverables:
        w: {format: wav}
        f: {format: flac, metadata: {title: Other}}
        m: {format: mp3}
        o: {format: mp3, id3: 2.3, metadata: {artist: Someone}}
        a: {format: aiff}
      """)
    let result = try shop.render()
    func holds(_ id: String, _ text: String, _ encoding: (String) -> [UInt8] = { Array($0.utf8) }) throws
      -> Bool
    {
      let bytes = try shop.bytes(try #require(result[id], "\(result.messages)").path)
      return Data(bytes).firstRange(of: Data(encoding(text))) != nil
    }
    let title = "Näive 日本 🎛"
    func utf16(_ text: String) -> [UInt8] { text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } }
    #expect(try holds("w", title) && holds("a", title) && holds("m", title))
    #expect(try holds("w", "Ada Vale") && holds("a", "Ada Vale") && holds("m", "Ada Vale"))
    #expect(
      try holds("f", "TITLE=Other") && holds("f", "ARTIST=Ada Vale") && holds("f", "ISRC=QZABC2600001")
        && holds("f", "TRACKTOTAL=10"))
    #expect(try !holds("f", title))
    #expect(try holds("o", title, utf16) && holds("o", "Someone") || holds("o", "Someone", utf16))
    #expect(
      try holds("m", "TSRC") && holds("m", "QZABC2600001") && holds("f", "REPLAYGAIN_TRACK_GAIN=")
        && holds("m", "replaygain_track_gain"))
    #expect(try holds("w", "bext"))
  }

  // MARK: What is refused

  @Test("an output is never written over an input") func overwriting() throws {
    let shop = try shop("deliverables: {w: {format: wav, name: a}, s: {format: wav, name: sub/b}}\n")
    let before = try shop.bytes("\(shop.path)/a.wav")
    let result = try shop.render { $0.outputFolder = shop.path }
    #expect(result.codes == ["D0819"] && result.files.isEmpty, "\(result.messages)")
    #expect(try shop.bytes("\(shop.path)/a.wav") == before)
    // Through a link, too.
    try FileManager.default.createDirectory(atPath: "\(shop.path)/out", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(shop.path)/out/a.wav", withDestinationPath: "\(shop.path)/a.wav")
    let linked = try shop.render()
    #expect(linked.codes == ["D0819"] && shop.outputs == ["a.wav"], "nothing at all was written")
    #expect(try shop.bytes("\(shop.path)/a.wav") == before)
  }

  @Test("a cover is an input, too, and so is what another session has just made") func otherInputs() throws {
    let shop = try shop("metadata: {cover: out/song-w.wav}\ndeliverables: {w: {format: wav}}\n")
    try FileManager.default.createDirectory(atPath: "\(shop.path)/out", withIntermediateDirectories: true)
    let text = "not looked at"
    try Data(text.utf8).write(to: URL(filePath: "\(shop.path)/out/song-w.wav"))
    let covered = try shop.render()
    #expect(covered.codes == ["D0819"] && covered.messages.contains("would overwrite an input"), "\(covered.messages)")
    try shop.session("tracks: {a: {stem: a.wav}}\ndeliverables: {w: {format: wav}}\n")
    let other = try shop.render { $0.kept = ["\(shop.path)/out/song-w.wav"] }
    #expect(other.codes == ["D0819"] && other.messages.contains("another session"), "\(other.messages)")
    #expect(try shop.bytes("\(shop.path)/out/song-w.wav") == Array(text.utf8))
  }

  @Test("`--mix` is for the main mix's deliverables") func mixOfAVersion() throws {
    let shop = try shop(
      "versions: {quiet: {set: {main.level: -6 dB}}}\ndeliverables: {w: {format: wav}, q: {format: wav, version: quiet}}\n"
    )
    let result = try shop.render {
      $0.mix = "quiet"
      $0.only = ["q"]
    }
    #expect(result.codes == ["D0820"] && result.files.isEmpty, "\(result.messages)")
  }

  @Test("`--only` makes what it names, and knows what there is") func only() throws {
    let shop = try shop("deliverables: {one: {format: wav}, two: {format: flac}}\n")
    let result = try shop.render { $0.only = ["two"] }
    #expect(result.files.map(\.id) == ["two"] && shop.outputs == ["song-two.flac"])
    let unknown = try shop.render { $0.only = ["tow"] }
    #expect(
      unknown.codes == ["D0820"] && unknown.messages.contains("did you mean `two`?") && unknown.files.isEmpty)
  }

  @Test("files of the default folder, replaced when they are there; missing folders are made") func folders()
    throws
  {
    let shop = try shop("deliverables: {w: {format: wav, name: deep/er/$session}}\n")
    let result = try shop.render { $0.outputFolder = nil }
    #expect(result["w"]?.path == "\(shop.path)/renders/deep/er/song.wav")
    let again = try shop.render("song", ["tracks.a.level=-6 dB"]) { $0.outputFolder = nil }
    #expect(again["w"]?.sha256 != result["w"]?.sha256 && again["w"]?.path == result["w"]?.path)
    let left = try FileManager.default.contentsOfDirectory(atPath: "\(shop.path)/renders/deep/er")
    #expect(left == ["song.wav"], "nothing half-written is left")
  }

  @Test("a folder that cannot be written is a diagnostic") func unwritable() throws {
    let shop = try shop("deliverables: {w: {format: wav}}\n")
    try Data().write(to: URL(filePath: "\(shop.path)/out"))
    let result = try shop.render()
    #expect(result.codes == ["D0818"] && result.files.isEmpty, "\(result.messages)")
    #expect(result.audioSeconds == 0, "told before anything is mixed")
  }

  @Test("progress is one way from nothing to all") func progress() throws {
    let shop = try shop(
      "deliverables: {w: {format: wav}, m: {format: mp3}, cd: {format: wav, sample_rate: 44.1 kHz}, s: {format: wav, split: tracks}}\nmaster: {preset: streaming}\n",
      count: 100_000)
    let session = try #require(loadSession("\(shop.path)/song.mix.yaml").0)
    var options = RenderOptions()
    options.outputFolder = "\(shop.path)/out"
    let stems = [
      "a.stem": StemFile(path: "\(shop.path)/a.wav", channelCount: 2, frameCount: 100_000, sampleRate: 48_000)
    ]
    let totals = Mutex<[Double]>([])
    let result = try Deliverer(session, stems: stems, options: options, processors: 2).run(
      progress: { progress in totals.withLock { $0.append(progress.total) } }, isCancelled: { false })
    #expect(result.files.count == 4, "\(result.messages)")
    let seen = totals.withLock { $0 }
    #expect(seen.count > 10 && seen.last == 1)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 <= $1 })
    // Mixing, mastering and writing each have their part of it.
    #expect(seen.contains { 0.02 < $0 && $0 < 0.5 } && seen.contains { 0.5 < $0 && $0 < 0.95 })
  }

  @Test("a cancelled render leaves nothing") func cancelled() throws {
    let shop = try shop(
      "deliverables: {w: {format: wav}, m: {format: mp3}}\nmaster: {preset: streaming}\n", count: 200_000)
    let (resolved, _) = loadSession("\(shop.path)/song.mix.yaml")
    let session = try #require(resolved)
    var options = RenderOptions()
    options.outputFolder = "\(shop.path)/out"
    let stems = [
      "a.stem": StemFile(path: "\(shop.path)/a.wav", channelCount: 2, frameCount: 200_000, sampleRate: 48_000)
    ]
    let deliverer = Deliverer(session, stems: stems, options: options, processors: 2)
    for phase in ["mix", "master", "m"] {
      let stop = Flag()
      #expect(throws: CancellationError.self) {
        _ = try deliverer.run(
          progress: { if $0.phase == phase { stop.raise() } }, isCancelled: { stop.isRaised })
      }
      #expect(
        shop.outputs.filter { $0.hasSuffix(".mp3") }.isEmpty
          && shop.outputs.allSatisfy { $0 == "song-w.wav" }, "\(phase): \(shop.outputs)")
    }
  }

  @Test("a stem that turns out damaged ends the render, and nothing is written") func damaged() throws {
    let shop = try Workshop()
    var sound = noise(50_000)
    sound[40_000].x = .nan
    try shop.stem("a.wav", sound)
    try shop.session("tracks: {a: {stem: a.wav}}\ndeliverables: {w: {format: wav}}\n")
    let error = #expect(throws: AudioFileError.self) { _ = try shop.render() }
    #expect(
      error?.message.contains("40000") == true || error?.message.contains("40 000") == true
        || error?.message.contains("0.83") == true, "\(error?.message ?? "")")
    #expect(shop.outputs.isEmpty)
  }
}

/// A switch that any thread may raise.
final class Flag: Sendable {
  private let state = Mutex(false)
  func raise() { state.withLock { $0 = true } }
  var isRaised: Bool { state.withLock { $0 } }
}
